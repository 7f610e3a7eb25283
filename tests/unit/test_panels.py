"""Is a panel read whole, or refused with the gene that is wrong?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.panel import panel_of, write_panel
from filiation.config import REPOSITORY
from filiation.errors import ConfigError, InputError
from filiation.panels.catalogue import load_catalogue
from filiation.panels.load import OFF_PANEL, available_panels, body_checksum, load_panel, panel_path
from filiation.panels.modes import MODES
from filiation.panels.save import save_panel

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
        ("SCN1A", "SCN\x001A", "an approved symbol"),
        ("\tAD\t", "\tdominant\t", "mode 'dominant'"),
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


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("cancers-rares", "somatic, out of scope"),
        ("CMD familiale", "write the slug 'cardiomyopathies-familiales'"),
        ("ataxies", "did you mean 'ataxies-hereditaires-sujet-jeune'"),
    ],
)
def test_pre_indication__cancer_alias_and_near_miss_are_told_apart(name: str, word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        panel_path(PANELS, name)


def test_panel__one_gene_in_two_modes_names_both(tmp_path: Path) -> None:
    path = write_panel(tmp_path / "p.tsv", GENES)
    path.write_text(path.read_text().replace("GENE2", "SCN1A").replace("HGNC:101", "HGNC:100"))
    with pytest.raises(InputError, match="stands twice in the panel, as AD and as AR"):
        load_panel(path)


def test_panel__one_id_under_two_symbols_is_one_gene_twice(tmp_path: Path) -> None:
    path = write_panel(tmp_path / "p.tsv", GENES)
    path.write_text(path.read_text().replace("HGNC:101", "HGNC:100"))
    with pytest.raises(InputError, match="SCN1A and GENE2 stands twice"):
        load_panel(path)


def test_panel__rows_that_changed_after_it_was_written_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.tsv"
    row = {"gene": "SCN1A", "hgnc_id": "HGNC:1", "tier": "core", "inheritance": "AD", "evidence": "e", "source": "s"}
    save_panel(path, [row], {"pre_indication": "p"})
    assert load_panel(path).header["body_sha256"] == body_checksum(path)
    path.write_text(path.read_text().replace("##pre_indication=p", "##pre_indication=q"))
    assert load_panel(path).genes, "the header is not part of the rows"
    path.write_text(path.read_text().replace("\tcore\t", "\tlab\t"))
    with pytest.raises(InputError, match="not those that the panel was written with"):
        load_panel(path)


def test_shipped_panels__every_germline_pre_indication_has_one_and_it_is_a_draft() -> None:
    germline = [entry.slug for entry in load_catalogue().germline()]
    assert available_panels(PANELS) == sorted(germline)
    for name in germline:
        panel = load_panel(panel_path(PANELS, name))
        assert panel.genes, name
        assert panel.header["status"] == "panel par défaut non validé"
        assert {"pre_indication", "version", "date", "sources", "licence", "command", "body_sha256"} <= set(
            panel.header
        )
        assert {gene.inheritance for gene in panel.genes.values()} <= {*MODES, ""}
        assert "PanelApp" not in Path(panel.path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "symbol", "mode"),
    [
        ("nbia", "PANK2", "AR"),
        ("nbia", "WDR45", "XL"),
        ("epilepsies-pharmacoresistantes-debut-precoce", "SCN1A", "AD"),
        ("cardiomyopathies-familiales", "MYBPC3", "AD/AR"),
        ("maladie-de-rendu-osler", "ENG", "AD"),
        ("maladies-mitochondriales", "MT-ND4", "MT"),
        ("anomalies-differenciation-sexuelle", "SRY", "YL"),
        ("neutropenies-chroniques-severes", "ELANE", "AD"),
    ],
)
def test_shipped_panels__hallmark_genes_are_core_in_their_mode(name: str, symbol: str, mode: str) -> None:
    gene = load_panel(panel_path(PANELS, name)).genes[symbol]
    assert gene.tier == "core"
    assert gene.inheritance in (mode, mode.split("/")[0])
