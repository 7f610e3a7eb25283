"""The report in Firefox: the same page without a complaint, a request, an overflow or a fault of accessibility."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from builders.firefox import NEEDS_FIREFOX, Firefox
from builders.report import options
from builders.report_rich import rich_data
from filiation.report.html import render

pytestmark = [pytest.mark.tools, NEEDS_FIREFOX]
AXE = """const done = arguments[arguments.length - 1];
axe.run(document).then(
  (found) => done(found.violations.map((item) => item.id + " " + item.nodes[0].html)),
  (error) => done([String(error)]));"""
FILTER = """const box = document.querySelector("#search");
box.value = arguments[0];
box.dispatchEvent(new Event("input"));"""
OPEN = """document.querySelector("#open-all").click();
document.querySelector("#candidate-1 canvas").scrollIntoView();"""
DRAWN = """const done = arguments[0];
setTimeout(() => done(document.querySelectorAll("canvas[data-drawn]").length), 500);"""


def test_firefox__opens_filters_switches_and_draws_as_chromium_does(tmp_path: Path) -> None:
    page = tmp_path / "FAM1.rcp.html"
    page.write_text(render(rich_data(tmp_path, None, options(simulated=True))), encoding="utf-8")
    with Firefox(tmp_path, width=1280) as browser:
        browser.open(page)
        assert browser.run("return performance.getEntriesByType('resource').length") == 0
        browser.run(FILTER, "aspm")
        assert browser.run("return document.querySelector('#shown').textContent") == "2"
        browser.run(FILTER, "")
        browser.run(OPEN)
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
        assert browser.run_async(DRAWN) > 0
        for language in ("en", "fr"):
            browser.run(f"document.querySelector('#language-{language}').click()")
            assert browser.run("return document.documentElement.lang") == language
            shown = browser.run("return document.querySelector('main').innerText")
            assert ("Candidate variants" in shown) is (language == "en")
            assert ("Variants candidats" in shown) is (language == "fr")
            package = importlib.util.find_spec("axe_playwright_python")
            if package is not None and package.origin is not None:
                axe = (Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8")
                assert browser.run_async(f"{axe}\n{AXE}") == []
        assert browser.complaints(page) == []
