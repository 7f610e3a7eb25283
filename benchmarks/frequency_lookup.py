"""How many exact look-ups a second does a compiled source answer, beside `bcftools annotate` on the same data?

Generates a source shaped like gnomAD (one allele in about four bases, 14 % insertions and deletions, six significant
digits, 7 % with homozygotes) and calls of which four in five are in it; compiles the source; looks all calls up in the
order of the genome and in random order, in one thread; annotates the same calls with bcftools; compares every record.
Prints look-ups a second of CPU, the ratio, bytes an allele. The goal is 3 million look-ups a second and 6 bytes.

    python benchmarks/frequency_lookup.py [--alleles N] [--calls N] [--rounds N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from filiation.frequencies.alleles import AlleleCodes, allele_codes
from filiation.frequencies.compile import compile_source
from filiation.frequencies.table import FrequencyTable

CONTIGS = ("chr1", "chr2", "chrX")
LENGTH = 248_956_422


@dataclass
class Alleles:
    """Alleles in the order of the genome."""

    contig: np.ndarray
    pos: np.ndarray
    ref: list[str]
    alt: list[str]


def generate(rng: np.random.Generator, n: int) -> Alleles:
    """Distinct alleles, minimal, several at a position now and then."""
    contig = np.sort(rng.integers(0, len(CONTIGS), n))
    step = rng.geometric(0.25, n)
    step[rng.random(n) < 0.12] = 0
    pos = 10_000 + np.cumsum(step)
    bases = np.array(list("ACGT"))
    first, second = rng.integers(0, 4, n), rng.integers(1, 4, n)
    ref, alt = bases[first].tolist(), bases[(first + second) % 4].tolist()
    lengths = rng.choice([1, 2, 3, 4, 5, 8, 14, 30], n, p=[0.46, 0.15, 0.08, 0.11, 0.07, 0.07, 0.04, 0.02])
    for v in np.flatnonzero(rng.random(n) < 0.14).tolist():
        tail = "".join(bases[rng.integers(0, 4, lengths[v])])
        ref[v], alt[v] = (ref[v], ref[v] + tail) if v % 5 < 2 else (ref[v] + tail, ref[v])
    seen: set[tuple[int, int, str, str]] = set()
    keep = []
    for v, allele in enumerate(zip(contig.tolist(), pos.tolist(), ref, alt, strict=True)):
        if allele not in seen:
            seen.add(allele)
            keep.append(v)
    return Alleles(contig[keep], pos[keep], [ref[v] for v in keep], [alt[v] for v in keep])


def taken(alleles: Alleles, rows: np.ndarray) -> Alleles:
    """Some of the alleles, in the order asked for."""
    chosen = rows.tolist()
    return Alleles(
        alleles.contig[rows], alleles.pos[rows], [alleles.ref[v] for v in chosen], [alleles.alt[v] for v in chosen]
    )


def write_source(path: Path, alleles: Alleles, rng: np.random.Generator | None) -> None:
    """Indexed VCF; with frequencies when `rng` is given."""
    n = len(alleles.pos)
    lines = ["##fileformat=VCFv4.2", *(f"##contig=<ID={name},length={LENGTH}>" for name in CONTIGS)]
    lines += [
        '##INFO=<ID=AF,Number=A,Type=Float,Description="frequency">',
        '##INFO=<ID=nhomalt,Number=A,Type=Integer,Description="homozygotes">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    ]
    info = ["."] * n
    if rng is not None:
        total = 2 * rng.integers(60_000, 76_156, n)
        count = np.minimum(np.floor(1.0 / np.maximum(rng.random(n), 1e-6) ** 1.3), total - 1)
        homozygotes = np.where(rng.random(n) < 0.07, np.floor(count * rng.random(n)), 0).astype(int)
        frequency = count / total
        info = [f"AF={f:.5e};nhomalt={h}" for f, h in zip(frequency.tolist(), homozygotes.tolist(), strict=True)]
    with open(path, "wb") as sink:
        packer = subprocess.Popen(["bgzip", "-c"], stdin=subprocess.PIPE, stdout=sink)
        assert packer.stdin is not None
        packer.stdin.write(("\n".join(lines) + "\n").encode())
        columns = zip(alleles.contig.tolist(), alleles.pos.tolist(), alleles.ref, alleles.alt, info, strict=True)
        for c, pos, ref, alt, text in columns:
            packer.stdin.write(f"{CONTIGS[c]}\t{pos}\t.\t{ref}\t{alt}\t.\tPASS\t{text}\n".encode())
        packer.stdin.close()
        packer.wait()
    subprocess.run(["bcftools", "index", "-f", path], check=True)


def best(rounds: int, action: Callable[[], object]) -> float:
    """Least CPU seconds of this thread over the rounds."""
    seconds = []
    for _ in range(rounds):
        started = time.thread_time()
        action()
        seconds.append(time.thread_time() - started)
    return min(seconds)


def annotate(calls: Path, source: Path, output: Path) -> float:
    """CPU seconds of bcftools annotate."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["bcftools", "annotate", "--no-version", "-a", source, "-c", "INFO/AF,INFO/nhomalt", "-Ou"]
    subprocess.run([*command, "-o", output, calls], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def differences(annotated: Path, calls: Alleles, af: np.ndarray, homozygotes: np.ndarray) -> int:
    """Calls for which bcftools wrote another frequency or another count."""
    import cyvcf2

    told = {}
    for record in cyvcf2.VCF(str(annotated)):
        told[(record.CHROM, record.POS, record.REF, record.ALT[0])] = (
            record.INFO.get("AF"),
            record.INFO.get("nhomalt"),
        )
    wrong = 0
    for v in range(len(calls.pos)):
        frequency, count = told[(CONTIGS[calls.contig[v]], int(calls.pos[v]), calls.ref[v], calls.alt[v])]
        mine = (None, None) if np.isnan(af[v]) else (float(af[v]), int(homozygotes[v]))
        wrong += mine != (frequency, count)
    return wrong


def main() -> int:
    """Generate, compile, look up, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alleles", type=int, default=2_000_000)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    everything = generate(rng, int(options.alleles * 1.25))
    in_source = np.sort(rng.choice(len(everything.pos), min(options.alleles, len(everything.pos)), replace=False))
    asked = np.sort(rng.choice(len(everything.pos), min(options.calls, len(everything.pos)), replace=False))
    calls = taken(everything, asked)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, side_car = folder / "source.vcf.gz", folder / "source.filfreq"
        write_source(source, taken(everything, in_source), rng)
        started = time.perf_counter()
        header = compile_source([source], "benchmark", side_car)
        compiling = time.perf_counter() - started
        size = side_car.stat().st_size / header.records
        figures: dict[str, float] = {"bytes_per_allele": size, "compiled_per_second": header.records / compiling}

        table = FrequencyTable(side_car)
        number = table.contig_map(CONTIGS)
        codes = allele_codes(calls)
        contig = number[calls.contig]
        found = table.lookup(contig, codes)
        figures["sorted"] = len(codes) / best(options.rounds, lambda: table.lookup(contig, codes))
        # As a genome meets gnomAD: one call in about 180 alleles of the source, a block of its own for each.
        # Other calls in every round, so that no branch is learnt by heart.
        few = max(1, header.records // 180)
        seconds = []
        for _ in range(4 * options.rounds):
            rows = np.sort(rng.choice(len(codes), min(few, len(codes)), replace=False))
            sparse, chosen = AlleleCodes(codes.pos[rows], codes.key[rows], codes.text, codes.text_offset), contig[rows]
            seconds.append(best(1, lambda c=chosen, s=sparse: table.lookup(c, s)))  # type: ignore[misc]
        figures["sparse"] = len(rows) / float(np.median(seconds))
        order = rng.permutation(len(codes))
        shuffled = AlleleCodes(codes.pos[order], codes.key[order], codes.text, codes.text_offset)
        contig_shuffled = contig[order]
        figures["random"] = len(codes) / best(options.rounds, lambda: table.lookup(contig_shuffled, shuffled))
        again = table.lookup(contig_shuffled, shuffled)
        assert np.array_equal(again.af, found.af[order], equal_nan=True)
        fresh = FrequencyTable(side_car)
        figures["first_touch"] = len(codes) / best(1, lambda: fresh.lookup(contig, codes))
        figures["in_source"] = float((found.state == 0).mean())

        calls_vcf, annotated = folder / "calls.vcf.gz", folder / "annotated.bcf"
        write_source(calls_vcf, calls, None)
        figures["bcftools_annotate"] = len(codes) / annotate(calls_vcf, source, annotated)
        wrong = differences(annotated, calls, found.af, found.homozygotes)
    version = subprocess.run(["bcftools", "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[
        0
    ]
    print(
        f"{header.records:,} alleles, {len(codes):,} calls, {figures['in_source']:.0%} of them in the source; {version}"
    )
    print(f"  compiled at {figures['compiled_per_second']:,.0f} alleles/s; {size:.2f} bytes an allele (goal 6)")
    for kind, words in (
        ("sorted", "order of the genome"),
        ("sparse", "same, 1 in 180 alleles"),
        ("first_touch", "same, checksums included"),
        ("random", "random order"),
    ):
        print(f"  {words:<26} {figures[kind] / 1e6:6.2f} million look-ups/s a core (goal 3)")
    ratio = figures["sorted"] / figures["bcftools_annotate"]
    told = f"{figures['bcftools_annotate'] / 1e6:6.2f} million calls/s, {ratio:.0f} times slower"
    print(f"  {'bcftools annotate':<26} {told}")
    print(f"  records that differ from bcftools annotate: {wrong}")
    if options.json:
        options.json.write_text(json.dumps({**figures, "different": wrong}, indent=1) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
