"""Is a scoring model taken exactly as written, or refused with the name of what is wrong?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from filiation.config import scoring_model_path
from filiation.errors import ConfigError
from filiation.io.files import sha256
from filiation.scoring.model import THRESHOLDS, load_scoring_model


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The model that ships, with one change."""
    data = yaml.safe_load(scoring_model_path().read_text(encoding="utf-8"))
    change(data)
    path = folder / "model.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    return path


def fault(path: Path) -> str:
    """The message with which a model is refused."""
    with pytest.raises(ConfigError) as caught:
        load_scoring_model(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_the_shipped_model_is_complete_and_says_why() -> None:
    model = load_scoring_model(scoring_model_path())
    assert set(model.threshold) == set(THRESHOLDS)
    assert all(model.meaning[name] for name in THRESHOLDS)
    assert model.checksum == sha256(scoring_model_path())
    entries = yaml.safe_load(scoring_model_path().read_text(encoding="utf-8"))["thresholds"]
    assert all(entry["unit"] and entry["source"] for entry in entries.values())


def test_the_shipped_thresholds_do_not_contradict_each_other() -> None:
    value = load_scoring_model(scoring_model_path()).threshold
    assert value["min_possible_de_novo_posterior"] < value["min_de_novo_posterior"] < 1
    assert value["max_frequency_dominant"] < value["max_frequency_recessive"]
    assert value["min_proband_genotype_quality"] < value["flag_genotype_quality"]
    assert value["max_reference_alt_fraction"] < value["max_mosaic_fraction"] < 0.5
    assert value["absent_frequency"] < value["default_frequency_indel"] < value["default_frequency_snv"]


def test_an_unknown_entry_is_named_with_the_nearest(tmp_path: Path) -> None:
    message = fault(changed(tmp_path, lambda data: data["thresholds"].update(min_dept={"value": 6})))
    assert "'min_dept' in thresholds" in message
    assert "did you mean 'min_depth'?" in message


def test_a_missing_entry_is_named_and_never_a_default(tmp_path: Path) -> None:
    message = fault(changed(tmp_path, lambda data: data["thresholds"].pop("min_depth")))
    assert "'min_depth' of thresholds has no number" in message
    assert "has no number" in fault(changed(tmp_path, lambda data: data.pop("thresholds")))


def test_weights_of_an_earlier_model_are_refused_with_the_file_they_belong_to(tmp_path: Path) -> None:
    message = fault(changed(tmp_path, lambda data: data.update(weights={"de_novo": {"value": 10}})))
    assert "resources/scoring/rank-2.yaml" in message


@pytest.mark.parametrize("value", ["many", None, True, [1], float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_named(tmp_path: Path, value: object) -> None:
    message = fault(changed(tmp_path, lambda data: data["thresholds"]["min_depth"].update(value=value)))
    assert "'min_depth' of thresholds has no number" in message


def test_an_exponent_without_a_point_is_text_in_yaml_and_the_message_says_so(tmp_path: Path) -> None:
    text = scoring_model_path().read_text(encoding="utf-8")
    path = tmp_path / "model.yaml"
    path.write_text(text.replace("value: 8.1e-9", "value: 8e-9", 1), encoding="utf-8")
    message = fault(path)
    assert "of thresholds has no number: '8e-9'" in message
    assert "1.0e-8, with a point" in message


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    for text in ("- a list\n", "just words\n", "", "thresholds: [1, 2]\n", "a: [unclosed\n"):
        path.write_text(text)
        fault(path)
    path.write_bytes(b"\xff\xfe")
    assert "cannot be read" in fault(path)
    assert "cannot be read" in fault(tmp_path / "absent.yaml")
