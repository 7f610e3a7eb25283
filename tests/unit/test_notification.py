"""Is the end of a run told in numbers only, to those who asked for it, and does a message that fails change nothing?"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import filiation.workflow_run
from builders.sheets import trio, write_run
from filiation.cli import run
from filiation.config_sections import NotifyConfig
from filiation.notification import check_notify, message_text, notify

COUNTS = {"done": 3, "failed": 1}


class Received:
    """What a local server was sent, and how it answers."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.answer = 200
        self.address = ""


@pytest.fixture
def web() -> Iterator[Received]:
    """A webhook on this machine."""
    received = Received()

    class Handler(http.server.BaseHTTPRequestHandler):
        """One call."""

        def do_POST(self) -> None:
            """Keep the body."""
            received.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(received.answer)
            self.send_header("Location", received.address)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        received.address = f"http://127.0.0.1:{server.server_address[1]}/secret-token"
        yield received
        server.shutdown()


@pytest.fixture
def mail() -> Iterator[Received]:
    """A mail server on this machine that takes everything."""
    received = Received()

    class Handler(socketserver.StreamRequestHandler):
        """One conversation of SMTP."""

        def handle(self) -> None:
            """Agree to each command; keep what follows DATA."""
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    body = b""
                    while (text := self.rfile.readline()) != b".\r\n":
                        body += text
                    received.bodies.append(body)
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        received.address = f"127.0.0.1:{server.server_address[1]}"
        yield received
        server.shutdown()


def hooked(folder: Path, address: str, **settings: object) -> NotifyConfig:
    """Settings with a webhook."""
    (folder / "webhook").write_text(address + "\n", encoding="utf-8")
    return NotifyConfig.model_validate({"webhook_file": str(folder / "webhook"), **settings})


def test_message__says_numbers_and_how_the_run_ended() -> None:
    subject, text = message_text(COUNTS, code=1, seconds=7200)
    assert subject == "Filiation: a run ended with failures, 3 of 4 families done"
    assert "after 2.0 hours" in text
    assert "failed: 1" in text


def test_webhook__gets_the_numbers(tmp_path: Path, web: Received) -> None:
    assert notify(hooked(tmp_path, web.address), COUNTS, code=1, seconds=60.4) == []
    (body,) = web.bodies
    told = json.loads(body)
    assert (told["families"], told["done"], told["failed"], told["exit_code"], told["seconds"]) == (4, 3, 1, 1, 60)


def test_mail__goes_to_every_address_by_the_server_that_is_named(mail: Received) -> None:
    config = NotifyConfig(email=["a@example.org", "b@example.org"], smtp=mail.address)
    assert notify(config, COUNTS, code=0, seconds=60) == []
    text = mail.bodies[0].decode()
    assert "To: a@example.org, b@example.org" in text
    assert "Subject: Filiation: a run finished, 3 of 4 families done" in text


def test_mail__goes_by_sendmail_where_no_server_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f"#!/bin/sh\ncat > {tmp_path}/sent\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert notify(NotifyConfig(email=["a@example.org"]), COUNTS, code=0, seconds=60) == []
    assert "To: a@example.org" in (tmp_path / "sent").read_text()
    program.write_text("#!/bin/sh\necho queue full >&2\nexit 75\n")
    (told,) = notify(NotifyConfig(email=["a@example.org"]), COUNTS, code=0, seconds=60)
    assert "sendmail ended with 75: queue full" in told


@pytest.mark.parametrize("answer", [500, 404, 302])
def test_webhook__one_that_refuses_or_sends_elsewhere_is_said_without_its_address(
    tmp_path: Path, web: Received, answer: int
) -> None:
    web.answer = answer
    (told,) = notify(hooked(tmp_path, web.address), COUNTS, code=0, seconds=1)
    assert told == f"the webhook could not be called: it answered {answer}"
    assert len(web.bodies) == 1


def test_notify__a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    config = hooked(tmp_path, "http://127.0.0.1:9/secret-token", email=["a@example.org"], smtp="127.0.0.1:9")
    told = notify(config, COUNTS, code=0, seconds=1)
    assert len(told) == 2
    assert "secret-token" not in "".join(told)
    assert "refused" in told[0]


def test_notify__after_failures_only_when_asked_so(tmp_path: Path, web: Received) -> None:
    config = hooked(tmp_path, web.address, when="failure")
    notify(config, COUNTS, code=0, seconds=1)
    assert web.bodies == []
    notify(config, COUNTS, code=1, seconds=1)
    assert len(web.bodies) == 1


@pytest.mark.parametrize("text", ["", "ftp://example.org/x", "https://", "https://a.org https://b.org"])
def test_check__a_webhook_that_is_none_is_told_before_the_run(tmp_path: Path, text: str) -> None:
    (fault,) = check_notify(hooked(tmp_path, text))
    assert "no address of a webhook" in fault.message()


def test_check__what_cannot_work_is_told_before_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filiation.notification.sendmail", lambda: None)
    mail, hook = check_notify(NotifyConfig(email=["a@example.org"], webhook_file=str(tmp_path / "none")))
    assert "no sendmail" in mail.message()
    assert "cannot be read" in hook.message()
    assert check_notify(NotifyConfig()) == []


def test_config__an_address_that_is_none_is_refused() -> None:
    for address in ("nobody", "a@b\nBcc: c@d.org", "a b@c.org"):
        with pytest.raises(ValueError, match="no e-mail address"):
            NotifyConfig(email=[address])


def test_run__tells_the_end_without_a_name_and_survives_a_hook_that_fails(
    tmp_path: Path, web: Received, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "DUPONT"
    folder.mkdir()
    (tmp_path / "webhook").write_text(web.address, encoding="utf-8")
    config = write_run(folder, trio(vcf="{sample}.vcf.gz"), notify={"webhook_file": str(tmp_path / "webhook")})
    assert yaml.safe_load(config.read_text())["notify"]

    def worked(*arguments: object, **settings: object) -> int:
        (folder / "logs").mkdir(exist_ok=True)
        (folder / "logs" / "run.log").write_text("")
        return 1

    monkeypatch.setattr(filiation.workflow_run, "run_workflow", worked)
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    options = parser.parse_args(["--config", str(config), "--directory", str(folder), "--no-check"])
    assert run.main(options) == 1
    told = web.bodies[0].decode()
    assert json.loads(told)["waiting"] == 1
    for name in ("DUPONT", "FAM", "CHILD", str(tmp_path)):
        assert name not in told
    web.answer = 500
    assert run.main(options) == 1
    assert "the webhook could not be called: it answered 500" in capsys.readouterr().err
