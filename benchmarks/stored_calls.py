"""How long does a stored joint VCF take to its report? The Ashkenazi trio's 9,940 records, without reads.

Runs `filiation run` twice in new folders and prints the seconds of each: the first may compile the kernels, the
second is what a user meets after set-up. The goal is 20 s on 2 cores.

    python benchmarks/stored_calls.py [--quick] [--json FILE] [--cores N]

--quick runs once.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
CALLS = REPOSITORY.parent / "shared" / "data" / "vcf" / "aj_trio_gatk_b37_chr1" / "ashk-trio.vcf.gz"


def run_once(folder: Path, cores: int) -> float:
    """Seconds of one whole run."""
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "config.yaml").write_text("annotation:\n  consequences: existing\n", encoding="utf-8")
    lines = ["family\tsample\trole\tsex\taffected\tpre_indication\tvcf"]
    roles = ("proband\tmale\tyes\tdeficience-intellectuelle", "father\tmale\tno\t.", "mother\tfemale\tno\t.")
    lines += [f"AJ\tHG00{number}\t{role}\t{CALLS}" for number, role in zip((2, 3, 4), roles, strict=True)]
    (folder / "config" / "samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "filiation", "run", "--config", str(folder / "config" / "config.yaml")]
        + ["--directory", str(folder), "--cores", str(cores)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one run")
    parser.add_argument("--json", type=Path, help="write the seconds as JSON")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    if not CALLS.is_file():
        print(f"skipped: {CALLS} is not there")
        return 0
    with tempfile.TemporaryDirectory() as name:
        seconds = [run_once(Path(name) / str(number), options.cores) for number in range(1 if options.quick else 2)]
    print(f"9,940 records to a report: {', '.join(f'{value:.1f} s' for value in seconds)} (goal 20 s)")
    if options.json:
        options.json.write_text(json.dumps({"seconds": seconds}) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
