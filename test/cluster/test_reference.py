"""Networks, losses and updates are the published code's: the reference files, and in double precision."""

import importlib.util
import pathlib

import pytest
import torch

import reference
from closeness import error
from conftest import ROOT
from redo_cluster.model import PUBLISHED

PUBLISHED_FILES = ROOT.parent / "shared/reference"
OWN = sorted((ROOT / "test/reference").glob("*.safetensors"))
FILES = [*OWN, *(PUBLISHED_FILES / f"tiny-{n}-regions.safetensors" for n in (2, 3))]

# As docs/parity.md has them: the largest relative error of a tensor.
BOUNDS = {"eval": 1e-4, "losses": 1e-4, "grad_g": 1e-3, "grad_d": 1e-3, "after": 1e-4}
# A first step of Adam by a gradient below this share of its network's whole one is decided by rounding.
REACH = 8 * 2**-24


def present(path: pathlib.Path):
    missing = not path.exists()
    return pytest.param(
        path, marks=pytest.mark.skipif(missing, reason=f"no {path.name} in {path.parent}"), id=path.stem
    )


def parameters(tensors: dict) -> list[str]:
    return [name.split("/", 1)[1] for name in tensors if name.startswith("init/")]


def quantity(name: str) -> str:
    return "losses" if name.endswith("/losses") else name.split("/")[0].rstrip("0123456789")


def beyond(found: dict, expected: dict, left_out: set[str]) -> list[str]:
    """Names of the tensors that are beyond their bounds."""
    errors = {
        name: error(found[name], values)
        for name, values in expected.items()
        if not reference.is_given(name) and name.split("/", 1)[1] not in left_out
    }
    return [f"{name}: {e:.1e}" for name, e in errors.items() if e > BOUNDS[quantity(name)]]


def settled(tensors: dict) -> dict:
    """The file's gradients of the first update where rounding decides the step (docs/parity.md)."""
    result = {}
    for network in PUBLISHED.values():
        own = {k: v for k, v in tensors.items() if k.startswith("grad_") and f"/{network}." in k}
        whole = sum(float(v.double().square().sum()) for v in own.values()) ** 0.5
        result |= {name: (values, values.abs() < REACH * whole) for name, values in own.items()}
    return result


@pytest.mark.parametrize("path", [present(path) for path in FILES])
def test_computes_what_the_file_holds(path):
    options, tensors = reference.read(path)
    left_out = reference.without_effect(options, parameters(tensors))
    found = reference.compute(options, tensors, torch.float32)
    assert set(found) == {name for name in tensors if not reference.is_given(name)}
    failures = beyond(found, tensors, left_out)
    if failures and all(each.startswith("after") for each in failures):
        found = reference.compute(options, tensors, torch.float32, settled(tensors))
        failures = beyond(found, tensors, left_out)
    assert not failures


@pytest.mark.parametrize("path", [present(path) for path in OWN])
def test_is_the_same_function_in_double_precision(path):
    """As another program, which was written from the description of the method, has it."""
    spec = importlib.util.spec_from_file_location("make", ROOT / "test/reference/make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    options, tensors = reference.read(path)
    given = {name: values for name, values in tensors.items() if reference.is_given(name)}
    try:
        expected = make.compute(options, given, torch.float64)
        left_out = reference.without_effect(options, parameters(tensors))
        assert left_out == make.cancelled(options, given)
        found = reference.compute(options, tensors, torch.float64)
    finally:
        torch.set_default_dtype(torch.float32)
    errors = {
        name: error(found[name], values)
        for name, values in expected.items()
        if name.split("/", 1)[1] not in left_out
    }
    assert max(errors.values()) < 1e-9, max(errors, key=errors.get)


def test_a_wrong_number_is_found():
    options, tensors = reference.read(OWN[0])
    found = reference.compute(options, tensors, torch.float32)
    name = "after2/netDX.dense.weight"
    assert beyond(found | {name: found[name] * 1.001}, tensors, set())[0].startswith(name)
