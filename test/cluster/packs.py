"""Small packed sets (the form is told in `datasets/packed.ts`)."""

import hashlib
import io
import json
import pathlib
import zipfile

import numpy as np
from PIL import Image


def write_packed(path: pathlib.Path, size: int, counts: dict[str, int], **manifest) -> None:
    """An oval of one colour range on a background of another, each image with its mask."""
    random = np.random.default_rng(0)
    sums, splits = [], {split: [] for split in counts}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for split, count in counts.items():
            for i in range(count):
                name = f"{split}-{i}"
                splits[split].append(name)
                colors, labels = _oval(size, random)
                for file, pixels in ((f"masks/{name}.png", 255 * labels), (f"images/{name}.png", colors)):
                    data = _png(pixels)
                    archive.writestr(file, data)
                    sums.append(f"{hashlib.sha256(data).hexdigest()}  {file}\n")
        lists = json.dumps(splits).encode()
        own = "".join(sums).encode()
        archive.writestr("sha256/0.txt", own)
        archive.writestr("splits.json", lists)
        archive.writestr(
            "redo.json",
            json.dumps(
                {
                    "format": "redo-dataset",
                    "version": 1,
                    "name": "ovals",
                    "size": size,
                    "regionNames": ["background", "object"],
                    "resampling": "smooth",
                    "notes": [],
                    "splitsSha256": hashlib.sha256(lists).hexdigest(),
                    "sumsSha256": [hashlib.sha256(own).hexdigest()],
                }
                | manifest
            ),
        )


def _oval(size: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Colours `[size, size, 3]` and regions `[size, size]`, uint8."""
    y, x = np.mgrid[:size, :size] / size
    cx, cy = random.uniform(0.35, 0.65, 2)
    rx, ry = random.uniform(0.15, 0.35, 2)
    labels = (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1).astype(np.uint8)
    palette = np.array([random.uniform(0, 120, 3), random.uniform(130, 250, 3)])
    noise = random.uniform(-5, 5, (size, size, 3))
    return np.clip(palette[labels] + noise, 0, 255).astype(np.uint8), labels


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()
