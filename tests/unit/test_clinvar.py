"""Does ClinVar's word reach exactly the allele it was said of, with its stars?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.trio import write_clinvar, write_resource
from filiation.calls.clinvar import ClinVarEntry, open_clinvar
from filiation.errors import InputError


def entry(significance: str, review: str = "criteria_provided,_single_submitter") -> ClinVarEntry:
    """An entry of ClinVar."""
    return ClinVarEntry(significance, review, "1")


@pytest.mark.parametrize(
    "word",
    [
        "Pathogenic",
        "Likely_pathogenic",
        "Pathogenic/Likely_pathogenic",
        "Pathogenic|risk_factor",
        "Pathogenic,_low_penetrance",
    ],
)
def test_pathogenic__in_all_its_forms(word: str) -> None:
    assert entry(word).pathogenic
    assert not entry(word).benign


@pytest.mark.parametrize("word", ["Benign", "Likely_benign", "Benign/Likely_benign", "Benign|drug_response"])
def test_benign__in_all_its_forms(word: str) -> None:
    assert entry(word).benign
    assert not entry(word).pathogenic


@pytest.mark.parametrize(
    "word",
    [
        "Conflicting_classifications_of_pathogenicity",
        "Conflicting_interpretations_of_pathogenicity",
        "Uncertain_significance",
        "not_provided",
        "risk_factor",
        "drug_response",
        "Benign|Pathogenic",
        "",
    ],
)
def test_conflicting_and_uncertain_are_neither(word: str) -> None:
    assert not entry(word).pathogenic
    assert not entry(word).benign


def test_stars__of_every_review_status() -> None:
    stars = {
        "practice_guideline": 4,
        "reviewed_by_expert_panel": 3,
        "criteria_provided,_multiple_submitters,_no_conflicts": 2,
        "criteria_provided,_conflicting_classifications": 1,
        "criteria_provided,_single_submitter": 1,
        "no_assertion_criteria_provided": 0,
        "no_classification_provided": 0,
        "": 0,
    }
    assert {review: entry("Benign", review).stars for review in stars} == stars


def test_find__exact_alleles_whatever_the_contig_style(tmp_path: Path) -> None:
    path = write_clinvar(
        tmp_path / "clinvar.vcf.gz",
        [
            "1 98 13 AAA A CLNSIG=Benign;CLNREVSTAT=criteria_provided,_single_submitter",
            "1 100 11 A G CLNSIG=Pathogenic;CLNREVSTAT=criteria_provided,_multiple_submitters,_no_conflicts",
            "1 100 12 A T CLNSIG=Benign;CLNREVSTAT=criteria_provided,_single_submitter",
            "MT 50 14 A G CLNSIG=Pathogenic,_low_penetrance;CLNREVSTAT=no_assertion_criteria_provided",
        ],
    )
    with open_clinvar(path) as clinvar:
        found = clinvar.find("chr1", 100, "A", "G")
        assert found == ClinVarEntry("Pathogenic", "criteria_provided,_multiple_submitters,_no_conflicts", "11")
        assert found.stars == 2
        assert clinvar.find("1", 100, "A", "T").benign
        assert clinvar.find("1", 100, "A", "C") is None
        assert clinvar.find("1", 99, "A", "G") is None
        assert clinvar.find("chrM", 50, "A", "G").significance == "Pathogenic,_low_penetrance"
        assert clinvar.find("2", 100, "A", "G") is None, "a contig without records"
        assert clinvar.find("GL000192.1", 100, "A", "G") is None


def test_open__without_index_or_without_clnsig_stops(tmp_path: Path) -> None:
    frequencies = write_resource(tmp_path / "f.vcf.gz", ["1"], ('ID=AF,Number=A,Type=Float,Description="x"',), [])
    with pytest.raises(InputError, match="CLNSIG"), open_clinvar(frequencies):
        pass
    path = write_clinvar(tmp_path / "c.vcf.gz", ["1 100 1 A G CLNSIG=Benign"])
    Path(f"{path}.tbi").unlink()
    with pytest.raises(InputError, match="no index"), open_clinvar(path):
        pass
