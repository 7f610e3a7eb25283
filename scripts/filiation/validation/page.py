"""The validation as a reader sees it: one table of goals, what is not shown here, the guidelines, the versions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from filiation.validation.goals import Goal, Goals
from filiation.validation.measure import FEWER, MET, MISSED, NOT_RUN, Found
from filiation.validation.requirements import Requirement, Requirements

_COMMANDS = ("goal", "command", "size", "commit", "seconds")
_SIGNS = {MET: "✓ met", FEWER: "✓ met, fewer trials", MISSED: "✗ missed", NOT_RUN: "– not run"}


@dataclass(frozen=True)
class Setting:
    """Where and on what the validation ran; nothing that names a person, a host or a folder."""

    version: str
    commit: str
    day: str
    machine: str
    tools: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Validation:
    """Everything the page shows."""

    setting: Setting
    goals: Goals
    found: tuple[Found, ...]
    requirements: Requirements

    def pairs(self) -> list[tuple[Goal, Found]]:
        """Goals with what they came to, in the order of the file."""
        by_id = {found.goal: found for found in self.found}
        return [(goal, by_id[goal.id]) for goal in self.goals.goals if goal.id in by_id]

    def missed(self) -> list[Goal]:
        """Goals whose floor was not reached."""
        return [goal for goal, found in self.pairs() if found.verdict == MISSED]


def as_markdown(validation: Validation) -> str:
    """The report as Markdown; what a laboratory attaches to its quality file."""
    lines = [
        "# Validation",
        "",
        "Written by `filiation validate`; not edited by hand. Simulated and planted data add to real samples, and do",
        "not replace them: a laboratory repeats this on its own machine and adds its own known cases.",
        "",
        *_setting_lines(validation.setting),
        "",
        "## Goals",
        "",
        _summary(validation),
        "",
        *_table(("goal", "floor", "measured", "trials", "verdict"), _goal_rows(validation)),
        "",
        "“Fewer trials” means that the floor asks for more trials than this run made; `filiation validate --full`",
        "makes them all.",
        "",
        "## Not shown by this run",
        "",
        *_not_shown(validation),
        "",
        "## What each guideline asks, and what shows it",
        "",
        validation.requirements.note,
        "",
        *_table(("guideline", "asks", "shown by", "left to the laboratory"), _requirement_rows(validation)),
        "",
        "## Commands",
        "",
        "Each goal was measured by the command named here, from the clone at the commit named here; in full size every",
        "trial was made that the goal asks for.",
        "",
        *_table(_COMMANDS, _command_rows(validation)),
        "",
        "## Versions",
        "",
        *_table(("what", "version"), [list(row) for row in validation.setting.tools]),
    ]
    return "\n".join(lines) + "\n"


def as_json(validation: Validation) -> str:
    """The same for a program."""
    data: dict[str, Any] = {
        "schema": "validation/1",
        "setting": asdict(validation.setting),
        "goals": [
            {
                "id": goal.id,
                "title": goal.title,
                "floor": [m.floor() for m in goal.measures],
                "floor_trials": goal.floor_trials,
                "measures": [m.name for m in goal.measures],
                **asdict(found),
            }
            for goal, found in validation.pairs()
        ],
        "requirements": [entry.model_dump() for entry in validation.requirements.requirements],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def as_html(validation: Validation) -> str:
    """The same as one page without scripts or anything from outside, to print."""
    body = [f"<h1>Validation of Filiation {escape(validation.setting.version)}</h1>"]
    body += ["<ul>", *(f"<li>{escape(line[2:])}</li>" for line in _setting_lines(validation.setting)), "</ul>"]
    body += ["<h2>Goals</h2>", f"<p>{escape(_summary(validation))}</p>"]
    body += _html_table(("goal", "floor", "measured", "trials", "verdict"), _goal_rows(validation))
    body += ["<h2>Not shown by this run</h2>", "<ul>"]
    body += [f"<li>{escape(line.removeprefix('- '))}</li>" for line in _not_shown(validation)]
    body += ["</ul>", "<h2>What each guideline asks, and what shows it</h2>"]
    body += [f"<p>{escape(validation.requirements.note)}</p>"]
    body += _html_table(("guideline", "asks", "shown by", "left to the laboratory"), _requirement_rows(validation))
    body += ["<h2>Commands</h2>", *_html_table(_COMMANDS, _command_rows(validation))]
    versions = [list(row) for row in validation.setting.tools]
    body += ["<h2>Versions</h2>", *_html_table(("what", "version"), versions)]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Validation</title>\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1b2733}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{border:1px solid #c8d0d8;padding:.3rem .5rem;text-align:left;vertical-align:top}th{background:#eef2f5}"
    "td.missed{background:#fbe3e0}td.met{background:#e6f4e8}td.absent{background:#f3f3f3}tr{break-inside:avoid}"
)


def _setting_lines(setting: Setting) -> list[str]:
    return [
        f"- Filiation {setting.version}, written at commit {setting.commit}; each goal names its own, at the end",
        f"- {setting.day}, {setting.machine}",
    ]


def _summary(validation: Validation) -> str:
    counts = dict.fromkeys((MET, FEWER, MISSED, NOT_RUN), 0)
    for _, found in validation.pairs():
        counts[found.verdict] += 1
    return (
        f"{len(validation.pairs())} goals: {counts[MET]} met, {counts[FEWER]} met on fewer trials than the floor asks "
        f"for, {counts[MISSED]} missed, {counts[NOT_RUN]} not run."
    )


def _goal_rows(validation: Validation) -> list[list[str]]:
    rows = []
    for goal, found in validation.pairs():
        measured = [
            f"{m.name}: {'not measured' if value is None else m.printed(value)}"
            for m, value in zip(goal.measures, found.values, strict=True)
        ]
        trials = (
            f"{found.trials:,} of {goal.floor_trials:,}" if found.trials < goal.floor_trials else f"{found.trials:,}"
        )
        floor = "; ".join(f"{m.name} {m.floor()}" for m in goal.measures)
        absent = found.verdict == NOT_RUN
        rows.append(
            [
                goal.title,
                floor or "–",
                "–" if absent else "; ".join(measured),
                "–" if absent else trials,
                _SIGNS[found.verdict],
            ]
        )
    return rows


def _not_shown(validation: Validation) -> list[str]:
    rows = [
        f"- {goal.title} ({found.verdict}): {' '.join(found.told.split()) or 'the measured value is outside the floor'}"
        for goal, found in validation.pairs()
        if found.verdict in (NOT_RUN, MISSED)
    ]
    return rows or ["- nothing: every goal was run, and its floor reached"]


def _requirement_rows(validation: Validation) -> list[list[str]]:
    verdicts = {found.goal: found.verdict for found in validation.found}
    titles = {goal.id: goal.title for goal in validation.goals.goals}
    return [
        [entry.who, entry.asks, "; ".join(_shown_by(entry, titles, verdicts)), entry.left or "–"]
        for entry in validation.requirements.requirements
    ]


def _shown_by(entry: Requirement, titles: dict[str, str], verdicts: dict[str, str]) -> list[str]:
    goals = [f"goal “{titles[name]}” ({verdicts.get(name, NOT_RUN)})" for name in entry.goals]
    return [*goals, *(f"`{name}`" for name in (*entry.tests, *entry.documents))]


def _command_rows(validation: Validation) -> list[list[str]]:
    return [
        [goal.title, f"`{found.command}`", found.size, found.commit, f"{found.seconds:,.0f}"]
        for goal, found in validation.pairs()
        if found.command
    ]


def _table(heads: Sequence[str], rows: list[list[str]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return lines + [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows
    ]


def _html_table(heads: Sequence[str], rows: list[list[str]]) -> list[str]:
    lines = ["<table><thead><tr>", *(f'<th scope="col">{escape(head)}</th>' for head in heads), "</tr></thead><tbody>"]
    for row in rows:
        cells = [f"<td{_class(cell)}>{escape(cell.replace('`', ''))}</td>" for cell in row]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return [*lines, "</tbody></table>"]


def _class(cell: str) -> str:
    names = {_SIGNS[MET]: "met", _SIGNS[FEWER]: "met", _SIGNS[MISSED]: "missed", _SIGNS[NOT_RUN]: "absent"}
    return f' class="{names[cell]}"' if cell in names else ""
