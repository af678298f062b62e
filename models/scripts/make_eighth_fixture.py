"""Records small JPEGs and what Pillow makes of them: tests/data/eighth.safetensors.

`jpeg.NAME`: the bytes of a file. `expected.NAME`, (h, w, 3): the means of the blocks of 8 x 8 pixels that Pillow decodes, upright.
`other.NAME`: files of kinds that are not read.
Run from the project root: `python models/scripts/make_eighth_fixture.py`. Needs numpy, pillow, safetensors.
"""

import io
import struct
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageCms, ImageOps
from safetensors.numpy import save_file

OUT = Path(__file__).resolve().parents[2] / "tests" / "data" / "eighth.safetensors"
SIDE = 8
SAMPLINGS = {"444": 0, "422": 1, "420": 2}
ORIENTATION = 0x0112


def picture(width: int, height: int) -> np.ndarray:
    """Light with edges and grain; colours that change slowly, because files hold fewer of them."""
    y, x = np.mgrid[0:height, 0:width]
    light = 110 + 40 * np.sin(x / 9 + y / 13) + 30 * ((x // 11 + y // 17) % 2)
    light += np.random.default_rng(width).normal(0, 6, light.shape)
    colours = np.stack([14 * x / width, 10 * y / height, -12 * (x + y) / (width + height)], axis=-1)
    return np.clip(light[..., None] + colours, 0, 255).astype(np.uint8)


def write(pixels: np.ndarray, mode: str | None = None, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels, mode).save(file, "JPEG", **{"quality": 90, "subsampling": 0, **options})
    return file.getvalue()


def segment(marker: int, *body: int) -> bytes:
    return bytes([0xFF, marker, *(len(body) + 2).to_bytes(2, "big"), *body])


def blocks(pixels: np.ndarray, factors: list[tuple[int, int]], apart: bool) -> bytes:
    """A file of flat blocks with any sampling, the components in one scan or each in its own: Pillow writes no such files.

    Every block is eight pixels of the picture wide and high, divided by how much more the largest factor is.
    """
    most = [max(factor[i] for factor in factors) for i in (0, 1)]
    height, width = pixels.shape[:2]
    planes = np.moveaxis(np.asarray(Image.fromarray(pixels).convert("YCbCr"), dtype=np.float64), 2, 0)
    across, down = (-(-side // (SIDE * factor)) for side, factor in zip((width, height), most))
    means = []
    for plane, (h, v) in zip(planes, factors):
        x, y = SIDE * most[0] // h, SIDE * most[1] // v
        full = np.pad(plane, ((0, down * v * y - height), (0, across * h * x - width)), mode="edge")
        means.append(np.round(full.reshape(down * v, y, across * h, x).mean(axis=(1, 3))).astype(int) - 128)
    ids = range(1, len(factors) + 1)
    # Twelve categories of differences, each a code of four bits; and one code for the end of a block.
    head = b"\xff\xd8" + segment(0xDB, 0x10, *[0, 8] * 64)
    frame = [byte for i, (h, v) in zip(ids, factors) for byte in (i, h << 4 | v, 0)]
    head += segment(0xC0, 8, *height.to_bytes(2, "big"), *width.to_bytes(2, "big"), len(factors), *frame)
    head += segment(0xC4, 0x00, 0, 0, 0, 12, *[0] * 12, *range(12)) + segment(0xC4, 0x10, 1, *[0] * 15, 0)

    def scan(parts: list[int]) -> bytes:
        alone = len(parts) == 1
        last, bits = dict.fromkeys(parts, 0), ""
        rows, columns = down, across
        if alone:
            h, v = factors[parts[0]]
            rows, columns = -(-height * v // (SIDE * most[1])), -(-width * h // (SIDE * most[0]))
        for row, column in np.ndindex(rows, columns):
            for part in parts:
                h, v = (1, 1) if alone else factors[part]
                for y, x in np.ndindex(v, h):
                    mean = int(means[part][row * v + y, column * h + x])
                    difference, last[part] = mean - last[part], mean
                    size = abs(difference).bit_length()
                    value = difference if difference > 0 else difference + (1 << size) - 1
                    bits += f"{size:04b}" + (f"{value:0{size}b}" if size else "") + "0"
        bits += "1" * (-len(bits) % 8)
        data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
        return segment(0xDA, len(parts), *[byte for part in parts for byte in (part + 1, 0)], 0, 63, 0) + data

    parts = range(len(factors))
    scans = [scan([part]) for part in parts] if apart else [scan(list(parts))]
    return head + b"".join(scans) + b"\xff\xd9"


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes()


def table_profile() -> bytes:
    """sRGB as older programs describe it: version 2, its curve as a table."""
    colours = {"r": (0.43607, 0.22249, 0.01392), "g": (0.38515, 0.71687, 0.09708), "b": (0.14307, 0.06061, 0.7141)}
    x = np.linspace(0, 1, 1024)
    light = np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    curve = b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *np.round(65535 * light).astype(int))
    tags = {f"{c}TRC": curve for c in colours}
    tags |= {f"{c}XYZ": b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * v) for v in xyz)) for c, xyz in colours.items()}
    start = 128 + 4 + 12 * len(tags)
    directory, data = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        directory += name.encode() + struct.pack(">II", start + len(data), len(value))
        data += value
    header = struct.pack(">I4sI12s16s4s", start + len(data), b"", 0x02100000, b"mntrRGB XYZ ", b"", b"acsp")
    return header.ljust(128, b"\0") + directory + data


def means(jpeg: bytes) -> np.ndarray:
    """Of whole blocks, before the picture is turned: that begins at the corner where the file does."""
    image = Image.open(io.BytesIO(jpeg))
    orientation = image.getexif().get(ORIENTATION, 1)
    pixels = np.asarray(image.convert("RGB"), dtype=np.float64)
    height, width = (-(-side // SIDE) for side in pixels.shape[:2])
    blocks = np.zeros((height, width, 3), dtype=np.uint8)
    for row in range(height):
        for column in range(width):
            block = pixels[SIDE * row : SIDE * (row + 1), SIDE * column : SIDE * (column + 1)]
            blocks[row, column] = np.round(block.mean(axis=(0, 1)))
    small = Image.fromarray(blocks)
    small.getexif()[ORIENTATION] = orientation
    return np.asarray(ImageOps.exif_transpose(small))


def main() -> None:
    colour = picture(72, 56)
    files = {f"{kind}.{name}": write(colour, subsampling=value, progressive=kind == "progressive")
             for kind in ("baseline", "progressive") for name, value in SAMPLINGS.items()}
    for kind in ("baseline", "progressive"):
        files[f"{kind}.grey"] = write(colour[..., 1], progressive=kind == "progressive")
        # Sides that end within a block, and within blocks that are coded together.
        files[f"{kind}.odd"] = write(picture(83, 61), subsampling=2, progressive=kind == "progressive")
        files[f"{kind}.restarts"] = write(
            colour, subsampling=2, restart_marker_blocks=2, progressive=kind == "progressive"
        )
    for orientation in range(1, 9):
        files[f"turned.{orientation}"] = write(picture(56, 32), exif=turned(orientation))
    for name, factors in {
        "411": [(4, 1), (1, 1), (1, 1)],
        "440": [(1, 2), (1, 1), (1, 1)],
        "410": [(4, 2), (1, 1), (1, 1)],
        "420": [(2, 2), (1, 1), (1, 1)],
        "light is smaller": [(1, 1), (2, 1), (2, 1)],
    }.items():
        for kind, apart in (("together", False), ("apart", True)):
            files[f"{kind}.{name}"] = blocks(picture(136, 120), factors, apart)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Without the date on which it was made.
    files["srgb"] = write(colour, icc_profile=profile[:24] + bytes(12) + profile[36:])
    files["srgb table"] = write(colour, icc_profile=table_profile())
    others = {
        "red, green, blue": write(colour, keep_rgb=True),
        "four inks": write(np.dstack([colour, colour[..., 0]]), mode="CMYK"),
        "sampling by one and a half": blocks(picture(136, 120), [(3, 1), (2, 1), (1, 1)], False),
    }
    tensors = {f"jpeg.{name}": np.frombuffer(jpeg, dtype=np.uint8) for name, jpeg in files.items()}
    tensors |= {f"expected.{name}": np.ascontiguousarray(means(jpeg)) for name, jpeg in files.items()}
    tensors |= {f"other.{name}": np.frombuffer(jpeg, dtype=np.uint8) for name, jpeg in others.items()}
    save_file(tensors, OUT, metadata={"pillow": PIL.__version__})
    print(f"{len(files) + len(others)} files, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
