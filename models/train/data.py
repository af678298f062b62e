"""Photos in folders and zips, decoded once into one array."""

import io
import os
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SHORT, LONG = 112, 168  # pixels that are kept of a photo's shorter and longer side; of a longer one the middle


class Photos:
    """Photos named `SOURCE/FILE`, in a fixed order; `SOURCE` is the folder's name, or the zip's without `.zip`.

    `left_out` are names of photos that are not wanted. `pixels` is (n, 3, LONG, LONG) uint8 with each photo in the upper
    left corner, `sizes` (n, 2) its width and height there.
    """

    def __init__(self, sources, left_out=()):
        self.names, read = [], []
        for source in sorted(Path(s) for s in sources):
            if source.is_dir():
                files = sorted(p for p in source.rglob("*") if p.suffix.lower() in SUFFIXES)
                entries = [(p.relative_to(source).as_posix(), p.read_bytes) for p in files]
            else:
                archive, lock = zipfile.ZipFile(source), threading.Lock()
                files = sorted(n for n in archive.namelist() if Path(n).suffix.lower() in SUFFIXES)
                entries = [(n, lambda a=archive, k=lock, n=n: _read(a, k, n)) for n in files]
            folder = source.name if source.is_dir() else source.stem
            entries = [(f"{folder}/{name}", opened) for name, opened in entries if f"{folder}/{name}" not in left_out]
            self.names += [name for name, _ in entries]
            read += [opened for _, opened in entries]
        self.pixels = np.zeros((len(read), 3, LONG, LONG), np.uint8)
        self.sizes = np.zeros((len(read), 2), np.float32)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            good = list(pool.map(self._decode, range(len(read)), read))
        self.names = [name for name, ok in zip(self.names, good, strict=True) if ok]
        self.pixels, self.sizes = self.pixels[good], self.sizes[good]
        if not self.names:
            raise SystemExit(f"no photos (jpg, png, webp) in {', '.join(map(str, sources))}")

    def __len__(self):
        return len(self.names)

    def _decode(self, i, read):
        try:
            photo = shrink(Image.open(io.BytesIO(read())).convert("RGB"))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            print(f"left out: {self.names[i]}: {error}", flush=True)
            return False
        self.pixels[i, :, : photo.height, : photo.width] = np.asarray(photo).transpose(2, 0, 1)
        self.sizes[i] = photo.size
        return True


def _read(archive, lock, name):
    with lock:
        return archive.read(name)


def shrink(photo):
    """The shorter side becomes SHORT; what is longer than LONG then is cut off on both ends."""
    scale = min(photo.size) / SHORT
    width, height = (min(LONG, round(side / scale)) for side in photo.size)
    left, top = ((side - kept * scale) / 2 for side, kept in zip(photo.size, (width, height), strict=True))
    box = (max(left, 0), max(top, 0), min(left + width * scale, photo.width), min(top + height * scale, photo.height))
    return photo.resize((width, height), Image.Resampling.BICUBIC, box=box)
