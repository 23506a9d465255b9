"""The random numbers are TypeScript's: values of `new Random(…)` of `datasets/random.ts`."""

import pytest

from redo_cluster.seeded import Random


def test_words_and_integers():
    random = Random(7, "images", "generator", 1500)
    assert [random.word() for _ in range(3)] == [260484733, 1234140834, 627775343]
    assert [random.integer(10306) for _ in range(3)] == [7789, 2153, 5919]


def test_normal_numbers_of_a_key_beyond_ascii():
    random = Random(0, "codes", "größe", 3)
    expected = [-0.008761643768904155, 1.3453022770694831, 1.6910056878270274]
    assert [random.normal() for _ in range(3)] == pytest.approx(expected, rel=1e-12)
