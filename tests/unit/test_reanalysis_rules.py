"""Which change is worth reading, which release is refused, and which classes of ClinVar are told apart?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builders.panel import write_panel
from builders.reanalysis import write_release
from filiation.cohort.layout import clinvar_code
from filiation.config import rank_weights_path, reanalysis_rules_path
from filiation.errors import ConfigError, InputError
from filiation.prioritisation.weights import load_rank_weights
from filiation.reanalysis import kept_files
from filiation.reanalysis.choose_clinvar import clinvar_level
from filiation.reanalysis.choose_cohort import buckets
from filiation.reanalysis.materiality import load_materiality
from filiation.reanalysis.release import read_release
from filiation.reanalysis.standing import UNCHANGED, change_of, earned_shelf
from filiation.reanalysis.value import worth_of

RULES = load_materiality(reanalysis_rules_path())
CANDIDATE = {
    "chrom": "1", "pos": 100, "ref": "A", "alt": "G", "gene": "GENE1", "shelf": "A", "rank": 1,
    "acmg_class": "uncertain",
    "inheritance": "de_novo", "gene_disease_validity": "OMIM:1:name:AD:Definitive:GenCC", "panel_inheritance": None,
    "hpo_score": None, "clinvar_significance": "Pathogenic", "clinvar_review": "", "clinvar_stars": 2,
    "kept_because": "shelf A, score 20 [clinvar_pathogenic]",
}  # fmt: skip
CHANGE = {"change": "new", "cause": "clinvar", "decision": None}


def worth(change: dict[str, Any] | None = None, **candidate: Any) -> tuple[float, str]:
    """Value and alert of a change."""
    found = worth_of({**CHANGE, **(change or {})}, {**CANDIDATE, **candidate}, RULES)
    return found.value, found.alert


def test_value__a_mode_that_contradicts_the_gene_is_worth_less_than_one_that_fits() -> None:
    fits = worth()
    unknown = worth(gene_disease_validity=None)
    contradicts = worth(gene_disease_validity="OMIM:1:name:AR:Definitive:GenCC")
    assert fits[0] > unknown[0] > contradicts[0]
    assert (fits[1], contradicts[1]) == ("known_pathogenic", "")


def test_value__what_nobody_has_seen_is_worth_more_than_what_an_rcp_has_retained() -> None:
    assert worth()[0] > worth({"change": "upgraded", "decision": "retained:2026-01-01"})[0]


def test_alert__a_pathogenic_class_without_a_star_calls_nobody() -> None:
    assert worth(clinvar_stars=0)[1] == ""


def test_alert__a_variant_set_aside_calls_again_for_clinvar_alone() -> None:
    decision = "set_aside:phenotype:2026-01-01"
    likely = {"acmg_class": "likely_pathogenic", "clinvar_significance": "not_found", "clinvar_stars": None}
    assert worth({"decision": decision}, **CANDIDATE)[1] == "known_pathogenic"
    assert worth({"decision": decision, "cause": "panel"}, **likely)[1] == ""
    assert worth({"cause": "panel"}, **likely)[1] == "now_likely_pathogenic"


def test_standing__a_row_that_only_filled_the_page_has_earned_the_archive() -> None:
    filled = {**CANDIDATE, "shelf": "B", "kept_because": "shelf B, score 5 [among_the_best]"}
    pushed = {**CANDIDATE, "shelf": "C", "kept_because": "shelf C, score 20 [beyond_cap:A:clinvar_pathogenic]"}
    assert (earned_shelf(filled), earned_shelf(pushed)) == ("C", "A")
    assert change_of(CANDIDATE, pushed) == UNCHANGED


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("Uncertain_significance", 1), ("not_found", 0), True),
        (("Uncertain_significance", 1), ("Pathogenic", 1), False),
        (("Pathogenic", 1), ("Pathogenic", 2), True),
        (("Pathogenic", 0), ("Pathogenic", 1), False),
        (("Pathogenic", 1), ("Likely_pathogenic", 1), False),
        (("Likely_benign", 1), ("Benign", 2), True),
        (("Benign", 0), ("Benign", 1), False),
        (("Conflicting_classifications_of_pathogenicity", 1), ("Uncertain_significance", 1), False),
    ],
)
def test_choice__classes_of_clinvar_are_told_apart_where_a_rule_does(
    first: tuple[str, int], second: tuple[str, int], same: bool
) -> None:
    code = np.array([clinvar_code(word) for word, _ in (first, second)])
    levels = clinvar_level(code, np.array([first[1], second[1]]), RULES.choice)
    assert bool(levels[0] == levels[1]) is same


def test_choice__counts_matter_where_they_cross_a_limit_with_or_without_the_family(tmp_path: Path) -> None:
    limits = load_rank_weights(rank_weights_path()).limits
    edge = int(limits.inhouse_carriers)
    counts = (edge - 1, edge, edge + 1)
    lines = [f"chr1\t{pos}\t.\tA\tG\t.\t.\tCARRIERS={count}" for pos, count in enumerate(counts, 1)]
    (tmp_path / "counts.vcf").write_text("##x\n" + "\n".join(lines) + "\n", "utf-8")
    found = buckets(tmp_path / "counts.vcf", "CARRIERS", limits)
    assert "1-1-A-G" not in found
    assert found["1-2-A-G"] < found["1-3-A-G"]


def test_release__an_unknown_key_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'clinvar'"):
        read_release(write_release(tmp_path / "r.yaml", clinva="x.vcf.gz"), "GRCh38")


def test_release__nothing_new_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing is new"):
        read_release(write_release(tmp_path / "r.yaml"), "GRCh38")
    with pytest.raises(InputError, match="absent"):
        read_release(write_release(tmp_path / "r.yaml", clinvar="absent.vcf.gz"), "GRCh38")


def test_release__a_folder_of_panels_and_files_by_slug_are_the_same_release(tmp_path: Path) -> None:
    folder = tmp_path / "panels"
    folder.mkdir()
    write_panel(folder / "nbia.tsv", {"GENE1": ("core", "AD")})
    by_folder = read_release(write_release(tmp_path / "a.yaml", panels="panels"), "GRCh38")
    by_slug = read_release(write_release(tmp_path / "b.yaml", panels={"nbia": "panels/nbia.tsv"}), "GRCh38")
    assert by_folder.fingerprint == by_slug.fingerprint
    assert by_folder.causes == {"panel"}


def test_kept_files__are_found_by_checksum_and_a_damaged_one_stops(tmp_path: Path) -> None:
    given = tmp_path / "panel.tsv"
    given.write_text("genes\n", "utf-8")
    checksum = kept_files.keep(tmp_path / "archive", given)
    kept = tmp_path / "archive" / "resources" / checksum[:2] / checksum / "panel.tsv"
    kept.write_text("other genes\n", "utf-8")
    with pytest.raises(InputError, match="is damaged"):
        kept_files.find(tmp_path / "archive", checksum)
    assert kept_files.find(tmp_path / "archive", "0" * 64) is None
