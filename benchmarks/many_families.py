"""How long do parsing, planning and status take for 1, 10, 100 and 1,000 families?

    python benchmarks/many_families.py                 # 1, 10, 100, 1,000 trios from FASTQ, two lanes a member
    python benchmarks/many_families.py --quick         # 1 and 10
    python benchmarks/many_families.py --families 1000 --skip jobs --json many.json

For each number a working folder is made with empty files under the names of the sheets: nothing is read of them, and
nothing runs. Measured are whole processes:

    parse    `snakemake --list-rules`: the sheets are read and checked, every rule is evaluated
    plan     `filiation plan`: what the run will need, from the defaults that ship
    status   `filiation status`: the table of families and stages, with the time that is left
    start    `filiation run --dry-run`: what is asked and checked before Snakemake starts
    jobs     `snakemake --dry-run --quiet rules`: the graph of every job, which Snakemake makes before the first one
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from process_measure import Measure, measure

REPOSITORY = Path(__file__).resolve().parents[1]
MEMBERS = (
    ("CHILD", "proband", "male", "yes"),
    ("FATHER", "father", "male", "no"),
    ("MOTHER", "mother", "female", "no"),
)
LANES = ("L001", "L002")
CONFIG = """samples: samples.tsv
units: units.tsv
simulated: true
reference:
  fasta: reference/genome.fa
  assembly: GRCh38
  genes_gff3: reference/genes.gff3.gz
frequencies:
  - {name: gnomad, vcf: annotation/gnomad.vcf.gz}
annotation:
  consequences: csq
  clinvar_vcf: annotation/clinvar.vcf.gz
"""
NAMED = ("reference/genome.fa", "reference/genes.gff3.gz", "annotation/gnomad.vcf.gz", "annotation/clinvar.vcf.gz")
STEPS = ("parse", "plan", "status", "start", "jobs")


def make_folder(folder: Path, families: int) -> None:
    """A working folder of trios from FASTQ, whose files are empty."""
    samples, units = ["family\tsample\trole\tsex\taffected\tpre_indication"], ["sample\tunit\tfastq_1\tfastq_2"]
    paths = list(NAMED)
    for number in range(families):
        family = f"FAM{number + 1:04d}"
        for name, role, sex, affected in MEMBERS:
            sample = f"{family}-{name}"
            panel = "deficience-intellectuelle" if role == "proband" else "."
            samples.append(f"{family}\t{sample}\t{role}\t{sex}\t{affected}\t{panel}")
            for lane in LANES:
                mates = [f"fastq/{sample}_{lane}_R{mate}.fastq.gz" for mate in (1, 2)]
                units.append("\t".join([sample, lane, *mates]))
                paths += mates
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    (folder / "samples.tsv").write_text("\n".join(samples) + "\n", encoding="utf-8")
    (folder / "units.tsv").write_text("\n".join(units) + "\n", encoding="utf-8")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")


def commands(folder: Path) -> dict[str, list[str | Path]]:
    """{step: its command}."""
    snakemake = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "workflow" / "Snakefile"]
    snakemake += ["--directory", folder, "--configfile", folder / "config.yaml", "--cores", "2"]
    filiation = [sys.executable, "-m", "filiation"]
    place = ["--config", folder / "config.yaml", "--directory", folder]
    return {
        "parse": [*snakemake, "--list-rules"],
        "plan": [*filiation, "plan", *place, "--cores", "64"],
        "status": [*filiation, "status", *place],
        # The empty files are no FASTQ.
        "start": [*filiation, "run", *place, "--no-check", "--dry-run"],
        "jobs": [*snakemake, "--dry-run", "--quiet", "rules"],
    }


def measured(families: int, steps: Sequence[str]) -> dict[str, Measure]:
    """{step: wall and CPU seconds and MiB} for one number of families."""
    with tempfile.TemporaryDirectory(prefix="families-") as name:
        folder = Path(name)
        make_folder(folder, families)
        place = folder / "measure"
        place.mkdir()
        return {
            step: measure(command, place, scripts=REPOSITORY / "scripts")
            for step, command in commands(folder).items()
            if step in steps
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=int, nargs="+", default=[1, 10, 100, 1000])
    parser.add_argument("--quick", action="store_true", help="1 and 10 families")
    parser.add_argument("--skip", nargs="*", default=[], choices=STEPS, help="steps to leave out")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    numbers = [1, 10] if options.quick else options.families
    steps = [step for step in STEPS if step not in options.skip]
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; wall seconds (CPU seconds, MiB)")
    print(f"{'families':>8}" + "".join(f"{step:>24}" for step in steps))
    found = {}
    for number in numbers:
        found[number] = measured(number, steps)
        cells = [f"{m['wall']:.1f} ({m['cpu']:.1f}, {m['mib']:.0f})" for m in found[number].values()]
        print(f"{number:>8}" + "".join(f"{cell:>24}" for cell in cells), flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
