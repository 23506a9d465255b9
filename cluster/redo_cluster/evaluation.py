"""Scores of masks against the truth (`core/training/evaluation.ts`; `evaluate` in `train.py`)."""

import itertools
from dataclasses import dataclass

import numpy as np
import torch

from .batches import colors
from .config import UsageError
from .model import Redo
from .packed import PackedSet

# Images scored at a time.
BATCH = 25


@dataclass
class Evaluation:
    """Mean scores over labelled images, each image under its best permutation of regions.

    accuracy: share of pixels in the right region. iou: of each true region, background first.
    objectIou: mean over images of the mean IoU of the regions that the image has, the background left out.
    areas: mean of each mask, in the model's order of regions.
    """

    count: int
    accuracy: float
    iou: list[float]
    objectIou: float
    areas: list[float]


class Evaluator:
    """Gathers the scores of one image after the other.

    Masks are hardened to the region with the most of each pixel. Accuracy takes the assignment of regions
    that is best for accuracy, and IoU the one that is best for the objects' IoU, image by image. A region
    that an image does not have counts in no mean of it.
    """

    def __init__(self, true_regions: int, regions: int):
        if regions < true_regions:
            raise UsageError(
                "evaluation: the model must have at least as many regions as the truth; "
                f"got {regions} for {true_regions}"
            )
        self._regions, self._true_regions = regions, true_regions
        self._assignments = [
            list(each) for each in itertools.permutations(range(regions), true_regions)
        ]
        self._accuracies: list[float] = []
        self._objects: list[float] = []
        self._ious: list[np.ndarray] = []
        self._areas: list[np.ndarray] = []

    def add(self, masks: np.ndarray, labels: np.ndarray) -> None:
        """masks `[regions, height, width]`, each in [0, 1]; labels `[height, width]`."""
        hard = masks.argmax(0).astype(np.int64)
        both = np.bincount(
            (hard * self._true_regions + labels).ravel(),
            minlength=self._regions * self._true_regions,
        ).reshape(self._regions, self._true_regions)
        found, real = both.sum(1), both.sum(0)
        truths = np.arange(self._true_regions)
        best, accuracy = (-1.0, None), 0.0
        for assignment in self._assignments:
            right = both[assignment, truths]
            accuracy = max(accuracy, right.sum() / labels.size)
            union = real + found[assignment] - right
            iou = np.where(real > 0, right / np.maximum(union, 1), np.nan)
            present = iou[1:][real[1:] > 0]
            objects = float(present.mean()) if present.size else 0.0
            if objects > best[0]:
                best = (objects, iou)
        self._accuracies.append(accuracy)
        self._objects.append(best[0])
        self._ious.append(best[1])
        self._areas.append(masks.mean((1, 2), dtype=np.float64))

    def result(self) -> Evaluation:
        ious = np.array(self._ious)
        counts = np.maximum((~np.isnan(ious)).sum(0), 1)
        return Evaluation(
            count=len(self._objects),
            accuracy=float(np.mean(self._accuracies)),
            iou=(np.nansum(ious, 0) / counts).tolist(),
            objectIou=float(np.mean(self._objects)),
            areas=np.mean(self._areas, 0).tolist(),
        )


@torch.no_grad()
def evaluate(model: Redo, dataset: PackedSet, split: str, count: int) -> Evaluation | None:
    """Scores f's masks of the first `count` images of a split that have true masks; None if none has."""
    scored = dataset.labelled(split)[:count]
    if not scored:
        return None
    weight = next(model.parameters())
    evaluator = Evaluator(len(dataset.region_names), model.config.regions)
    for start in range(0, len(scored), BATCH):
        indices = scored[start : start + BATCH]
        masks = model.mask(colors(dataset.images(split, indices), weight.device, weight.dtype)).cpu().numpy()
        for own, labels in zip(masks, dataset.labels(split, indices)):
            evaluator.add(own, labels)
    return evaluator.result()
