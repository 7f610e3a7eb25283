"""Callable genome, new mutations and the tables of other programs: is each told with its number?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builders.genomes import calls, simulate, trio
from filiation.config import RESOURCES
from filiation.errors import InputError
from filiation.io.vcf import TrioBatch
from filiation.quality.callable import callable_rows
from filiation.quality.other_programs import other_program_rows
from filiation.quality.sex import CoverageRow
from filiation.quality.tally import FamilyTally
from filiation.quality.thresholds import Thresholds, load_thresholds, newest_thresholds
from filiation.quality.verdict import CheckRow, Verdict

SOMALIER = "#sample_a\tsample_b\trelatedness\tibs0\tibs2\thom_concordance\thets_a\thets_b\tn\n"
PEDDY = "sample_a,sample_b,n,rel,pedigree_relatedness,rel_difference,ibs0,ibs2,shared_hets\n"


@pytest.fixture(scope="module")
def thresholds() -> Thresholds:
    return load_thresholds(newest_thresholds(RESOURCES / "scoring"))


@pytest.fixture(scope="module")
def batch() -> TrioBatch:
    """Calls as dense as a genome's: one site each kilobase."""
    genomes = simulate(61, autosomes=2, sites=6000, spacing=1000)
    return calls(genomes, trio().samples, error_rate=0)


def rows_of(batch: TrioBatch, thresholds: Thresholds, coverage: list[CoverageRow] | None = None) -> list[CheckRow]:
    tally = FamilyTally(trio(), thresholds)
    tally.add(batch)
    return callable_rows(trio(), tally, coverage or [], thresholds)


def with_new_mutations(batch: TrioBatch, number: int) -> TrioBatch:
    """Sites at which neither parent has the alternate, made heterozygous in the child."""
    changed = replace(
        batch, genotype=batch.genotype.copy(), ref_depth=batch.ref_depth.copy(), alt_depth=batch.alt_depth.copy()
    )
    here = np.flatnonzero((batch.genotype[:, 1:] == 0).all(axis=1) & (batch.contig_class == 0))[:number]
    assert len(here) == number
    changed.genotype[here, 0] = 1
    changed.ref_depth[here, 0] = changed.alt_depth[here, 0] = 15
    return changed


def whole(depths: tuple[float, float, float], length: int = 2_875_000_000) -> list[CoverageRow]:
    return [
        CoverageRow(sample, "total", length, 30.0, share, 0.9)
        for sample, share in zip(trio().samples, depths, strict=True)
    ]


@pytest.mark.parametrize(("number", "verdict"), [(0, Verdict.WARN), (70, Verdict.OK), (400, Verdict.WARN)])
def test_new_mutations__are_judged_against_the_whole_genome(
    batch: TrioBatch, thresholds: Thresholds, number: int, verdict: Verdict
) -> None:
    rows = rows_of(with_new_mutations(batch, number), thresholds, whole((0.97, 0.96, 0.98)))
    assert [row.check for row in rows] == ["callability", "de_novo_count"]
    assert rows[1].observed.startswith(f"{number} SNVs of the child alone, in 2760 Mb callable")
    assert rows[1].verdict is verdict


def test_new_mutations__the_expectation_shrinks_with_the_genome_that_was_read(
    batch: TrioBatch, thresholds: Thresholds
) -> None:
    (row,) = [row for row in rows_of(batch, thresholds) if row.check == "de_novo_count"]
    # 12 Mb in windows: about a quarter of a mutation is expected, and none is no fault.
    assert "windows with variant sites" in row.observed
    assert row.expected.endswith("0.25 to 0.33 here")
    assert row.verdict is Verdict.OK
    (row,) = [row for row in rows_of(with_new_mutations(batch, 30), thresholds) if row.check == "de_novo_count"]
    assert row.verdict is Verdict.WARN


def test_new_mutations__in_an_exome_without_coverage_are_not_judged(batch: TrioBatch, thresholds: Thresholds) -> None:
    few = batch.take(np.arange(0, len(batch), 40))
    (row,) = [row for row in rows_of(few, thresholds) if row.check == "de_novo_count"]
    assert row.verdict is Verdict.UNKNOWN


def test_new_mutations__a_read_in_a_parent_takes_the_site_away(batch: TrioBatch, thresholds: Thresholds) -> None:
    changed = with_new_mutations(batch, 20)
    here = np.flatnonzero((changed.genotype[:, 0] == 1) & (changed.genotype[:, 1:] == 0).all(axis=1))[:5]
    changed.alt_depth[here, 2] += 1
    (row,) = [row for row in rows_of(changed, thresholds) if row.check == "de_novo_count"]
    assert row.observed.startswith("15 SNVs")


def test_callability__is_a_range_since_the_tables_do_not_say_which_bases(
    batch: TrioBatch, thresholds: Thresholds
) -> None:
    row = rows_of(batch, thresholds, whole((0.97, 0.96, 0.98)))[0]
    assert (row.observed, row.verdict) == ("91.0 to 96.0 % of the genome at 10x in every member", Verdict.OK)
    assert rows_of(batch, thresholds, whole((0.97, 0.5, 0.98)))[0].verdict is Verdict.WARN
    # One table is missing: the variant sites speak.
    row = rows_of(batch, thresholds, whole((0.97, 0.96, 0.98))[:2])[0]
    assert "variant sites" in row.observed


@pytest.mark.parametrize("form", ["somalier", "peddy"])
def test_other_programs__agreement_and_contradiction_with_the_sheet(
    thresholds: Thresholds, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "pairs"
    if form == "somalier":
        lines = [
            "child\tfather\t0.49\t3\t9000\t0.5\t6000\t6000\t17000",
            "mother\tchild\t0.01\t900\t7000\t0\t1\t1\t17000",
        ]
        path.write_text(SOMALIER + "\n".join(lines) + "\n")
    else:
        lines = ["child,father,17000,0.49,0.5,0,3,9000,1", "mother,child,17000,0.01,0.5,0,900,7000,1"]
        path.write_text(PEDDY + "\n".join(lines) + "\n")
    rows = other_program_rows(trio(), [path], thresholds.other_program)
    assert [(row.sample, row.verdict) for row in rows] == [
        ("child+father", Verdict.OK),
        ("child+mother", Verdict.WARN),
    ]
    assert f"{form} sees unrelated, the sheet says parent and child" in rows[1].meaning


def test_other_programs__another_table_or_a_broken_line_is_refused_with_its_place(
    thresholds: Thresholds, tmp_path: Path
) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("a\tb\n1\t2\n")
    with pytest.raises(InputError, match="no column sample_a"):
        other_program_rows(trio(), [path], thresholds.other_program)
    path.write_text(SOMALIER + "child\tfather\tNA?\t3\t9000\t0.5\t1\t1\t17000\n")
    with pytest.raises(InputError) as caught:
        other_program_rows(trio(), [path], thresholds.other_program)
    assert "line 2" in caught.value.message()
