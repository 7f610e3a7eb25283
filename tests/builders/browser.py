"""A page in the distribution's Chromium, with everything that it asked for or complained of."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
NEEDS_BROWSER = pytest.mark.skipif(
    CHROMIUM is None or importlib.util.find_spec("playwright") is None,
    reason="needs chromium and the Python package playwright",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One running Chromium for the tests of a file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


class Opened:
    """A page with everything that it asked for or complained of."""

    def __init__(self, browser: Any, path: Path, *, width: int = 1280, script: bool = True) -> None:
        self.tab = browser.new_page(viewport={"width": width, "height": 900}, java_script_enabled=script)
        # Of a machine with other work: how long a page may take is measured by benchmarks/report_page.py.
        self.tab.set_default_timeout(60_000)
        self.requests: list[str] = []
        self.messages: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: self.messages.append(message.text))
        self.tab.on("pageerror", lambda error: self.messages.append(str(error)))
        self.tab.on("dialog", lambda dialog: (self.messages.append(dialog.message), dialog.dismiss()))
        self.tab.goto(path.as_uri())
