"""How long does `filiation screen` take for a genome's trio, beside the tools that read the same file?

Everything is measured side by side in one run, whole process, warm page cache, in rounds; ratios are taken within a
round, and their median is shown. Beside `filiation screen` with a compiled frequency source, as the workflow calls
it: pure inflation of the file with libdeflate on two threads (what no reader of the whole file can beat), bcftools
+trio-dnm2, +mendelian2 (or +mendelian, where the build is older) and view. GENMOD, on a part of the file, and slivar
when they are on PATH. Then what was found of the planted de novo variants, peak memory, whether the bytes written are
the same with one thread and with two, where the time goes, and what a start costs with and without compiled kernels.
Trios are generated once into benchmarks/results.

    python benchmarks/trio_core.py [--quick] [--records 250000 2000000 6000000] [--rounds 3] [--alone] [--json FILE]

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
from pathlib import Path
from typing import Any

from generated_trio import Trio, generate
from process_measure import Measure, measure

REPOSITORY = Path(__file__).resolve().parents[1]
SCRIPTS = REPOSITORY / "scripts"
RESULTS = REPOSITORY / "benchmarks" / "results"
MODEL = REPOSITORY / "resources" / "scoring" / "model-2.yaml"
# Inflates the file twice and prints the seconds of the second time: no start, no kernels to load.
INFLATE = """
import sys, time
from filiation.io.raw.reader import CallsReader
from filiation.io.raw.stream import run_in_order
class Inflation(CallsReader):
    def open_piece(self, piece, state):
        return None if piece is None else self.source.inflate(piece, 0, state)[0]
    def link(self, content):
        if content is not None:
            self.source.give_back(content)
    def finish(self, linked):
        return None
for _ in range(int(sys.argv[2])):
    started = time.perf_counter()
    for _ in run_in_order(Inflation(sys.argv[1], ()), 2):
        pass
    seconds = time.perf_counter() - started
print(seconds)
"""
OURS, ONE_THREAD, DNM = "filiation screen, 2 threads", "filiation screen, 1 thread", "bcftools +trio-dnm2"
GENMOD_RECORDS = 20_000
SMALL_RECORDS = 200


def frequencies(trio: Trio, folder: Path) -> Path:
    """The compiled frequency source of the trio, made once."""
    path = trio.frequencies.with_suffix("").with_suffix(".filfreq")
    if not path.is_file():
        command = [sys.executable, "-m", "filiation", "resources", "compile", "--name", "population"]
        command += ["--vcf", str(trio.frequencies), "--af", "AF", "--homozygotes", "nhomalt", "--output", str(path)]
        measure(command, folder, scripts=SCRIPTS)
    return path


def screen_arguments(trio: Trio, calls: Path, sidecar: Path, output: Path) -> list[str | Path]:
    """What the workflow gives to `filiation screen`."""
    return [
        "--pedigree", trio.pedigree, "--variants", calls, "--frequency", f"population={sidecar}",
        "--scoring-model", MODEL, "--funnel", output.with_suffix(".tsv"), "--output", output,
    ]  # fmt: skip


def screen_command(trio: Trio, calls: Path, sidecar: Path, output: Path, threads: int) -> list[str | Path]:
    """The whole command."""
    arguments = screen_arguments(trio, calls, sidecar, output)
    return [sys.executable, "-m", "filiation", "screen", *arguments, "--threads", str(threads)]


def mendelian(calls: Path) -> tuple[str, list[str | Path]]:
    """The Mendelian plugin of this bcftools, and how to call it."""
    newer = subprocess.run(["bcftools", "+mendelian2", "--help"], capture_output=True, text=True, check=False)
    if "cannot open" in newer.stderr or "Could not" in newer.stderr:
        return "bcftools +mendelian", ["bcftools", "+mendelian", calls, "-t", "mother,father,child", "-m", "c"]
    return "bcftools +mendelian2", ["bcftools", "+mendelian2", calls, "-p", "1X:child,father,mother", "-m", "c"]


def commands(trio: Trio, calls: Path, sidecar: Path, folder: Path) -> dict[str, list[str | Path]]:
    """{name: command} of everything that is measured in rounds on one file."""
    name, mendel = mendelian(calls)
    found: dict[str, list[str | Path]] = {
        "inflation alone, 2 threads": [sys.executable, "-c", INFLATE, calls, "1"],
        OURS: screen_command(trio, calls, sidecar, folder / "two.bcf", 2),
        ONE_THREAD: screen_command(trio, calls, sidecar, folder / "one.bcf", 1),
        DNM: [
            "bcftools", "+trio-dnm2", "-p", "1X:child,father,mother", "--with-pAD", "-Ou", "-o", folder / "dnm.bcf",
            calls,
        ],
        name: mendel,
        "bcftools view -H": ["bcftools", "view", "-H", calls],
    }  # fmt: skip
    if shutil.which("slivar"):
        rule = "de_novo:kid.het && mom.hom_ref && dad.hom_ref && kid.GQ > 20 && mom.GQ > 20 && dad.GQ > 20"
        found["slivar"] = ["slivar", "expr", "--vcf", calls, "--ped", trio.pedigree, "--trio", rule, "-o", "/dev/null"]
    return found


def genmod(trio: Trio, calls: Path, folder: Path) -> Measure | None:
    """GENMOD `models` on the first records of a file; None where it is not found."""
    if not shutil.which("genmod"):
        return None
    part = folder / "part.vcf"
    with subprocess.Popen(["bcftools", "view", calls], stdout=subprocess.PIPE, text=True) as lines:
        assert lines.stdout is not None
        with open(part, "w", encoding="utf-8") as sink:
            records = 0
            for line in lines.stdout:
                sink.write(line)
                records += not line.startswith("#")
                if records == GENMOD_RECORDS:
                    break
        lines.kill()
    # Its models ask for the genes that its own annotation names.
    genes = folder / "genes.vcf"
    measure(["genmod", "annotate", "-r", "-b", "38", part, "-o", genes], folder, scripts=SCRIPTS)
    found = measure(["genmod", "models", "-f", trio.pedigree, genes, "-o", "/dev/null"], folder, scripts=SCRIPTS)
    return {**found, "records": records}


def accuracy(called: set[tuple[str, int]], planted: set[tuple[str, int]]) -> dict[str, float]:
    """Recall and precision of de novo calls."""
    right = len(called & planted)
    return {"called": len(called), "recall": right / max(1, len(planted)), "precision": right / max(1, len(called))}


def query(path: Path, expression: str) -> set[tuple[str, int]]:
    """Sites of a BCF that an expression selects."""
    command = ["bcftools", "query", "-i", expression, "-f", "%CHROM\\t%POS\\n", path]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")
    return {(line.split("\t")[0], int(line.split("\t")[1])) for line in lines if line}


def run(trio: Trio, calls: Path, sidecar: Path, rounds: int, folder: Path, alone: bool) -> dict[str, Any]:
    """Measure everything on one file, round-robin after a warm-up of our own commands."""
    series: dict[str, list[Measure]] = {}
    wanted = commands(trio, calls, sidecar, folder)
    if alone:
        wanted = {name: command for name, command in wanted.items() if name.startswith(("filiation", "inflation"))}
    for name in (OURS, "inflation alone, 2 threads"):
        measure(wanted[name], folder, scripts=SCRIPTS)
    floors = []
    for _ in range(rounds):
        for name, command in wanted.items():
            series.setdefault(name, []).append(measure(command, folder, scripts=SCRIPTS))
        measure([sys.executable, "-c", INFLATE, calls, "2"], folder, scripts=SCRIPTS)
        floors.append(float((folder / "stdout").read_text("utf-8")))
    table = {
        name: {key: statistics.median(one[key] for one in values) for key in ("wall", "cpu", "mib")}
        for name, values in series.items()
    }
    ours = [one["wall"] for one in series[OURS]]
    ratio = {
        name: statistics.median(one["wall"] / mine for one, mine in zip(values, ours, strict=True))
        for name, values in series.items()
    }
    cpu = {name: values["cpu"] / table[OURS]["cpu"] for name, values in table.items()}
    planted = trio.planted()
    calls_of = {"filiation screen": query(folder / "two.bcf", 'INHERITANCE~"de_novo:supported"')}
    if not alone:
        for level in (-0.3, -2, -7):
            calls_of[f"trio-dnm2, DNM >= {level}"] = query(folder / "dnm.bcf", f"FMT/DNM>={level}")
    measure(
        [sys.executable, REPOSITORY / "benchmarks" / "trio_profile.py",
         *screen_arguments(trio, calls, sidecar, folder / "profile.bcf")], folder, scripts=SCRIPTS,
    )  # fmt: skip
    return {
        "file": calls.name,
        "bytes": calls.stat().st_size,
        "table": table,
        "ratio": ratio,
        "cpu_ratio": cpu,
        "inflation": statistics.median(floors),
        "over_inflation": statistics.median(mine / floor for mine, floor in zip(ours, floors, strict=True)),
        "same_bytes": (folder / "one.bcf").read_bytes() == (folder / "two.bcf").read_bytes(),
        "planted": len(planted),
        "accuracy": {name: accuracy(sites, planted) for name, sites in calls_of.items()},
        "profile": json.loads((folder / "stdout").read_text("utf-8")),
        "genmod": genmod(trio, calls, folder) if calls == trio.vcf and not alone else None,
    }


def report(found: dict[str, Any], records: int, start: float) -> None:
    """Print one file's tables."""
    table, ratio = found["table"], found["ratio"]
    print(f"\n{found['file']}: {records:,} records, {found['bytes']:,} bytes, {found['planted']} de novo planted")
    for name, values in table.items():
        print(
            f"  {name:<30} {values['wall']:8.2f} s wall {values['cpu']:8.2f} s CPU {values['mib']:6.0f} MiB "
            f"{ratio[name]:7.2f} x screen"
        )
    ours, floor = table[OURS]["wall"], found["inflation"]
    rivals = {name: 1 for name in table if "mendelian" in name}
    if DNM in table:
        rivals[DNM] = 12 if found["file"].endswith(".gz") else 10
    for name, least in rivals.items():
        print(f"  {name} / screen: {ratio[name]:.1f} in wall, {found['cpu_ratio'][name]:.1f} in CPU   (target {least})")
    print(f"  screen / inflation without start ({floor:.2f} s): {found['over_inflation']:.2f}   (target 2.0)")
    print(f"  screen without its start ({start:.2f} s) / the same: {(ours - start) / floor:.2f}")
    if found["genmod"]:
        slower = found["genmod"]["wall"] / found["genmod"]["records"] / (ours / records)
        print(
            f"  GENMOD models on {found['genmod']['records']:,} records: {slower:,.0f} x screen a record   (target 400)"
        )
    print(f"  the same bytes with 1 and 2 threads: {found['same_bytes']}")
    for name, values in found["accuracy"].items():
        print(
            f"  {name:<30} {values['called']:6.0f} called  recall {values['recall']:.3f}  "
            f"precision {values['precision']:.3f}"
        )
    total = sum(found["profile"].values())
    print(f"  where {total:.2f} s of CPU go, 1 thread:")
    for name, seconds in sorted(found["profile"].items(), key=lambda item: -item[1]):
        print(f"    {name:<48} {seconds:6.2f} s {100 * seconds / total:4.0f} %")


def starts(folder: Path, rounds: int) -> dict[str, float]:
    """Seconds of a screen of next to nothing: with compiled kernels (median), and with an empty cache, once."""
    trio = generate(RESULTS, SMALL_RECORDS)
    command = screen_command(trio, trio.bcf, frequencies(trio, folder), folder / "small.bcf", 2)
    measure(command, folder, scripts=SCRIPTS)
    warm = [measure(command, folder, scripts=SCRIPTS) for _ in range(max(3, rounds))]
    cold = measure(command, folder, scripts=SCRIPTS, environment={"FILIATION_NUMBA_CACHE": str(folder / "cache")})
    found = {f"warm_{key}": statistics.median(one[key] for one in warm) for key in ("wall", "cpu")}
    return found | {"cold_wall": cold["wall"], "cold_cpu": cold["cpu"]}


def versions() -> list[str]:
    """Versions of what is compared; `not found` for rivals that are not there."""
    import numba

    text = subprocess.run(["bcftools", "--version"], check=True, capture_output=True, text=True).stdout.splitlines()
    lines = [f"{text[0]}; {text[1].lower()}; numba {numba.__version__}; Python {sys.version.split()[0]}"]
    for name in ("genmod", "slivar"):
        where = shutil.which(name)
        shown = subprocess.run([where, "--version"], capture_output=True, text=True, check=False) if where else None
        lines.append(f"{name}: {(shown.stdout + shown.stderr).strip().splitlines()[0] if shown else 'not found'}")
    with open("/proc/cpuinfo", encoding="utf-8") as handle:
        model = next((line.split(":")[1].strip() for line in handle if line.startswith("model name")), "processor")
    return [*lines, f"{os.cpu_count()} x {model}; load {os.getloadavg()[0]:.1f} when the run began"]


def main() -> int:
    """Generate, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="200,000 records, one round")
    parser.add_argument("--json", type=Path, help="write the figures as JSON")
    parser.add_argument("--records", type=int, nargs="+", default=[2_000_000], help="sizes, one trio each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="without the tools of others, for the scaling")
    options = parser.parse_args()
    if options.quick:
        options.records, options.rounds = [200_000], 1
    print("\n".join(versions()))
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = starts(folder, options.rounds)
        print(
            f"start of the screen: {start['warm_wall']:.2f} s wall, {start['warm_cpu']:.2f} s CPU (target 0.6); "
            f"without compiled kernels {start['cold_wall']:.1f} s wall, {start['cold_cpu']:.1f} s CPU (target 15)"
        )
        for records in options.records:
            trio = generate(RESULTS, records)
            sidecar = frequencies(trio, folder)
            for calls in (trio.vcf, trio.bcf):
                results.append(
                    {"records": trio.records, **run(trio, calls, sidecar, options.rounds, folder, options.alone)}
                )
                report(results[-1], trio.records, start["warm_wall"])
    print(f"load {os.getloadavg()[0]:.1f} when the run ended")
    print("\nscaling of the screen, 2 threads:")
    for found in results:
        ours = found["table"][OURS]
        rate = found["records"] / ours["wall"] / 1e6
        print(
            f"  {found['file']:<24} {ours['wall']:6.2f} s  {rate:5.2f} million records a second  {ours['mib']:4.0f} MiB"
        )
    if options.json:
        options.json.write_text(json.dumps({"start": start, "files": results}, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
