"""The whole report in a real browser: reads, decisions, address, sorting, accessibility, size, paper."""

from __future__ import annotations

import json
import re
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from builders.browser import NEEDS_BROWSER, Opened, browser
from builders.report import options
from builders.report_rich import many_candidates, rich_data
from filiation.report.html import render
from filiation.report.pdf import write_pdf

__all__ = ["browser"]
pytestmark = [pytest.mark.tools, NEEDS_BROWSER]
CODING_CHANGES = ("c.1861C>T", "c.3464G>A", "c.1126C>T")
OPEN_ALL = "document.querySelectorAll('.detail-row > td > details').forEach((d) => { d.open = true; })"


def write(folder: Path, count: int = 0, **changes: Any) -> Path:
    """The family's page with every table as a file."""
    path = folder / "FAM1.rcp.html"
    data = rich_data(folder, many_candidates(count) if count else None, options(**changes))
    path.write_text(render(data), encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["fr", "en"])
def test_accessibility__no_violation_with_every_detail_open(browser: Any, tmp_path: Path, language: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    opened = Opened(browser, write(tmp_path, language=language), width=1600)
    opened.tab.click("#open-all")
    # The folded lists inside the details too.
    opened.tab.evaluate(OPEN_ALL)
    found = axe.Axe().run(opened.tab).response["violations"]
    assert [(item["id"], item["nodes"][0]["html"][:160]) for item in found] == []
    assert opened.requests == [(tmp_path / "FAM1.rcp.html").as_uri()]
    assert opened.messages == []


def test_reads__are_drawn_when_a_detail_opens_and_only_then(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    assert opened.tab.locator("canvas[data-drawn]").count() == 0
    opened.tab.locator("#candidate-1 summary").first.click()
    for canvas in opened.tab.locator("#candidate-1 canvas").all():
        canvas.scroll_into_view_if_needed()
    opened.tab.wait_for_function("document.querySelectorAll('canvas[data-drawn]').length === 3")
    # The alternate base of the index case stands on its canvas; the parents' canvases lack that colour.
    pixels = """(canvas) => {
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] === 213 && data[at + 1] === 94 && data[at + 2] === 0) count += 1;
      }
      return count;
    }"""
    drawn = [canvas.evaluate(pixels) for canvas in opened.tab.locator("#candidate-1 canvas").all()]
    assert drawn[0] > 20 * max(1, drawn[1], drawn[2])


def test_decisions__are_saved_as_the_file_that_decide_reads(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    opened.tab.locator("#candidate-1 summary").first.click()
    form = opened.tab.locator("#candidate-1 .decide")
    form.locator("input[value=set_aside]").check()
    form.locator("select").select_option("artefact")
    form.locator("textarea").fill("=1+1")
    with opened.tab.expect_download() as download:
        opened.tab.click("#save-decisions")
    saved = json.loads(Path(download.value.path()).read_text())
    assert saved["decisions"] == [
        {
            "variant": "chr6-33440722-C-T",
            "gene": "SYNGAP1",
            "decision": "set_aside",
            "reason": "artefact",
            "note": "=1+1",
        }
    ]
    assert (saved["schema"], saved["family"]) == ("filiation-decisions/1", "FAM1")
    assert len(opened.requests) == 1
    assert opened.messages == []


def test_decisions__drafts_come_back_when_the_page_is_opened_again(browser: Any, tmp_path: Path) -> None:
    path = write(tmp_path)
    opened = Opened(browser, path)
    opened.tab.evaluate(OPEN_ALL)
    opened.tab.locator("#candidate-4 .decide input[value=to_confirm]").check()
    opened.tab.reload()
    assert opened.tab.inner_text("#decision-count") == "1"
    opened.tab.evaluate(OPEN_ALL)
    assert opened.tab.locator("#candidate-4 .decide input[value=to_confirm]").is_checked()


def test_address__keeps_filter_sorting_and_language(browser: Any, tmp_path: Path) -> None:
    path = write(tmp_path)
    opened = Opened(browser, path)
    opened.tab.fill("#search", "aspm")
    opened.tab.click("th[data-sort=gene] button")
    opened.tab.keyboard.press("Escape")
    opened.tab.check("#language-en")
    again = Opened(browser, path)
    again.tab.goto(opened.tab.url)
    again.tab.reload()
    assert again.tab.input_value("#search") == "aspm"
    assert again.tab.inner_text("#shown") == "2"
    assert again.tab.get_attribute("html", "lang") == "en"
    assert again.tab.get_attribute("th[data-sort=gene]", "aria-sort") == "ascending"


def test_sorting__moves_a_compound_pair_as_one(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    opened.tab.click("th[data-sort=gene] button")
    order = opened.tab.evaluate(
        "[...document.querySelectorAll('table.candidates > tbody')].map((b) => b.dataset.gene || 'heading')"
    )
    assert order == ["heading", "ASPM", "ASPM", "DDX3X", "KMT2A", "SCN2A-AS", "SYNGAP1"]


def test_shelf_filter__hides_the_archive(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    opened.tab.uncheck(".shelf-filter[value=C]")
    assert opened.tab.inner_text("#shown") == "5"
    opened.tab.fill("#hpo-least", "0.7")
    assert opened.tab.inner_text("#shown") == "3"


def test_kind_filter__hides_indels_and_stands_in_the_address(browser: Any, tmp_path: Path) -> None:
    path = write(tmp_path)
    opened = Opened(browser, path)
    whole = int(opened.tab.inner_text("#shown"))
    opened.tab.uncheck(".kind-filter[value=indel]")
    left = int(opened.tab.inner_text("#shown"))
    assert 0 < left < whole
    again = Opened(browser, path)
    again.tab.goto(opened.tab.url)
    again.tab.reload()
    assert not again.tab.is_checked(".kind-filter[value=indel]")
    assert int(again.tab.inner_text("#shown")) == left


@pytest.mark.parametrize("width", [1280, 1400, 1600])
def test_row__no_cell_runs_into_the_next_one(browser: Any, tmp_path: Path, width: int) -> None:
    opened = Opened(browser, write(tmp_path), width=width)
    opened.tab.click("#open-all")
    over = "(e) => e.scrollWidth > e.clientWidth + 1"
    cells = f"[...document.querySelectorAll('.summary-row > *, .detail-column')].filter({over}).length"
    assert opened.tab.evaluate(cells) == 0


def test_keyboard__letters_do_nothing_while_typing(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    opened.tab.keyboard.press("/")
    opened.tab.keyboard.type("jlo")
    assert opened.tab.input_value("#search") == "jlo"
    assert opened.tab.get_attribute("html", "lang") == "fr"
    opened.tab.fill("#search", "")
    opened.tab.keyboard.press("Escape")
    opened.tab.keyboard.press("j")
    opened.tab.keyboard.press("j")
    opened.tab.keyboard.press("x")
    assert opened.tab.evaluate("document.activeElement.closest('.decide') !== null")


def test_fields__are_shown_and_saved_from_the_page(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    opened.tab.locator("#candidate-1 summary").first.click()
    opened.tab.locator("#candidate-1 .all-fields summary").click()
    assert opened.tab.locator("#candidate-1 .fields tbody tr").count() > 80
    with opened.tab.expect_download() as download:
        opened.tab.click("[data-download=tsv]")
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == 7
    assert len({line.count("\t") for line in lines}) == 1


@pytest.mark.parametrize("width", [1600, 1280, 640])
def test_width__nothing_overflows_the_page(browser: Any, tmp_path: Path, width: int) -> None:
    """640 is a page of 1280 at 200 % zoom."""
    opened = Opened(browser, write(tmp_path), width=width)
    opened.tab.evaluate(OPEN_ALL)
    for language in ("fr", "en"):
        opened.tab.check(f"#language-{language}")
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= width, language


def test_two_hundred_candidates__open_filter_and_draw_without_a_complaint(browser: Any, tmp_path: Path) -> None:
    """Times stand in benchmarks/report_page.py; here only that nothing breaks at this size."""
    path = write(tmp_path, 200)
    opened = Opened(browser, path)
    opened.tab.set_default_timeout(60_000)
    opened.tab.wait_for_selector("html[data-ready]")
    opened.tab.fill("#search", "gene7")
    assert int(opened.tab.inner_text("#shown")) > 0
    opened.tab.fill("#search", "")
    opened.tab.click("#open-all")
    assert opened.tab.locator("#candidate-200 .detail").is_visible()
    opened.tab.locator("#candidate-200 .reads").scroll_into_view_if_needed()
    opened.tab.wait_for_selector("#candidate-200 canvas[data-drawn]")
    # What was never near the window was not drawn.
    assert opened.tab.locator("canvas[data-drawn]").count() < 300
    assert opened.requests == [path.as_uri()]
    assert opened.messages == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_paper__a_row_and_its_detail_begin_on_the_same_page(browser: Any, tmp_path: Path, language: str) -> None:
    # Sizes of type make details of every length, among them those that are a little too long for the page.
    row, detail = {"fr": ("Alertes", "Lectures de la famille"), "en": ("Alerts", "Reads of the family")}[language]
    opened = Opened(browser, write(tmp_path, language=language))
    opened.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    lengths = set()
    for size in ("0.6em", "0.78em", "0.9em", "1em", "1.1em", "1.2em", "1.3em"):
        pages = printed(opened, f".detail {{ font-size: {size} !important }}", tmp_path / "page.pdf")
        with_row = [page for page in pages if row in page and "GT " in page]
        assert len(with_row) >= len(CODING_CHANGES)
        assert [page for page in with_row if detail not in page] == [], size
        for name in CODING_CHANGES:
            assert any(name in page and f":{name}" in page for page in with_row), (size, name)
        lengths.add(len(pages))
    assert len(lengths) > 2


def test_paper__a_list_without_details_keeps_its_table(browser: Any, tmp_path: Path) -> None:
    opened = Opened(browser, write(tmp_path))
    opened.tab.evaluate("document.documentElement.classList.add('print-list')")
    pages = printed(opened, "", tmp_path / "page.pdf")
    listed = [page for page in pages if "GQ" in page and all(name in page for name in CODING_CHANGES)]
    assert len(listed) == 1
    # One head above all rows, and none in each.
    assert listed[0].count("Alertes") == 1
    assert "Lectures de la famille" not in "".join(pages)


def printed(opened: Opened, rule: str, path: Path) -> list[str]:
    """The text of each page that the browser prints, with one rule more for paper."""
    sheet = "(rule) => document.styleSheets[0].insertRule(rule, document.styleSheets[0].cssRules.length)"
    opened.tab.evaluate(sheet, f"@media print {{ {rule} }}")
    opened.tab.pdf(path=str(path), prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return text.stdout.split("\f")


def test_pdf__declares_pdf_a_3u_and_embeds_all_it_needs(tmp_path: Path) -> None:
    """The marks of PDF/A-3u (ISO 19005-3); a whole validator (veraPDF) is not in the distribution."""
    path = tmp_path / "FAM1.rcp.pdf"
    write_pdf(path, rich_data(tmp_path))
    content = path.read_bytes()
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    whole = content + b"\n".join(filter(None, map(_inflated, streams)))
    for mark in (rb"<pdfaid:part>3<|pdfaid:part=\"3\"", rb"<pdfaid:conformance>U<|pdfaid:conformance=\"U\""):
        assert re.search(mark, whole), mark
    assert re.search(rb"/AFRelationship\s*/\w+", whole)
    assert re.search(rb"/S\s*/GTS_PDFA1", whole)
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked\s+true", whole)
    assert re.search(rb"/Lang\s*\(fr", whole)
    for forbidden in (b"/JavaScript", b"/Launch", b"/URI ", b"/Encrypt", b"/LZWDecode"):
        assert forbidden not in whole, forbidden
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert fonts
    # The columns emb, sub and uni: embedded, and with a table of Unicode letters.
    assert all(re.search(r"\byes\s+yes\s+yes\s+\d+\s+\d+$", line) for line in fonts)
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged:\s+yes", info)


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""
