"""Did every read and every record that went into a step come out of it, or is its loss counted by reason?

The counts of files are taken from the files themselves (`ledger.content`), the reasons from the step's own table. Both
must add up, so that neither a silent loss nor a wrong table passes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from filiation.io.tables import read_table
from filiation.ledger.content import Content, add_reads
from filiation.ledger.entry import Recorded
from filiation.model.columns import ALIGNMENT, FUNNEL

_ADDED = {"added_by_splitting"}
IN, OUT = "records_in", "records_out"


def unbalanced(
    command: str,
    read: Mapping[str, Sequence[Content]],
    written: Mapping[str, Content],
    tables: Mapping[str, Path],
) -> str:
    """What does not add up in one step, '' when all does.

    read : option → contents of the files read; written : option → content of the main file written; tables : option →
    the step's own tables.
    """
    if command == "align":
        reads = [*read.get("fastq_1", ()), *read.get("fastq_2", ())]
        return same_reads(add_reads(reads), written.get("output", {}), "the FASTQ files", "the alignment")
    if command == "mark-duplicates":
        return same_reads(add_reads(list(read.get("input", ()))), written.get("output", {}), "the units", "the CRAM")
    if command == "adopt-reads":
        return _adopted(read, written, tables["metrics"])
    if command == "extract-reads":
        return _extracted(read, written, tables["metrics"])
    if command == "gather-calls":
        return _equal(
            _records(read.get("input", ())), _records([written["output"]]), "the intervals", "the joined calls"
        )
    if command in ("normalise", "screen", "annotate", "prioritise"):
        return _funnel(command, read, written, tables["funnel"])
    return ""


def lost_in_archive(archive: Path, receipt: Path, read: Iterable[Recorded]) -> str:
    """Whether the archive holds every record of the screen and every candidate that an analysis came with.

    Survivors are kept whole; what the screen removed is kept whole, with its reason, or counted. '' when all is there.
    """
    told = json.loads(receipt.read_text(encoding="utf-8"))
    name, number = told["family"], int(told["analysis"])
    found = list((archive / "families").glob(f"*/{name}/{number:04d}/record.json"))
    if len(found) != 1:
        return f"the receipt names analysis {number} of {name}, of which the archive holds {len(found)} records"
    record = json.loads(found[0].read_text(encoding="utf-8"))
    rows = {part["name"]: int(part["rows"]) for part in record["parts"]}
    counted = sum(
        count for key, value in record["settings"].items() if key.startswith("counted_") for count in value.values()
    )
    kept = {item.file: item.content for item in read if item.option == "results"}
    expected = {
        f"annotated/{name}.bcf": ("records", rows.get("calls", 0)),
        f"screened/{name}.excluded.tsv.gz": ("rows", rows.get("genotypes", 0) + rows.get("excluded", 0) + counted),
        f"prioritisation/{name}.candidates.tsv": ("rows", rows.get("candidates", 0)),
        f"prioritisation/{name}.removed.tsv": ("rows", rows.get("removed", 0)),
    }
    for file, content in kept.items():
        for end, (unit, archived) in expected.items():
            if file.endswith(f"/{name}/{end}") and unit in content and content[unit] != archived:
                return f"{content[unit]} {unit} in {file}, {archived} in the archive"
    return ""


def same_reads(before: Content, after: Content, source: str, result: str) -> str:
    """Whether two files hold the same reads, by number, bases and checksum; '' also where one was not counted."""
    if "reads" not in before or "reads" not in after:
        return ""
    for key, unit in (("reads", "reads"), ("bases", "bases")):
        if before[key] != after[key]:
            return f"{before[key]} {unit} in {source}, {after[key]} in {result}"
    if before["checksum"] != after["checksum"]:
        return (
            f"as many reads in {source} as in {result}, but other names or bases "
            f"(checksums {before['checksum']} and {after['checksum']})"
        )
    return ""


def _records(contents: Sequence[Content]) -> int | None:
    """Records of several files; None when one was not counted."""
    if not contents or any("records" not in content for content in contents):
        return None
    return sum(int(content["records"]) for content in contents)


def _equal(before: int | None, after: int | None, source: str, result: str) -> str:
    """Whether two numbers of records are one; '' where one is not known."""
    if before is None or after is None or before == after:
        return ""
    return f"{before} records in {source}, {after} in {result}"


def _adopted(read: Mapping[str, Sequence[Content]], written: Mapping[str, Content], table: Path) -> str:
    """Stored reads that keep their alignment: all but the records that repeat another exactly."""
    counted = {row["measure"]: int(row["value"]) for row in read_table(table, ALIGNMENT).rows}
    dropped = counted.get("exact_duplicates", 0)
    stored, cram = read.get("reads", ()), written.get("output", {})
    whole = _records([content for content in stored if content])
    if whole is not None and (problem := _equal(whole - dropped, _records([cram]), "the stored file", "the CRAM")):
        return problem
    # What repeats another read changes the sum: then the numbers alone can be compared.
    return same_reads(add_reads([c for c in stored if c]), cram, "the stored file", "the CRAM") if not dropped else ""


def _extracted(read: Mapping[str, Sequence[Content]], written: Mapping[str, Content], table: Path) -> str:
    """Stored reads turned into FASTQ: every record is one of them, or counted as dropped."""
    made = add_reads([written.get("fastq_1", {}), written.get("fastq_2", {})])
    stored = [content for content in read.get("reads", ()) if content]
    counts, problem = _balance("extract_reads", table)
    if not problem:
        problem = _equal(_records(stored), counts[IN], "the stored file", "the step's table")
    if not problem and made and made["reads"] != counts[OUT]:
        problem = f"{counts[OUT]} reads by the step's table, {made['reads']} in the FASTQ files"
    whole = add_reads(stored)
    if not problem and whole and made and whole["reads"] == made["reads"]:
        problem = same_reads(whole, made, "the stored file", "the FASTQ files")
    return problem


def _balance(step: str, table: Path) -> tuple[dict[str, int], str]:
    """The counts of a step's table, and what does not add up in it: records in = out + removed by reason."""
    counts = {row["reason"]: int(row["count"]) for row in read_table(table, FUNNEL).rows if row["step"] == step}
    if IN not in counts or OUT not in counts:
        return counts, f"the table of the step lacks {IN} or {OUT}"
    removed = _removed(counts) if step != "annotate" else 0
    if counts[IN] - removed != counts[OUT]:
        return counts, f"{counts[IN]} records in, {removed} removed by reason, but {counts[OUT]} out"
    return counts, ""


def _removed(counts: Mapping[str, int]) -> int:
    """Records removed by reason, less those added."""
    reasons = {name: count for name, count in counts.items() if name not in (IN, OUT)}
    return sum(-count if name in _ADDED else count for name, count in reasons.items())


def _funnel(command: str, read: Mapping[str, Sequence[Content]], written: Mapping[str, Content], table: Path) -> str:
    """Records in = records out + removed by reason, and both ends are those of the files."""
    counts, problem = _balance(command, table)
    if problem:
        return problem
    before = _records([content for content in read.get("variants", ()) if "records" in content])
    if problem := _equal(before, counts[IN], "the file read", "the step's table"):
        return problem
    # Each record that is removed has a row of its own in these tables.
    rows = written.get({"prioritise": "removed", "screen": "excluded"}.get(command, ""), {}).get("rows")
    if rows is not None and rows != _removed(counts):
        return f"{rows} rows of removed records, {_removed(counts)} removed by the step's table"
    if command == "prioritise":
        return ""
    return _equal(_records([written.get("output", {})]), counts[OUT], "the file written", "the step's table")
