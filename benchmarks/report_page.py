"""How large and how quick is the report, for 50 and for 200 candidates?

Bytes and seconds of every form written, and, where Chromium and playwright are there, what a reader waits for: until
the page answers, one filter, all details opened, requests made. The family is imaginary (tests/builders). Seconds are
of one machine under whatever else it does: compare the sizes, and runs side by side.

    python benchmarks/report_page.py [--quick] [--json FILE]

--quick takes 50 candidates alone.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / "scripts"), str(REPOSITORY / "tests")]

from builders.report_rich import many_candidates, rich_data  # noqa: E402
from filiation.report.candidate_vcf import write_vcf  # noqa: E402
from filiation.report.document import document, write_json  # noqa: E402
from filiation.report.html import write_html  # noqa: E402
from filiation.report.pdf import write_pdf  # noqa: E402
from filiation.report.phenopacket import family_packet  # noqa: E402
from filiation.report.spreadsheet import write_xlsx  # noqa: E402

GOALS = {50: {"html": 1.5e6}, 200: {"html": 5e6}}


def forms(folder: Path, count: int) -> dict[str, dict[str, float]]:
    """Bytes and seconds of each form of a report with so many candidates."""
    data = rich_data(folder, many_candidates(count))
    writers: dict[str, Callable[[Path], Any]] = {
        "html": lambda path: write_html(path, data),
        "pdf": lambda path: write_pdf(path, data),
        "xlsx": lambda path: write_xlsx(path, data),
        "json": lambda path: write_json(path, document(data)),
        "phenopacket": lambda path: write_json(path, family_packet(data)),
        "vcf": lambda path: write_vcf(path, data),
    }
    found = {}
    for name, write in writers.items():
        path = folder / f"report.{name}"
        started, worked = time.perf_counter(), time.process_time()
        write(path)
        found[name] = {
            "seconds": time.perf_counter() - started,
            "cpu": time.process_time() - worked,
            "bytes": path.stat().st_size,
        }
    return found


def reading(page: Path) -> dict[str, float] | None:
    """What a reader waits for in a browser; None without one."""
    chromium = shutil.which("chromium")
    if chromium is None or importlib.util.find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport={"width": 1600, "height": 900})
        requests: list[str] = []
        tab.on("request", lambda request: requests.append(request.url))
        # Seconds of the page's own thread, which other work on the machine hardly changes.
        session = tab.context.new_cdp_session(tab)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def worked() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

        started = time.perf_counter()
        tab.goto(page.as_uri())
        tab.wait_for_selector("html[data-ready]")
        ready, ready_cpu = time.perf_counter() - started, worked()
        timed = """(word) => {
          const box = document.querySelector("#search");
          const started = performance.now();
          box.value = word;
          box.dispatchEvent(new Event("input"));
          document.body.getBoundingClientRect();
          return performance.now() - started;
        }"""
        filtering, filter_cpu = 0.0, 0.0
        for word in ("gene7", "", "stop", ""):
            before = worked()
            filtering = max(filtering, tab.evaluate(timed, word))
            filter_cpu = max(filter_cpu, worked() - before)
        started = time.perf_counter()
        tab.click("#open-all", timeout=120_000)
        tab.evaluate("document.body.getBoundingClientRect()")
        opening = time.perf_counter() - started
        browser.close()
    return {
        "ready": ready,
        "ready CPU": ready_cpu,
        "filter": filtering / 1000,
        "filter CPU": filter_cpu,
        "open all": opening,
        "requests": float(len(requests)),
    }


def main() -> int:
    """Measure and print; exit 1 when a page is larger than its limit or asks for something."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results: dict[str, Any] = {}
    missed = []
    for count in (50,) if options.quick else (50, 200):
        with tempfile.TemporaryDirectory() as folder:
            found = forms(Path(folder), count)
            seen = reading(Path(folder) / "report.html")
        results[str(count)] = {"forms": found, "reading": seen}
        print(f"\n{count} candidates")
        for name, measured in found.items():
            size, wall, cpu = measured["bytes"] / 1e6, measured["seconds"], measured["cpu"]
            print(f"  {name:<12} {size:7.2f} MB {wall:7.2f} s wall {cpu:7.2f} s CPU")
        if seen is None:
            print("  no Chromium with playwright: the page was not opened")
        else:
            print("  in Chromium: " + ", ".join(f"{name} {value:.2f}" for name, value in seen.items()))
        if found["html"]["bytes"] > GOALS[count]["html"]:
            missed.append(f"{count} candidates: page larger than {GOALS[count]['html'] / 1e6} MB")
        if seen is not None and seen["requests"] != 1:
            missed.append(f"{count} candidates: {seen['requests']:.0f} requests")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
