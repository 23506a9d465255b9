"""The random numbers of `datasets/random.ts`: equal keys give equal streams in both languages."""

import math

_MASK = 0xFFFFFFFF


class Random:
    """xoshiro128** (Blackman and Vigna 2021), its state a hash of the keys.

    Normal numbers go through the logarithm and the cosine of the platform, whose last bit may differ
    from JavaScript's; in float32 hardly any does.
    """

    def __init__(self, *keys: int | str):
        name = "\0".join(map(str, keys))
        self._state = [_hash(name, word + 1) for word in range(4)]

    def word(self) -> int:
        """Uniform over the integers of [0, 2^32)."""
        a, b, c, d = self._state
        result = (_rotate(b * 5 & _MASK, 7) * 9) & _MASK
        c ^= a
        d ^= b
        self._state = [a ^ d, b ^ c, c ^ (b << 9 & _MASK), _rotate(d, 11)]
        return result

    def uniform(self, low: float = 0, high: float = 1) -> float:
        """Uniform over [low, high)."""
        return low + (high - low) * (self.word() / 2**32)

    def integer(self, count: int) -> int:
        """Uniform over the integers of [0, count)."""
        return math.floor(self.uniform(0, count))

    def normal(self) -> float:
        """Standard normal, by Box and Muller's transform."""
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


def _rotate(x: int, bits: int) -> int:
    return (x << bits | x >> (32 - bits)) & _MASK


def _hash(text: str, seed: int) -> int:
    h = _mix(seed * 0x9E3779B9 & _MASK)
    units = text.encode("utf-16-le")
    for i in range(0, len(units), 2):
        h = _mix(h ^ (units[i] | units[i + 1] << 8))
    return h


def _mix(x: int) -> int:
    x = (x ^ x >> 16) * 0x85EBCA6B & _MASK
    x = (x ^ x >> 13) * 0xC2B2AE35 & _MASK
    return x ^ x >> 16
