"""Is a received file whole, is it data at all, and which version and build does it state itself?

A checksum answers all of this where one is known. Where none is, the file is asked: BGZF must end with its closing
block, gzip and zip must inflate, XML must close its first element, and a page of a web server is no data.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import check_bgzf_end, compression, open_text, require_file
from filiation.model.contigs import detect_assembly

_FIRST_LINES = 5000
_REPAIR = "fetch it again: filiation resources fetch NAME --to FOLDER"
# What a file says of its own version in its first lines: ClinVar and other VCF, HPO, Orphadata, CADD, Ensembl.
_VERSIONS = (
    re.compile(r"^##fileDate=(\S+)"),
    re.compile(r"^data-version: (?:hp/releases/)?(\S+)"),
    re.compile(r"^#version: (\S+)"),
    re.compile(r"<JDBOR [^>]*date=\"(\d{4}-\d{2}-\d{2})"),
    re.compile(r"^##? ?CADD GRCh3[78]-v(\S+)"),
    re.compile(r"^\"?FILE CREATED: (\d{4}-\d{2}-\d{2})"),
    re.compile(r"^#!genebuild-last-updated (\S+)"),
)
_BUILDS = (
    re.compile(r"^#!genome-(?:version|build) (GRCh3[78])"),
    re.compile(r"^##reference=\S*?(GRCh3[78]|hg19|hg38)", re.IGNORECASE),
    re.compile(r"^##? ?CADD (GRCh3[78])-v"),
    re.compile(r"^>.*\bAS:(GRCh3[78])\b"),
    re.compile(r"^#(?!#).*\b(GRCh3[78]|hg19|hg38)\b", re.IGNORECASE),
)
_CONTIG = re.compile(r"^##contig=<ID=([^,>]+).*?length=(\d+)")
_SEQUENCE_REGION = re.compile(r"^##sequence-region\s+(\S+) 1 (\d+)")
_BUILD_NAMES = {"hg19": "GRCh37", "hg38": "GRCh38", "grch37": "GRCh37", "grch38": "GRCh38"}


@dataclass(frozen=True)
class Stated:
    """What a file says of itself; None when it does not say."""

    version: str | None = None
    build: str | None = None


def stated(path: str | Path, kind: str) -> Stated:
    """Version and build that the comment lines of a file state; contig lengths count more than words."""
    if kind == "zip":
        return Stated()
    version = build = None
    lengths: dict[str, int] = {}
    with open_text(path) as handle:
        for number, line in enumerate(handle):
            if number >= _FIRST_LINES or (number > 5 and not line.startswith(("#", "<", " ")) and ":" not in line):
                break
            version = version or _first(_VERSIONS, line)
            build = build or _first(_BUILDS, line)
            if found := _CONTIG.match(line) or _SEQUENCE_REGION.match(line):
                lengths[found.group(1)] = int(found.group(2))
    measured = detect_assembly(lengths) if lengths else "other"
    if measured == "other":
        measured = _BUILD_NAMES.get((build or "").lower(), "other")
    return Stated(version, None if measured == "other" else measured)


def _first(patterns: tuple[re.Pattern[str], ...], line: str) -> str | None:
    """What the first matching pattern finds in a line."""
    return next((found.group(1) for pattern in patterns if (found := pattern.search(line))), None)


def check_whole(path: str | Path, kind: str, name: str) -> None:
    """InputError when a file is empty, cut, or a page of a web server; `kind` and `name` as in the manifest."""
    path = require_file(path, "resource")
    with open(path, "rb") as handle:
        start = handle.read(512).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise InputError(
            "a web page, not data (a proxy, a log-in or an error page)",
            where=str(path),
            expected=f"{kind} data",
            repair="open the address in a browser to see what it says, then fetch again",
        )
    found = compression(path)
    if found == "bgzf":
        check_bgzf_end(path, "resource")
    elif found == "gzip":
        _check_gzip(path)
    elif kind == "zip":
        _check_zip(path)
    elif kind == "xml":
        _check_xml(path)
    elif name.endswith((".gz", ".bgz")):
        raise InputError("not compressed, in spite of its name", where=str(path), expected="gzip", repair=_REPAIR)


def _check_gzip(path: Path) -> None:
    """A plain gzip file has no closing block: it is inflated to its end."""
    try:
        with gzip.open(path, "rb") as handle:
            while handle.read(1 << 20):
                pass
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(
            f"gzip data cut or damaged ({error})", where=str(path), expected="a whole file", repair=_REPAIR
        ) from None


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, OSError, zlib.error) as error:
        damaged = str(error)
    if damaged:
        raise InputError(f"zip archive cut or damaged ({damaged})", where=str(path), repair=_REPAIR)


def _check_xml(path: Path) -> None:
    """The last bytes must close the first element."""
    with open(path, "rb") as handle:
        first = re.search(rb"<([A-Za-z][\w.-]*)", re.sub(rb"<[?!][^>]*>", b"", handle.read(4096)))
        handle.seek(0, 2)
        handle.seek(max(0, handle.tell() - 4096))
        end = handle.read().rstrip()
    if first is None or not end.endswith(b"</" + first.group(1) + b">"):
        raise InputError("XML that does not end", where=str(path), expected="a whole file", repair=_REPAIR)
