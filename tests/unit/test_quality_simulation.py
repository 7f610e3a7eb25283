"""A small part of benchmarks/identity.py: are simulated mistakes stopped and named, and true trios let through?"""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from filiation.config import REPOSITORY


@pytest.fixture(scope="module")
def identity() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPOSITORY / "benchmarks"))
        return importlib.import_module("identity")


def test_every_mistake__is_stopped_at_10x_and_nearly_all_are_named(identity: ModuleType) -> None:
    found = [identity.mistake((number, 10, 100 + number)) for number in range(len(identity.cases()))]
    assert [row["case"] for row in found if not row["stopped"]] == []
    assert sum(row["named"] for row in found) >= 0.9 * len(found)


@pytest.mark.parametrize("number", range(5))
def test_every_permutation__is_stopped_and_named_at_30x(identity: ModuleType, number: int) -> None:
    found = identity.mistake((number, 30, 7 + number))
    assert found["case"].startswith("exchange")
    assert (found["stopped"], found["named"]) == (True, True), found["told"]


@pytest.mark.parametrize("depth", [30, 10])
def test_true_trios_of_every_kind__are_not_stopped(identity: ModuleType, depth: int) -> None:
    for number, kind in enumerate(identity.KINDS):
        found = identity.true_trio((kind, depth, 300 + number))
        assert found["failed"] == [], kind
        assert found["confirmed"], kind


@pytest.mark.parametrize(
    ("fraction", "label", "source"),
    [
        (0.01, "child", "same population"),
        (0.02, "mother", "father"),
        (0.03, "father", "another population"),
        (0.05, "child", "mother"),
    ],
)
def test_contamination__is_estimated_within_half_a_point_and_its_source_named(
    identity: ModuleType, fraction: float, label: str, source: str
) -> None:
    found = identity.contaminated((fraction, 30, label, source, 11))
    assert abs(found["estimate"] - fraction) <= 0.005
    assert found["verdict"] == ("FAIL" if fraction >= 0.03 else "WARN")
    assert found["named"]
