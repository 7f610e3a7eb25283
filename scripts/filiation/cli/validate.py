"""Measure every goal of reliability here, and write the validation report of this installation.

What a laboratory does after each update, and attaches to its quality file (ISO 15189): truth sets, planted variants,
exchanged samples, contamination, damaged files, killed runs, hostile names. Each goal is measured by tests or by a
benchmark of the clone, in a process of its own, and the report says: goal, floor, measured, trials, verdict; what
could not be run here, and why; which guideline asks for what and what shows it; the version of everything.

A laboratory adds goals of its own, such as its solved families, in a file of the same form as
resources/validation/goals-1.yaml: each runs pytest, or a script that writes {"goals": {name: number}} to --json.

A stopped validation goes on where it was; a goal is measured again when the code, its tests or its thresholds changed.
Exit code 1 when a goal is missed.

Examples:
  filiation validate              # small sizes, about an hour; the report is validation/validation.html
  filiation validate --full       # the numbers of trials that the floors ask for: many hours
  FUZZ_MINUTES=10 filiation validate --goal fuzz_hours     # a size between: the page shows it
  filiation validate --goal identity --goal contamination
  filiation validate --also our_goals.yaml
  filiation validate --list
"""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `filiation validate`."""
    parser.add_argument(
        "--directory", type=Path, default=Path("validation"), metavar="DIR", help="where the report goes"
    )
    parser.add_argument("--full", action="store_true", help="as many trials as the floors ask for")
    parser.add_argument("--goal", action="append", default=[], metavar="ID", help="this goal only; may be repeated")
    parser.add_argument("--also", type=Path, metavar="FILE", help="goals of the laboratory, in a file of its own")
    parser.add_argument("--again", action="store_true", help="measure again what this code measured before")
    parser.add_argument("--report-only", action="store_true", help="measure nothing; write the report of what is there")
    parser.add_argument("--list", action="store_true", help="show the goals and end")
    parser.add_argument(
        "--document", type=Path, metavar="FILE", help="write the Markdown to this file too, as docs/validation.md"
    )


def main(options: argparse.Namespace) -> int:
    """Measure, write, and say where; 1 when a goal is missed."""
    from filiation.config import RESOURCES
    from filiation.errors import ConfigError, nearest
    from filiation.validation.goals import read_goals, with_goals
    from filiation.validation.requirements import read_requirements
    from filiation.validation.run import validate, write_report

    goals = read_goals(RESOURCES / "validation" / "goals-1.yaml")
    if options.also:
        goals = with_goals(goals, options.also)
    names = [goal.id for goal in goals.goals]
    if options.list:
        for goal in goals.goals:
            print(f"{goal.id:<24} {goal.title}")
        return 0
    for name in options.goal:
        if name not in names:
            raise ConfigError(
                f"no goal '{name}'",
                where="--goal",
                expected="an id that `filiation validate --list` shows",
                repair=nearest(name, names),
            )
    requirements = read_requirements(RESOURCES / "validation" / "requirements-1.yaml")
    found = validate(
        goals,
        requirements,
        RESOURCES.parent,
        options.directory,
        only=options.goal,
        full=options.full,
        again=options.again,
        measure=not options.report_only,
    )
    paths = write_report(found, options.directory, document=options.document)
    print("written: " + ", ".join(str(path) for path in paths))
    missed = found.missed()
    if missed:
        print(f"{len(missed)} goal(s) missed: " + ", ".join(goal.id for goal in missed))
    return 1 if missed else 0
