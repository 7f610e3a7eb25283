"""What does one criterion say? Its state, its points, and the value that decided it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The four states of a criterion."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_EVALUABLE = "not_evaluable"
    FOR_HUMANS = "for_humans"


@dataclass(frozen=True)
class Finding:
    """The answer of one rule; strength: '' is the strength that the table gives the criterion."""

    state: State
    value: str
    strength: str = ""


def met(value: str, strength: str = "") -> Finding:
    """The criterion applies."""
    return Finding(State.MET, value, strength)


def not_met(value: str) -> Finding:
    """What it asks for was looked for, and is not so."""
    return Finding(State.NOT_MET, value)


def not_evaluable(value: str) -> Finding:
    """A source, a relative or a tool that it needs is missing; nothing can be said."""
    return Finding(State.NOT_EVALUABLE, value)


@dataclass(frozen=True)
class Criterion:
    """One criterion of one variant. `value_that_decided` is a short text; `points` is 0 unless met."""

    name: str
    state: State
    points: int
    value_that_decided: str
    strength: str = ""
    default_strength: str = ""

    @property
    def label(self) -> str:
        """`PVS1`, or `PVS1_Strong` where it is met at another strength than its own; PM2 is always shown with it."""
        if self.state is not State.MET or self.strength == "stand_alone":
            return self.name
        if self.strength == self.default_strength and self.name != "PM2":
            return self.name
        return f"{self.name}_{''.join(word.capitalize() for word in self.strength.split('_'))}"

    @property
    def text(self) -> str:
        """`label:state:points:why`, for the column acmg_criteria."""
        why = " ".join(self.value_that_decided.replace("|", "/").split())
        return f"{self.label}:{self.state}:{self.points}:{why}"
