"""Reasons that other steps write in English, said in French."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from filiation.acmg.engine import classify_variant
from filiation.acmg.evidence import GeneEvidence, PartnerEvidence, VariantEvidence
from filiation.acmg.protein_index import ProteinEntry, ProteinIndex, protein_change
from filiation.acmg.table import load_acmg_table
from filiation.config import RESOURCES
from filiation.report.catalogue import SourceText, load
from filiation.report.told import told
from filiation.report.typography import NARROW

TERMS = (
    "", "stop_gained", "frameshift_variant", "splice_donor_variant", "start_lost", "stop_lost", "transcript_ablation",
    "inframe_deletion", "missense_variant", "synonymous_variant", "intron_variant", "5_prime_UTR_variant",
)  # fmt: skip
PARENTAGE = (
    "kinship was not measured", "a parent was not sequenced", "kinship of both parents OK in the quality table",
    "kinship with the father was not measured; kinship with the mother: OK, proband S1 and mother S2 can be parent and "
    "child; the region is small, so this is weak evidence",
)  # fmt: skip
# Choices of every fact that a criterion reads.
CHOICES: dict[str, tuple[Any, ...]] = {
    "term": TERMS,
    "pattern": ("de_novo", "autosomal_recessive", "compound_heterozygous", "x_linked", "dominant_inherited"),
    "status": ("supported", "possible"),
    "transcript_status": ("MANE_Select", "other"),
    "hgvs_c": ("NM_1.1:c.100A>G", "NM_1.1:c.100+30A>G", "NM_1.1:c.100-2A>G", ""),
    "hgvs_p": ("NP_1.1:p.(Arg175His)", "NP_1.1:p.(Arg175Cys)", ""),
    "nmd": ("expected", "escapes", ""),
    "protein_position": (None, 10, 190),
    "protein_length": (None, 200),
    "exon_coding_bases": (None, 99, 100),
    "population_state": ("found", "not_found", "not_covered", "not_annotated", "no_frequency"),
    "population_af": (None, 0.0, 3.4e-6, 0.002, 0.2),
    "population_faf": (None, 1.2e-7, 0.06),
    "population_alleles": (None, 800, 1_600_000),
    "population_depth": (None, 8.0, 31.0),
    "homozygotes": (None, 0, 12),
    "revel": (None, 0.05, 0.6, 0.95),
    "alphamissense": (None, 0.98),
    "cadd": (None, 12.0, 31.0),
    "spliceai": (None, 0.01, 0.15, 0.8),
    "in_repeat": (None, True, False),
    "hpo_score": (None, 0.3, 0.77),
    "hpo_text": ("", "with OMIM:612621 Intellectual developmental disorder, autosomal dominant 5"),
    "parentage": ("confirmed", "assumed", "contradicted"),
    "parentage_text": PARENTAGE,
    "parents_healthy": (True, False),
    "recheck": ("", "agrees", "contradicts"),
    "homozygous_run": ("", "chr1:100-2000000"),
    "relatives": ("", "father unaffected, absent; mother affected, low fraction; sibling SIB-1 unknown, homozygous"),
    "mitochondrial": (False, False, False, True),
}
GENES: dict[str, tuple[Any, ...]] = {
    "symbol": ("TP53",),
    "loeuf": (None, 0.2, 1.3),
    "pli": (None, 0.99),
    "missense_z": (None, 1.0, 4.2),
    "haploinsufficiency": ("", "0", "2", "3", "30", "40"),
    "modes": (None, frozenset(), frozenset({"AD"}), frozenset({"AR"}), frozenset({"XL"})),
    "validity": ("", "Definitive", "Strong", "Moderate", "Limited", "Supportive"),
}
PARTNERS = (
    PartnerEvidence("chr2-200-A-G", "pathogenic", True),
    PartnerEvidence("chr2-300-A-G", "likely_pathogenic", False),
    PartnerEvidence("chr2-400-A-G", "uncertain", False),
)


def _index() -> ProteinIndex:
    change = protein_change("p.(Arg175His)")
    assert change is not None
    entry = ProteinEntry(change, "pathogenic", 2, "12374", "NM_000546.6(TP53):c.524G>A (p.Arg175His)")
    return ProteinIndex({"TP53": (entry,)})


def test_every_reason_of_the_acmg_engine_has_its_french_sentence() -> None:
    rng = random.Random(5)
    names = {field.name for field in dataclasses.fields(VariantEvidence)}
    assert set(CHOICES) <= names
    table, index = load_acmg_table(RESOURCES / "acmg" / "acmg-1.yaml"), _index()
    unknown, said = set(), set()
    for number in range(4000):
        gene = GeneEvidence(**{name: rng.choice(choices) for name, choices in GENES.items()})
        evidence = VariantEvidence(
            **{name: rng.choice(choices) for name, choices in CHOICES.items()},
            gene=gene,
            partners=tuple(rng.sample(PARTNERS, rng.randint(0, 3))),
        )
        for criterion in classify_variant(evidence, table, index if number % 2 else None):
            words = told(criterion.value_that_decided)
            said.add(criterion.value_that_decided)
            if isinstance(words, SourceText):
                unknown.add((criterion.name, criterion.value_that_decided))
    assert sorted(unknown)[:10] == []
    assert len(said) > 300


def test_a_reason_is_told_with_its_values_in_both_languages() -> None:
    words = told("stop_gained, nonsense-mediated decay expected; LOEUF 0.06, dominant disease gene")
    assert words.fr == (
        f"non-sens, dégradation de l’ARNm attendue (NMD){NARROW}; LOEUF 0,06, gène de maladie dominante"
    )
    assert words.en == "stop gained, nonsense-mediated decay expected; LOEUF 0.06, dominant disease gene"


def test_numbers_of_a_reason_are_written_as_each_language_writes_them() -> None:
    words = told("allele frequency 3.2e-06 <= 1e-05")
    assert words.fr == f"fréquence allélique 3,2{NARROW}×{NARROW}10⁻⁶ ≤ 10⁻⁵"
    assert words.en == f"allele frequency 3.2{NARROW}×{NARROW}10⁻⁶ ≤ 10⁻⁵"


@pytest.mark.parametrize("reason", [
    "no such words; LOEUF 0.06", "LOEUF {value}", "<img src=x onerror=alert(1)>", "second variant: <b> (trans)", "",
    "; ",
])  # fmt: skip
def test_a_reason_with_an_unknown_part_is_never_half_translated(reason: str) -> None:
    words = told(reason)
    assert isinstance(words, SourceText)
    assert words.fr == words.en == reason


def test_every_english_pattern_recognises_itself() -> None:
    """A sentence without values is found by its own entry, not by a wider one that says less."""
    for key, sentence in load("en").items():
        if key.startswith("told.") and "{" not in sentence:
            assert told(sentence).fr == load("fr")[key], key
