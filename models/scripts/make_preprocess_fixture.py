"""Records what Pillow makes of small images: tests/data/preprocess.safetensors.

Case i of the metadata has its result in `expected.i`: an RGBA image laid on white, its shorter side resized, its centre
cropped, as torchvision does with Pillow.
Run from the project root: `python models/scripts/make_preprocess_fixture.py`. Needs numpy, pillow, safetensors.
"""

import json
from pathlib import Path

import numpy as np
import PIL
from PIL import Image
from safetensors.numpy import save_file

OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "preprocess.safetensors"
FILTERS = {
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def photo(width: int, height: int, alpha: bool = False) -> np.ndarray:
    """Waves with hard edges and grain, so that every filter overshoots somewhere."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 127 * np.sin(x / (3 + c) + y / (5 - c)) for c in range(3)]
    colours = np.stack(waves, axis=-1)
    colours[(x // 7 + y // 5) % 3 == 0] = (255, 255, 0)
    colours += np.random.default_rng(width * 1000 + height).normal(0, 20, colours.shape)
    opacity = 255 * x / max(width - 1, 1) if alpha else np.full((height, width), 255.0)
    return np.clip(np.dstack([colours, opacity]), 0, 255).astype(np.uint8)


def checkers(width: int, height: int) -> np.ndarray:
    """Black and white noise, the worst case for clipping between the two passes."""
    grey = np.random.default_rng(7).integers(0, 2, (height, width, 1), dtype=np.uint8) * 255
    return np.concatenate([grey] * 3 + [np.full_like(grey, 255)], axis=-1)


def pillow(rgba: np.ndarray, name: str, side: int, crop: tuple[int, int]) -> np.ndarray:
    image = Image.fromarray(rgba, "RGBA")
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    width, height = flat.size
    if width <= height:
        size = side, int(side * height / width)
    else:
        size = int(side * width / height), side
    flat = flat.resize(size, FILTERS[name])
    left, top = int(round((size[0] - crop[1]) / 2.0)), int(round((size[1] - crop[0]) / 2.0))
    return np.asarray(flat.crop((left, top, left + crop[1], top + crop[0])))


def main() -> None:
    images = {
        "landscape": photo(110, 70),
        "portrait": photo(61, 97),
        "small": photo(13, 17),
        "square": photo(32, 32),
        "one_wider": photo(33, 32),
        "three_taller": photo(32, 35),
        "five_wider": photo(37, 32),
        "transparent": photo(50, 40, alpha=True),
        "checkers": checkers(80, 60),
        "pixel": photo(1, 1),
        "row": photo(120, 1),
        "column": photo(1, 120),
        "ribbon": photo(400, 24),
    }
    square = (32, 32)
    cases = [(image, name, 32, square) for image in ("landscape", "small") for name in FILTERS]
    cases += [
        ("portrait", "bicubic", 32, square),
        ("portrait", "bilinear", 36, square),
        ("portrait", "bicubic", 37, (20, 33)),
        ("square", "bicubic", 32, square),
        ("one_wider", "bicubic", 32, square),
        ("three_taller", "bicubic", 32, square),
        ("five_wider", "bicubic", 32, square),
        ("transparent", "bicubic", 32, square),
        ("checkers", "bicubic", 32, square),
        ("pixel", "bicubic", 32, square),
        ("row", "bicubic", 32, square),
        ("column", "lanczos", 32, square),
        ("ribbon", "bicubic", 3, (3, 3)),
    ]
    tensors, entries = {f"image.{name}": rgba for name, rgba in images.items()}, []
    for number, (image, filter_name, side, crop) in enumerate(cases):
        tensors[f"expected.{number}"] = pillow(images[image], filter_name, side, crop)
        entries.append({"image": image, "filter": filter_name, "shorter_side": side})
    OUT.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"cases": json.dumps(entries), "pillow": PIL.__version__}
    save_file(tensors, OUT, metadata=metadata)
    print(f"{len(cases)} cases, {OUT.stat().st_size} bytes, Pillow {PIL.__version__}")


if __name__ == "__main__":
    main()
