"""The losses of the two updates (paper, section 3.3; the loop of `train.py`).

Each is a module over the networks that it needs, so that DistributedDataParallel can wrap it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .mask_network import MaskNoise
from .model import Redo


def redraw(
    model: Redo, images: Tensor, codes: Tensor, regions: list[int], noise: MaskNoise | None = None
) -> tuple[Tensor, list[Tensor], Tensor]:
    """Masks M, drawn regions M_k ⊙ V_k, and the compositions Î_k of all redrawn regions one after the
    other, `[redrawn · batch, 3, size, size]`.

    images: I `[batch, 3, size, size]`; codes: z `[batch, regions, codeSize]`.
    """
    masks = model.mask(images, noise)
    drawn = model.generator(masks, codes, regions)
    fakes = [own + (1 - masks[:, k : k + 1]) * images for k, own in zip(regions, drawn)]
    return masks, drawn, torch.cat(fakes)


class GeneratorLosses(nn.Module):
    """−E[D(Î)] + λ_z E[(δ(Î) − z)²], of f, G and δ."""

    def __init__(self, model: Redo, lambda_z: float):
        super().__init__()
        self.model = model
        self.lambda_z = lambda_z

    def forward(
        self, images: Tensor, codes: Tensor, regions: list[int], noise: MaskNoise | None = None
    ) -> tuple[Tensor, Tensor]:
        """The loss, and the numbers `[adversarial, recovery, areas…]`.

        δ reads Σ_k M_k ⊙ V_k where several regions are redrawn, the composition where one is; only their
        codes count.
        """
        masks, drawn, fakes = redraw(self.model, images, codes, regions, noise)
        adversarial = -self.model.discriminator(fakes).mean()
        read = torch.stack(drawn).sum(0) if len(regions) > 1 else fakes
        # Several are the first ones.
        counted = slice(regions[0], regions[-1] + 1)
        recovery = (self.model.encoder(read) - codes)[:, counted].square().mean()
        areas = masks.detach().mean((0, 2, 3))
        numbers = torch.cat([torch.stack([adversarial, recovery]).detach(), areas])
        return adversarial + self.lambda_z * recovery, numbers


class DiscriminatorLoss(nn.Module):
    """E[max(0, 1 − D(I))] + E[max(0, 1 + D(Î))]."""

    def __init__(self, discriminator: nn.Module):
        super().__init__()
        self.discriminator = discriminator

    def forward(self, real: Tensor, fakes: Tensor) -> tuple[Tensor, Tensor]:
        """The loss, and the numbers `[loss, mean D(I), mean D(Î)]`."""
        on_real, on_fakes = self.discriminator(real), self.discriminator(fakes)
        loss = F.relu(1 - on_real).mean() + F.relu(1 + on_fakes).mean()
        return loss, torch.stack([loss, on_real.mean(), on_fakes.mean()]).detach()
