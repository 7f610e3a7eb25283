"""What does a release change for one family? Judge what it touches; where something matters, judge all and store it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from filiation.errors import FiliationError
from filiation.model.columns import CANDIDATES
from filiation.model.report_tables import CHANGES
from filiation.prioritisation.candidates import Prioritised
from filiation.prioritisation.penetrance import Penetrance
from filiation.reanalysis.compare import History, compare
from filiation.reanalysis.context import RunContext
from filiation.reanalysis.frequency_scan import FrequencyScan
from filiation.reanalysis.last_basis import INPUT, RELEASE_ROLE, input_checksum, last_basis, new_basis
from filiation.reanalysis.release import FREQUENCY, PANEL, RULE, Release
from filiation.reanalysis.replay import Judge, OpenRelease
from filiation.reanalysis.screening import FREQUENCY_REASONS, FrequencyOutcome, ScreenAgain, screened_again
from filiation.reanalysis.standing import UNCHANGED, Key, key_of
from filiation.reanalysis.store import as_read, store_analysis
from filiation.reanalysis.stored import StoredAnalysis, load_stored

if TYPE_CHECKING:
    from filiation.archive.store import Archive

Row = dict[str, Any]
# Variants in one question to the database.
_AT_ONCE = 500


@dataclass
class FamilyOutcome:
    """What became of one family. number : of the analysis that was written, 0 when none was; analysis : the one that
    holds the changes.

    changes : rows of the table `changes` that are not unchanged, each with its row of the candidates now (or before,
    when it vanished). error : why the family could not be judged, '' when it was.
    """

    family: str
    pre_indication: str = ""
    number: int = 0
    analysis: int = 0
    changes: list[tuple[Row, Row]] = field(default_factory=list)
    unchanged: int = 0
    judged: bool = True
    error: str = ""


def reanalyse_family(
    archive: Archive, name: str, context: RunContext, opened: OpenRelease, scan: FrequencyScan | None = None
) -> FamilyOutcome:
    """Judge one family with the release; a fault of its data is told in the outcome and stops no other family.

    scan : new frequencies, where the index was asked; None: every record is screened again.
    """
    try:
        return _reanalyse(archive, name, context, opened, scan)
    except FiliationError as error:
        return FamilyOutcome(name, judged=False, error=str(error))


def _reanalyse(
    archive: Archive, name: str, context: RunContext, opened: OpenRelease, scan: FrequencyScan | None
) -> FamilyOutcome:
    release = context.release
    said = scan.touched(archive, name) if scan is not None else None
    if said is not None and not said and name not in context.chosen:
        # Nothing but the frequencies could have mattered, and they say the same of every record.
        return FamilyOutcome(name, judged=False)
    judge, causes = judge_of(archive, name, context, opened, said)
    stored = judge.stored
    outcome = FamilyOutcome(name, stored.pre_indication)
    if not causes:
        if input_checksum(stored, RELEASE_ROLE) == release.fingerprint:
            return _told_before(archive, stored, outcome)
        return replace(outcome, unchanged=len(stored.candidates))
    history = history_of(archive, name, release)
    rows = compare(stored.candidates, judge, causes, history)
    add_decisions_elsewhere(archive, name, rows)
    changed = [row for row in rows if row["change"] != UNCHANGED]
    outcome.unchanged = len(rows) - len(changed)
    if changed and not judge.whole:
        whole = replace(judge, whole=True, _answers={}, _depth={})
        _require_agreement(judge, whole, causes)
        judge = whole
    outcome.changes = with_candidates(changed, judge.judged(causes), stored)
    if changed and context.write:
        outcome.number = outcome.analysis = store_analysis(archive, stored, judge, causes, rows, context)
    return outcome


def judge_of(
    archive: Archive, name: str, context: RunContext, opened: OpenRelease, said: frozenset[str] | None = None
) -> tuple[Judge, frozenset[str]]:
    """A judge of the family's last analysis, and the causes of the release that are new for it.

    said : keys of the records of which new frequencies say something else; None: every record is screened again.
    """
    release = context.release
    stored = load_stored(archive, name, removed=FREQUENCY in release.causes)
    old = last_basis(stored, context.finder())
    new = new_basis(old, release, stored.pre_indication)
    causes = context.active(stored, old, new)
    judge = Judge(
        stored, old, new, opened, whole=context.touched is None or _reaches_every_record(release, causes),
        assembly=archive.assembly,
    )  # fmt: skip
    if FREQUENCY in causes:
        judge.frequency = _frequency(stored, context, judge, said)
    if context.touched is not None:
        alleles = context.touched.alleles
        judge.touched_keys = frozenset(one.key for one in stored.calls if one.allele in alleles)
        judge.touched_genes = _panel_genes(judge) if PANEL in causes else frozenset()
    return judge, causes


def _told_before(archive: Archive, stored: StoredAnalysis, outcome: FamilyOutcome) -> FamilyOutcome:
    """The changes that this release made when it was judged the first time; nothing is written again."""
    name = stored.family.name
    rows = archive.table(name, CHANGES, stored.number)
    earlier = archive.table(name, CANDIDATES, stored.number - 1) if stored.number > 1 else []
    known = {key_of(row): row for row in [*earlier, *stored.candidates]}
    changed = [row for row in rows if row["change"] != UNCHANGED]
    pairs = [(row, known[key_of(row)]) for row in changed if key_of(row) in known]
    return replace(outcome, changes=pairs, analysis=stored.number, unchanged=len(rows) - len(changed))


def families_with(archive: Archive, release: Release) -> set[str]:
    """Families whose latest analysis was made for a release."""
    rows = archive.query(
        "SELECT family FROM families f JOIN analyses a USING (family_number) JOIN resources r USING (set_number)"
        " WHERE r.kind = ? AND r.name = ? AND r.sha256 = ?"
        " AND a.number = (SELECT max(number) FROM analyses b WHERE b.family_number = f.family_number)",
        [INPUT, RELEASE_ROLE, release.fingerprint],
    )
    return {row["family"] for row in rows}


def with_candidates(changed: Sequence[Row], result: Prioritised, stored: StoredAnalysis) -> list[tuple[Row, Row]]:
    """Each change with its row of the candidates now, as it is stored, or of the last analysis when it vanished."""
    if not changed:
        return []
    now = {key_of(row): dict(row) for row in as_read({CANDIDATES: result.candidates})[CANDIDATES]}
    before = {key_of(row): row for row in stored.candidates}
    return [(row, now.get(key_of(row)) or before[key_of(row)]) for row in changed]


def _reaches_every_record(release: Release, causes: frozenset[str]) -> bool:
    """Whether a rule is new that is asked of every record, not of candidates alone."""
    return RULE in causes and release.one("scoring_model") is not None


def _frequency(
    stored: StoredAnalysis, context: RunContext, judge: Judge, said: frozenset[str] | None
) -> FrequencyOutcome:
    """What the new frequencies do to the records of which they may say something else."""
    settings = stored.settings
    clinvar = context.release.one("clinvar")
    again = ScreenAgain(
        context.sources(),
        judge.release.tools.model(judge.old),
        judge.assembly,
        settings.get("pseudoautosomal_bed") or None,
        Penetrance.of(settings.get("reduced_penetrance") or []),
        context.release.annotation,
        str(clinvar.path) if clinvar else None,
    )
    gone = [one for one in stored.removed_calls if one.reason in FREQUENCY_REASONS]
    kept = stored.calls
    if said is not None:
        kept = [one for one in kept if one.key in said]
        gone = [one for one in gone if one.key in said]
    return screened_again(stored.family, stored.header, kept, gone, again)


def _panel_genes(judge: Judge) -> frozenset[str]:
    """Symbols of the family's records of genes that came, went, moved tier or changed mode on the panel."""
    tools = judge.release.tools
    changed = tools.changed_genes(judge.old, judge.new)
    if not changed:
        return frozenset()
    genes = {gene for record in judge.stored.calls for gene in record.genes}
    return frozenset(gene for gene in genes if not changed.isdisjoint(tools.names_of(gene, judge.new)))


def _require_agreement(part: Judge, whole: Judge, causes: frozenset[str]) -> None:
    """The family judged in part and judged whole must show the same candidates: else it is a fault of ours."""
    first, second = ([_standing(row) for row in one.judged(causes).candidates] for one in (part, whole))
    if first != second:
        differ = next(pair for pair in zip([*first, None], [*second, None], strict=False) if pair[0] != pair[1])
        raise FiliationError(
            f"judged in part and whole differ: {differ[0]} and {differ[1]}",
            where=f"family {whole.stored.family.name}",
            expected="the same candidates",
            repair="a fault of the program, please report it; --every-record judges the family whole",
        )


def _standing(row: Mapping[str, Any]) -> tuple[Key, str, str, float]:
    return key_of(row), row["shelf"], row["acmg_class"], round(row["score"], 6)


def history_of(archive: Archive, name: str, release: Release) -> History:
    """Dates of first sight, last decisions and dates of the new evidence."""
    decisions: dict[Key, str] = {}
    for entry in archive.decisions(name):
        decisions[entry.variant, entry.gene or ""] = ":".join(filter(None, (entry.decision, entry.reason, entry.date)))
    return History(
        {(one.variant, one.gene or ""): one.date for one in archive.first_seen(name)},
        decisions,
        {cause: evidence_date(release, cause) for cause in release.causes},
        release.date,
    )


def add_decisions_elsewhere(archive: Archive, name: str, rows: Sequence[Row]) -> None:
    """Count the last decisions of other families on the rows' variants, without a word of who they are."""
    variants = sorted({key_of(row)[0] for row in rows})
    last: dict[tuple[int, Key], str] = {}
    for start in range(0, len(variants), _AT_ONCE):
        some = variants[start : start + _AT_ONCE]
        found = archive.query(
            "SELECT d.family_number, variant, gene, decision FROM decisions d JOIN families f USING (family_number)"
            f" WHERE f.family <> ? AND variant IN ({', '.join('?' * len(some))}) ORDER BY date",
            [name, *some],
        )
        last |= {(one["family_number"], (one["variant"], one["gene"] or "")): one["decision"] for one in found}
    counts: dict[Key, Counter[str]] = {}
    for (_, key), decision in last.items():
        counts.setdefault(key, Counter())[decision] += 1
    for row in rows:
        told = counts.get(key_of(row), Counter())
        row["decisions_elsewhere"] = ";".join(f"{word}:{count}" for word, count in sorted(told.items())) or None


def evidence_date(release: Release, cause: str) -> str:
    """Newest version of a cause that is a date; the day of the release where none is one."""
    versions = [resource.version for resource in release.resources if resource.cause == cause]
    dated = [version for version in versions if len(version) == len("2026-12-01") and version[4:5] == "-"]
    return max(dated, default=release.date)
