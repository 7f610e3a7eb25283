"""A page in the distribution's Firefox, driven by its own remote protocol (Marionette), without any driver program."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
NEEDS_FIREFOX = pytest.mark.skipif(FIREFOX is None, reason="needs firefox-esr")
# No background traffic, no first-run pages, no waiting for add-ons.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.autoDisableScopes": 15,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 2,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
_START_SECONDS = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Firefox:
    """One headless Firefox with a profile of its own; `with Firefox(folder) as browser:`."""

    def __init__(self, folder: Path, *, width: int = 1600, height: int = 900) -> None:
        assert FIREFOX is not None
        profile = folder / "firefox-profile"
        profile.mkdir(parents=True)
        port = _free_port()
        preferences = PREFERENCES | {"marionette.port": port}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
        (profile / "user.js").write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [
            FIREFOX,
            "--headless",
            "--no-remote",
            "--marionette",
            "-remote-allow-system-access",
            "--profile",
            str(profile),
        ]
        size = [f"--width={width}", f"--height={height}"]
        self.process = subprocess.Popen(
            [*command, *size], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"HOME": str(folder)}
        )
        self.count = 0
        self.rest = b""
        self.socket = self._connected(port)
        self._received()
        self.ask("WebDriver:NewSession", {})
        self.ask("WebDriver:SetWindowRect", {"width": width, "height": height})

    def _connected(self, port: int) -> socket.socket:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=60)
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.process.kill()
                    pytest.skip("Firefox did not start")
                time.sleep(0.2)

    def __enter__(self) -> Firefox:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def _received(self) -> Any:
        """One message: its length, a colon, JSON."""
        while b":" not in self.rest:
            self.rest += self._bytes()
        length, _, self.rest = self.rest.partition(b":")
        while len(self.rest) < int(length):
            self.rest += self._bytes()
        message, self.rest = self.rest[: int(length)], self.rest[int(length) :]
        return json.loads(message)

    def _bytes(self) -> bytes:
        found = self.socket.recv(1 << 16)
        assert found, "Firefox closed the connection"
        return found

    def ask(self, command: str, parameters: dict[str, Any]) -> Any:
        """The answer to one command; an error of Firefox is an assertion."""
        self.count += 1
        message = json.dumps([0, self.count, command, parameters]).encode()
        self.socket.sendall(f"{len(message)}:".encode() + message)
        _, _, error, result = self._received()
        assert error is None, f"{command}: {error['error']}: {error['message']}"
        return result

    def open(self, page: Path, state: str = "") -> None:
        """Load a page and wait until its script has run."""
        self.ask("WebDriver:Navigate", {"url": page.as_uri() + state})
        deadline = time.monotonic() + 60
        while not self.run("return document.documentElement.dataset.ready === 'yes'"):
            assert time.monotonic() < deadline, "the page's script did not finish"
            time.sleep(0.05)

    def run(self, script: str, *arguments: Any) -> Any:
        """The value that a script returns in the page."""
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": list(arguments)})["value"]

    def run_async(self, script: str, *arguments: Any) -> Any:
        """The value that a script hands to its last argument."""
        return self.ask("WebDriver:ExecuteAsyncScript", {"script": script, "args": list(arguments)})["value"]

    def complaints(self, page: Path) -> list[str]:
        """Errors of the console that name the page."""
        self.ask("Marionette:SetContext", {"value": "chrome"})
        found = self.run("return Services.console.getMessageArray().map((entry) => String(entry.message || entry))")
        self.ask("Marionette:SetContext", {"value": "content"})
        return [message for message in found if page.name in message]
