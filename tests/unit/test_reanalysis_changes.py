"""Is every change of a stored family told, classed and explained, and nothing else?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.panel import write_panel
from builders.reanalysis import BENIGN, PATHOGENIC, UNCERTAIN, basis, judge, opened, stored
from builders.trio import Trio, trio, write_clinvar, write_frequencies
from filiation.calls.frequencies import Source
from filiation.config import scoring_model_path
from filiation.reanalysis.compare import History, compare
from filiation.reanalysis.release import CLINVAR, FREQUENCY, PANEL
from filiation.reanalysis.screening import ScreenAgain, screened_again
from filiation.scoring.model import load_scoring_model

MISSENSE, INTRON = "missense_variant", "intron_variant"
HISTORY = History(date="2026-12-01", evidence_dates={CLINVAR: "2026-11-30"})


def family() -> Trio:
    """A new missense change in GENE1, a new intronic one in GENE2, a pair in GENE3, an inherited one in GENE4."""
    calls = trio("0/1", "0/0", "0/0").at("1", 100, "A", "G", consequence=MISSENSE)
    calls = calls.at("1", 5000, "C", "T", consequence=INTRON, gene="GENE2")
    calls = calls.then("0/1", "0/1", "0/0").at("2", 100, "A", "G", consequence=MISSENSE, gene="GENE3")
    calls = calls.then("0/1", "0/0", "0/1").at("2", 200, "A", "G", consequence=MISSENSE, gene="GENE3")
    return calls.then("1/1", "0/1", "0/1").at("2", 900, "A", "G", consequence=MISSENSE, gene="GENE4")


def clinvar(folder: Path, name: str, **entries: str) -> Path:
    """A ClinVar of `position=INFO` entries; p5000 lies on contig 1 with C>T, p100 on 1, q900 on 2."""
    contigs = {"p": "1", "q": "2"}
    lines = []
    for place, info in sorted(entries.items()):
        ref, alt = ("C", "T") if place == "p5000" else ("A", "G")
        lines.append(f"{contigs[place[0]]} {place[1:]} {len(lines) + 1} {ref} {alt} {info}")
    return write_clinvar(folder / f"{name}.vcf.gz", lines)


def by_place(rows: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, Any]]:
    """Rows of the changes by contig and position."""
    return {(row["chrom"], row["pos"]): row for row in rows}


def changes(folder: Path, old: Path, new: Path, **options: Any) -> dict[tuple[str, int], dict[str, Any]]:
    """Changes of the family when one ClinVar takes the place of another."""
    kept = stored(family(), folder / "family", clinvar=old)
    judged = judge(kept, opened(new), basis(), basis(), **options)
    return by_place(compare(kept.candidates, judged, frozenset({CLINVAR}), HISTORY))


def test_change__the_same_clinvar_changes_nothing(tmp_path: Path) -> None:
    source = clinvar(tmp_path, "old", p100=UNCERTAIN)
    assert {row["change"] for row in changes(tmp_path, source, source).values()} == {"unchanged"}


def test_change__clinvar_upgrade_is_upgraded_with_cause_values_and_date(tmp_path: Path) -> None:
    rows = changes(tmp_path, clinvar(tmp_path, "old", p100=UNCERTAIN), clinvar(tmp_path, "new", p100=PATHOGENIC))
    row = rows["1", 100]
    assert (row["change"], row["cause"], row["evidence_date"]) == ("upgraded", "clinvar", "2026-11-30")
    assert "Uncertain_significance -> Pathogenic" in row["detail"]
    assert all(other["change"] == "unchanged" for place, other in rows.items() if place != ("1", 100))


def test_change__an_intronic_variant_that_clinvar_now_calls_pathogenic_is_new(tmp_path: Path) -> None:
    rows = changes(tmp_path, clinvar(tmp_path, "old", p100=UNCERTAIN), clinvar(tmp_path, "new", p5000=PATHOGENIC))
    assert (rows["1", 5000]["change"], rows["1", 5000]["cause"]) == ("new", "clinvar")
    assert rows["1", 5000]["before"] is None
    assert rows["1", 5000]["first_seen"] == "2026-12-01"


def test_change__benign_now_vanishes_with_the_rule_that_removed_it(tmp_path: Path) -> None:
    rows = changes(tmp_path, clinvar(tmp_path, "old", p100=UNCERTAIN), clinvar(tmp_path, "new", p100=BENIGN))
    assert (rows["1", 100]["change"], rows["1", 100]["cause"]) == ("vanished", "clinvar")
    assert "benign_in_clinvar" in rows["1", 100]["detail"]


def test_change__the_half_of_a_pair_whose_partner_became_benign_vanishes_for_the_same_cause(tmp_path: Path) -> None:
    rows = changes(tmp_path, clinvar(tmp_path, "old", p100=UNCERTAIN), clinvar(tmp_path, "new", q200=BENIGN))
    assert {place: rows[place]["change"] for place in (("2", 100), ("2", 200))} == {
        ("2", 100): "vanished",
        ("2", 200): "vanished",
    }
    assert rows["2", 100]["cause"] == "clinvar"


@pytest.mark.parametrize("touched", ["p100", "p5000", "q200", "q900"])
@pytest.mark.parametrize("word", [PATHOGENIC, BENIGN])
def test_replay__judging_what_the_release_touches_gives_what_judging_all_gives(
    tmp_path: Path, touched: str, word: str
) -> None:
    old, new = clinvar(tmp_path, "old", p100=UNCERTAIN), clinvar(tmp_path, "new", **{touched: word})
    kept = stored(family(), tmp_path / "family", clinvar=old)
    key = next(
        one.key for one in kept.calls if one.pos == int(touched[1:]) and one.contig == {"p": "1", "q": "2"}[touched[0]]
    )
    whole = judge(kept, opened(new), basis(), basis())
    part = judge(kept, opened(new), basis(), basis(), whole=False, touched_keys=frozenset({key}))
    causes = frozenset({CLINVAR})
    assert part.judged(causes).candidates == whole.judged(causes).candidates
    assert len(part.records(causes)) <= len(whole.records(causes))


def test_cause__of_two_new_sources_the_one_that_changed_the_standing_is_named(tmp_path: Path) -> None:
    old, new = clinvar(tmp_path, "old", p100=UNCERTAIN), clinvar(tmp_path, "new", p100=PATHOGENIC)
    before = basis(panel=write_panel(tmp_path / "old.tsv", {"GENE9": ("core", "AD")}))
    after = basis(panel=write_panel(tmp_path / "new.tsv", {"GENE4": ("core", "AR")}))
    kept = stored(family(), tmp_path / "family", clinvar=old, judged_with=before)
    judged = judge(kept, opened(new), before, after)
    rows = by_place(compare(kept.candidates, judged, frozenset({CLINVAR, PANEL}), HISTORY))
    assert rows["1", 100]["cause"] == "clinvar"
    assert {row["cause"] for place, row in rows.items() if place != ("1", 100)} <= {None, "panel"}


def test_cause__a_stored_table_that_the_same_evidence_does_not_give_is_the_programs_own(
    tmp_path: Path,
) -> None:
    source = clinvar(tmp_path, "old", p100=UNCERTAIN)
    kept = stored(family(), tmp_path / "family", clinvar=source)
    kept.candidates = [row for row in kept.candidates if row["pos"] != 900]
    rows = by_place(
        compare(kept.candidates, judge(kept, opened(source), basis(), basis()), frozenset({CLINVAR}), HISTORY)
    )
    assert (rows["2", 900]["change"], rows["2", 900]["cause"]) == ("new", "software")


def frequencies(folder: Path, name: str, **af: float) -> Source:
    """A source of frequencies by position on contig 1 or 2."""
    contigs = {"p": "1", "q": "2"}
    lines = [f"{contigs[place[0]]} {place[1:]} . A G AF={value};nhomalt=0" for place, value in sorted(af.items())]
    return Source(name, str(write_frequencies(folder / f"{name}.vcf.gz", lines)))


def test_frequency__a_correction_upwards_removes_with_the_screens_reason(tmp_path: Path) -> None:
    old, new = frequencies(tmp_path, "old", p100=1e-6), frequencies(tmp_path, "new", p100=0.2)
    kept = stored(family(), tmp_path / "family", sources=[old])
    settings = ScreenAgain([new], load_scoring_model(scoring_model_path()))
    outcome = screened_again(kept.family, kept.header, kept.calls, kept.removed_calls, settings)
    assert outcome.removed == {"1-100-A-G": "frequent_in_population"}
    judged = judge(kept, opened(), basis(), basis(), frequency=outcome)
    row = by_place(compare(kept.candidates, judged, frozenset({FREQUENCY}), HISTORY))["1", 100]
    assert (row["change"], row["cause"]) == ("vanished", "frequency")


def test_frequency__a_correction_downwards_brings_the_record_back_as_a_new_family_would_have_it(tmp_path: Path) -> None:
    old, new = frequencies(tmp_path, "old", p100=0.2), frequencies(tmp_path, "new", p100=1e-6)
    kept = stored(family(), tmp_path / "family", sources=[old])
    assert "1-100-A-G" not in {one.key for one in kept.calls}
    settings = ScreenAgain([new], load_scoring_model(scoring_model_path()))
    outcome = screened_again(kept.family, kept.header, kept.calls, kept.removed_calls, settings)
    assert [one.key for one in outcome.returned] == ["1-100-A-G"]
    judged = judge(kept, opened(), basis(), basis(), frequency=outcome)
    causes = frozenset({FREQUENCY})
    row = by_place(compare(kept.candidates, judged, causes, HISTORY))["1", 100]
    assert (row["change"], row["cause"]) == ("new", "frequency")
    fresh = stored(family(), tmp_path / "fresh", sources=[new])
    assert judged.judged(causes).candidates == fresh.candidates
