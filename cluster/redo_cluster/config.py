"""What a model is made of and how it is trained, as `core/model/config.ts` has it.

The presets come from the same JSON file that TypeScript reads. Fields have the names that they have in
the files, because that is where a reader meets them.
"""

import json
import math
from dataclasses import asdict, dataclass, fields
from importlib import resources

NETWORKS = ("mask", "generator", "discriminator", "encoder")

# What a file or a person may ask for before it is surely a mistake that would only fill the memory.
MAX_WIDTH = 1024


class UsageError(Exception):
    """What the user gave can't be run: shown without a stack."""


@dataclass(frozen=True)
class ModelConfig:
    """Shape of the four networks; see `ModelConfig` in `core/model/config.ts`."""

    size: int
    regions: int
    codeSize: int
    widths: dict[str, int]
    maskResidualBlocks: int
    attention: dict[str, bool]
    normalization: str
    temperature: float

    def __post_init__(self):
        depth(self.size)
        _whole("regions", self.regions, 2, 16)
        _whole("codeSize", self.codeSize, 1, 4096)
        _whole("maskResidualBlocks", self.maskResidualBlocks, 0, 64)
        _keys("widths", self.widths, NETWORKS)
        # f's first layer has a quarter of its width.
        _whole("widths.mask", self.widths["mask"], 4, MAX_WIDTH)
        for network in NETWORKS[1:]:
            _whole(f"widths.{network}", self.widths[network], 1, MAX_WIDTH)
        _keys("attention", self.attention, ("generator", "discriminator"))
        if self.attention["discriminator"]:
            _whole("widths.discriminator with attention", self.widths["discriminator"], 2)
        _number("temperature", self.temperature)
        if self.temperature <= 0:
            raise UsageError(f"temperature must be greater than 0; got {self.temperature}")
        _one_of("normalization", self.normalization, ("instance", "batch"))


@dataclass(frozen=True)
class TrainingConfig:
    """How the networks are trained; see `TrainingConfig` in `core/model/config.ts`."""

    variant: str
    batchSize: int
    lambdaZ: float
    learningRates: dict[str, float]
    beta1: float
    beta2: float
    epsilon: float
    maskWeightDecay: float
    initGain: float
    decay: dict[str, float] | None = None
    start: dict[str, int] | None = None
    maskNoise: dict[str, float] | None = None
    splits: dict[str, int] | None = None

    def __post_init__(self):
        _one_of("variant", self.variant, ("published", "paper"))
        _whole("batchSize", self.batchSize, 1)
        if self.decay is not None:
            _span("decay", self.decay, "factor")
            _number("decay.factor", self.decay["factor"], 0, 1)
        if self.start is not None:
            _keys("start", self.start, ("regions", "warmUp", "balance"))
            _whole("start.regions", self.start["regions"], 2)
            _whole("start.warmUp", self.start["warmUp"], 0)
            _whole("start.balance", self.start["balance"], 0)
        if self.maskNoise is not None:
            _span("maskNoise", self.maskNoise, "temperature")
            _number("maskNoise.temperature", self.maskNoise["temperature"], 0, 1)
            if self.maskNoise["temperature"] == 0:
                raise UsageError("maskNoise.temperature must be greater than 0; got 0")
        if self.splits is not None:
            _span("splits", self.splits, "every")
            _whole("splits.every", self.splits["every"], 1)
        _keys("learningRates", self.learningRates, NETWORKS)
        for network in NETWORKS:
            _number(f"learningRates.{network}", self.learningRates[network])
        for name in ("lambdaZ", "epsilon", "maskWeightDecay", "initGain"):
            _number(name, getattr(self, name))
        for name in ("beta1", "beta2"):
            _number(name, getattr(self, name))
            if getattr(self, name) >= 1:
                raise UsageError(
                    f"{name} must be a number from 0 to less than 1; got {getattr(self, name)}"
                )

    def rate_at(self, network: str, iteration: int) -> float:
        """Learning rate of a network when `iteration` iterations have been completed."""
        rate = self.learningRates[network]
        if network == "mask" and self.start is not None and self.start["warmUp"] > 0:
            rate *= min(1.0, iteration / self.start["warmUp"])
        if self.decay is not None:
            rate *= 1 - (1 - self.decay["factor"]) * _passed(self.decay, iteration)
        return rate

    def regions_in_play(self, regions: int, iteration: int) -> int:
        """How many of the regions are redrawn, the first ones: those it started with, until splits may come."""
        if self.start is None or self.splits is None or iteration >= self.splits["fromIteration"]:
            return regions
        return self.start["regions"]

    def is_split_due(self, iteration: int) -> bool:
        """Whether an iteration is one before which a region may be split."""
        if self.splits is None:
            return False
        passed = iteration - self.splits["fromIteration"]
        return passed >= 0 and iteration <= self.splits["toIteration"] and passed % self.splits["every"] == 0

    def noise_at(self, iteration: int) -> tuple[float, float] | None:
        """Amount, and temperature, of the noise on f's logits; None for none (`drawMaskNoise`)."""
        if self.maskNoise is None:
            return None
        amount = _passed(self.maskNoise, iteration)
        return (amount, 1 - (1 - self.maskNoise["temperature"]) * amount) if amount > 0 else None


@dataclass(frozen=True)
class Preset:
    """A model and its training that have a name."""

    name: str
    dataset: str
    model: dict
    training: dict


def find_preset(name: str) -> Preset:
    """Raises UsageError naming the known presets."""
    shared = json.loads(resources.files(__package__).joinpath("presets.json").read_text("utf-8"))
    published = shared["published"]
    for each in shared["presets"]:
        if each["name"] == name:
            return Preset(
                name,
                each["dataset"],
                published["model"] | each["model"],
                published["training"] | each["training"],
            )
    known = ", ".join(each["name"] for each in shared["presets"])
    raise UsageError(f"preset: must be one of {known}; got {name}")


def model_config(values: dict) -> ModelConfig:
    """Raises UsageError naming the field and what it must be."""
    return _build(ModelConfig, values)


def training_config(values: dict, regions: int) -> TrainingConfig:
    """regions: of the model that is trained. Raises UsageError naming the field and what it must be."""
    training = _build(TrainingConfig, values)
    if training.splits and regions < 3:
        raise UsageError(f"splits must be left out for fewer than 3 regions; got {regions}")
    if training.start:
        started = training.start["regions"]
        _whole("start.regions", started, 2, regions)
        if not training.splits and started < regions:
            raise UsageError(
                f"start.regions must be all {regions} where there are no splits, or they stay empty; got {started}"
            )
    return training


def as_json(config: ModelConfig | TrainingConfig) -> dict:
    """The configuration as the checkpoints have it."""
    return {name: value for name, value in asdict(config).items() if value is not None}


def depth(size: int) -> int:
    """L of `size = 4 · 2^L`: the blocks by which a generator goes up and an encoder down."""
    if type(size) is not int or size not in (16, 32, 64, 128, 256):
        raise UsageError(f"size must be 16, 32, 64, 128 or 256 (4 · 2^L); got {size}")
    return int(math.log2(size // 4))


def _build(kind, values: dict):
    names = [field.name for field in fields(kind)]
    unknown = [name for name in values if name not in names]
    if unknown:
        raise UsageError(
            f"config: fields must be among {', '.join(names)}; got {', '.join(unknown)}"
        )
    try:
        return kind(**values)
    except TypeError as cause:
        raise UsageError(f"config: every field must be given; {cause}") from cause


def _passed(span: dict[str, float], iteration: int) -> float:
    """Share in [0, 1] of the way from `fromIteration` to `toIteration`."""
    start, end = span["fromIteration"], span["toIteration"]
    return min(1.0, max(0.0, (iteration - start) / (end - start)))


def _span(name: str, value, other: str) -> None:
    """Checks what changes from an iteration to another."""
    _keys(name, value, ("fromIteration", "toIteration", other))
    _whole(f"{name}.fromIteration", value["fromIteration"], 0)
    _whole(f"{name}.toIteration", value["toIteration"], value["fromIteration"] + 1)


def _keys(name: str, value, keys: tuple[str, ...]) -> None:
    if not isinstance(value, dict) or set(value) != set(keys):
        raise UsageError(f"{name} must have {', '.join(keys)}; got {json.dumps(value)}")


def _whole(name: str, value, least: int, most: float = math.inf) -> None:
    if type(value) is not int or value < least:
        raise UsageError(f"{name} must be a whole number of at least {least}; got {value}")
    if value > most:
        raise UsageError(f"{name} must be at most {most}; got {value}")


def _number(name: str, value, least: float = 0, most: float = math.inf) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not least <= value <= most:
        reach = f"of at least {least}" if most == math.inf else f"from {least} to {most}"
        raise UsageError(f"{name} must be a number {reach}; got {value}")


def _one_of(name: str, value, words: tuple[str, ...]) -> None:
    if value not in words:
        raise UsageError(f"{name} must be {' or '.join(words)}; got {value}")
