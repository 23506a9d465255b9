"""Reads packed data sets, `npm run prepare-dataset`'s zip of stored files (`datasets/packed.ts`)."""

import hashlib
import io
import json
import pathlib
import zipfile

import numpy as np
from PIL import Image

from .config import UsageError

SPLITS = ("train", "val", "test")
# Bytes of decoded images that are kept.
KEPT_BYTES = 2**31


class PackedSet:
    """Images of one size by split and index; each is held against its checksum when it is read."""

    def __init__(self, path: str, size: int, regions: int):
        """Opens a set for a model of `size` pixels and `regions` regions; with fewer regions than the set
        has, all objects are one.

        Raises UsageError if it is no packed set, is damaged, or is of another size.
        """
        self.path = path
        if not pathlib.Path(path).is_file():
            raise UsageError(
                f"--dataset must be a packed set, which npm run prepare-dataset makes; got {path}, "
                + ("a folder" if pathlib.Path(path).is_dir() else "which is not there")
            )
        try:
            self._zip = zipfile.ZipFile(path)
            names = self._zip.namelist()
        except (zipfile.BadZipFile, OSError) as cause:
            raise UsageError(
                f"images: {path} must be a whole zip archive; {cause}. Copy or prepare it anew"
            ) from cause
        manifest = self._manifest(names)
        self.name: str = manifest["name"]
        own = manifest["regionNames"]
        self.region_names = own if len(own) <= regions else [own[0], "object"]
        self.notes: list[str] = manifest["notes"]
        self._grey_step = 255 / max(len(own) - 1, 1)
        if manifest["size"] != size:
            raise UsageError(
                f"images: {path} must be of the model's {size} pixels; got {manifest['size']}. "
                f"Prepare it anew with --size {size}"
            )
        self._sums = self._read_sums(manifest["sumsSha256"])
        self._images = {_stem(name): name for name in names if name.startswith("images/")}
        self._masks = {_stem(name): name for name in names if name.startswith("masks/")}
        lists = json.loads(self._checked("splits.json", manifest["splitsSha256"]))
        for name in (name for split in SPLITS for name in lists[split]):
            if name not in self._images:
                raise UsageError(f"images: {path} must have the image {name} that it lists")
        self._lists: dict[str, list[str]] = {split: lists[split] for split in SPLITS}
        self.size = size
        self._kept: dict[str, np.ndarray] = {}
        self._most_kept = max(1, KEPT_BYTES // (size * size * 3))

    def count(self, split: str) -> int:
        return len(self._lists[split])

    def labelled(self, split: str) -> list[int]:
        """Indices of the images that have true masks, ascending."""
        return [i for i, name in enumerate(self._lists[split]) if name in self._masks]

    def images(self, split: str, indices: list[int]) -> np.ndarray:
        """Colours `[count, size, size, 3]`, uint8."""
        return np.stack([self._image(self._lists[split][index]) for index in indices])

    def labels(self, split: str, indices: list[int]) -> np.ndarray:
        """True regions `[count, size, size]`, uint8, of images that have them."""
        return np.stack([self._labels(self._lists[split][index]) for index in indices])

    def _image(self, name: str) -> np.ndarray:
        colors = self._kept.get(name)
        if colors is None:
            colors = _rgb(self._decode(self._images[name]), f"{self._images[name]} in {self.path}")
            if len(self._kept) >= self._most_kept:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = colors
        return colors

    def _labels(self, name: str) -> np.ndarray:
        greys = np.asarray(self._decode(self._masks[name]).convert("L"))
        regions = np.floor(greys / self._grey_step + 0.5).astype(np.uint8)
        return np.minimum(regions, len(self.region_names) - 1)

    def _decode(self, file: str) -> Image.Image:
        try:
            image = Image.open(io.BytesIO(self._checked(file, self._sums.get(file, ""))))
            image.load()
        except (OSError, SyntaxError) as cause:
            raise UsageError(f"images: {file} in {self.path} can't be decoded; {cause}") from cause
        if image.size != (self.size, self.size):
            raise UsageError(
                f"images: {file} in {self.path} must be {self.size}×{self.size}; got {image.size}"
            )
        return image

    def _checked(self, file: str, sha256: str) -> bytes:
        try:
            data = self._zip.read(file)
        except KeyError as cause:
            raise UsageError(f"images: {self.path} must have the file {file}; it is missing") from cause
        except (zipfile.BadZipFile, OSError, EOFError) as cause:
            raise UsageError(
                f"images: {file} in {self.path} must be whole; {cause}. Copy or prepare it anew"
            ) from cause
        if hashlib.sha256(data).hexdigest() != sha256:
            raise UsageError(
                f"images: {file} in {self.path} must be as it was packed; its checksum differs. "
                "Copy or prepare the archive anew"
            )
        return data

    def _manifest(self, names: list[str]) -> dict:
        if "redo.json" not in names:
            raise UsageError(
                f"images: {self.path} must be a packed set, with redo.json in it; "
                "npm run prepare-dataset makes one"
            )
        try:
            manifest = json.loads(self._zip.read("redo.json"))
            if (manifest["format"], manifest["version"]) != ("redo-dataset", 1):
                raise ValueError(f"format {manifest['format']}, version {manifest['version']}")
            missing = {"name", "size", "regionNames", "notes", "splitsSha256", "sumsSha256"} - set(manifest)
            if missing:
                raise ValueError(f"no {', '.join(sorted(missing))}")
        except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as cause:
            raise UsageError(
                f"images: redo.json in {self.path} must be of redo-dataset, version 1; {cause}"
            ) from cause
        return manifest

    def _read_sums(self, sha256: list[str]) -> dict[str, str]:
        sums = {}
        for i, own in enumerate(sha256):
            for line in self._checked(f"sha256/{i}.txt", own).decode().splitlines():
                digest, file = line.split("  ", 1)
                sums[file] = digest
        return sums


def _stem(path: str) -> str:
    """As `stemOf` of `datasets/file-tree.ts`: the file's name without folder and ending."""
    name = path.rsplit("/", 1)[-1]
    return name[: name.rindex(".")] if "." in name else name


def _rgb(image: Image.Image, where: str) -> np.ndarray:
    """Colours `[height, width, 3]`; transparency lies over white, as a page shows it."""
    if image.mode.startswith(("I", "F")):
        raise UsageError(f"images: {where} must have 8 bits a channel; got mode {image.mode}")
    if "transparency" not in image.info and image.mode not in ("RGBA", "LA", "PA"):
        return np.asarray(image.convert("RGB"))
    rgba = np.asarray(image.convert("RGBA")).astype(np.float64)
    alpha = rgba[..., 3:] / 255
    return np.floor(rgba[..., :3] * alpha + 255 * (1 - alpha) + 0.5).astype(np.uint8)
