"""How long does `filiation screen` take for a genome's trio, beside the tools that read the same file?

Everything is measured side by side in one run, whole process, warm page cache, the median of a few rounds: pure
inflation of the file with libdeflate on two threads (what no reader of the whole file can beat), `filiation screen`
with a compiled frequency source, and bcftools +trio-dnm2, +mendelian and view. GENMOD and slivar when on PATH. Beside
the seconds stand what was found of the planted de novo variants, peak memory, and whether the bytes written are the
same with one thread and with two. The trio is generated once into benchmarks/results.

    python benchmarks/trio_core.py [--quick] [--records 2000000] [--rounds 3] [--json FILE]

--quick takes 200,000 records and one round.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from generated_trio import Trio, generate

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "results"
INFLATE = """
import sys
from filiation.io.raw.reader import CallsReader
from filiation.io.raw.stream import run_in_order
class Inflation(CallsReader):
    def link(self, opened):
        return 0
    def finish(self, linked):
        return 0
for _ in run_in_order(Inflation(sys.argv[1], ()), 2):
    pass
"""
IMPORTS = "import filiation.io.raw.reader, filiation.io.raw.stream"
Measure = dict[str, float]


def measure(command: Sequence[str | Path], output: Path | None = None) -> Measure:
    """Wall and CPU seconds and peak memory (MiB) of one process with its children."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts")}
    with open(output or os.devnull, "wb") as sink:
        started = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), stdout=sink, stderr=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "mib": usage.ru_maxrss / 1024}


def frequencies(trio: Trio) -> Path:
    """The compiled frequency source of the trio, made once."""
    path = trio.frequencies.with_suffix("").with_suffix(".filfreq")
    if not path.is_file():
        command = [sys.executable, "-m", "filiation", "resources", "compile", "--name", "population"]
        measure([*command, "--vcf", trio.frequencies, "--af", "AF", "--homozygotes", "nhomalt", "--output", path])
    return path


def commands(trio: Trio, calls: Path, sidecar: Path, folder: Path) -> dict[str, list[str | Path]]:
    """{name: command} of everything that is measured on one file."""
    screen: list[str | Path] = [sys.executable, "-m", "filiation", "screen", "--pedigree", trio.pedigree]
    screen += ["--variants", calls, "--frequency", f"population={sidecar}", "--funnel", folder / "funnel.tsv"]
    found: dict[str, list[str | Path]] = {
        "inflate, 2 threads": [sys.executable, "-c", INFLATE, calls],
        "imports alone": [sys.executable, "-c", IMPORTS],
        "filiation screen, 2 threads": [*screen, "--threads", "2", "--output", folder / "two.bcf"],
        "filiation screen, 1 thread": [*screen, "--threads", "1", "--output", folder / "one.bcf"],
        "bcftools +trio-dnm2": [
            "bcftools", "+trio-dnm2", "-p", "1X:child,father,mother", "--with-pAD", "-Ou", "-o", folder / "dnm.bcf",
            calls,
        ],
        "bcftools +mendelian": ["bcftools", "+mendelian", calls, "-t", "mother,father,child", "-m", "c"],
        "bcftools view -H": ["bcftools", "view", "-H", calls],
    }  # fmt: skip
    if shutil.which("genmod"):
        found["genmod models"] = ["genmod", "models", "-f", trio.pedigree, calls]
    if shutil.which("slivar"):
        rule = "de_novo:kid.het && mom.hom_ref && dad.hom_ref && kid.GQ > 20 && mom.GQ > 20 && dad.GQ > 20"
        found["slivar"] = ["slivar", "expr", "--vcf", calls, "--ped", trio.pedigree, "--trio", rule, "-o", "/dev/null"]
    return found


def accuracy(called: set[tuple[str, int]], planted: set[tuple[str, int]]) -> dict[str, float]:
    """Recall and precision of de novo calls."""
    right = len(called & planted)
    return {"called": len(called), "recall": right / max(1, len(planted)), "precision": right / max(1, len(called))}


def query(path: Path, expression: str) -> set[tuple[str, int]]:
    """Sites of a BCF that an expression selects."""
    command = ["bcftools", "query", "-i", expression, "-f", "%CHROM\\t%POS\\n", path]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")
    return {(line.split("\t")[0], int(line.split("\t")[1])) for line in lines if line}


def run(trio: Trio, calls: Path, sidecar: Path, rounds: int, folder: Path) -> dict[str, Any]:
    """Measure everything on one file, round-robin after a warm-up of our own commands."""
    series: dict[str, list[Measure]] = {}
    wanted = commands(trio, calls, sidecar, folder)
    for name, command in wanted.items():
        if name.startswith(("filiation", "inflate")):
            measure(command)
    for _ in range(rounds):
        for name, command in wanted.items():
            series.setdefault(name, []).append(measure(command))
    table = {
        name: {key: statistics.median(one[key] for one in values) for key in ("wall", "cpu", "mib")}
        for name, values in series.items()
    }
    planted = trio.planted()
    ours = query(folder / "two.bcf", 'INHERITANCE~"de_novo:supported"')
    theirs = {level: query(folder / "dnm.bcf", f"FMT/DNM>={level}") for level in ("-0.3", "-2", "-7")}
    start = table["imports alone"]["wall"]
    return {
        "file": calls.name,
        "table": table,
        "inflate_without_start": table["inflate, 2 threads"]["wall"] - start,
        "same_bytes": (folder / "one.bcf").read_bytes() == (folder / "two.bcf").read_bytes(),
        "planted": len(planted),
        "accuracy": {"filiation screen": accuracy(ours, planted)}
        | {f"trio-dnm2, DNM >= {level}": accuracy(sites, planted) for level, sites in theirs.items()},
    }


def report(found: dict[str, Any], records: int) -> None:
    """Print one file's table."""
    table = found["table"]
    ours = table["filiation screen, 2 threads"]["wall"]
    print(f"\n{found['file']}: {records:,} records, {found['planted']} de novo planted")
    for name, values in table.items():
        print(
            f"  {name:<30} {values['wall']:8.2f} s wall {values['cpu']:8.2f} s CPU {values['mib']:6.0f} MiB "
            f"{values['wall'] / ours:7.2f} x screen"
        )
    floor = found["inflate_without_start"]
    print(f"  screen / pure inflation (its start-up taken out, {floor:.2f} s): {ours / floor:.2f}   (target 2.0)")
    print(f"  screen / inflation process: {ours / table['inflate, 2 threads']['wall']:.2f}")
    print(f"  trio-dnm2 / screen: {table['bcftools +trio-dnm2']['wall'] / ours:.1f}   (target 12 on VCF, 10 on BCF)")
    print(f"  mendelian / screen: {table['bcftools +mendelian']['wall'] / ours:.1f}   (target 1)")
    print(f"  the same bytes with 1 and 2 threads: {found['same_bytes']}")
    for name, values in found["accuracy"].items():
        print(
            f"  {name:<30} {values['called']:6.0f} called  recall {values['recall']:.3f}  "
            f"precision {values['precision']:.3f}"
        )


def main() -> int:
    """Generate, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="200,000 records, one round")
    parser.add_argument("--json", type=Path, help="write the figures as JSON")
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.quick:
        options.records, options.rounds = 200_000, 1
    trio = generate(RESULTS, options.records)
    sidecar = frequencies(trio)
    versions = subprocess.run(["bcftools", "--version"], check=True, capture_output=True, text=True).stdout
    print("; ".join(versions.splitlines()[:2]), f"; Python {sys.version.split()[0]}; {os.cpu_count()} processors")
    results = []
    with tempfile.TemporaryDirectory() as name:
        for calls in (trio.vcf, trio.bcf):
            results.append(run(trio, calls, sidecar, options.rounds, Path(name)))
            report(results[-1], trio.records)
    if options.json:
        options.json.write_text(json.dumps({"records": trio.records, "files": results}, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
