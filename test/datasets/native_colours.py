"""How far images as the published code reads them are from copies of them that were kept as JPEG.

    python test/datasets/native_colours.py NATIVE_FOLDER PREPARED_FOLDER

Needs Pillow and NumPy. NATIVE_FOLDER has the authors' files, PREPARED_FOLDER the same names at 128×128.
Prints the mean absolute error of 255: of the square itself, and of the square coded as JPEG again.
"""

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = 128
QUALITY = 92


def square(image: Image.Image) -> Image.Image:
    """Short side to SIZE by NEAREST, centre crop: `Resize` and `CenterCrop` of torchvision."""
    width, height = image.size
    short = min(width, height)
    scaled = (int(SIZE * width / short), int(SIZE * height / short))
    left, top = (round((side - SIZE) / 2) for side in scaled)
    box = (left, top, left + SIZE, top + SIZE)
    return image.resize(scaled, Image.Resampling.NEAREST).crop(box)


def coded(image: Image.Image) -> Image.Image:
    """The image after JPEG as the prepared files have it."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY, subsampling=2)
    return Image.open(file).convert("RGB")


def error(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


def main() -> None:
    native, prepared = (Path(folder) for folder in sys.argv[1:3])
    rows = []
    for path in sorted(native.rglob("*.jpg")):
        copy = prepared / path.name
        if not copy.exists():
            continue
        own = square(Image.open(path).convert("RGB"))
        kept = Image.open(copy).convert("RGB")
        rows.append((error(own, kept), error(coded(own), kept)))
    if not rows:
        raise SystemExit(f"native_colours: {prepared} must have images called as those of {native}")
    for name, values in zip(("the square", "the square as JPEG"), zip(*rows)):
        print(f"{name}: mean {np.mean(values):.2f}, at most {max(values):.2f}, {len(rows)} images")


main()
