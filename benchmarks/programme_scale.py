"""What do an archive of thousands of families and one release cost, and how does that grow?

One archive is filled by `programme_families.py` to each number of families in turn. At each: bytes by kind of file,
time and memory of joining the index, of one ClinVar release over all families, of counting every allele, of the
in-house VCF, of questions by allele and by gene, and of adding a family while another thread reads. Every step is a
process of its own, whose wall and CPU seconds and peak memory the operating system tells. The physical limit of a
release is the time that the disk needs for the bytes of the index; it is measured by reading them with the page cache
told to let go.

The release (`filiation reanalyse --all --dry-run`): of the uncertain alleles of the pool rarer than one in 10,000, 300
become pathogenic or likely pathogenic and 300 go other ways; 1.5 million others of the file stay. Generated families
have no list of candidates; those that the release concerns are judged once before, with the old ClinVar.

    python benchmarks/programme_scale.py [--quick] [--families N …] [--full N] [--folder DIR] [--keep] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from process_measure import measure
from programme_families import CLINVAR, NAMES, REVIEWS, Alleles, World, make_family, write_families

from filiation.archive.store import open_archive
from filiation.archive.write import add_analysis
from filiation.cohort.frequency import inhouse_counts, write_inhouse_vcf
from filiation.cohort.index import carriers, families_with_gene
from filiation.cohort.layout import SURVIVED
from filiation.cohort.view import open_view, read_pointer
from filiation.config import REPOSITORY

SEED = 6
OTHERS = 1_500_000
UP, OTHER_WAYS = 300, 300
BLOCK = 1 << 22
MIB = 1 << 20


@dataclass(frozen=True)
class Releases:
    """ClinVar before and after, and the alleles that differ."""

    before: Path
    after: Path
    changed: list[tuple[str, int, str, str]]


def write_releases(folder: Path) -> Releases:
    """Write both ClinVar files and the releases that name them."""
    pool = World(SEED).pool
    rng = np.random.default_rng([SEED, 3])
    code = pool.clinvar.astype(np.int64)
    uncertain = rng.permutation(np.flatnonzero((code == 1) & (pool.frequency < 1e-4)))
    before = _write_release(folder / "before", pool, code)
    code[uncertain[:UP]] = rng.integers(4, 6, UP)
    code[uncertain[UP : UP + OTHER_WAYS]] = rng.choice([2, 3, 6], OTHER_WAYS)
    after = _write_release(folder / "after", pool, code)
    rows = pool.take(uncertain[: UP + OTHER_WAYS])
    places = zip(rows.contig.tolist(), rows.pos.tolist(), rows.ref.tolist(), rows.alt.tolist(), strict=True)
    return Releases(before, after, [(NAMES[contig], *allele) for contig, *allele in places])


def _write_release(folder: Path, pool: Alleles, code: np.ndarray) -> Path:
    """A ClinVar VCF with the classes of the pool, and the file of a release with it."""
    import pysam

    folder.mkdir(parents=True, exist_ok=True)
    vcf, release = folder / "clinvar.vcf.gz", folder / "release.yaml"
    rng = np.random.default_rng([SEED, 4])
    listed = np.flatnonzero(code > 0)
    contig = np.concatenate([pool.contig[listed], rng.integers(0, len(NAMES), OTHERS)])
    pos = np.concatenate([pool.pos[listed], rng.integers(1, 46_000_000, OTHERS)])
    ref = np.concatenate([pool.ref[listed], np.full(OTHERS, "A")])
    alt = np.concatenate([pool.alt[listed], np.full(OTHERS, "ATT")])
    sign = np.concatenate([code[listed], rng.integers(1, len(CLINVAR), OTHERS)])
    stars = np.concatenate([np.minimum(pool.stars[listed], 2), rng.integers(0, 3, OTHERS)])
    order = np.lexsort((pos, contig))
    cells = [
        pa.array(NAMES).take(pa.array(contig[order].astype(np.int32))),
        pa.array(pos[order]).cast(pa.string()),
        pa.scalar("."),
        pa.array(ref[order].tolist()),
        pa.array(alt[order].tolist()),
        pa.scalar(".\t.\tCLNSIG"),
    ]
    place = pc.binary_join_element_wise(*cells, "\t")
    words = pa.array(CLINVAR).take(pa.array(sign[order].astype(np.int32)))
    review = pa.array(REVIEWS).take(pa.array(stars[order].astype(np.int32)))
    lines = pc.binary_join_element_wise(place, "=", words, ";CLNREVSTAT=", review, "")
    header = ["##fileformat=VCFv4.2", "##source=ClinVar", "##reference=GRCh38", "##fileDate=2026-02-01"]
    header += [f"##contig=<ID={name}>" for name in NAMES]
    header += [f'##INFO=<ID={name},Number=.,Type=String,Description="{name}">' for name in ("CLNSIG", "CLNREVSTAT")]
    header.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    with pysam.BGZFile(str(vcf), "wb", None) as handle:
        handle.write(("\n".join([*header, *lines.to_pylist()]) + "\n").encode())
    pysam.tabix_index(str(vcf), preset="vcf", force=True)
    release.write_text(
        f"schema: filiation-release/1\nname: clinvar-{folder.name}\ndate: 2026-02-01\nclinvar: {vcf}\n",
        encoding="utf-8",
    )
    return release


def bytes_by_kind(archive: Path) -> dict[str, int]:
    """Bytes of families' folders, of the current partitions, of segments, and of the database."""
    found = {"families": 0, "index": 0, "segments": 0, "database": 0}
    for folder, _, names in os.walk(archive):
        relative = Path(folder).relative_to(archive).parts
        kind = "families" if relative[:1] == ("families",) else "segments" if "segments" in relative else ""
        for name in names:
            size = (Path(folder) / name).stat().st_size
            if kind:
                found[kind] += size
            elif name.startswith("archive.sqlite"):
                found["database"] += size
    pointer = read_pointer(archive)
    found["index"] = sum(part["bytes"] for part in pointer["parts"]) if pointer else 0
    return found


def disk_speed(archive: Path) -> float:
    """Bytes a second of reading the partitions of the index from the disk, the page cache told to let go of them."""
    with open_archive(archive) as opened:
        view = open_view(opened)
    paths = [source.path for part in view.compacted.values() for source in part] + [s.path for s in view.pending]
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
    total, started = 0, time.perf_counter()
    for path in paths:
        with open(path, "rb", buffering=0) as handle:
            while block := handle.read(BLOCK):
                total += len(block)
    return total / max(1e-9, time.perf_counter() - started)


def step_counts(archive: Path) -> dict[str, Any]:
    """Counts of every allele."""
    alleles = shared = 0
    with open_archive(archive) as opened:
        for table in inhouse_counts(opened):
            alleles += table.num_rows
            shared += int((table.column("families").to_numpy() > 1).sum())
    return {"alleles": alleles, "in_two_families_or_more": shared}


def step_vcf(archive: Path) -> dict[str, Any]:
    """The in-house VCF."""
    output = archive.parent / "inhouse.vcf.gz"
    with open_archive(archive) as opened:
        number = write_inhouse_vcf(opened, output)
    size = output.stat().st_size
    output.unlink()
    return {"alleles": number, "bytes": size}


def step_questions(archive: Path) -> dict[str, Any]:
    """Seconds of a question about one allele and one gene, each over several, in an open process."""
    pool = World(SEED).pool
    symbols = ("BRCA2", "SCN1A", "COL7A1", "MECP2", "PKHD1")
    rng = np.random.default_rng(4)
    rows = rng.choice(np.flatnonzero(pool.frequency > 1e-3), 10)
    found: dict[str, list[float]] = {"allele": [], "gene": []}
    answers = {"allele": 0, "gene": 0}
    with open_archive(archive) as opened:
        open_view(opened)
        for v in rows.tolist():
            started = time.perf_counter()
            asked = (NAMES[pool.contig[v]], int(pool.pos[v]), str(pool.ref[v]), str(pool.alt[v]))
            answers["allele"] += carriers(opened, [asked]).num_rows
            found["allele"].append(time.perf_counter() - started)
        for symbol in symbols:
            started = time.perf_counter()
            answers["gene"] += families_with_gene(opened, symbol).num_rows
            found["gene"].append(time.perf_counter() - started)
    return {
        **{f"seconds_{name}": float(np.median(values)) for name, values in found.items()},
        **{f"rows_{name}": number for name, number in answers.items()},
    }


def step_concurrent(archive: Path) -> dict[str, Any]:
    """Adding families while another thread asks: seconds of both, and answers that were not whole."""
    world = World(SEED)
    allele = world.pool.take(np.array([int(np.argmax(world.pool.frequency))]))
    asked = [(NAMES[allele.contig[0]], int(allele.pos[0]), str(allele.ref[0]), str(allele.alt[0]))]
    reads: list[float] = []
    rows: list[int] = []
    faults: list[str] = []
    ended = threading.Event()

    def read() -> None:
        try:
            while not ended.is_set():
                started = time.perf_counter()
                with open_archive(archive) as opened:
                    rows.append(carriers(opened, asked).num_rows)
                reads.append(time.perf_counter() - started)
        except Exception as error:
            faults.append(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    adding = []
    with open_archive(archive, write=True) as opened:
        number = len(opened.names())
        for place in range(number, number + 5):
            given = make_family(world, 900_000 + place, SEED)
            started = time.perf_counter()
            add_analysis(opened, given)
            adding.append(time.perf_counter() - started)
    ended.set()
    reader.join()
    if any(after < before for before, after in pairwise(rows)):
        faults.append(f"a family that was there vanished: {rows}")
    if faults:
        raise SystemExit(f"adding while another reads: {faults[:3]}")
    return {"seconds_to_add": float(np.median(adding)), "seconds_to_read": float(np.median(reads)), "reads": len(reads)}


STEPS = {"counts": step_counts, "vcf": step_vcf, "questions": step_questions, "concurrent": step_concurrent}


def step(name: str, archive: Path, folder: Path) -> dict[str, Any]:
    """One step in a process of its own: what it says, with wall, cpu and mib."""
    command = [sys.executable, Path(__file__), "--step", name, "--folder", archive]
    cost = measure(command, folder, scripts=REPOSITORY / "scripts")
    return {**json.loads((folder / "stdout").read_text("utf-8")), **cost}


def command(folder: Path, *arguments: object) -> dict[str, Any]:
    """A `filiation` command in a process of its own, measured; its last line of words."""
    cost = measure([sys.executable, "-m", "filiation", *map(str, arguments)], folder, scripts=REPOSITORY / "scripts")
    words = (folder / "stderr").read_text("utf-8").strip().splitlines()
    return {**cost, "said": words[-2:]}


def judge_once(archive: Path, releases: Releases, folder: Path) -> dict[str, Any]:
    """Judge the families that the release concerns with the old ClinVar, so that they have their candidates."""
    with open_archive(archive) as opened:
        rows = carriers(opened, releases.changed)
        hit = (rows.column("flags").to_numpy() & SURVIVED > 0) & (rows.column("analysis").to_numpy() == 1)
        names = sorted(set(rows.filter(pa.array(hit)).column("family").to_pylist()))
    if not names:
        return {"families": 0}
    listed = folder / "concerned.txt"
    listed.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    cost = command(
        folder, "reanalyse", archive, "--list", listed, "--release", releases.before, "--every-record", "--jobs", 2,
        "--output-dir", folder / f"before-{len(names)}",
    )  # fmt: skip
    return {"families": len(names), **cost}


def one_size(archive: Path, releases: Releases, folder: Path, families: int, full: int) -> dict[str, Any]:
    """Everything at one number of families."""
    present = 0
    if (archive / "archive.json").is_file():
        with open_archive(archive) as opened:
            present = len(opened.names())
    row: dict[str, Any] = {"families": families}
    if present < families:
        row["generate"] = write_families(archive, families - present - full, full=full, first=present, seed=SEED)
    row["judged_before"] = judge_once(archive, releases, folder)
    row["compact"] = command(folder, "archive", "compact", archive)
    row["bytes"] = bytes_by_kind(archive)
    pointer = read_pointer(archive) or {"parts": []}
    row["rows"] = sum(part["rows"] for part in pointer["parts"] if part["kind"] == "rows")
    row["disk_bytes_per_second"] = disk_speed(archive)
    row["release"] = command(
        folder, "reanalyse", archive, "--all", "--release", releases.after, "--dry-run", "--jobs", 2,
        "--output-dir", folder / f"worklist-{families}",
    )  # fmt: skip
    for name in STEPS:
        row[name] = step(name, archive, folder)
    row["physical_limit_seconds"] = row["bytes"]["index"] / row["disk_bytes_per_second"]
    return row


def told(row: dict[str, Any]) -> str:
    """One size in words."""
    size, rows = row["bytes"], row["rows"]
    families, release = row["families"], row["release"]
    lines = [
        f"{families:,} families, {rows:,} rows in the index ({rows / families:,.0f} a family)",
        f"  bytes: families {size['families'] / 1e9:.2f} GB ({size['families'] / families / 1e3:.0f} kB each), index "
        f"{size['index'] / 1e9:.2f} GB ({size['index'] / max(1, rows):.1f} a row), segments not yet removed "
        f"{size['segments'] / 1e9:.2f} GB, database {size['database'] / 1e6:.0f} MB",
    ]
    if "generate" in row:
        lines.append(f"  generated at {1000 * row['generate']['seconds_per_family']:.0f} ms a family")
    for name, what in (("compact", "index joined"), ("release", "ClinVar release over all families"),
                       ("counts", "counts of every allele"), ("vcf", "in-house VCF")):  # fmt: skip
        cost = row[name]
        lines.append(f"  {what}: {cost['wall']:.1f} s ({cost['cpu']:.1f} s CPU), {cost['mib']:,.0f} MiB")
    lines += [f"    {line}" for line in release["said"]]
    before = row["judged_before"]
    if before["families"]:
        lines.append(
            f"    before: {before['families']} families judged whole in {before['wall']:.0f} s of two processes"
        )
    lines.append(
        f"  physical limit of reading the index: {size['index'] / MIB:,.0f} MiB at "
        f"{row['disk_bytes_per_second'] / MIB:,.0f} MiB/s = {row['physical_limit_seconds']:.1f} s; "
        f"the release takes {release['wall'] / max(1e-9, row['physical_limit_seconds']):.0f} times that"
    )
    asked, both = row["questions"], row["concurrent"]
    allele, gene, reader = (
        f"{1000 * seconds:.0f} ms"
        for seconds in (asked["seconds_allele"], asked["seconds_gene"], both["seconds_to_read"])
    )
    lines.append(f"  questions: one allele {allele}, one gene {gene}")
    lines.append(
        f"  adding a family while another reads: {both['seconds_to_add']:.2f} s, the reader {reader} an answer"
    )
    return "\n".join(lines)


def main() -> None:
    """Run every size and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=int, nargs="*", default=[2_000, 10_000, 50_000])
    parser.add_argument("--full", type=int, default=0, help="families with a whole genome among the first size")
    parser.add_argument("--quick", action="store_true", help="60 and 120 families")
    parser.add_argument("--folder", type=Path, help="where the archive is made (default: a temporary folder)")
    parser.add_argument("--keep", action="store_true", help="leave the archive in --folder")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--step", choices=list(STEPS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(STEPS[options.step](options.folder)))
        return
    sizes = [60, 120] if options.quick else sorted(options.families)
    folder = Path(tempfile.mkdtemp(prefix="filiation-programme-", dir=options.folder))
    try:
        releases = write_releases(folder / "releases")
        rows = []
        for place, families in enumerate(sizes):
            full = options.full if place == 0 else 0
            rows.append(one_size(folder / "archive", releases, folder, families, full))
            print(told(rows[-1]), flush=True)
            if options.json:
                options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    finally:
        if not options.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
