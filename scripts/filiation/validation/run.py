"""Every goal in turn, with a line when it begins and one when it ends; then the report."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Collection
from pathlib import Path

from filiation import __version__
from filiation.run_record import run_day, software_rows
from filiation.validation.goals import Goal, Goals
from filiation.validation.measure import NOT_RUN, Found, commit_of, measured, require_clone, write_text
from filiation.validation.page import Setting, Validation, as_html, as_json, as_markdown
from filiation.validation.requirements import Requirements


def validate(
    goals: Goals,
    requirements: Requirements,
    root: Path,
    directory: Path,
    *,
    only: Collection[str] = (),
    full: bool = False,
    again: bool = False,
    measure: bool = True,
) -> Validation:
    """Measure the goals, one after the other, each told as it goes.

    root : the clone. directory : where results of goals are kept (directory/goals).
    only : ids of goals; the others are taken as they were measured before. measure : False reads what is there.
    Raises ToolError when there is no clone.
    """
    root = require_clone(root)
    folder = directory / "goals"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, goal in enumerate(goals.goals, 1):
        wanted = measure and (not only or goal.id in only)
        print(f"[{number}/{len(goals.goals)}] {goal.title}", file=sys.stderr, flush=True)
        one = measured(goal, root, folder, full=full, again=again) if wanted else _before(goal, folder)
        told = f": {one.told.splitlines()[0]}" if one.told else ""
        print(f"    {one.verdict}, {one.trials} trials, {one.seconds:.0f} s{told}", file=sys.stderr, flush=True)
        found.append(one)
    return Validation(setting(root), goals, tuple(found), requirements)


def _before(goal: Goal, folder: Path) -> Found:
    """What a goal came to in an earlier run, whatever code that was; its log and numbers stay beside it."""
    import json

    kept = folder / f"{goal.id}.json"
    if goal.by != "absent" and kept.is_file():
        return Found(**json.loads(kept.read_text(encoding="utf-8")))
    reason = goal.reason or "not asked for in this run"
    return Found(goal.id, NOT_RUN, [None] * len(goal.measures), told=reason)


def setting(root: Path) -> Setting:
    """Versions, the commit, the kind of machine and the day."""
    cores = len(os.sched_getaffinity(0))
    return Setting(
        version=__version__,
        commit=commit_of(root),
        day=run_day(),
        machine=f"{platform.system()} on {platform.machine()}, {cores} cores, Python {platform.python_version()}",
        tools=tuple((str(row["name"]), str(row["version"])) for row in software_rows()),
    )


def write_report(validation: Validation, directory: Path, *, document: Path | None = None) -> list[Path]:
    """The three forms of the report, and the Markdown once more where a document is asked for."""
    texts = {"validation.md": as_markdown, "validation.html": as_html, "validation.json": as_json}
    paths = []
    for name, written in texts.items():
        write_text(directory / name, written(validation))
        paths.append(directory / name)
    if document is not None:
        write_text(document, as_markdown(validation))
        paths.append(document)
    return paths
