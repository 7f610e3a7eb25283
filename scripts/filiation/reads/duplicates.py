"""Which reads are copies of one molecule? One CRAM per sample, its units merged, duplicates marked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filiation.errors import InputError, ToolError
from filiation.io.files import private_directory
from filiation.io.tables import write_table
from filiation.io.tools import run_pipeline
from filiation.model.columns import ALIGNMENT
from filiation.reads.alignment_files import (
    CRAM_FORMAT,
    count_reads,
    header_text,
    publish_cram,
    read_groups,
    read_header,
)


def mark_duplicates(
    units: Sequence[str | Path],
    sample: str,
    reference: str | Path,
    threads: int,
    output: str | Path,
    metrics: str | Path,
) -> dict[str, int]:
    """Merge a sample's unit BAMs, mark duplicates within each library, write CRAM, index and metrics.

    Copies of one molecule can only lie in one library, over all its lanes: units are merged by library before
    duplicates are marked (samtools markdup, template mode). No record is removed; as many must come out as
    went in. Returns the counts that the metrics table holds.
    """
    libraries, groups = _by_library(units, sample)
    before = sum(count_reads(unit, reference, threads)["total"] for unit in units)
    header = header_text(reference, groups)
    with private_directory("duplicates") as work:
        marked = []
        for number, members in enumerate(libraries):
            target = work / f"library{number}.bam"
            if len(libraries) > 1:
                run_pipeline(
                    [
                        *_marking(members, threads, work / f"markdup{number}"),
                        ["samtools", "view", "-b", "--no-PG", "-"],
                    ],
                    purpose=f"mark duplicates of {sample}",
                    output=target,
                )
                marked.append(target)
        first = [_merging(marked, threads)] if marked else _marking(libraries[0], threads, work / "markdup")
        cram = work / "sample.cram"
        # Encoded by one thread: htslib's choice of codecs depends on the timing of several.
        run_pipeline(
            [*first, ["samtools", "view", "--no-PG", "-O", CRAM_FORMAT, "-T", reference, "-"]],
            purpose=f"mark duplicates of {sample} and write its CRAM",
            output=cram,
        )
        counts = count_reads(cram, reference, threads)
        if counts["total"] != before:
            raise ToolError(
                f"{before} records in the units, but {counts['total']} after duplicates were marked",
                where=str(output),
                expected="every record kept",
                repair="check disk space, then run the step again",
            )
        publish_cram(cram, header, output, work)
    rows = metrics_rows(sample, counts, [("units", len(units), "FASTQ pairs that were merged")])
    write_table(metrics, ALIGNMENT, rows)
    return counts


def _by_library(units: Sequence[str | Path], sample: str) -> tuple[list[list[str | Path]], list[str]]:
    """Units by library, in the order given, and the @RG lines of all; foreign read groups stop."""
    libraries: dict[str, list[str | Path]] = {}
    lines: dict[str, str] = {}
    for unit in units:
        groups = read_groups(read_header(unit))
        if len(groups) != 1 or groups[0].get("SM") != sample:
            found = ", ".join(sorted({group.get("SM", "none") for group in groups})) or "none"
            raise InputError(
                f"read groups of sample {found}",
                where=str(unit),
                expected=f"one read group, of sample {sample}",
                repair="give the units of this sample only, as filiation align writes them",
            )
        group = groups[0]
        if group["ID"] in lines:
            raise InputError(
                f"read group {group['ID']} occurs twice",
                where=str(unit),
                expected="each unit once",
                repair="give each unit of the sample its own name in units.tsv",
            )
        lines[group["ID"]] = "\t".join(["@RG", *(f"{tag}:{value}" for tag, value in group.items())])
        libraries.setdefault(group.get("LB", sample), []).append(unit)
    return list(libraries.values()), list(lines.values())


def _merging(files: Sequence[str | Path], threads: int) -> list[str | Path]:
    """The command that merges sorted files into one stream."""
    return ["samtools", "merge", "--no-PG", "-u", "-@", str(threads - 1), "-", *files]


def _marking(files: Sequence[str | Path], threads: int, scratch: Path) -> list[list[str | Path]]:
    """The commands that turn the units of one library into one stream with duplicates marked."""
    if len(files) == 1:
        first: list[str | Path] = ["samtools", "view", "--no-PG", "-u", "-@", str(threads - 1), files[0]]
    else:
        first = _merging(files, threads)
    return [first, ["samtools", "markdup", "--no-PG", "-u", "-T", scratch, "-", "-"]]


def metrics_rows(
    sample: str, counts: dict[str, int], more: Sequence[tuple[str, int, str]] = ()
) -> list[dict[str, Any]]:
    """Rows of the alignment table from the counts of `count_reads`."""
    measures = [
        ("records", counts["total"], "alignment records, secondary and supplementary included"),
        ("reads", counts["primary"], "primary records: each read once"),
        ("mapped", counts["primary mapped"], "reads that have a place on the genome"),
        ("duplicates", counts["primary duplicates"], "reads marked as copies of one molecule"),
        *more,
    ]
    return [
        {"sample": sample, "measure": name, "value": str(value), "meaning": meaning}
        for name, value, meaning in measures
    ]
