"""Why was a candidate kept, rule by rule, and which rules nearly removed it?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from filiation.report.catalogue import known, term
from filiation.report.data import Row
from filiation.report.told import told
from filiation.report.typography import Bilingual, same

PASSED, NEAR, UNKNOWN, FAILED = "passed", "near", "unknown", "failed"
MARKS = {PASSED: "✓", NEAR: "!", UNKNOWN: "?", FAILED: "✗"}
# A rule was passed narrowly when the value lies within a fifth of its threshold, or one read beside it: our own choice.
NARROW_SHARE = 0.2
NARROW_COUNT = 1
# Configuration keys of the files in which the thresholds and the rules of the shelves stand.
SCORING_MODEL, RANK_WEIGHTS = "prioritisation.scoring_model", "prioritisation.rank_weights"
_COMPARED = re.compile(r"(\S+|not evaluable) (>=|<=|against) (\S+)")
_NOT_KNOWN = ("unknown", "not_covered", "not_annotated", "no_frequency", "not evaluable")


@dataclass(frozen=True)
class Rule:
    """One rule: its words (empty when the catalogue has none), what the table says, and how it went.

    state : passed; near (passed narrowly); unknown (it had no value and could not remove); failed (another rule kept
    the candidate). key : name of the threshold, '' without one; file_key : configuration key of the file it stands in.
    """

    words: Bilingual
    value: Bilingual
    state: str
    key: str = ""
    file_key: str = ""

    @property
    def mark(self) -> str:
        """✓, !, ? or ✗."""
        return MARKS[self.state]


def rule_state(value: str) -> str:
    """How a comparison of the column kept_because went: `11 >= 3`, `not_found <= 0.01`, `0.2 against 0.5`."""
    match = _COMPARED.fullmatch(value)
    if match is None:
        return PASSED
    found, sign, threshold = match.groups()
    if found in _NOT_KNOWN:
        return UNKNOWN
    try:
        measured, limit = float(found), float(threshold)
    except ValueError:
        # `not_found <= 0.01`: looked for and absent.
        return PASSED
    margin = measured - limit if sign in (">=", "against") else limit - measured
    if margin < 0:
        return FAILED
    # Counts are whole numbers above one; probabilities and frequencies are not.
    room = max(NARROW_SHARE * limit, NARROW_COUNT) if limit > 1 else NARROW_SHARE * limit
    return NEAR if margin <= room and limit > 0 else PASSED


def rules_of(row: Row) -> tuple[Rule, ...]:
    """The rules of the column kept_because in its order."""
    rules = []
    for item in (part.strip() for part in (row["kept_because"] or "").split(";")):
        name = re.match(r"[a-z_0-9]+", item)
        if not item or not name or not known("rule", name.group()):
            if item:
                rules.append(Rule(same(""), same(item), PASSED))
            continue
        value, key = item[name.end() :].strip(), ""
        if bracket := re.fullmatch(r"(.*?) ?\[([\w.-]+)\]", value):
            value, key = bracket.groups()
        shelf = name.group() == "shelf"
        said = told(f"{name.group()} {value}" if name.group() in ("second", "clinvar") else value)
        if shelf and known("shelf_rule", key):
            words = term("shelf_rule", key)
            said = Bilingual(f"{said.fr}, {words.fr}", f"{said.en}, {words.en}")
        # The rule's own words stand before it already.
        said = Bilingual(said.fr, said.en.removeprefix("clinvar ").removeprefix("second variant in "))
        state = PASSED if shelf else rule_state(value)
        rules.append(
            Rule(
                term("rule", name.group()), said, state, key, (RANK_WEIGHTS if shelf else SCORING_MODEL) if key else ""
            )
        )
    return tuple(rules)


def nearly_removed(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that were not passed plainly: narrowly, without a value, or not at all."""
    return tuple(rule for rule in rules if rule.state != PASSED)


def threshold_keys(rules: Iterable[Rule]) -> list[tuple[str, str]]:
    """(threshold, configuration key of its file), each once, in the order of their first use."""
    return list(dict.fromkeys((rule.key, rule.file_key) for rule in rules if rule.key))
