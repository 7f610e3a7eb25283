"""Do PS1 and PM5 rest on other pathogenic entries of the same residue, and on nothing else?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from filiation.acmg.engine import classify_variant
from filiation.acmg.evidence import GeneEvidence, VariantEvidence
from filiation.acmg.protein_index import ProteinIndex, load_protein_index, protein_change
from filiation.acmg.table import load_acmg_table
from filiation.config import RESOURCES
from filiation.errors import InputError

TABLE = load_acmg_table(RESOURCES / "acmg" / "acmg-2.yaml")
HEADER = "#AlleleID\tName\tGeneSymbol\tClinicalSignificance\tReviewStatus\tVariationID\tAssembly"
TWO_STARS = "criteria provided, multiple submitters, no conflicts"


def row(change: str, significance: str = "Pathogenic", review: str = TWO_STARS, number: int = 1) -> str:
    """One line of variant_summary.txt."""
    return f"9\tNM_1.1(GENE):c.1A>G ({change})\tGENE\t{significance}\t{review}\t{number}\tGRCh38"


def index_of(folder: Path, *rows: str) -> ProteinIndex:
    """The index of a table that holds these rows."""
    path = folder / "variant_summary.txt"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return load_protein_index(path, {"GENE"})


def found(index: ProteinIndex | None, **changes: object) -> dict[str, tuple[str, int]]:
    """PS1 and PM5 of p.(Arg10Gln) in GENE."""
    evidence = VariantEvidence(
        term="missense_variant",
        hgvs_p="NP_1.1:p.(Arg10Gln)",
        gene=GeneEvidence("GENE"),
        **changes,  # type: ignore[arg-type]
    )
    criteria = {criterion.name: criterion for criterion in classify_variant(evidence, TABLE, index)}
    return {code: (criteria[code].state.value, criteria[code].points) for code in ("PS1", "PM5")}


@pytest.mark.parametrize(
    ("rows", "ps1", "pm5"),
    [
        ([row("p.Arg10Gln")], ("met", 4), ("not_met", 0)),
        ([row("p.Arg10Gln", "Likely pathogenic")], ("met", 2), ("not_met", 0)),
        ([row("p.Arg10Trp")], ("not_met", 0), ("met", 2)),
        ([row("p.Arg10Trp", "Likely pathogenic")], ("not_met", 0), ("met", 1)),
        ([row("p.Arg10Trp", "Pathogenic/Likely pathogenic")], ("not_met", 0), ("met", 2)),
        ([row("p.Arg10Ter")], ("not_met", 0), ("not_met", 0)),
        ([row("p.Arg11Gln")], ("not_met", 0), ("not_met", 0)),
        ([row("p.Lys10Gln")], ("not_met", 0), ("not_met", 0)),
        ([row("p.Arg10Gln", "Uncertain significance")], ("not_met", 0), ("not_met", 0)),
        ([row("p.Arg10Gln", review="no assertion criteria provided")], ("not_met", 0), ("not_met", 0)),
        ([row("p.Arg10Gln").replace("\tGENE\t", "\tOTHER\t")], ("not_met", 0), ("not_met", 0)),
    ],
)
def test_neighbours(tmp_path: Path, rows: list[str], ps1: tuple[str, int], pm5: tuple[str, int]) -> None:
    assert found(index_of(tmp_path, *rows)) == {"PS1": ps1, "PM5": pm5}


def test_a_variants_own_entry_is_no_neighbour(tmp_path: Path) -> None:
    index = index_of(tmp_path, row("p.Arg10Gln", number=7), row("p.Arg10Gln", number=7))
    assert found(index, clinvar_id="7")["PS1"] == ("not_met", 0)
    assert found(index, clinvar_id="8")["PS1"] == ("met", 4)


def test_a_change_that_may_act_on_splicing_is_not_judged_by_its_residue(tmp_path: Path) -> None:
    assert found(index_of(tmp_path, row("p.Arg10Gln")), spliceai=0.5)["PS1"] == ("not_met", 0)


def test_without_a_table_both_are_not_evaluable() -> None:
    assert found(None) == {"PS1": ("not_evaluable", 0), "PM5": ("not_evaluable", 0)}


def test_a_compressed_table_is_read_and_a_foreign_or_cut_one_refused(tmp_path: Path) -> None:
    packed = tmp_path / "variant_summary.txt.gz"
    packed.write_bytes(gzip.compress(f"{HEADER}\n{row('p.Arg10Gln')}\n".encode()))
    assert load_protein_index(packed, {"GENE"}).at("GENE", 10)[0].stars == 2
    plain = tmp_path / "other.txt"
    plain.write_text("chrom\tpos\n1\t2\n")
    with pytest.raises(InputError, match="no column Name"):
        load_protein_index(plain, {"GENE"})
    plain.write_text(f"{HEADER}\n{row('p.Arg10Gln')[:-9]}\n")
    with pytest.raises(InputError, match="line 2"):
        load_protein_index(plain, {"GENE"})


def test_protein_change__missense_alone_is_a_change_of_residue() -> None:
    assert protein_change("NP_1.1:p.(Arg10Gln)") is not None
    for name in ("", "p.(Arg10Ter)", "p.(Arg10=)", "p.(Arg10fs)", "p.(Arg10_Lys12del)", "p.?"):
        assert protein_change(name) is None
