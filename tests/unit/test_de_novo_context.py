"""Does the reference beside a variant change its de novo posterior, and in the right direction?"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pysam
import pytest

from filiation.config import scoring_model_path
from filiation.errors import InputError
from filiation.io.flanks import ReferenceFlanks
from filiation.kernels.mutation import FLANK
from filiation.scoring.de_novo import score_de_novo
from filiation.scoring.model import load_scoring_model

MODEL = load_scoring_model(scoring_model_path())
# Positions, 1-based: 3 = C of CG; 8 = C before A; 14 = C before twelve T; 40 = C before one T.
GENOME = "ATCGGTACAGGAG" + "C" + "T" * 12 + "GACTGACTAGGCA" + "CTGCAGTC"


@pytest.fixture
def fasta(tmp_path: Path) -> Path:
    """A reference with its index."""
    path = tmp_path / "genome.fa"
    path.write_text(f">1\n{GENOME.lower()}\n")
    pysam.faidx(str(path))
    return path


def batch(sites: list[tuple[int, str, str]]) -> SimpleNamespace:
    """Sites of a trio that look new: child balanced, parents clean at 30 reads."""
    n = len(sites)
    alt = np.tile(np.array([15, 0, 0], dtype=np.int32), (n, 1))
    depth = np.full((n, 3), 30, dtype=np.int32)
    return SimpleNamespace(
        contigs=["1"],
        contig_index=np.zeros(n, dtype=np.int32),
        contig_class=np.zeros(n, dtype=np.int8),
        pos=np.array([site[0] for site in sites]),
        ref=[site[1] for site in sites],
        alt=[site[2] for site in sites],
        is_snv=np.array([len(site[1]) == len(site[2]) == 1 for site in sites]),
        genotype=np.tile(np.array([1, 0, 0], dtype=np.int8), (n, 1)),
        ref_depth=depth - alt,
        alt_depth=alt,
        depth=depth,
        phred=np.full((n, 3, 3), np.nan),
        log10_likelihood=np.full((n, 3, 3), np.nan),
        records=None,
        site_fields=None,
    )


def log10_odds(sites: list[tuple[int, str, str]], flanks: ReferenceFlanks | None) -> list[float]:
    """Odds of each site."""
    likelihood = np.tile(
        np.array([[-100.0, 0.0, -100.0], [0.0, -20.7, -270.0], [0.0, -20.7, -270.0]]), (len(sites), 1, 1)
    )
    frequency = np.full(len(sites), 1e-6)
    return list(score_de_novo(batch(sites), likelihood, 1, frequency, MODEL, flanks).log10_odds)  # type: ignore[arg-type]


def test_flanks__begin_with_the_base_before_and_are_upper_case(fasta: Path) -> None:
    row = ReferenceFlanks(fasta).beside(["1"], np.array([3]), FLANK)[0]
    assert bytes(row[:4]) == b"TCGG"
    assert bytes(row[row > 0]) == GENOME[1:].encode()


def test_flanks__first_position_and_unknown_contig_are_not_known(fasta: Path) -> None:
    rows = ReferenceFlanks(fasta).beside(["1", "2", "1"], np.array([1, 5, 10_000]), FLANK)
    assert not rows.any()


def test_flanks__a_file_that_is_no_reference_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        ReferenceFlanks(tmp_path / "absent.fa")


def test_context__a_cpg_transition_is_likelier_new_than_another(fasta: Path) -> None:
    sites = [(3, "C", "T"), (8, "C", "T")]
    cpg, other = log10_odds(sites, ReferenceFlanks(fasta))
    average, same = log10_odds(sites, None)
    assert cpg > average > other
    assert average == same


def test_context__a_base_more_in_a_homopolymer_is_possible_not_supported(fasta: Path) -> None:
    homopolymer, unique = log10_odds([(14, "C", "CT"), (40, "C", "CT")], ReferenceFlanks(fasta))
    unknown = log10_odds([(14, "C", "CT")], None)[0]
    assert unique > unknown > -2
    assert unique > 0 > homopolymer
    assert homopolymer > -2, "possible from a posterior of 0.01 on"


def test_context__four_bases_less_outside_repeats_are_supported_without_a_reference() -> None:
    assert log10_odds([(28, "ACTGA", "A")], None)[0] > 0


def odds_against_inheritance(fasta: Path, frequency: float) -> list[float]:
    """Of a CpG transition and another one, where one parent is hardly known and inheritance the only rival."""
    sites = [(3, "C", "T"), (8, "C", "T")]
    calls = batch(sites)
    calls.ref_depth[:, 1] = -1
    likelihood = np.tile(np.array([[-100.0, 0.0, -100.0], [0.0, -1.0, -9.0], [0.0, -20.7, -270.0]]), (2, 1, 1))
    flanks = ReferenceFlanks(fasta)
    return list(score_de_novo(calls, likelihood, 1, np.full(2, frequency), MODEL, flanks).log10_odds)  # type: ignore[arg-type]


def test_context__what_no_source_has_is_young_so_that_a_cpg_is_inherited_as_often_as_it_is_new(fasta: Path) -> None:
    cpg, other = odds_against_inheritance(fasta, MODEL.threshold["absent_frequency"])
    assert cpg == pytest.approx(other, abs=0.1)
    cpg, other = odds_against_inheritance(fasta, 1e-4)
    assert cpg > other + 1, "a known frequency is the prior of either, and the CpG mutates eighteen times as often"


def test_quality_of_the_childs_alternate_reads__speaks_where_the_caller_gave_likelihoods(fasta: Path) -> None:
    """Alternate reads of half the quality of the others, against equal ones; without PL or GL it is no evidence."""
    per_read, halves = 37.0 * np.log(10) / 10, 30 * np.log(2)
    odds = {}
    for name, factor in (("good", 1.0), ("bad", 0.5)):
        row = [-15 * per_read * factor + halves, 0.0, -15 * per_read + halves]
        likelihood = np.array([[row, [0.0, -20.7, -270.0], [0.0, -20.7, -270.0]]])
        for rung, phred in (("PL", 0.0), ("AD", np.nan)):
            calls = batch([(8, "C", "T")])
            calls.phred[:] = phred
            scores = score_de_novo(calls, likelihood, 1, np.full(1, 1e-6), MODEL, ReferenceFlanks(fasta))  # type: ignore[arg-type]
            odds[name, rung] = float(scores.log10_odds[0])
    assert odds["good", "PL"] > odds["good", "AD"] > odds["bad", "PL"] + 0.5
    assert odds["bad", "AD"] == pytest.approx(odds["good", "AD"], abs=1e-6)
