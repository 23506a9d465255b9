"""Pictures of what a model does to a few fixed images with fixed codes: `cli/probe.ts`."""

import io

import numpy as np
import torch
from PIL import Image

from .batches import colors
from .losses import redraw
from .model import Redo
from .packed import PackedSet
from .seeded import Random

# Images of a picture, at most.
IMAGES = 6


@torch.no_grad()
def draw_probe(model: Redo, dataset: PackedSet, seed: int) -> bytes:
    """A PNG, a row an image: the image, then mask and composition of each region.

    The images are the first of the validation split, of the training split where that is empty. Codes follow
    from the seed alone, so that pictures of one run differ by its weights.
    """
    split = "val" if dataset.count("val") else "train"
    count = min(IMAGES, dataset.count(split))
    regions, code = model.config.regions, model.config.codeSize
    random = Random(seed, "probe")
    codes = np.array([random.normal() for _ in range(count * regions * code)], np.float32)
    weight = next(model.parameters())
    images = colors(dataset.images(split, list(range(count))), weight.device, weight.dtype)
    codes = torch.from_numpy(codes.reshape(count, regions, code)).to(weight)
    # Spectral vectors and running moments stay as they are.
    training = model.training
    model.eval()
    try:
        masks, _, compositions = redraw(model, images, codes, list(range(regions)))
    finally:
        model.train(training)
    columns = [images]
    for k, composition in enumerate(compositions.float().chunk(regions)):
        columns += [(2 * masks[:, k : k + 1] - 1).expand(-1, 3, -1, -1), composition]
    grid = torch.cat([torch.cat(list(column.float()), 1) for column in columns], 2)
    pixels = ((grid + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0)
    file = io.BytesIO()
    Image.fromarray(pixels.cpu().numpy()).save(file, "PNG")
    return file.getvalue()
