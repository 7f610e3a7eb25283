"""Is a file that changed after its step found, are lost reads and records found, and is the table of files whole?"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.stored_reads import alignment, bam_header, write_bam
from builders.vcf import header_lines, record, write_vcf
from filiation.config import WORKFLOW
from filiation.errors import InputError, ToolError
from filiation.io.tables import funnel_rows, write_table
from filiation.ledger.changed import changed_outputs
from filiation.ledger.conservation import lost_in_archive, same_reads, unbalanced
from filiation.ledger.content import add_reads, count_content
from filiation.ledger.entry import CACHE_VARIABLE, Recorded, checksum, entry_path, read_entry
from filiation.ledger.record import run_recorded
from filiation.ledger.steps import STEPS, inputs, outputs
from filiation.ledger.verify import verify_run
from filiation.model.columns import FUNNEL
from filiation.run_safety import made_anew

RULES = sorted((WORKFLOW / "rules").glob("*.smk"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "first.txt").write_text("one\n", encoding="utf-8")
    return tmp_path


def step(source: str, target: str, write: Callable[[Path], object] | None = None) -> int:
    """`filiation call` as far as the ledger sees it: reads one file, writes another."""
    options = argparse.Namespace(reads=[source], output=target)

    def work() -> int:
        Path(target).parent.mkdir(exist_ok=True)
        if write:
            write(Path(target))
        else:
            Path(target).write_bytes(Path(source).read_bytes() + b"more\n")
        return 0

    return run_recorded("call", options, work)


def chain(folder: Path) -> tuple[Path, Path]:
    """Two steps, the second on the output of the first."""
    step("first.txt", "results/a.txt")
    step("results/a.txt", "results/b.txt")
    # Not temporary, unlike the parts of a calling run.
    for name in ("a", "b"):
        path = entry_path(folder / "results" / f"{name}.txt")
        path.write_text(path.read_text().replace(' "temporary": true\n', ' "temporary": false\n'), encoding="utf-8")
    return folder / "results/a.txt", folder / "results/b.txt"


def put_back(path: Path, change: Callable[[Path], object]) -> None:
    """Change a file and put its time back."""
    status = path.stat()
    change(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "shortened": lambda path: os.truncate(path, 5),
    "one byte changed": lambda path: path.write_bytes(path.read_bytes().replace(b"one", b"two")),
    "emptied": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("change", CHANGES)
def test_consumer__never_uses_a_file_that_changed_after_its_step(change: str, folder: Path) -> None:
    source, target = chain(folder)
    before = target.read_bytes()
    put_back(source, CHANGES[change])
    with pytest.raises(InputError, match="not the file that filiation call wrote") as raised:
        step("results/a.txt", "results/b.txt")
    assert "results/a.txt" in raised.value.message()
    assert target.read_bytes() == before


@pytest.mark.parametrize("change", CHANGES)
def test_run__finds_what_changed_even_with_its_old_time(change: str, folder: Path) -> None:
    source, _ = chain(folder)
    assert changed_outputs(folder / "results") == []
    put_back(source, CHANGES[change])
    assert [path for path, _ in changed_outputs(folder / "results")] == [source]


def test_run__finds_what_was_made_from_another_file(folder: Path) -> None:
    source, target = chain(folder)
    first = folder / "first.txt"
    first.write_text("two\n", encoding="utf-8")
    step("first.txt", "results/a.txt")
    [(path, problem)] = changed_outputs(folder / "results")
    assert path == target
    assert "made from another results/a.txt" in problem
    assert source.read_text() == "two\nmore\n"


def test_run__repeats_the_rule_where_a_file_beside_its_outputs_changed(folder: Path) -> None:
    # No rule names the dictionary and the files of an aligner's index: Snakemake would not know how to make them.
    (folder / "results" / "reference").mkdir()
    step("first.txt", "results/reference/genome.dict")
    step("first.txt", "results/a.txt")
    put_back(folder / "first.txt", lambda path: path.write_text("new\n", encoding="utf-8"))
    said: list[str] = []
    assert made_anew(folder, said.append) == ["--forcerun", "results/a.txt", "call"]
    assert len(said) == 2
    entry_path(folder / "results/reference/genome.dict").write_text("{", encoding="utf-8")
    assert made_anew(folder, said.append)[2:] == ["prepare_reference", "index_reference"]


def test_run__finds_an_input_that_was_exchanged_under_its_old_time(folder: Path) -> None:
    source, _ = chain(folder)
    put_back(folder / "first.txt", lambda path: path.write_text("new\n", encoding="utf-8"))
    assert [path for path, _ in changed_outputs(folder / "results")] == [source]


def test_step__whose_input_changes_while_it_reads_fails(folder: Path) -> None:
    def meddle(target: Path) -> None:
        target.write_text("made\n", encoding="utf-8")
        (folder / "first.txt").write_text("changed meanwhile\n", encoding="utf-8")

    with pytest.raises(ToolError, match="changed while the step was reading it"):
        step("first.txt", "results/a.txt", meddle)
    assert not entry_path(folder / "results/a.txt").exists()


def test_step__that_fails_leaves_no_entry_of_an_earlier_output(folder: Path) -> None:
    source, _ = chain(folder)
    code = run_recorded("call", argparse.Namespace(reads=["first.txt"], output="results/a.txt"), lambda: 1)
    assert code == 1
    assert not entry_path(source).exists()


def test_cache__is_not_believed_for_a_file_that_changed_with_its_old_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "cache").mkdir()
    monkeypatch.setenv(CACHE_VARIABLE, str(folder / "cache"))
    path = folder / "first.txt"
    before = checksum(path)
    assert checksum(path) == before
    put_back(path, lambda path: path.write_text("two\n", encoding="utf-8"))
    assert checksum(path) != before


def test_verify__proves_a_whole_run_and_names_the_first_broken_link(folder: Path) -> None:
    source, _ = chain(folder)
    assert verify_run(folder / "results", 2, inputs=True).faults == []
    put_back(source, CHANGES["one byte changed"])
    first, *others = verify_run(folder / "results", 2).faults
    assert (first.file, others) == ("results/a.txt", [])
    assert first.expected.startswith("SHA-256")
    assert first.expected != first.found
    assert "filiation run" in first.command


def test_verify__names_a_missing_a_foreign_and_an_exchanged_file(folder: Path) -> None:
    _, target = chain(folder)
    (folder / "results" / "foreign.txt").write_text("?", encoding="utf-8")
    (folder / "results" / "CHILD.g.vcf.gz").touch()
    target.unlink()
    (folder / "first.txt").write_text("two\n", encoding="utf-8")
    proof = verify_run(folder / "results", 1, inputs=True)
    faults = {fault.file: fault.found for fault in proof.faults}
    assert proof.foreign == ["results/CHILD.g.vcf.gz"]
    assert faults["results/b.txt"] == "the file is not there"
    assert faults["results/foreign.txt"] == "no step wrote it"
    assert faults["first.txt"].startswith("SHA-256")


def test_verify__of_a_folder_without_ledger_is_a_message(folder: Path) -> None:
    with pytest.raises(InputError, match="no ledger here"):
        verify_run(folder / "results", 1)


def test_entry__holds_no_path_outside_the_working_folder(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("jean-dupont") / "reads.txt"
    elsewhere.write_text("one\n", encoding="utf-8")
    step(str(elsewhere), "results/a.txt")
    text = entry_path(folder / "results/a.txt").read_text()
    assert "dupont" not in text
    assert str(folder) not in text
    assert read_entry(entry_path(folder / "results/a.txt")).inputs[0].sha256 in text


def write_funnel(path: Path, step_name: str, **counts: int) -> Path:
    """A table of counts."""
    write_table(path, FUNNEL, funnel_rows(step_name, {name: (count, "x") for name, count in counts.items()}))
    return path


@pytest.mark.parametrize(
    ("counts", "records", "found"),
    [
        ({"records_in": 10, "duplicate_record": 2, "records_out": 8}, (10, 8), ""),
        ({"records_in": 10, "added_by_splitting": 3, "records_out": 13}, (10, 13), ""),
        ({"records_in": 10, "duplicate_record": 1, "records_out": 8}, (10, 8), "1 removed by reason, but 8 out"),
        ({"records_in": 9, "duplicate_record": 1, "records_out": 8}, (10, 8), "10 records in the file read, 9"),
        ({"records_in": 10, "duplicate_record": 1, "records_out": 9}, (10, 8), "8 records in the file written, 9"),
    ],
)
def test_records__are_kept_or_counted_by_reason(
    counts: dict[str, int], records: tuple[int, int], found: str, tmp_path: Path
) -> None:
    table = write_funnel(tmp_path / "funnel.tsv", "normalise", **counts)
    read, written = ({"records": number} for number in records)
    problem = unbalanced("normalise", {"variants": [read]}, {"output": written}, {"funnel": table})
    assert (found in problem) if found else problem == ""


def test_reads__of_fastq_and_alignment_are_compared_by_number_bases_and_checksum(tmp_path: Path) -> None:
    reads = [("p1", "ACGTAC"), ("p2", "GGGTTT")]
    contents = []
    for mate in (1, 2):
        path = tmp_path / f"reads_{mate}.fastq.gz"
        with gzip.open(path, "wt") as handle:
            handle.writelines(f"@{name}/{mate}\n{bases}\n+\n{'I' * 6}\n" for name, bases in reads)
        contents.append(count_content(path, mate=mate))
    header = bam_header({"1": 1000})
    records = [alignment(header, name, flag, 10, bases) for name, bases in reversed(reads) for flag in (0x41, 0x81)]
    whole = count_content(write_bam(tmp_path / "whole.bam", header, records))
    short = count_content(write_bam(tmp_path / "short.bam", header, records[:3]))
    altered = [*records[:3], alignment(header, "p1", 0x81, 10, "ACGTAA")]
    other = count_content(write_bam(tmp_path / "other.bam", header, altered))
    together = add_reads(contents)
    assert together["reads"] == 4
    assert same_reads(together, whole, "FASTQ", "BAM") == ""
    assert same_reads(together, short, "FASTQ", "BAM") == "4 reads in FASTQ, 3 in BAM"
    assert "other names or bases" in same_reads(together, other, "FASTQ", "BAM")
    assert unbalanced("align", {"fastq_1": contents[:1], "fastq_2": contents[1:]}, {"output": short}, {})


@pytest.mark.parametrize("number", [0, 1, 500])
def test_records__of_vcf_and_bcf_are_counted_from_the_file(number: int, tmp_path: Path) -> None:
    import pysam

    lines = header_lines({"1": 10_000}, ["S"])
    lines += [record("1", 10 + place, "A", "C", ["0/1"]) for place in range(number)]
    text = write_vcf(tmp_path / "calls.vcf", lines)
    with (
        pysam.VariantFile(str(text)) as source,
        pysam.VariantFile(str(tmp_path / "calls.bcf"), "wb", header=source.header) as sink,
    ):
        for item in source:
            sink.write(item)
    assert count_content(text) == count_content(tmp_path / "calls.bcf") == {"records": number}
    data = gzip.decompress((tmp_path / "calls.bcf").read_bytes())
    if number:
        (tmp_path / "cut.bcf").write_bytes(data[:-7])
        with pytest.raises(InputError, match="ends inside a record"):
            count_content(tmp_path / "cut.bcf")


def rule_commands() -> list[tuple[str, str, str]]:
    """(rule file and command, option, what it is given) of every option in the shell commands of the rules."""
    found = []
    for path in RULES:
        text = path.read_text(encoding="utf-8")
        for shell in re.findall(r"shell:\n((?:\s+\".*\"\n)+)", text):
            line = " ".join("".join(re.findall(r'"(.*?)"\n', shell)).split())
            for part in re.split(r"[|;]", line):
                words = part.split()
                if words[:1] != ["filiation"]:
                    continue
                command = " ".join(words[1:3]) if words[1] == "archive" else words[1]
                for option, value in re.findall(r"--([\w-]+) (\{(?:input|output)[^}]*\})", part):
                    found.append((command, option.replace("-", "_"), value))
                found += [(command, "params", value) for value in re.findall(r"\{params[^}]*\}", part)]
    return found


def test_table__of_steps_is_that_of_the_rules() -> None:
    seen = set()
    for command, option, value in rule_commands():
        assert command in STEPS, f"say in ledger.steps what {command} writes"
        seen.add(command)
        if value.startswith("{output"):
            assert option in STEPS[command].writes, (command, option)
        elif value.startswith("{input"):
            assert option not in STEPS[command].writes, (command, option)
    assert seen == set(STEPS)


@pytest.mark.parametrize(
    ("file", "content", "found"),
    [
        ("annotated/FAM.bcf", {"records": 4}, ""),
        ("annotated/FAM.bcf", {"records": 5}, "5 records in results/FAM/annotated/FAM.bcf, 4 in the archive"),
        ("screened/FAM.excluded.tsv.gz", {"rows": 60}, ""),
        ("screened/FAM.excluded.tsv.gz", {"rows": 61}, "61 rows"),
        ("prioritisation/FAM.candidates.tsv", {"rows": 2}, "2 rows"),
        ("prioritisation/before_recheck/FAM.candidates.tsv", {"rows": 2}, ""),
    ],
)
def test_archive__keeps_every_record_or_counts_it(
    file: str, content: dict[str, int | str], found: str, tmp_path: Path
) -> None:
    rows = {"calls": 4, "genotypes": 10, "excluded": 20, "candidates": 3, "removed": 1}
    record_json = {
        "parts": [{"name": name, "rows": number} for name, number in rows.items()],
        "settings": {"counted_proband_without_allele": {"1": 25, "2": 5}, "hpo_terms": []},
    }
    place = tmp_path / "families" / "4f" / "FAM" / "0002"
    place.mkdir(parents=True)
    (place / "record.json").write_text(json.dumps(record_json), encoding="utf-8")
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"family": "FAM", "analysis": 2}), encoding="utf-8")
    read = [Recorded("results", f"results/FAM/{file}", 1, "0" * 64, content)]
    problem = lost_in_archive(tmp_path, receipt, read)
    assert (found in problem) if found else problem == ""
    receipt.write_text(json.dumps({"family": "FAM", "analysis": 3}), encoding="utf-8")
    assert "holds 0 records" in lost_in_archive(tmp_path, receipt, read)


def test_inputs__are_the_files_that_options_name_alone_or_inside_a_text(folder: Path) -> None:
    for name in ("a.vcf.gz", "a.vcf.gz.tbi", "depth.tsv", "odd,name=1.bed", "word"):
        (folder / name).touch()
    options = argparse.Namespace(
        output="results/a.bcf",
        variants="odd,name=1.bed",
        faf=["NAME=a.vcf.gz,faf=AF,coverage=depth.tsv"],
        family="word",
        consequences="word",
        funnel="results/f.tsv",
        shares=None,
        threads=2,
    )
    found = [(option, str(path)) for option, path in inputs("annotate", options)]
    assert found == [
        ("faf", "a.vcf.gz"),
        ("faf", "a.vcf.gz.tbi"),
        ("faf", "depth.tsv"),
        ("variants", "odd,name=1.bed"),
    ]
    written = [str(path) for _, path in outputs("annotate", options)]
    assert written == ["results/a.bcf", "results/a.bcf.csi", "results/f.tsv"]
