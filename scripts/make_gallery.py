"""Pictures of the demo's report for docs/gallery.md, by Chromium (with playwright) and pdftoppm found on PATH.

filiation demo
python scripts/make_gallery.py demo/results/DEMO/report docs/pictures/gallery
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

# A section longer than this is shown by its head.
TALLEST = 1700
# Milliseconds to wait for a picture: a machine may be busy.
PATIENCE = 180_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def page_pictures(page: Path, pictures: Path) -> None:
    """The sections of the page that a reader meets, in French, and one candidate in English."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on PATH; install the package chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        tab = browser.new_page(viewport={"width": 1600, "height": 1000})
        tab.set_default_timeout(PATIENCE)
        tab.goto(page.as_uri())
        tab.wait_for_selector("html[data-ready]")
        tab.screenshot(path=pictures / "summary.png", clip={"x": 0, "y": 0, "width": 1600, "height": 1000})
        tab.locator("table.candidates").screenshot(path=pictures / "candidates.png")
        for name in ("genome", "quality"):
            tab.evaluate("scrollTo(0, 0)")
            box = tab.locator(f'section[aria-labelledby="{name}"]').bounding_box()
            assert box is not None
            box["height"] = min(box["height"], TALLEST)
            tab.screenshot(path=pictures / f"{name}.png", clip=box, full_page=True)
        first = tab.locator("#candidate-1")
        first.locator("summary").first.click()
        for canvas in first.locator("canvas").all():
            canvas.scroll_into_view_if_needed()
            tab.wait_for_timeout(200)
        first.screenshot(path=pictures / "candidate.png")
        tab.evaluate("scrollTo(0, 0)")
        tab.check("#language-en")
        first.screenshot(path=pictures / "candidate-english.png")
        browser.close()


def paper_pictures(pdf: Path, pictures: Path) -> None:
    """The first page of the PDF and the page of its first candidate."""
    pages = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, text=True, check=True).stdout.split("\f")
    candidate = next((number for number, text in enumerate(pages, 1) if "Lectures de la famille" in text), 1)
    for number, name in ((1, "paper-summary"), (candidate, "paper-candidate")):
        command = ["pdftoppm", "-png", "-r", "80", "-f", str(number), "-l", str(number), "-singlefile"]
        subprocess.run([*command, str(pdf), str(pictures / name)], check=True)


def main() -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("report", type=Path, help="folder of the demo's report")
    parser.add_argument("pictures", type=Path, help="folder to write")
    options = parser.parse_args()
    page = next(options.report.glob("*.rcp.html")).resolve()
    options.pictures.mkdir(parents=True, exist_ok=True)
    page_pictures(page, options.pictures)
    if page.with_suffix(".pdf").is_file() and shutil.which("pdftoppm"):
        paper_pictures(page.with_suffix(".pdf"), options.pictures)


if __name__ == "__main__":
    main()
