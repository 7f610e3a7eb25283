"""The page in a real browser: no request, no console error, no overflow, good contrast, complete without script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.browser import NEEDS_BROWSER, Opened, browser
from builders.report import candidate, check, options, report_data
from filiation.report.html import render

__all__ = ["browser"]
pytestmark = [pytest.mark.tools, NEEDS_BROWSER]
# The contrast of every visible text against the nearest opaque background (WCAG 2.1, 1.4.3).
CONTRAST = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = channels(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("svg, script, style")) continue;
    if (!element.checkVisibility()) continue;
    const [a, b] = [channels(getComputedStyle(element).color), ground(element)].map(luminance).sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(walker.currentNode.data.trim());
  }
  return poor;
}"""


def write(folder: Path, **changes: Any) -> Path:
    """The family's page as a file."""
    path = folder / "FAM1.rcp.html"
    path.write_text(render(report_data(folder, **changes)), encoding="utf-8")
    return path


def test_one_request_no_complaint_and_no_overflow(browser: Any, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    long = candidate(
        rank=9, gene="G" * 40, ref="A" * 300, consequence=hostile, flags=hostile, clinvar_significance=hostile
    )
    path = write(tmp_path, candidates=[candidate(), long], quality=[check("sex", "IDX1", hostile, "x" * 90, "FAIL")],
                 report_options=options(simulated=True, override_reason=hostile))  # fmt: skip
    opened = Opened(browser, path)
    opened.tab.click("#open-all")
    assert opened.requests == [path.as_uri()]
    assert opened.messages == []
    assert opened.tab.evaluate("document.documentElement.scrollWidth") <= 1280
    opened.tab.keyboard.press("l")
    assert opened.tab.evaluate("document.documentElement.scrollWidth") <= 1280
    assert opened.messages == []


def test_the_switch_shows_one_language_at_a_time(browser: Any, tmp_path: Path) -> None:
    for script in (True, False):
        opened = Opened(browser, write(tmp_path), script=script)
        assert opened.tab.get_by_role("heading", name="Variants candidats", exact=False).first.is_visible()
        assert "Candidate variants" not in opened.tab.inner_text("main")
        opened.tab.check("#language-en")
        assert "Variants candidats" not in opened.tab.inner_text("main")
        assert "Candidate variants" in opened.tab.inner_text("main")


def test_filters_count_what_they_show(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    opened.tab.fill("#search", "aspm")
    assert opened.tab.inner_text("#shown") == "2"
    assert opened.tab.locator("tbody.pair-heading:visible").count() == 1
    opened.tab.fill("#search", "kmt2a")
    assert opened.tab.locator("tbody.pair-heading:visible").count() == 0
    opened.tab.fill("#search", "")
    opened.tab.check("#hide-off-panel")
    assert opened.tab.inner_text("#shown") == "5"


def test_the_keyboard_opens_a_variant(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    opened.tab.keyboard.press("j")
    opened.tab.keyboard.press("j")
    opened.tab.keyboard.press("o")
    assert opened.tab.locator("#candidate-2 .detail").is_visible()
    assert not opened.tab.locator("#candidate-1 .detail").is_visible()
    assert opened.tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_details_open_without_a_script(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path), script=False)
    opened.tab.locator("#candidate-1 summary").first.click()
    assert opened.tab.locator("#candidate-1 .detail").is_visible()
    assert not opened.tab.locator("#search").is_visible()


def test_text_stands_out_from_its_background(browser: Any, tmp_path: Path) -> None:
    quality = [check("sex", "IDX1", "male", "female", verdict) for verdict in ("OK", "WARN", "FAIL", "UNKNOWN")]
    quality = [
        row | {"check": name} for row, name in zip(quality, ("sex", "kinship", "roles", "coverage"), strict=True)
    ]
    path = write(tmp_path, quality=quality, report_options=options(simulated=True, override_reason="x"))
    opened = Opened(browser, path)
    opened.tab.click("#open-all")
    assert opened.tab.evaluate(CONTRAST) == []


def test_paper_holds_the_details_and_the_simulated_label(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path, report_options=options(simulated=True)))
    opened.tab.emulate_media(media="print")
    opened.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.tab.locator(".detail:visible").count() == 6
    assert opened.tab.locator(".simulated-mark:visible").count() == 10
    assert not opened.tab.locator(".toolbar").is_visible()
    opened.tab.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.tab.emulate_media(media="screen")
    assert opened.tab.locator(".detail:visible").count() == 0
