"""Is a gene found under whatever name the annotation gives it, and is parentage judged by its check?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from builders.drafts import FAMILY
from builders.panel import write_panel
from filiation.config import gene_table_path
from filiation.genes.table import load_gene_table
from filiation.model.contigs import ContigClass
from filiation.model.inheritance import Inheritance
from filiation.panels.load import load_panel
from filiation.phenotype.match import PhenotypeMatcher
from filiation.prioritisation.known_genes import GeneBook, KnownGene, fits_modes, parse_links, parse_modes
from filiation.prioritisation.parentage import WEAK, parentage_of
from filiation.quality import kinship

TABLE = load_gene_table(gene_table_path())
CPLANE1 = TABLE.require("CPLANE1")


class Facts:
    """Facts of one gene, by id or by symbol."""

    def of(self, hgnc_id: str | None, symbol: str) -> Mapping[str, Any]:
        """LOEUF of CPLANE1."""
        return {"loeuf": 0.9} if hgnc_id == CPLANE1.hgnc_id or symbol == "CPLANE1" else {}


@pytest.mark.parametrize(
    ("symbol", "gene_id", "status"),
    [
        ("CPLANE1", "", "approved"),
        ("C5orf42", "", "previous:CPLANE1"),
        ("", CPLANE1.ensembl_gene_id, "previous:CPLANE1"),
        ("NOT_A_GENE", f"{CPLANE1.ensembl_gene_id}.12", "previous:CPLANE1"),
    ],
)
def test_gene__a_renamed_one_finds_its_id_its_facts_its_panel_and_its_diseases(
    tmp_path: Path, symbol: str, gene_id: str, status: str
) -> None:
    path = write_panel(tmp_path / "p.tsv", {"CPLANE1": ("core", "AR")})
    path.write_text(path.read_text().replace("HGNC:100", CPLANE1.hgnc_id))
    # Joubert syndrome: molar tooth sign.
    book = GeneBook(load_panel(path), TABLE, Facts(), PhenotypeMatcher(["HP:0002419"], genes=TABLE))
    known = book.of(symbol, gene_id)
    assert (known.hgnc_id, known.name_status) == (CPLANE1.hgnc_id, status)
    assert known.number("loeuf") == 0.9
    assert known.panel_gene is not None
    assert book.on_panel(symbol, gene_id)
    assert known.match is not None
    assert known.match.score > 0.3
    assert book.of(symbol, gene_id) is known, "looked up once"


def test_gene__unknown_and_ambiguous_names_are_said_and_nothing_is_guessed() -> None:
    ambiguous = next(name for name, genes in TABLE._previous.items() if len(genes) > 1 and name not in TABLE._approved)
    book = GeneBook(table=TABLE)
    assert book.of("SIMGENE1").name_status == "unknown"
    assert book.of(ambiguous).name_status == "ambiguous"
    assert book.of(ambiguous).hgnc_id == book.of("SIMGENE1").hgnc_id == ""
    assert book.of("") == KnownGene("")


def test_gene__without_any_source_nothing_is_known_and_nothing_fails() -> None:
    known = GeneBook().of("SCN1A", "ENSG00000144285")
    assert known == KnownGene("SCN1A")
    assert (known.modes, known.validity, known.refuted, known.links) == (None, "", False, ())


def test_links__ids_and_names_may_hold_colons() -> None:
    (first, second) = parse_links("ORPHA:1:a: name:AD/XL:Definitive:ClinGen|MONDO:2:b:.:.:GenCC")
    assert (first.disease, first.modes, first.validity) == ("ORPHA:1:a: name", frozenset({"AD", "XL"}), "definitive")
    assert (second.modes, second.validity, second.source) == (frozenset(), "", "GenCC")


def test_modes__of_the_facts_before_those_of_the_panel() -> None:
    assert parse_modes("AD, AR") == {"AD", "AR"}
    assert parse_modes("Autosomal recessive") == {"AR"}
    assert parse_modes("XLR") == {"XL"}
    assert parse_modes("unknown") == parse_modes(".") == frozenset()
    known = KnownGene("G", facts={"gene_disease_validity": "ORPHA:1:a:AD:Refuted:X|ORPHA:2:b:AR:Strong:X"})
    assert known.modes == {"AR"}
    assert known.validity == "strong"
    assert not known.refuted
    assert fits_modes(Inheritance.AUTOSOMAL_RECESSIVE, frozenset({"AR"}), ContigClass.AUTOSOME)


def pair(parent: str, verdict: str = "OK", meaning: str = "as the sheet says") -> dict[str, str]:
    """One kinship row of the quality table."""
    return {"check": "kinship", "sample": f"{parent}+CHILD", "verdict": verdict, "meaning": meaning}


def failed(check: str, sample: str) -> dict[str, str]:
    """A row of another check with the verdict FAIL."""
    return {"check": check, "sample": sample, "verdict": "FAIL", "meaning": f"{check} of {sample} is not as declared"}


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([pair("FATHER"), pair("MOTHER"), pair("FATHER") | {"sample": "FATHER+MOTHER"}], "confirmed"),
        ([pair("FATHER"), pair("MOTHER", "FAIL", "not the mother")], "contradicted"),
        ([pair("FATHER"), pair("MOTHER"), {"check": "roles", "sample": "FAM", "verdict": "FAIL", "meaning": "swap"}],
         "contradicted"),
        ([pair("FATHER"), pair("MOTHER"), failed("sex", "FATHER")], "contradicted"),
        ([pair("FATHER"), pair("MOTHER"), failed("contamination", "CHILD")], "contradicted"),
        ([failed("mendelian_errors_snv", "CHILD")], "contradicted"),
        ([pair("FATHER"), pair("MOTHER"), failed("contamination", "SIBLING")], "confirmed"),
        ([pair("FATHER"), pair("MOTHER"), pair("MOTHER", "WARN", "somalier sees unrelated")
          | {"check": "other_program"}], "assumed"),
        ([pair("FATHER"), pair("MOTHER", "UNKNOWN", "too few sites")], "assumed"),
        ([pair("FATHER"), pair("MOTHER", meaning=f"the region is small, so this is {WEAK}")], "assumed"),
        ([pair("FATHER")], "assumed"),
        ([], "assumed"),
    ],
)  # fmt: skip
def test_parentage__is_confirmed_by_both_parents_and_contradicted_by_one(
    rows: list[dict[str, str]], state: str
) -> None:
    found = parentage_of(FAMILY, rows)
    assert found.state == state
    assert found.text


def test_parentage__the_words_for_weak_evidence_are_those_of_the_quality_table() -> None:
    assert WEAK in Path(kinship.__file__).read_text(encoding="utf-8")


def test_parentage__of_a_duo_is_assumed() -> None:
    duo = type(FAMILY)("FAM", FAMILY.members[:2])
    assert parentage_of(duo, [pair("FATHER")]).state == "assumed"
