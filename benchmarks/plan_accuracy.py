"""How near does `filiation plan` come to what a run then uses?

    python benchmarks/plan_accuracy.py                       # the demonstration twice: learn from one, plan the other
    python benchmarks/plan_accuracy.py --quick               # the reduced family of the tests
    python benchmarks/plan_accuracy.py --first demo --json accuracy.json

A first family is run to its report, and leaves what its jobs cost. A second one, another genome with other reads, is
simulated in a fresh folder, planned from the first one's costs, and run. Compared are core-hours (processors held), the
part of them at work, the largest memory of a job, the bytes that stay, and the time from first to last job. Kernels
that the first run had to compile, a cost of the machine and not of the family, are in what it learns: run it twice on a
new machine. Other work on the machine makes seconds longer in one run than in the other: the load is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from filiation.cluster.costs import RESULTS, read_costs
from filiation.demo.settings import DEFAULT_SEED, Settings
from filiation.demo.simulate import simulate

REPOSITORY = Path(__file__).resolve().parents[1]
CORES = 2


def filiation(*arguments: str | Path) -> float:
    """Run the command; the seconds that it took."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.monotonic()
    command = [sys.executable, "-m", "filiation", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
    return time.monotonic() - started


def place(folder: Path) -> list[str | Path]:
    """Options that name a simulated family."""
    return ["--config", folder / "config" / "config.yaml", "--directory", folder, "--cores", str(CORES)]


def made(folder: Path, seed: int, quick: bool) -> Path:
    """A simulated family in a folder of its own."""
    settings = Settings.reduced() if quick else Settings(seed=seed)
    simulate(folder, settings, caller="bcftools", threads=CORES, say=lambda text: None)
    return folder


def used(folder: Path, wall: float) -> dict[str, float]:
    """What a run used, from its own costs."""
    rows = read_costs([folder])
    jobs = [row for row in rows if row["rule"] != RESULTS]
    return {
        "core_hours": sum(row["seconds"] * (row["threads"] or 1) for row in jobs) / 3600,
        "cpu_hours": sum(row["cpu_seconds"] or 0.0 for row in jobs) / 3600,
        "memory_mb_peak_of_a_job": max(row["memory_mb"] or 0.0 for row in jobs),
        "disk_bytes": sum(row["output_bytes"] for row in rows if row["rule"] == RESULTS),
        "wall_seconds": wall,
    }


def main() -> None:
    """Run, plan, run, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the reduced family of the tests")
    parser.add_argument("--first", type=Path, help="folder of a first run that is there already")
    parser.add_argument("--seed", type=int, default=7, help="of the second family")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plan-accuracy-") as name:
        folder = Path(name)
        first = options.first or made(folder / "first", DEFAULT_SEED, options.quick)
        if not options.first:
            filiation("run", *place(first))
        second = made(folder / "second", options.seed, options.quick)
        report = folder / "plan.json"
        filiation("plan", *place(second), "--history", first, "--json", report)
        planned = json.loads(report.read_text(encoding="utf-8"))
        load = [os.getloadavg()[0]]
        happened = used(second, filiation("run", *place(second)))
        load.append(os.getloadavg()[0])
    found = {
        key: {"planned": planned[key], "used": value, "ratio": planned[key] / value if value else None}
        for key, value in happened.items()
    }
    print(f"load before and after {load[0]:.1f}, {load[1]:.1f} on {os.cpu_count()} processors")
    print(f"{'':<26}{'planned':>14}{'used':>14}{'ratio':>8}")
    for key, row in found.items():
        print(f"{key:<26}{row['planned']:>14.4g}{row['used']:>14.4g}{row['ratio'] or 0:>8.2f}")
    if options.json:
        options.json.write_text(json.dumps({"load": load, **found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
