"""Do the candidates name what genotypes mean beyond their class: penetrance, disomy, deletion, imprinting, share?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from builders.annotated import TRIO, Site, call, prioritised
from builders.panel import write_panel
from filiation.config import RESOURCES
from filiation.errors import InputError
from filiation.io.tables import read_table, write_table
from filiation.model.columns import CANDIDATES, SEGMENTS
from filiation.prioritisation.imprinting import load_imprinted
from filiation.report.catalogue import known

BOY = {**TRIO, "IDX": ("FAT", "MOT", 1, 2)}
SEGMENT = {
    "sample": "IDX",
    "kind": "upd_maternal",
    "chrom": "chr15",
    "start": 1,
    "end": 5000,
    "markers": 9,
    "quality": 80,
}


def one(
    folder: Path,
    cells: Sequence[str],
    people: Any = TRIO,
    *options: str,
    penetrance: Sequence[str] = (),
    **site: Any,
) -> dict[str, Any]:
    """The candidate row of a single record."""
    kept, removed = prioritised(folder, [Site(100, cells, **site)], people, *options, penetrance=penetrance)
    assert 100 in kept, removed
    return kept[100]


def flags(row: dict[str, Any]) -> list[str]:
    """Flags of a row, without their values."""
    return [flag.partition("=")[0] for flag in (row["flags"] or "").split(";")]


def test_penetrance__a_healthy_carrier_parent_removes_it_unless_the_gene_is_listed(tmp_path: Path) -> None:
    inherited = [Site(100, ["0/1", "0/1", "0/0"], "SCN1A"), Site(900, ["0/1", "0/1", "0/0"], "OTHER")]
    kept, removed = prioritised(tmp_path, inherited)
    assert kept == {}
    kept, removed = prioritised(tmp_path, inherited, penetrance=["SCN1A"])
    assert (kept[100]["inheritance"], kept[100]["inheritance_status"]) == ("dominant_inherited", "possible")
    assert "unaffected_carrier_parent" in flags(kept[100])
    assert kept[100]["overturned_by"] == "full_penetrance;more_healthy_carriers"
    assert removed[900]["reason"] == "compound_without_partner"


def test_penetrance__the_genes_of_a_panel_are_listed_by_the_word_panel(tmp_path: Path) -> None:
    inherited = [Site(100, ["0/1", "0/1", "0/0"], "SCN1A"), Site(900, ["0/1", "0/1", "0/0"], "OTHER")]
    panel = ("--panel", str(write_panel(tmp_path / "epilepsy.tsv", {"SCN1A": ("core", "AD")})))
    for word in ("panel", "panel:epilepsy"):
        kept, removed = prioritised(tmp_path, inherited, TRIO, *panel, penetrance=[word])
        assert "unaffected_carrier_parent" in flags(kept[100]), word
        assert list(removed) == [900]
    # Another pre-indication's genes, and a family without a panel, keep full penetrance.
    assert prioritised(tmp_path, inherited, TRIO, *panel, penetrance=["panel:cardiomyopathy"])[0] == {}
    assert prioritised(tmp_path, inherited, penetrance=["panel"])[0] == {}


def test_penetrance__a_girl_with_the_allele_of_her_healthy_father_on_the_x(tmp_path: Path) -> None:
    # PCDH19: hemizygous fathers are healthy, their heterozygous daughters are not.
    sites = [
        Site(90_000_000, ["0/1", "1", "0/0"], "PCDH19", "chrX"),
        Site(95_000_000, ["0/1", "1", "0/0"], "OTHER", "chrX"),
    ]
    kept, removed = prioritised(tmp_path, sites, penetrance=["PCDH19"])
    assert list(kept) == [90_000_000]
    assert "unaffected_carrier_parent" in flags(kept[90_000_000])
    assert removed[95_000_000]["reason"] == "penetrance_is_full"
    assert len(prioritised(tmp_path, sites, penetrance=["all"])[0]) == 2
    assert prioritised(tmp_path, sites) == ({}, {})


def test_homozygote__a_non_carrier_parent_is_flagged_and_what_else_it_may_be_is_named(tmp_path: Path) -> None:
    row = one(tmp_path, ["1/1", "0/0", "0/1"])
    assert (row["inheritance"], row["inheritance_status"]) == ("autosomal_recessive", "possible")
    assert "homozygote_with_a_non_carrier_parent" in flags(row)
    assert row["overturned_by"] == ("deletion_on_the_other_copy;uniparental_disomy;allele_drop_out;other_parentage")
    assert "homozygote_with_a_non_carrier_parent" not in flags(one(tmp_path, ["1/1", "0/1", "0/1"]))


@pytest.mark.parametrize("father, mother, named", [("0/0", "0/1", True), ("0/1", "0/0", False)])
def test_homozygote__a_disomy_that_covers_it_is_named_when_it_fits_the_carrier(
    tmp_path: Path, father: str, mother: str, named: bool
) -> None:
    write_table(tmp_path / "segments.tsv", SEGMENTS, [SEGMENT])
    options = ("--segments", str(tmp_path / "segments.tsv"))
    row = one(tmp_path, ["1/1", father, mother], TRIO, *options, chrom="chr15")
    assert ("uniparental_disomy_maternal=chr15:1-5000" in row["flags"]) is named


def test_homozygote__half_the_depth_suggests_a_deletion(tmp_path: Path) -> None:
    usual = [Site(1000 + n, ["0/1", "0/0", "0/0"], f"G{n}") for n in range(25)]
    halved = Site(100, [call("1/1", reads=(0, 14)), call("0/0", reads=(15, 0)), "0/1"])
    whole = Site(200, ["1/1", "0/0", "0/1"], "OTHER")
    kept, _ = prioritised(tmp_path, [*usual, halved, whole])
    assert "half_depth_suggests_deletion=0.47" in kept[100]["flags"]
    assert "half_depth_suggests_deletion" not in flags(kept[200])


@pytest.mark.parametrize(
    "gene, cells, expected",
    [
        ("MAGEL2", ["0/1", "0/1", "0/0"], []),
        ("MAGEL2", ["0/1", "0/0", "0/1"], ["inherited_on_the_silent_copy"]),
        ("UBE3A", ["0/1", "0/1", "0/0"], ["inherited_on_the_silent_copy"]),
        ("UBE3A", ["0/1", "0/0", "0/0"], ["imprinted_parent_of_origin_unknown"]),
        ("GNAS", ["0/1", "0/0", "0/0"], []),
    ],
)
def test_imprinting__the_silent_copy_and_an_unknown_parent_of_origin_are_flagged(
    tmp_path: Path, gene: str, cells: list[str], expected: list[str]
) -> None:
    row = one(tmp_path, cells, penetrance=["all"], gene=gene, chrom="chr15")
    assert any(flag.startswith("imprinted_") for flag in flags(row))
    about_the_copy = {"inherited_on_the_silent_copy", "imprinted_parent_of_origin_unknown"}
    assert [flag for flag in flags(row) if flag in about_the_copy] == expected
    assert "parent_of_origin=" in row["inheritance_reason"]
    assert ("parent_of_origin" in row["overturned_by"].split(";")) is (
        expected[:1] == ["imprinted_parent_of_origin_unknown"]
    )


def test_imprinting__the_table_is_read_and_a_gene_off_it_has_no_flag(tmp_path: Path) -> None:
    genes = load_imprinted(RESOURCES / "imprinted_genes.tsv")
    assert len(genes) > 40
    assert (genes["UBE3A"].silent_parent, genes["MAGEL2"].silent_parent, genes["GNAS"].silent_parent) == (
        "father",
        "mother",
        "",
    )
    assert all(gene.source for gene in genes.values())
    assert not any(flag.startswith("imprinted") for flag in flags(one(tmp_path, ["0/1", "0/0", "0/0"])))
    text = (RESOURCES / "imprinted_genes.tsv").read_text("utf-8")
    (tmp_path / "twice.tsv").write_text(text + text.splitlines()[-1] + "\n", "utf-8")
    with pytest.raises(InputError, match="each gene once"):
        load_imprinted(tmp_path / "twice.tsv")


def test_mitochondrial__the_share_of_every_member_is_told(tmp_path: Path) -> None:
    cells = [call("0/1", reads=(200, 800)), "0/0", call("0/1", reads=(950, 50))]
    row = one(tmp_path, cells, chrom="chrM", gene="MT-ND1")
    assert row["inheritance"] == "mitochondrial"
    assert "heteroplasmy_proband=0.800" in row["inheritance_reason"]
    assert "heteroplasmy_mother=0.050" in row["inheritance_reason"]
    assert row["overturned_by"] == "higher_share_in_a_healthy_maternal_relative"


@pytest.mark.parametrize(
    "people, cells, mode",
    [
        (BOY, ["1", "0", "0/1"], "x_recessive"),
        ({**BOY, "MOT": ("0", "0", 2, 2)}, ["0/1", "0/0", "0/1"], "x_dominant"),
        (BOY, ["1", "0", "0/0"], "x_dominant_or_recessive"),
        (TRIO, ["0/1", "0", "0/1"], "x_dominant_or_skewed_inactivation"),
        (TRIO, ["0/1", "0", "0/0"], "x_dominant"),
        ({**TRIO, "FAT": ("0", "0", 1, 2)}, ["0/1", "1", "0/0"], "x_dominant"),
        ({**TRIO, "FAT": ("0", "0", 1, 2)}, ["1/1", "1", "0/1"], "x_recessive"),
    ],
)
def test_x__dominant_or_recessive_in_girls_and_boys(tmp_path: Path, people: Any, cells: list[str], mode: str) -> None:
    kept, _ = prioritised(tmp_path, [Site(90_000_000, cells, chrom="chrX")], people)
    assert f"mode={mode} " in kept[90_000_000]["inheritance_reason"] + " "


def test_x__a_healthy_hemizygous_brother_excludes_and_a_healthy_carrier_sister_does_not(tmp_path: Path) -> None:
    inherited = ["1", "0", "0/1"]
    for sex, sibling, stays in ((1, "1", False), (1, "0/1", False), (2, "0/1", True), (2, "1/1", False)):
        people = {**BOY, "SIB": ("FAT", "MOT", sex, 1)}
        kept, _ = prioritised(tmp_path, [Site(90_000_000, [*inherited, sibling], chrom="chrX")], people)
        assert bool(kept) is stays, (sex, sibling)


def test_y__pseudoautosomal_positions_follow_the_autosomal_rules(tmp_path: Path) -> None:
    kept, _ = prioritised(tmp_path, [Site(100_000, ["0/1", "0/0", "0/0"], chrom="chrY")], BOY)
    assert kept[100_000]["inheritance"] == "de_novo"
    kept, _ = prioritised(tmp_path, [Site(100_000, ["1", "0/1", "0/1"], chrom="chrY")], BOY)
    assert "one_copy_called_where_two_are_expected" in flags(kept[100_000])
    kept, _ = prioritised(tmp_path, [Site(9_000_000, ["1", "./.", "./."], chrom="chrY")], BOY)
    assert (kept[9_000_000]["inheritance"], kept[9_000_000]["overturned_by"]) == (
        "y_linked",
        "data_of_the_father;healthy_male_relative_with_the_allele",
    )


def test_two_affected_parents__one_without_the_allele_leaves_it_possible(tmp_path: Path) -> None:
    people = {**TRIO, "FAT": ("0", "0", 1, 2), "MOT": ("0", "0", 2, 2)}
    row = one(tmp_path, ["0/1", "0/1", "0/0"], people)
    assert (row["inheritance"], row["inheritance_status"]) == ("dominant_inherited", "possible")
    row = one(tmp_path, ["0/1", "0/1", "0/1"], people)
    assert (row["inheritance"], row["inheritance_status"]) == ("dominant_inherited", "supported")


def test_siblings__a_second_carrier_of_a_new_allele_opens_a_germline_mosaic(tmp_path: Path) -> None:
    people = {**TRIO, "SIB": ("FAT", "MOT", 1, 2)}
    row = one(tmp_path, ["0/1", "0/0", "0/0", "0/1"], people)
    assert row["inheritance"] == "de_novo"
    assert "parental_mosaic:possible" in row["inheritance_reason"]


def test_every_word_of_the_candidates_is_in_the_report(tmp_path: Path) -> None:
    sites = [
        Site(100, ["0/1", "0/0", "0/0"], "A"),
        Site(200, ["0/1", "./.", "0/0"], "B"),
        Site(300, ["1/1", "0/0", "0/1"], "C"),
        Site(400, ["0/1", "0/1", "0/0"], "D"),
        Site(500, ["0/1", "0/0", "0/1"], "D"),
        Site(600, [call("0/1"), call("0/0", reads=(27, 3)), "0/0"], "E"),
        Site(100, ["0/1", "0/0", "0/1"], "MT-ND1", "chrM"),
        Site(90_000_000, ["0/1", "0", "0/1"], "F", "chrX"),
    ]
    prioritised(tmp_path, sites, penetrance=["all"])
    rows = read_table(tmp_path / "c.tsv", CANDIDATES).rows
    assert len(rows) == len(sites)
    for row in rows:
        assert row["overturned_by"], row["gene"]
        assert [name for name in row["overturned_by"].split(";") if not known("overturn", name)] == []
        assert [name for name in flags(row) if name not in ("", "caller_filter") and not known("flag", name)] == []
        for phase in filter(None, (row["compound_phase"] or "").split(",")):
            word, _, evidence = phase.partition(":")
            assert known("compound_phase", word)
            assert known("phase_evidence", evidence)
