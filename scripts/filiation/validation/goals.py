"""What is promised, how much of it is the least, and what measures it?

`resources/validation/goals-1.yaml` holds one entry for each row of the goals; a goal is measured by tests, by a
benchmark, or not at all on this machine, and then the entry says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from filiation.errors import ConfigError
from filiation.io.files import require_file

# What the tests themselves count, beside what they write as properties of their own.
COUNTS = ("passed", "failed", "skipped")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(_Closed):
    """One number of a goal.

    name : what is counted, as the table prints it.
    take : `passed`, `failed`, `skipped`, the name of a property that a test recorded (several tests add up), or,
        for a benchmark, the name of one of its goals.
    at_least, at_most : the floor; one of the two, or both.
    unit : printed behind the number, as in `%`.
    worst : of several values of one name the least favourable counts, instead of their sum.
    """

    name: str
    take: str
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""
    worst: bool = False

    @model_validator(mode="after")
    def _has_a_floor(self) -> Measure:
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"measure '{self.name}' has neither at_least nor at_most")
        return self

    def floor(self) -> str:
        """The floor as the table prints it: `≥ 138`, `≤ 0`, `0.9 to 1.1`."""
        unit = f" {self.unit}" if self.unit else ""
        if self.at_least is not None and self.at_most is not None:
            return f"{_number(self.at_least)} to {_number(self.at_most)}{unit}"
        if self.at_least is not None:
            return f"≥ {_number(self.at_least)}{unit}"
        return f"≤ {_number(self.at_most or 0.0)}{unit}"

    def holds(self, value: float) -> bool:
        """Is the value within the floor?"""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    def printed(self, value: float) -> str:
        """A value with its unit."""
        return _number(value) + (f" {self.unit}" if self.unit else "")


class Goal(_Closed):
    """One promise.

    by : `tests` (pytest), `benchmark` (a file of benchmarks/), `absent` (not on this machine: `reason` says why).
    run : what pytest is given, or the benchmark with its arguments.
    quick, full : environment of the two sizes; for a benchmark the words added to its command under `arguments`.
    trials : the property, or goal of a benchmark, that counts the trials; `passed` where every test is one.
    floor_trials : the number of trials that the floor asks for; a run with fewer is told apart.
    """

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    by: Literal["tests", "benchmark", "absent"]
    run: tuple[str, ...] = ()
    quick: dict[str, str] = {}
    full: dict[str, str] = {}
    trials: str = "passed"
    floor_trials: int = 1
    measures: tuple[Measure, ...] = ()
    reason: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Goal:
        if self.by == "absent" and not self.reason:
            raise ValueError(f"goal '{self.id}' is not measured and gives no reason")
        if self.by != "absent" and not (self.run and self.measures):
            raise ValueError(f"goal '{self.id}' needs run and measures")
        return self

    def environment(self, *, full: bool) -> dict[str, str]:
        """The variables of the size asked for, without the words for the command line."""
        return {name: value for name, value in (self.full if full else self.quick).items() if name != "arguments"}

    def arguments(self, *, full: bool) -> list[str]:
        """The words of the size asked for that a benchmark gets behind its own."""
        return (self.full if full else self.quick).get("arguments", "").split()


class Goals(_Closed):
    """All goals of one version of the file."""

    version: int
    goals: tuple[Goal, ...]


def read_goals(path: str | Path) -> Goals:
    """The goals of a file.

    Raises ConfigError for what is not valid YAML, an unknown key or a goal twice, each named.
    """
    path = require_file(path, "the file of goals")
    try:
        goals = Goals.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ConfigError(f"not valid YAML: {' '.join(str(error).split())}", where=str(path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}",
            where=str(path),
            expected="the keys that scripts/filiation/validation/goals.py names",
        ) from None
    names = [goal.id for goal in goals.goals]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"goal '{twice[0]}' stands twice", where=str(path), repair="give it another id")
    return goals


def with_goals(goals: Goals, path: str | Path) -> Goals:
    """The goals and behind them those of a laboratory's own file; ConfigError for an id that both have."""
    own = read_goals(path)
    both = sorted({goal.id for goal in goals.goals} & {goal.id for goal in own.goals})
    if both:
        raise ConfigError(f"goal '{both[0]}' is one of ours", where=str(path), repair="give it another id")
    return Goals(version=goals.version, goals=(*goals.goals, *own.goals))


def _number(value: float) -> str:
    """A number without digits that say nothing."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}"
