"""Who is told that a run has ended? An e-mail, a webhook, both, or nobody, which is the default.

A message holds numbers only: families by state, hours, and how the run ended. No family, sample, path, host or variant
leaves this machine. What cannot be delivered is said, and changes nothing of the run.
"""

from __future__ import annotations

import json
import shutil
import smtplib
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filiation.config_sections import NotifyConfig
from filiation.errors import ConfigError, UserError

# A mail server or a webhook that does not answer must not hold a finished run.
PATIENCE = 20.0
_SENDMAIL = ("/usr/sbin/sendmail", "/usr/lib/sendmail")
STATES = ("done", "failed", "running", "waiting")


def message_text(counts: Mapping[str, int], *, code: int, seconds: float) -> tuple[str, str]:
    """Subject and text of the message. counts : {state of a family: how many}; code : exit code of the run."""
    families = sum(counts.values())
    ending = {0: "finished", 130: "was stopped"}.get(code, "ended with failures")
    subject = f"Filiation: a run {ending}, {counts.get('done', 0)} of {families} families done"
    lines = [f"A run of Filiation {ending} after {seconds / 3600:.1f} hours.", ""]
    lines += [f"{state}: {counts[state]}" for state in STATES if counts.get(state)]
    lines += ["", "filiation status, in the working folder, says which."]
    return subject, "\n".join(lines) + "\n"


def payload(counts: Mapping[str, int], *, code: int, seconds: float) -> dict[str, Any]:
    """What the webhook gets: `text` for chats, and the same numbers for programs."""
    subject, _ = message_text(counts, code=code, seconds=seconds)
    numbers = {state: counts.get(state, 0) for state in STATES}
    return {"text": subject, "families": sum(counts.values()), **numbers, "exit_code": code, "seconds": round(seconds)}


def notify(config: NotifyConfig, counts: Mapping[str, int], *, code: int, seconds: float) -> list[str]:
    """Tell everyone who is configured; returns what could not be delivered, one sentence each."""
    if config.when == "failure" and code == 0:
        return []
    problems = []
    if config.email:
        subject, text = message_text(counts, code=code, seconds=seconds)
        try:
            _send_mail(config, subject, text)
        except (OSError, smtplib.SMTPException, subprocess.SubprocessError) as error:
            problems.append(f"the e-mail at the end could not be sent: {_words(error)}")
    if config.webhook_file:
        try:
            _call(webhook(config.webhook_file), payload(counts, code=code, seconds=seconds))
        except UserError as error:
            problems.append(f"the webhook could not be called: {error.found}")
        except (OSError, ValueError) as error:
            problems.append(f"the webhook could not be called: {_words(error)}")
    return problems


def _words(error: BaseException) -> str:
    """What went wrong, without the address, which may be a secret."""
    if isinstance(error, urllib.error.HTTPError):
        return f"it answered {error.code}"
    if isinstance(error, urllib.error.URLError):
        return str(getattr(error.reason, "strerror", None) or error.reason)
    return str(getattr(error, "strerror", None) or error)


def sendmail() -> str | None:
    """The local mail program."""
    return shutil.which("sendmail") or next((path for path in _SENDMAIL if Path(path).is_file()), None)


def _send_mail(config: NotifyConfig, subject: str, text: str) -> None:
    """By the server that is configured, else by the local mail program."""
    mail = EmailMessage()
    mail["Subject"], mail["To"] = subject, ", ".join(config.email)
    mail["From"] = config.sender or config.email[0]
    mail.set_content(text)
    if config.smtp:
        host, _, port = config.smtp.partition(":")
        with smtplib.SMTP(host, int(port or 25), local_hostname="localhost", timeout=PATIENCE) as server:
            server.send_message(mail)
        return
    program = sendmail()
    if program is None:
        raise FileNotFoundError("no sendmail on this machine")
    done = subprocess.run(
        [program, "-t", "-i"], input=mail.as_bytes(), capture_output=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        raise OSError(f"sendmail ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()[-200:]}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook that sends us elsewhere is not the one that was configured."""

    def redirect_request(self, *arguments: Any) -> None:
        """Refuse."""
        return None


def _call(address: str, content: Mapping[str, Any]) -> None:
    """POST as JSON."""
    request = urllib.request.Request(
        address,
        data=json.dumps(content).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "filiation"},
        method="POST",
    )
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=PATIENCE) as answer:
        answer.read(1)


def webhook(path: str) -> str:
    """The address that a file holds, on its first line; ConfigError for anything else."""
    where = f"notify.webhook_file: {path}"
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the file with the webhook's address cannot be read: {getattr(error, 'strerror', None) or 'no text'}",
            where=where,
            expected="a text file with one address",
            repair="write the address into it, readable for you alone (chmod 600)",
        ) from None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(text.split()) != 1:
        raise ConfigError(
            "no address of a webhook",
            where=where,
            expected="one line, https://…",
            repair="copy the address as the service shows it",
        )
    return text


def check_notify(config: NotifyConfig) -> list[UserError]:
    """Faults of the settings that are known before the run; nothing is sent."""
    faults: list[UserError] = []
    if config.email and not config.smtp and sendmail() is None:
        faults.append(
            ConfigError(
                "notify.email is set, but this machine has no sendmail",
                where="notify",
                expected="a local mail program, or notify.smtp",
                repair="give notify.smtp: host:port of your mail server, or remove notify.email",
            )
        )
    if config.email and config.smtp:
        host = config.smtp.partition(":")[0]
        try:
            socket.getaddrinfo(host, None)
        except OSError:
            faults.append(
                ConfigError(
                    f"no machine of the name {host!r}",
                    where="notify.smtp",
                    expected="host:port of a mail server that this machine knows",
                    repair="correct the name, or start from a machine that can send mail",
                )
            )
    if config.webhook_file:
        try:
            webhook(config.webhook_file)
        except UserError as fault:
            faults.append(fault)
    return faults
