"""Does the report show what the reads say, warn where they contradict the calls, and stand without them?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from builders.report import candidate, options, write_family
from filiation.errors import InputError
from filiation.io.tables import read_table, write_table
from filiation.model.columns import CANDIDATES, RECHECK
from filiation.reads.parent_of_origin import BY_CARRIER, BY_CHROMOSOME, FROM_FATHER, FROM_MOTHER, UNKNOWN_ORIGIN
from filiation.reads.recheck import (
    ABSENT,
    CARRIES,
    HOMOZYGOUS,
    MOSAIC_STATE,
    NOT_COVERED,
    NOT_SEQUENCED,
    REASON_CODES,
    UNDECIDED,
    VERDICTS,
)
from filiation.report import catalogue
from filiation.report.data import read_report_data
from filiation.report.html import render
from filiation.report.recheck_view import recheck_view
from filiation.report.table import write_tsv


def member(role: str, ref: int, alt: int, state: str, ratio: float) -> dict[str, Any]:
    """The cells of one member."""
    share = alt / (ref + alt)
    return {
        f"{role}_ref_reads": ref,
        f"{role}_alt_reads": alt,
        f"{role}_other_reads": 0,
        f"{role}_uninformative_reads": 2,
        f"{role}_state": state,
        f"{role}_log10_mosaic_over_error": ratio,
        f"{role}_alt_fraction": share,
        f"{role}_alt_fraction_low": share / 2,
        f"{role}_alt_fraction_high": min(1.0, share * 2),
    }


def mosaic_mother(**changes: Any) -> dict[str, Any]:
    """The reads of the builder's de novo candidate: the mother has a few."""
    row = {
        **{name: candidate()[name] for name in ("chrom", "pos", "ref", "alt", "inheritance")},
        "verdict": "mosaic_parent_suspected",
        "agreement": "contradicts",
        "reason": "the mother has 4 alternate reads",
        **member("proband", 17, 18, "carrier", 40.0),
        **member("father", 31, 0, "absent", -1.1),
        **member("mother", 28, 4, "mosaic", 3.1),
        "parent_of_origin": "from_mother",
        "origin_evidence": "reads",
        "phase_pairs": 7,
        "phase_conflicts": 1,
        "post_zygotic": False,
    }
    return row | changes


def page(folder: Path, rows: Sequence[dict[str, Any]] | None) -> str:
    """The page of a family whose recheck table has these rows; none: there is no table."""
    tables = write_family(folder, candidates=[candidate()])
    if rows is not None:
        write_table(folder / "recheck.tsv", RECHECK, rows, {"thresholds": "recheck-1 sha256=0"})
        tables["recheck"] = folder / "recheck.tsv"
    return render(read_report_data(options(), **tables))


def test_report__shows_the_verdict_and_the_counts_in_both_languages(tmp_path: Path) -> None:
    shown = page(tmp_path, [mosaic_mother()])
    assert "mosaïque parentale suspectée" in shown
    assert "mosaic parent suspected" in shown
    assert '<td class="numeric">28,4</td>' in shown
    assert "the mother has 4 alternate reads" in shown
    assert "recheck-1 sha256=0" in shown


def test_report__a_contradiction_is_a_flag_and_an_agreement_is_none(tmp_path: Path) -> None:
    assert '<span class="flag">! ' in page(tmp_path, [mosaic_mother()])
    assert "the reads say otherwise" in page(tmp_path, [mosaic_mother()])
    agreeing = page(tmp_path, [mosaic_mother(verdict="confirmed_de_novo", agreement="agrees")])
    assert "the reads say otherwise" not in agreeing
    assert "the index case may be a mosaic" in page(tmp_path, [mosaic_mother(post_zygotic=True)])


def lines_of(candidates: list[dict[str, Any]], reads: list[dict[str, Any]], folder: Path) -> tuple[str, list[Any]]:
    """The page, and the rows of the table beside it, of a family with these candidates and reads."""
    tables = write_family(folder, candidates=candidates)
    write_table(folder / "recheck.tsv", RECHECK, reads, {})
    data = read_report_data(options(), **tables, recheck=folder / "recheck.tsv")
    write_tsv(folder / "report.tsv", data)
    return render(data), read_table(folder / "report.tsv", CANDIDATES).rows


def test_report__what_the_reads_contradict_goes_last_with_its_reason_and_never_vanishes(tmp_path: Path) -> None:
    first, second = candidate(rank=1, gene="FIRST"), candidate(rank=2, gene="SECOND", pos=candidate()["pos"] + 50)
    verdict = {"verdict": "artefact_suspected", "agreement": "contradicts", "reason_codes": "one_strand;poor_quality"}
    shown, rows = lines_of([first, second], [mosaic_mother(**verdict)], tmp_path)
    assert shown.index("SECOND") < shown.index("FIRST")
    assert "placé en fin de liste : les lectures le contredisent".replace(" :", "\u00a0:") in shown
    assert [(row["gene"], row["rank"]) for row in rows] == [("SECOND", 2), ("FIRST", 1)]
    assert rows[1]["flags"].endswith("contradicted_by_reads=artefact_suspected")
    # A mosaic parent is another explanation, not a reason against the variant.
    shown, rows = lines_of([first, second], [mosaic_mother()], tmp_path)
    assert shown.index("FIRST") < shown.index("SECOND")
    assert [row["gene"] for row in rows] == ["FIRST", "SECOND"]


@pytest.mark.parametrize(
    "also, place", [("", ["SECOND", "FIRST"]), (" also=compound_heterozygous:possible", ["FIRST", "SECOND"])]
)
def test_report__inherited_after_all_stays_when_it_may_be_half_of_a_pair(
    tmp_path: Path, also: str, place: list[str]
) -> None:
    first = candidate(rank=1, gene="FIRST")
    first["inheritance_reason"] = f"proband=carrier{also}"
    second = candidate(rank=2, gene="SECOND", pos=candidate()["pos"] + 50)
    verdict = {"verdict": "inherited_missed", "agreement": "contradicts", "reason_codes": "carried_by_mother"}
    shown, rows = lines_of([first, second], [mosaic_mother(**verdict)], tmp_path)
    assert [row["gene"] for row in rows] == place
    assert ("still possible as half of a pair" in shown) is bool(also)
    assert "contradicted_by_reads=inherited_missed" in "".join(str(row["flags"]) for row in rows)


def test_report__says_the_reason_in_french_from_codes_and_counts(tmp_path: Path) -> None:
    shown = page(tmp_path, [mosaic_mother(reason_codes="mosaic_in_mother")])
    assert "quelques lectures chez la mère" in shown
    assert "few alternate reads in the mother: more than error" in shown
    assert "the mother has 4 alternate reads" not in shown
    # A code of a later version: the text of the table, marked as such.
    assert "the mother has 4 alternate reads" in page(tmp_path, [mosaic_mother(reason_codes="of_another_version")])


def test_report__without_reads_or_without_the_candidate_stands_as_before(tmp_path: Path) -> None:
    without = page(tmp_path, None)
    assert "Réexamen des lectures" not in without
    assert page(tmp_path, []).count("Réexamen des lectures") == 0
    assert "Réexamen des lectures" not in page(tmp_path, [mosaic_mother(pos=1)])


def test_report__refuses_another_table(tmp_path: Path) -> None:
    tables = write_family(tmp_path, candidates=[candidate()])
    with pytest.raises(InputError, match="candidates/3"):
        read_report_data(options(), **tables, recheck=tables["candidates"])


def test_view__a_parent_who_was_not_sequenced_keeps_a_line(tmp_path: Path) -> None:
    tables = write_family(tmp_path, structure="duo", candidates=[candidate()])
    row = dict.fromkeys(RECHECK.names) | mosaic_mother()
    row |= {name: None for name in RECHECK.names if name.startswith("father_")} | {"father_state": "not_sequenced"}
    row["siblings"] = "SIB1:20,0,0,1:absent"
    seen = recheck_view(row, read_report_data(options(), **tables).family)
    assert [line.sample for line in seen.members] == ["IDX1", "", "MOT1", "SIB1"]
    assert (seen.members[1].state.en, seen.members[1].counts) == ("not sequenced", "—")
    assert seen.origin.en == "the mother's copy (read pairs for: 7; against: 1)"
    assert [value.en for _, value in seen.ratios] == ["3.1"]


def test_words__every_value_of_the_recheck_has_them() -> None:
    states = (ABSENT, MOSAIC_STATE, CARRIES, HOMOZYGOUS, UNDECIDED, NOT_COVERED, NOT_SEQUENCED)
    for vocabulary, values in {
        "reads_verdict": VERDICTS,
        "reads_state": states,
        "agreement": ("agrees", "contradicts", "undecided"),
        "parent_of_origin": (FROM_FATHER, FROM_MOTHER, UNKNOWN_ORIGIN),
        "origin_evidence": (BY_CARRIER, BY_CHROMOSOME),
        "reads_reason": REASON_CODES,
    }.items():
        assert [value for value in values if not catalogue.known(vocabulary, value)] == []
