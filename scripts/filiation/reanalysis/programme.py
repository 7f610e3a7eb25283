"""How is one release judged on many families: which, in how many processes, and what if the run is killed?

Outcomes are appended to a journal in the output folder as they come. A run that was killed goes on where it stood; a
run that is complete leaves no journal. A release that changed nothing writes nothing.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from filiation.archive.store import open_archive
from filiation.io.files import private_directory
from filiation.reanalysis import kept_files
from filiation.reanalysis.choose import choose
from filiation.reanalysis.choose_clinvar import forget_unused
from filiation.reanalysis.compared import remember
from filiation.reanalysis.context import RunContext, with_compiled_frequencies
from filiation.reanalysis.family import FamilyOutcome, families_with, reanalyse_family
from filiation.reanalysis.frequency_scan import FrequencyScan, Limits
from filiation.reanalysis.last_basis import remembered_files
from filiation.reanalysis.release import FREQUENCY
from filiation.reanalysis.replay import OpenRelease

# Families that a process takes at once: enough that handing them over costs nothing, few enough to share the end.
_AT_ONCE = 16
_TOLD_EVERY_SECONDS = 10.0


@dataclass
class RunResult:
    """What a run did. asked : families that were named; chosen : those that were judged, by cause of the choice."""

    asked: int = 0
    chosen: dict[str, int] = field(default_factory=dict)
    outcomes: list[FamilyOutcome] = field(default_factory=list)

    @property
    def written(self) -> int:
        """Families of which a new analysis was written."""
        return sum(outcome.number > 0 for outcome in self.outcomes)

    @property
    def judged(self) -> int:
        """Families that were judged."""
        return sum(outcome.judged for outcome in self.outcomes)

    @property
    def errors(self) -> list[FamilyOutcome]:
        """Families that could not be judged."""
        return [outcome for outcome in self.outcomes if outcome.error]


@dataclass
class _Worker:
    """What a process keeps open from family to family."""

    archive: Any
    context: RunContext
    opened: OpenRelease
    scan: FrequencyScan | None


_WORKER: list[_Worker] = []


def _start(context: RunContext, stack: ExitStack | None = None) -> _Worker:
    """Open archive and release in this process; sources of frequencies where the index was asked."""
    import pysam

    # Small files are written and read back without an index, which htslib would complain of each time.
    pysam.set_verbosity(0)
    opened = context.open()
    scan = None
    if context.touched is not None and FREQUENCY in context.release.causes:
        tools, basis = opened.tools, context.defaults
        limits = Limits.of(tools.model(basis), tools.weights(basis), tools.acmg(basis))
        scan = FrequencyScan(context.sources(), limits, context.archive)
    worker = _Worker(open_archive(context.archive, write=context.write), context, opened, scan)
    if stack is not None:
        stack.callback(worker.archive.close)
        stack.callback(opened.close)
    return worker


def _initialise(context: RunContext) -> None:
    os.nice(5)
    _WORKER[:] = [_start(context)]


def _judge(names: Sequence[str]) -> list[FamilyOutcome]:
    worker = _WORKER[0]
    return [reanalyse_family(worker.archive, name, worker.context, worker.opened, worker.scan) for name in names]


def run_release(
    context: RunContext, names: Sequence[str], output: Path, *, jobs: int = 1, all_records: bool = False
) -> RunResult:
    """Judge a release on families; new analyses are written where something that matters changed.

    names : families asked for. all_records : judge every record of every family, without asking the index.
    """
    result, asked = RunResult(asked=len(names)), list(names)
    with private_directory("reanalyse") as folder, ExitStack() as stack:
        context = with_compiled_frequencies(context, folder)
        if not all_records:
            with open_archive(context.archive) as archive:
                chosen = choose(archive, context, names)
                judged = families_with(archive, context.release)
            result.chosen = {cause: len(found) for cause, found in chosen.by_cause.items()}
            others = {cause: found for cause, found in chosen.by_cause.items() if cause != FREQUENCY}
            context = replace(
                # Families that this release was judged on already tell what they told: they are looked at, too.
                context,
                touched=chosen.touched(),
                chosen=frozenset(judged.union(*others.values())),
            )
            wanted = chosen.families | judged
            names = [name for name in names if name in wanted]
        journal = stack.enter_context(Journal(output, context.release.fingerprint, context.write))
        result.outcomes = [journal.done[name] for name in names if name in journal.done]
        left = [name for name in names if name not in journal.done]
        if journal.done:
            print(f"reanalyse: {len(result.outcomes)} families were judged before the last run ended", file=sys.stderr)
        progress = _Progress(len(left))
        for outcome in _outcomes(context, left, jobs, stack):
            journal.add(outcome)
            result.outcomes.append(outcome)
            progress.tell(result)
        result.outcomes.sort(key=lambda outcome: outcome.family)
        if context.write:
            _remember(context, result, asked)
    return result


def _remember(context: RunContext, result: RunResult, asked: Sequence[str]) -> None:
    """Remember what families were compared with, and keep the small files of it; those that failed are left as they
    were."""
    failed = {outcome.family for outcome in result.errors}
    judged = {outcome.family for outcome in result.outcomes if outcome.judged} - failed
    with open_archive(context.archive, write=True) as archive:
        if set(asked) - failed:
            for path in remembered_files(context.release):
                kept_files.keep(context.archive, path)
        remember(archive, context.release, judged, set(asked) - failed - judged)
        forget_unused(archive, context.archive)


def _outcomes(context: RunContext, names: Sequence[str], jobs: int, stack: ExitStack) -> Iterator[FamilyOutcome]:
    """Outcomes as they come: in this process for one job, else from a pool."""
    if jobs <= 1 or len(names) <= _AT_ONCE:
        if not names:
            return
        worker = _start(context, stack)
        for name in names:
            yield reanalyse_family(worker.archive, name, context, worker.opened, worker.scan)
        return
    parts = [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]
    method = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=method, initializer=_initialise, initargs=(context,)) as pool:
        for done in as_completed([pool.submit(_judge, part) for part in parts]):
            yield from done.result()


@dataclass
class _Progress:
    """Says on stderr how far a long run is."""

    total: int
    started: float = field(default_factory=time.monotonic)
    told: float = field(default_factory=time.monotonic)
    done: int = 0

    def tell(self, result: RunResult) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self.told < _TOLD_EVERY_SECONDS and self.done < self.total:
            return
        if now - self.started < _TOLD_EVERY_SECONDS:
            return
        self.told = now
        left = (now - self.started) / self.done * (self.total - self.done)
        print(
            f"reanalyse: {self.done} of {self.total} families, {result.written} with changes, "
            f"about {left / 60:.0f} min left",
            file=sys.stderr,
        )


class Journal:
    """Outcomes of a run that is not complete, one line each; removed when the run ends without an error of ours."""

    def __init__(self, output: Path, fingerprint: str, write: bool) -> None:
        # What a dry run judged was not written.
        self.path = output / f".reanalysis-{fingerprint[:16]}{'' if write else '-dry'}.jsonl"
        self.done: dict[str, FamilyOutcome] = {}
        self._sink: IO[str] | None = None

    def __enter__(self) -> Journal:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_file():
            for line in self.path.read_text("utf-8").splitlines():
                try:
                    data = json.loads(line)
                except json.JSONDecodeError:
                    # The line at which the run was killed.
                    continue
                data["changes"] = [(row, candidate) for row, candidate in data["changes"]]
                outcome = FamilyOutcome(**data)
                if not outcome.error:
                    self.done[outcome.family] = outcome
        self._sink = open(self.path, "a", encoding="utf-8")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._sink is not None:
            self._sink.close()
        if kind is None:
            self.path.unlink(missing_ok=True)

    def add(self, outcome: FamilyOutcome) -> None:
        """Remember an outcome; it survives a kill of the process."""
        assert self._sink is not None
        self._sink.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
        self._sink.flush()
