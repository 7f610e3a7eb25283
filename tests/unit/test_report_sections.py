"""Sections of the page beyond its candidates: funnels by mode, settings, ages, panel changes, kinds of variants."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders.panel import write_panel
from builders.report import candidate, family_funnel, options, report_data
from builders.report_rich import rich_data
from filiation.errors import ConfigError
from filiation.io.tables import Table
from filiation.model.inheritance import Inheritance
from filiation.model.previous_tests import RESULTS, TESTS
from filiation.model.report_tables import CHANGES
from filiation.panels.load import load_panel
from filiation.prioritisation.mode_funnels import ModeFunnels, modes_of
from filiation.reanalysis.store import panel_changes
from filiation.report.candidate_view import variant_kind
from filiation.report.catalogue import known
from filiation.report.data import parse_ages, parse_tests
from filiation.report.document import document
from filiation.report.html import age_words, render

DOMINANT, RECESSIVE = "prioritise_dominant", "prioritise_recessive"


def counts(**values: int) -> dict[str, tuple[int, str]]:
    return {name: (count, "") for name, count in values.items()}


def test_funnels__of_one_and_of_two_copies_stand_beside_the_common_one(tmp_path: Path) -> None:
    by_mode = [
        (DOMINANT, counts(records_in=500, outside_genes=310, records_out=190)),
        (RECESSIVE, counts(records_in=312, outside_genes=101, compound_without_partner=205, records_out=6)),
    ]
    page = render(report_data(tmp_path, funnel=[*family_funnel(), *by_mode]))
    assert page.count("<svg") == render(report_data(tmp_path)).count("<svg") + 2
    assert "Priorisation, dominant et de novo" in page
    assert "205" in page
    assert "Aucun appel structural" in page


def test_mode_funnels__every_record_of_a_mode_is_accounted_for() -> None:
    one, two = modes_of([Inheritance.DE_NOVO]), modes_of([Inheritance.COMPOUND_HETEROZYGOUS])
    both = one | two
    funnels = ModeFunnels({"records_in": "", "outside_genes": "no gene", "records_out": ""})
    funnels.removed(one, "outside_genes")
    funnels.removed(modes_of([Inheritance.X_LINKED]), "outside_genes")
    funnels.kept(both, one)
    funnels.kept(two, two)
    rows = funnels.rows()
    told = {mode: {reason: count for reason, (count, _) in rows[mode].items() if count} for mode in rows}
    assert told == {
        DOMINANT: {"records_in": 2, "outside_genes": 1, "records_out": 1},
        RECESSIVE: {"records_in": 2, "pattern_gone": 1, "records_out": 1},
    }


@pytest.mark.parametrize(("ref", "alt", "kind"), [
    ("A", "G", "snv"), ("AC", "GT", "snv"), ("A", "ACC", "indel"), ("A" * 60, "A", "sv"), ("N", "<DEL>", "sv"),
    ("A", "A]chr2:5]", "sv"),
])  # fmt: skip
def test_kind__of_a_variant_follows_its_alleles(ref: str, alt: str, kind: str) -> None:
    assert variant_kind(ref, alt) == kind


def test_age__is_shown_of_those_who_have_one_and_is_never_a_date(tmp_path: Path) -> None:
    data = report_data(tmp_path, report_options=options(ages=parse_ages(["IDX1=0.5", "MOT1=31"])))
    page = render(data)
    assert "6\u00a0mois" in page
    assert "31\u00a0ans" in page
    ages = [member["age_at_sampling"] for member in document(data)["family"]["members"]]
    assert ages == [0.5, None, 31.0]
    assert age_words(1.0).en == "12 months"
    assert age_words(0.0).fr == "0\u202fmois" or age_words(0.0).fr == "0\u00a0mois"
    for wrong in ("IDX1=2019-04-01", "IDX1=2019", "IDX1=-1", "=3", "IDX1=nan"):
        with pytest.raises(ConfigError, match="not an age"):
            parse_ages([wrong])


@pytest.mark.parametrize(("settings", "told"), [
    (None, "n’ont pas été enregistrés"), ({"settings": "0"}, "Toutes les valeurs sont celles par défaut"),
    ({"settings": "1", "settings.calling.caller": "freebayes instead of bcftools"}, "freebayes"),
])  # fmt: skip
def test_settings__that_differ_are_listed_and_unknown_ones_are_not_called_default(
    tmp_path: Path, settings: dict[str, str] | None, told: str
) -> None:
    data = report_data(tmp_path, settings=settings)
    assert told in render(data)
    assert (document(data)["settings"] is None) is (settings is None)


def with_panel_changes(folder: Path, header: dict[str, str]) -> Any:
    return replace(rich_data(folder), changes=Table(CHANGES, [], {"before": "2", **header}))


def test_panel__genes_that_came_and_went_since_the_last_analysis_are_named(tmp_path: Path) -> None:
    page = render(with_panel_changes(tmp_path, {"panel_came": "KMT2A,ASPM", "panel_went": ""}))
    assert "KMT2A, ASPM" in page
    assert "Gènes ajoutés" in page
    assert "Aucun gène ajouté" in render(with_panel_changes(tmp_path, {"panel_came": "", "panel_went": ""}))
    assert "n’a pas été comparé" in render(with_panel_changes(tmp_path, {}))


def test_document__of_every_section_is_json(tmp_path: Path) -> None:
    data = report_data(tmp_path, candidates=[candidate()], settings={"settings": "0"})
    assert json.loads(json.dumps(document(data)))["settings"] == []


def test_previous_tests__are_words_of_a_closed_list(tmp_path: Path) -> None:
    tests = parse_tests("microarray:normal;fragile_x")
    data = report_data(tmp_path, report_options=options(previous_tests=tests))
    assert "ACPA (puce à ADN)" in render(data)
    assert document(data)["previous_tests"] == [
        {"test": "microarray", "result": "normal"}, {"test": "fragile_x", "result": None},
    ]  # fmt: skip
    assert "Non renseignés." in render(report_data(tmp_path))
    with pytest.raises(ConfigError, match="no list of examinations"):
        parse_tests("microarray:normal;seen by Dr X")


def test_previous_tests__every_word_of_the_list_has_its_words_in_both_languages() -> None:
    assert all(known("previous_test", test) for test in TESTS)
    assert all(known("test_result", result) for result in RESULTS)


def test_panel_changes__are_what_a_reanalysis_writes_beside_its_changes(tmp_path: Path) -> None:
    small = load_panel(write_panel(tmp_path / "small.tsv", {"ASPM": ("core", "AR")}))
    large = load_panel(write_panel(tmp_path / "large.tsv", {"ASPM": ("hpo", "AR"), "KMT2A": ("core", "AD")}))
    assert panel_changes(small, large) == {"panel_came": "KMT2A", "panel_went": ""}
    assert panel_changes(large, small) == {"panel_came": "", "panel_went": "KMT2A"}
    assert panel_changes(None, large) == {}, "without a panel before there is nothing to compare"
