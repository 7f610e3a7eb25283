"""Is a panel read whole, or refused with the gene that is wrong?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.panel import panel_of, write_panel
from filiation.config import REPOSITORY
from filiation.errors import ConfigError, InputError
from filiation.panels.load import OFF_PANEL, TIERS, available_panels, load_panel, panel_path

PANELS = REPOSITORY / "resources" / "panels"
GENES = {"SCN1A": ("core", "AD"), "GENE2": ("hpo", "AR"), "GENE3": ("lab", "")}


def test_panel__genes_with_tier_and_mode(tmp_path: Path) -> None:
    panel = panel_of(tmp_path, GENES)
    assert panel.tier_of("SCN1A") == "core"
    assert panel.tier_of("GENE3") == "lab"
    assert panel.tier_of("ELSEWHERE") == OFF_PANEL
    assert panel.tier_of("") == OFF_PANEL
    assert panel.genes["GENE2"].inheritance == "AR"
    assert panel.genes["GENE3"].inheritance == ""
    assert panel.label == "test-panel 1 (2026-01-01)"


def test_panel__a_renamed_gene_is_found_by_its_hgnc_id(tmp_path: Path) -> None:
    panel = panel_of(tmp_path, {"CPLANE1": ("core", "AR"), "NOID": ("hpo", "AD")})
    number = panel.genes["CPLANE1"].hgnc_id
    assert panel.tier_of("C5orf42") == OFF_PANEL
    assert panel.tier_of("C5orf42", number) == "core"
    assert panel.gene_of("C5orf42", number) == panel.genes["CPLANE1"]


def test_panel__a_symbol_that_was_handed_on_is_another_gene(tmp_path: Path) -> None:
    path = write_panel(tmp_path / "p.tsv", {"GENE1": ("core", "AR"), "GENE2": ("hpo", "AD")})
    path.write_text(path.read_text().replace("HGNC:101", "."))
    panel = load_panel(path)
    assert panel.tier_of("GENE1", "HGNC:9") == OFF_PANEL
    assert panel.tier_of("GENE2", "HGNC:9") == "hpo", "the panel gives no id: the symbol is all there is"


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("HGNC:100", "100", "HGNC:number"),
        ("SCN1A", ".", "no symbol"),
        ("\tcore\t", "\tgreen\t", "'green'"),
        ("GENE2", "SCN1A", "stands twice"),
    ],
)
def test_panel__a_wrong_row_is_named(tmp_path: Path, before: str, after: str, word: str) -> None:
    path = write_panel(tmp_path / "p.tsv", GENES)
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(InputError, match=word) as caught:
        load_panel(path)
    assert "gene " in str(caught.value)


def test_panel__an_hgnc_id_may_be_missing(tmp_path: Path) -> None:
    path = write_panel(tmp_path / "p.tsv", GENES)
    path.write_text(path.read_text().replace("HGNC:100", "."))
    assert load_panel(path).genes["SCN1A"].hgnc_id == ""


def test_pre_indication__an_unknown_one_names_the_nearest(tmp_path: Path) -> None:
    write_panel(tmp_path / "deficience-intellectuelle.tsv", GENES)
    assert panel_path(tmp_path, "deficience-intellectuelle").is_file()
    with pytest.raises(ConfigError, match="did you mean 'deficience-intellectuelle'"):
        panel_path(tmp_path, "deficience-intelectuelle")
    assert available_panels(tmp_path) == ["deficience-intellectuelle"]


@pytest.mark.parametrize("name", available_panels(PANELS))
def test_shipped_panels__can_be_read_and_say_where_they_come_from(name: str) -> None:
    panel = load_panel(panel_path(PANELS, name))
    assert panel.genes
    assert {gene.tier for gene in panel.genes.values()} <= set(TIERS)
    modes = {"AD", "AR", "AD/AR", "XL", "MT", ""}
    assert {gene.inheritance for gene in panel.genes.values()} <= modes
    assert {"pre_indication", "version", "date"} <= set(panel.header)
