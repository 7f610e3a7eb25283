"""Does `filiation check` find the signs that HPO does not know before anything runs?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from builders.hpo import french_labels, gene_diseases
from builders.inputs import fastq_trio
from builders.sheets import FASTQ_TRIO, trio

Check = Callable[..., str]


def signs(terms: str) -> list[dict[str, str]]:
    """A trio whose index case has these HPO terms."""
    rows: list[dict[str, Any]] = trio()
    rows[0]["hpo_terms"] = terms
    return rows


def test_check__signs_that_hpo_knows_are_sound_and_a_replaced_one_is_noted(check: Check) -> None:
    fastq_trio()
    shown = check(signs("HP:0001250;HP:0000057"), FASTQ_TRIO, code=0)
    assert "HP:0000057: withdrawn by HPO, taken as HP:0008665" in shown


def test_check__unknown_signs_name_the_family_and_all_are_told(check: Check) -> None:
    fastq_trio()
    shown = check(signs("HP:9999999;HP:0001250;HP:9999998"), FASTQ_TRIO)
    assert "family FAM, column hpo_terms" in shown
    assert "HP:9999999" in shown
    assert "HP:9999998" in shown


def test_check__hpo_files_of_another_form_are_refused(check: Check, tmp_path: Path) -> None:
    fastq_trio()
    labels = french_labels(tmp_path / "de.tsv", [("HP:0001250", "Anfall", "OFFICIAL")], language="de")
    links = gene_diseases(tmp_path / "links.txt", [("2263", "FGFR2", "OMIM:101600")])
    links.write_text("something else\n", encoding="utf-8")
    shown = check(trio(), FASTQ_TRIO, resources={"hpo_french_labels": str(labels), "hpo_gene_diseases": str(links)})
    assert "no French label in it" in shown
    assert "no column ncbi_gene_id" in shown
