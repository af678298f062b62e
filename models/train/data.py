"""Photos in folders and zips, and the cropped views of them that are kept on disk.

Every photo is cut into a few views once. The teacher looks at exactly the pixels that the student will see,
so that the student is asked for the features of what is in the crop, not of what was cut away.
"""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
VIEW_SIZE = 112  # pixels a side of a stored view; training crops and shrinks it further


class Photos:
    """Photos named `SOURCE/FILE`, in a fixed order; `SOURCE` is the folder's name, or the zip's without `.zip`."""

    def __init__(self, sources):
        self.names, self._open = [], []
        for source in sorted(Path(s) for s in sources):
            if source.is_dir():
                files = sorted(p for p in source.rglob("*") if p.suffix.lower() in SUFFIXES)
                entries = [(p.relative_to(source).as_posix(), p.read_bytes) for p in files]
            else:
                archive = zipfile.ZipFile(source)
                files = sorted(n for n in archive.namelist() if Path(n).suffix.lower() in SUFFIXES)
                entries = [(n, lambda a=archive, n=n: a.read(n)) for n in files]
            folder = source.name if source.is_dir() else source.stem
            self.names += [f"{folder}/{name}" for name, _ in entries]
            self._open += [read for _, read in entries]
        if not self.names:
            raise SystemExit(f"no photos (jpg, png, webp) in {', '.join(map(str, sources))}")

    def __len__(self):
        return len(self.names)

    def __getitem__(self, i):
        return Image.open(io.BytesIO(self._open[i]())).convert("RGB")

    def unreadable(self):
        names = []
        for i, name in enumerate(self.names):
            try:
                self[i]
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
                print(f"left out: {name}: {error}", flush=True)
                names.append(name)
        return names

    def drop(self, names):
        dropped = set(names)
        kept = [i for i, name in enumerate(self.names) if name not in dropped]
        self.names, self._open = [self.names[i] for i in kept], [self._open[i] for i in kept]


def view_box(size, view, seed):
    """The crop of a view: the centred square for view 0, else a random, nearly square part of the photo."""
    width, height = size
    short = min(size)
    if view == 0:
        left, top = (width - short) / 2, (height - short) / 2
        return left, top, left + short, top + short
    rng = np.random.default_rng(seed)
    side = short * rng.uniform(0.55, 1.0)
    stretch = np.exp(rng.uniform(-0.15, 0.15))
    w, h = min(side * stretch, width), min(side / stretch, height)
    left, top = rng.uniform(0, width - w), rng.uniform(0, height - h)
    return left, top, left + w, top + h


def cut(photo, box, side):
    return np.asarray(photo.resize((side, side), Image.Resampling.BICUBIC, box=box))


def save_array(path, array):
    """Writes beside and renames, so that a file with its final name is whole."""
    part = path.with_suffix(".part")
    with open(part, "wb") as f:
        np.save(f, array)
    part.rename(path)


def load_views(cache, view):
    return np.load(cache / f"views-{view}.npy", mmap_mode="r")


def settle(photos, cache, seed):
    """Drops what cannot be decoded, and ties the cache to these photos and this seed.

    With others its rows would be silently mixed up. Decoding everything takes a while, so the answer is kept.
    """
    cache.mkdir(parents=True, exist_ok=True)
    stamp = cache / "photos.json"
    if stamp.exists():
        kept = json.loads(stamp.read_text())
        if kept["seed"] != seed or kept["names"] != photos.names:
            raise SystemExit(f"{cache} was made from other photos or another seed: name another --cache")
    else:
        kept = {"seed": seed, "names": photos.names, "unreadable": photos.unreadable()}
        stamp.write_text(json.dumps(kept))
    photos.drop(kept["unreadable"])
