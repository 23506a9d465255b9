"""Layers that PyTorch does not have in the form that the published state_dict names."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .reduce import sum_over_processes

EPSILON = 1e-5
# How far running moments move towards those of a batch (PyTorch's `momentum`).
MOMENTUM = 0.1


def full(x: Tensor) -> Tensor:
    """In single precision what autocast has in half."""
    return x.float() if x.dtype in (torch.bfloat16, torch.float16) else x


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None = None, resample: str = "") -> Tensor:
    """Convolution that keeps the size; with `up` after nearest upsampling by 2, with `down` before average
    pooling by 2.

    Either is one convolution by 4×4 windows, with 16 products an output of the smaller map in the place of 36.

    x: `[batch, in, height, width]`; weight: `[out, in, kernel, kernel]`, 3×3 to resample.
    """
    if resample == "up":
        return F.conv_transpose2d(x, _widened(weight).flip(2, 3).transpose(0, 1), bias, 2, 1)
    if resample == "down":
        return F.conv2d(x, _widened(weight) / 4, bias, 2, 1)
    return F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2)


def _widened(weight: Tensor) -> Tensor:
    """Sums of 2×2 neighbours: `[out, in, 3, 3]` to `[out, in, 4, 4]`."""
    w = F.pad(weight, (1, 1, 1, 1))
    return w[..., :-1, :-1] + w[..., :-1, 1:] + w[..., 1:, :-1] + w[..., 1:, 1:]


class SpectralConv2d(nn.Module):
    """Convolution by W / σ, σ = uᵀ W v (Miyato et al. 2018; `torch.nn.utils.spectral_norm`).

    u and v make one power iteration at every forward pass in training mode and none in evaluation; in the
    gradient they are constants. All of it is in float32, also under autocast.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, bias: bool = True, resample: str = ""):
        """resample: as `convolve` has it."""
        super().__init__()
        self.weight_orig = nn.Parameter(torch.empty(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        self.register_buffer("weight_u", torch.empty(outputs))
        self.register_buffer("weight_v", torch.empty(inputs * kernel**2))
        self.resample = resample

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            weight = self.normalized()
        return convolve(x, weight, self.bias, self.resample)

    def normalized(self) -> Tensor:
        if self.training:
            self.advance()
        sigma = torch.dot(self.weight_u, torch.mv(self.weight_orig.flatten(1), self.weight_v))
        return self.weight_orig / sigma

    @torch.no_grad()
    def advance(self) -> None:
        """The power iteration: `v ← Wᵀu / ‖Wᵀu‖`, `u ← Wv / ‖Wv‖`."""
        matrix = self.weight_orig.flatten(1)
        # New tensors: the next forward pass may come before this one's backward pass.
        self.weight_v = F.normalize(torch.mv(matrix.t(), self.weight_u), dim=0, eps=1e-12)
        self.weight_u = F.normalize(torch.mv(matrix, self.weight_v), dim=0, eps=1e-12)


def instance_norm_relu(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Normalises each channel of each image, then scale, shift and ReLU.

    As one batch norm over `batch · channels` channels, which CPUs and GPUs have in one operation.

    x: `[batch, channels, height, width]`; scale, shift: `[batch, channels]`.
    """
    batch, channels, height, width = x.shape
    y = F.batch_norm(
        x.reshape(1, batch * channels, height, width),
        None,
        None,
        full(scale).flatten(),
        full(shift).flatten(),
        training=True,
        eps=EPSILON,
    )
    return F.relu(y.view(batch, channels, height, width))


class AffineNormRelu(nn.Module):
    """Instance norm with a learnt scale and shift a channel, then ReLU."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        batch = x.shape[0]
        return instance_norm_relu(x, self.weight.expand(batch, -1), self.bias.expand(batch, -1))


class BatchMoments(nn.Module):
    """Batch norm without affine, over the whole batch of all processes (the paper's normalisation).

    Evaluation uses the running moments.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        mean, variance = self.running_mean, self.running_var
        if self.training:
            mean, variance = self._moments(full(x))
        scale = torch.rsqrt(variance + EPSILON)
        return (x - mean[:, None, None]) * scale[:, None, None]

    def _moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        count = sum_over_processes(x.new_tensor(x.numel() / x.shape[1]))
        mean = sum_over_processes(x.sum((0, 2, 3))) / count
        variance = sum_over_processes((x - mean[:, None, None]).square().sum((0, 2, 3))) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, MOMENTUM)
            # PyTorch keeps the unbiased variance.
            self.running_var.lerp_(variance * (count / (count - 1)), MOMENTUM)
        return mean, variance


class SelfAttention(nn.Module):
    """`x + γ · o(h · softmax(gᵀ f))`, g and h max-pooled by 2 (SAGAN, Zhang et al. 2018)."""

    def __init__(self, channels: int):
        super().__init__()
        keys, values = max(channels // 8, 1), channels // 2
        self.f = SpectralConv2d(channels, keys, 1, bias=False)
        self.g = SpectralConv2d(channels, keys, 1, bias=False)
        self.h = SpectralConv2d(channels, values, 1, bias=False)
        self.o = SpectralConv2d(values, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        queries = self.f(x).flatten(2).transpose(1, 2)  # [batch, pixels, keys]
        keys = F.max_pool2d(self.g(x), 2).flatten(2).transpose(1, 2)  # [batch, pixels / 4, keys]
        values = F.max_pool2d(self.h(x), 2).flatten(2).transpose(1, 2)  # [batch, pixels / 4, values]
        shares = torch.bmm(queries, keys.transpose(1, 2)).softmax(-1)  # [batch, pixels, pixels / 4]
        mixed = torch.bmm(shares, values).to(x.dtype)  # [batch, pixels, values]
        mixed = mixed.transpose(1, 2).reshape(x.shape[0], -1, *x.shape[2:])
        return x + self.gamma * self.o(mixed)
