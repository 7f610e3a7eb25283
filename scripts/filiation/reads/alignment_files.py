"""Headers, counts and completeness of BAM and CRAM files, the same for every step that writes reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from filiation.errors import ConfigError, InputError
from filiation.io.files import atomic_path, require_file
from filiation.io.reads_header import check_end, reading
from filiation.io.tables import data_label
from filiation.io.tools import run_pipeline, run_tool
from filiation.reads.reference import sequence_lines

# A version that every htslib since 2014 writes and reads; newer defaults would tie results to a release.
CRAM_FORMAT = "cram,version=3.0"
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def check_identifier(value: str, what: str) -> str:
    """The value, when it can stand in a read group; otherwise a ConfigError."""
    if not _IDENTIFIER.fullmatch(value):
        raise ConfigError(
            f"{what} '{value}'",
            expected="letters, digits, _ and -, at most 64 characters",
            repair=f"rename the {what} in the sheet",
        )
    return value


def read_group_line(identifier: str, sample: str, library: str) -> str:
    """One @RG line."""
    return f"@RG\tID:{identifier}\tSM:{sample}\tLB:{library}\tPL:ILLUMINA"


def header_text(reference: str | Path, read_groups: Iterable[str]) -> str:
    """A whole header: sorted by coordinate, the reference's contigs, the read groups; no program, no path."""
    lines = ["@HD\tVN:1.6\tSO:coordinate", *sequence_lines(reference), *read_groups]
    return "\n".join(lines) + "\n"


def read_header(path: str | Path) -> list[str]:
    """Header lines of a BAM or CRAM; an InputError when it is neither, or when its end is missing."""
    require_file(path, "reads")
    check_end(path)
    with reading(path) as handle:
        return str(handle.header).splitlines()


def read_groups(header: Sequence[str]) -> list[dict[str, str]]:
    """The @RG lines of a header, as {tag: value}."""
    groups = []
    for line in header:
        if line.startswith("@RG"):
            groups.append(dict(part.split(":", 1) for part in line.split("\t")[1:] if ":" in part))
    return groups


def sample_of(path: str | Path) -> str:
    """The one sample of a file that we wrote."""
    samples = {group.get("SM", "") for group in read_groups(read_header(path))}
    if len(samples) != 1:
        raise InputError(
            f"{len(samples)} samples in the read groups: {', '.join(sorted(samples)) or 'none'}",
            where=str(path),
            expected="one sample a file",
            repair="take the file through filiation adopt-reads or mark-duplicates",
        )
    return samples.pop()


def require_reads_index(handle: Any, path: str | Path) -> None:
    """Refuse an open file of reads that cannot be read by position."""
    try:
        indexed = bool(handle.has_index())
    except (AttributeError, ValueError):
        indexed = False
    if not indexed:
        raise InputError(
            "the reads have no index",
            where=str(path),
            expected=f"{path}.crai or .bai",
            repair=f"samtools index {path}",
        )


def count_reads(path: str | Path, reference: str | Path, threads: int) -> dict[str, int]:
    """Records of a BAM or CRAM by kind: total, primary, primary duplicates, primary mapped, … (flagstat)."""
    text = run_tool(
        ["samtools", "flagstat", "-O", "tsv", "-@", str(threads - 1), *_decoding(path, reference), path],
        purpose="count reads",
        where=str(path),
    )
    counts = {}
    for line in text.splitlines():
        passed, failed, name = line.split("\t")
        if passed.isdigit() and failed.isdigit():
            counts[name.split(" (")[0]] = int(passed) + int(failed)
    return counts


def _decoding(path: str | Path, reference: str | Path) -> list[str]:
    """Options that let samtools decode a CRAM against our reference and no other."""
    with open(path, "rb") as handle:
        return ["--input-fmt-option", f"reference={reference}"] if handle.read(4) == b"CRAM" else []


def publish_cram(cram: Path, header: str, target: str | Path, work: Path) -> None:
    """Give a finished CRAM its final header, index it, and put both under their names.

    samtools writes the path of the reference into a CRAM's header (UR); the header is replaced afterwards so
    that the file says nothing about the machine it was made on.
    """
    header_file = work / "header.sam"
    comment = f"@CO\t{data_label()}\n" if data_label() else ""
    header_file.write_text(header + comment, encoding="utf-8")
    with atomic_path(f"{target}.crai") as index, atomic_path(target) as temporary:
        run_pipeline(
            [["samtools", "reheader", "--no-PG", header_file, cram]],
            purpose="write the final header",
            where=str(target),
            output=temporary,
        )
        run_tool(["samtools", "index", temporary, index], purpose="index the CRAM", where=str(target))
