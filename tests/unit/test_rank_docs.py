"""Do the pages on rank and criteria say what the files of weights and criteria say?"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from filiation.config import REPOSITORY, RESOURCES
from filiation.model.inheritance import Inheritance
from filiation.report.catalogue import known

PAGES = {"docs/ranking.md": RESOURCES / "scoring" / "rank-2.yaml", "docs/acmg.md": RESOURCES / "acmg" / "acmg-2.yaml"}


def page(name: str) -> str:
    """Text of a page."""
    return (REPOSITORY / name).read_text(encoding="utf-8")


def entries(name: str) -> list[tuple[str, Any]]:
    """(name, entry) of every number of the page's file."""
    data = yaml.safe_load(PAGES[name].read_text(encoding="utf-8"))
    groups = [group for group in data.values() if isinstance(group, dict)]
    return [(key, entry) for group in groups for key, entry in group.items() if "value" in entry]


@pytest.mark.parametrize("name", list(PAGES))
def test_page__shows_every_number_with_its_meaning_and_source(name: str) -> None:
    text, found = page(name), entries(name)
    assert len(found) > 40
    for key, entry in found:
        row = f"| `{key}` | {entry['value']:g} | {entry['unit']} | {entry['meaning']} | {entry['source']} |"
        assert row in text, row


def test_page__shows_every_shelf_rule_and_every_criterion() -> None:
    rank = yaml.safe_load(PAGES["docs/ranking.md"].read_text(encoding="utf-8"))
    for rule in rank["shelf_rules"]:
        assert f"| `{rule['name']}` | {rule['shelf']} |" in page("docs/ranking.md")
        assert rule["meaning"] in page("docs/ranking.md")
    acmg = yaml.safe_load(PAGES["docs/acmg.md"].read_text(encoding="utf-8"))
    for code, entry in acmg["criteria"].items():
        assert f"| {code} | {entry['direction']} {entry['strength'].replace('_', ' ')} |" in page("docs/acmg.md")


def test_report__has_words_for_every_component_and_for_the_shelf() -> None:
    weights = yaml.safe_load(PAGES["docs/ranking.md"].read_text(encoding="utf-8"))["weights"]
    # Shown as their inheritance class with its status.
    patterns = {item.value for item in Inheritance} | {"de_novo_possible", "possible_instead_of_supported"}
    assert [name for name in weights if name not in patterns and not known("component", name)] == []
    assert known("rule", "shelf")
