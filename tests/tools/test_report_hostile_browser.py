"""Hostile text in every column of every table: nothing of it runs, asks for anything or breaks the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.browser import NEEDS_BROWSER, Opened, browser
from builders.report import candidate, check, genotype, options
from builders.report_rich import write_panels, write_rich_family
from filiation.io.tables import read_table, write_table
from filiation.model.columns import CANDIDATES, REMOVED, VERSIONS, TableSchema
from filiation.model.report_tables import CHANGES, GENE_COVERAGE, PHENOTYPE_TERMS
from filiation.report.data import ReportData, read_report_data
from filiation.report.html import render
from filiation.report.pdf import print_page

__all__ = ["browser"]
pytestmark = [pytest.mark.tools, NEEDS_BROWSER]
HOSTILE = "</script><img src=x onerror=alert(1)><svg onload=alert(2)>\"'`{{7*7}}=1+1"
# Columns whose form the reader checks, or by which rows are found.
KEPT = {"chrom", "ref", "alt", "term", "status", "role", "sample", "change", "siblings"}
# Forms that a view takes apart, with the hostile text in each part.
SHAPED = {
    "acmg_criteria": f"PVS1:met:8:{HOSTILE}|PS2:not_met:0:the identity check failed ({HOSTILE})|{HOSTILE}",
    "kept_because": f"proband_alt_depth {HOSTILE} >= 3 [{HOSTILE}];second variant in {HOSTILE}, trans_proven:parents",
    "hpo_matches": f"HP:0001249>HP:0001249:1;HP:0000252>.:0;{HOSTILE}",
    "hpo_disease": f"OMIM:1:{HOSTILE}",
    "gene_disease_validity": f"OMIM:1:{HOSTILE}:{HOSTILE}:{HOSTILE}:{HOSTILE}".replace("=1+1", ""),
    "population_by_group": f"{HOSTILE}=0.1;nfe={HOSTILE}",
    "population_coverage": f"alleles={HOSTILE};median={HOSTILE};over_20={HOSTILE}",
    "clinvar_conflict": f"{HOSTILE}(1)|Pathogenic(2)",
    "gene_name_status": f"previous:{HOSTILE}",
    "other_transcripts": f"{HOSTILE}:other:missense:{HOSTILE}:{HOSTILE}",
    "annotation_states": f"protein_domain:{HOSTILE};population:{HOSTILE}",
    "score_components": f"{HOSTILE}={HOSTILE}",
    "compound_partner": HOSTILE,
}


def hostile_row(schema: TableSchema, row: dict[str, Any]) -> dict[str, Any]:
    """The row with hostile text in every column of text."""
    found = dict(row)
    for column in schema.columns:
        if column.kind == "str" and column.name not in KEPT and not column.name.endswith("_genotype"):
            found[column.name] = SHAPED.get(column.name, HOSTILE) if schema is CANDIDATES else HOSTILE
    return found


def hostile_family(folder: Path) -> ReportData:
    """A family all of whose texts are hostile."""
    row = hostile_row(
        CANDIDATES, candidate(population_af=0.1, hpo_score=0.5, acmg_points=3, **genotype("proband", "0/1", 9, 9, 9))
    )
    rows = [row | {"shelf": "A", "rank": 1}, row | {"shelf": "C", "rank": 2, "pos": 77, "inheritance": "de_novo"}]
    tables = write_rich_family(folder, rows, quality=[check(HOSTILE, "IDX1", HOSTILE, HOSTILE, "WARN", HOSTILE)])
    for name, schema in (
        ("phenotype", PHENOTYPE_TERMS),
        ("gene_coverage", GENE_COVERAGE),
        ("versions", VERSIONS),
    ):
        table = read_table(tables[name], schema)
        write_table(tables[name], schema, [hostile_row(schema, line) for line in table.rows], {"assembly": HOSTILE})
    changed = hostile_row(CHANGES, {name: rows[0][name] for name in ("chrom", "pos", "ref", "alt")} | {"change": "new"})
    write_table(tables["changes"], CHANGES, [changed])
    removed = {"chrom": "chr1", "pos": 7, "ref": "A", "alt": "T"}
    write_table(folder / "removed.tsv", REMOVED, [hostile_row(REMOVED, removed)])
    panels = write_panels(folder / "panels")
    return read_report_data(
        options(override_reason=HOSTILE, pre_indication=HOSTILE, external_links=True),
        **tables,
        removed=folder / "removed.tsv",
        panels=panels,
        omim={HOSTILE: (HOSTILE,)},
    )


def test_hostile_text_in_every_column_runs_nowhere(browser: Any, tmp_path: Path) -> None:
    data = hostile_family(tmp_path)
    path = tmp_path / "FAM1.rcp.html"
    path.write_text(render(data), encoding="utf-8")
    opened = Opened(browser, path)
    opened.tab.wait_for_selector("html[data-ready]")
    opened.tab.click("#open-all")
    opened.tab.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    opened.tab.keyboard.press("l")
    opened.tab.keyboard.press("l")
    assert opened.tab.locator("img").count() == 0
    assert opened.tab.evaluate("[...document.querySelectorAll('*')].every((e) => !e.getAttribute('onerror'))")
    assert opened.tab.locator("#candidate-1").inner_text().count("onerror=alert(1)") > 10
    assert opened.tab.evaluate("document.documentElement.scrollWidth") <= 1280
    assert opened.requests == [path.as_uri()]
    assert opened.messages == []


def test_hostile_text_in_every_column_is_escaped_on_paper(tmp_path: Path) -> None:
    assert "<img" not in print_page(hostile_family(tmp_path))
