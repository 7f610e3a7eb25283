"""Whatever is done in whatever order, and wherever a writer stops: does the archive say what was done, and no more?"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from builders.archive import analysis, call, trio
from filiation.archive.consents import consenting, record_consents
from filiation.archive.decisions import store_decisions
from filiation.archive.forget import forget
from filiation.archive.store import create_archive, open_archive
from filiation.archive.verify import FAIL, verify
from filiation.archive.write import add_analysis
from filiation.cohort.index import carriers
from filiation.model.columns import CANDIDATES

FAMILIES = st.sampled_from(["FAM001", "FAM002", "FAM003"])
POSITIONS = st.sets(st.integers(1, 6), min_size=1, max_size=3).map(lambda chosen: sorted(1_000 * n for n in chosen))


class Stopped(BaseException):
    """A writer that goes no further; no handler of errors may catch it for an error of the data."""


class ArchiveMachine(RuleBasedStateMachine):
    """The model: positions of every analysis of every family, decisions, consents."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.archive = create_archive(self.folder / "A", "GRCh38")
        self.analyses: dict[str, list[list[int]]] = {}
        self.decided: dict[str, set[tuple[int, str]]] = {}
        self.agreed: set[str] = set()
        self.erased = 0
        self.day = 0

    def teardown(self) -> None:
        self.archive.close()
        shutil.rmtree(self.folder)

    def date(self) -> str:
        """A later day at each call."""
        self.day += 1
        return f"2026-{1 + self.day // 28:02d}-{1 + self.day % 28:02d}"

    def _add(self, name: str, positions: list[int], kind: str) -> int:
        given = analysis(trio(name), [call(pos) for pos in positions], date=self.date(), kind=kind)
        return add_analysis(self.archive, given).number

    @rule(name=FAMILIES, positions=POSITIONS)
    def add(self, name: str, positions: list[int]) -> None:
        """A run; one that is there already keeps its number."""
        known = [
            place for place, (kind, seen) in enumerate(self.kinds(name), 1) if (kind, seen) == ("analysis", positions)
        ]
        number = self._add(name, positions, "analysis")
        if known:
            assert number == known[-1]
        else:
            self.analyses.setdefault(name, []).append(positions)
            assert number == len(self.analyses[name])

    def kinds(self, name: str) -> list[tuple[str, list[int]]]:
        """Kind and positions of the model's analyses; the kind stands in the database."""
        stored = self.archive.analyses(name) if name in self.analyses else []
        return [(one.kind, seen) for one, seen in zip(stored, self.analyses.get(name, []), strict=True)]

    @precondition(lambda self: self.analyses)
    @rule(data=st.data(), positions=POSITIONS)
    def reanalyse(self, data: Any, positions: list[int]) -> None:
        """New knowledge; the same as the latest analysis is no new one."""
        name = data.draw(st.sampled_from(sorted(self.analyses)))
        same = self.kinds(name)[-1] == ("reanalysis", positions)
        number = self._add(name, positions, "reanalysis")
        if not same:
            self.analyses[name].append(positions)
        assert number == len(self.analyses[name])

    @rule(
        name=FAMILIES,
        positions=POSITIONS,
        function=st.sampled_from(["fsync", "rename", "mkdir"]),
        after=st.integers(0, 9),
    )
    def stop_in_the_middle(self, name: str, positions: list[int], function: str, after: int) -> None:
        """A writer that stops at one of its steps: either all of it is there or nothing is."""
        original, left = getattr(os, function), [after]

        def step(*arguments: Any, **options: Any) -> Any:
            if not left[0]:
                raise Stopped
            left[0] -= 1
            return original(*arguments, **options)

        before = self.archive.current_analyses().get(name, 0)
        try:
            with mock.patch.object(os, function, step):
                self._add(name, positions, "reanalysis")
        except Stopped:
            assert self.archive.current_analyses().get(name, 0) == before
        else:
            if self.archive.current_analyses()[name] > before:
                self.analyses.setdefault(name, []).append(positions)

    @precondition(lambda self: self.analyses)
    @rule(data=st.data(), word=st.sampled_from(["retained", "to_confirm"]))
    def decide(self, data: Any, word: str) -> None:
        """A decision on a candidate of the latest analysis."""
        name = data.draw(st.sampled_from(sorted(self.analyses)))
        pos = data.draw(st.sampled_from(self.analyses[name][-1]))
        row = {"chrom": "chr1", "pos": pos, "ref": "A", "alt": "C", "gene": "GENE1", "decision": word}
        store_decisions(self.archive, name, [row | {"date": self.date()}])
        self.decided.setdefault(name, set()).add((pos, word))

    @precondition(lambda self: self.analyses)
    @rule(data=st.data(), given_=st.booleans())
    def consent(self, data: Any, given_: bool) -> None:
        """A consent or its withdrawal."""
        name = data.draw(st.sampled_from(sorted(self.analyses)))
        record_consents(self.archive, name, {"research": given_}, self.date(), "biologist")
        (self.agreed.add if given_ else self.agreed.discard)(name)

    @precondition(lambda self: self.analyses)
    @rule(data=st.data())
    def forget(self, data: Any) -> None:
        """An erasure."""
        name = data.draw(st.sampled_from(sorted(self.analyses)))
        forget(self.archive, name, requester="family", date=self.date())
        del self.analyses[name]
        self.decided.pop(name, None)
        self.agreed.discard(name)
        self.erased += 1

    @invariant()
    def the_archive_says_what_was_done(self) -> None:
        """Families, latest analyses, decisions, consents, certificates and carriers are those of the model."""
        with open_archive(self.archive.path) as reader:
            assert reader.current_analyses() == {name: len(seen) for name, seen in self.analyses.items()}
            for name, seen in self.analyses.items():
                assert [row["pos"] for row in reader.table(name, CANDIDATES)] == seen[-1]
                found = {(int(one.variant.split("-")[1]), one.decision) for one in reader.decisions(name)}
                assert found == self.decided.get(name, set())
                first = {pos for positions in seen for pos in positions}
                assert {int(one.variant.split("-")[1]) for one in reader.first_seen(name)} == first
            assert consenting(reader, "research") == self.agreed
            assert reader.query("SELECT count(*) AS n FROM forgotten")[0]["n"] == self.erased
            asked = [("chr1", 1_000 * n, "A", "C") for n in range(1, 7)]
            told = {(row["family"], row["pos"]) for row in carriers(reader, asked).to_pylist()}
            assert told == {(name, pos) for name, seen in self.analyses.items() for pos in seen[-1]}
            assert [finding for finding in verify(reader) if finding.verdict == FAIL] == []


ArchiveMachine.TestCase.settings = settings(
    max_examples=4, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
TestArchiveStates = ArchiveMachine.TestCase
