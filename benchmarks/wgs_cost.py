"""What does each stage of a 30x trio cost, from what slices of it take on this machine?

    python benchmarks/wgs_cost.py                                    # simulates and runs the demonstration first
    python benchmarks/wgs_cost.py --family demo --json cost.json     # on a demonstration that was run
    python benchmarks/wgs_cost.py --quick --family demo              # one round, fewer records, no second caller
    python benchmarks/wgs_cost.py --family demo --plot wgs-cost.svg --defaults default-1.tsv

Each stage is run as the workflow runs it, on one thread, on a small and on a large slice; what the large one takes
more, over what it holds more, is the rate, so that the start of a process does not count. CPU seconds of the process
and its children are taken, the smaller of the rounds: they depend less on other work on the machine than wall seconds.

    core-hours of a stage = amount in a 30x trio / rate / 3600

The simulated genome (1.3 Mb) fits into the processor's cache and has few repeats: aligners and callers are faster on it
than on a human genome. --scale-alignment says by how much (default 2.5: bwa mem; own choice, between 2 and 3).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generated_trio import generate
from process_measure import measure

REPOSITORY = Path(__file__).resolve().parents[1]
SCRIPTS = REPOSITORY / "scripts"
sys.path.insert(0, str(SCRIPTS))

# A genome at 30x with reads of 150 bases: 30 * 3.1e9 / 150. Bases of GRCh38 that are not N on the chromosomes, and the
# sites of a trio's joint calls (docs/performance.md is measured on as many).
READS = 3 * 620e6
BASES = 2.94e9
RECORDS = 5.9e6
# Rules whose work is that of a few candidates, whatever the number of reads; and rules of the genome alone, of which a
# small genome says nothing.
OF_CANDIDATES = ("archive", "list_for_recheck", "panel_coverage", "prioritise", "read_views", "recheck", "report")
OF_THE_GENOME = ("index_reference", "prepare_reference")
# Two slices whose times differ by less, as a share of the smaller, say nothing of a rate.
LEAST_DIFFERENCE = 0.2


@dataclass(frozen=True)
class Stage:
    """One stage, measured. amount : in a trio; rate : per CPU second."""

    name: str
    rule: str
    unit: str
    amount: float
    rate: float
    scale: float = 1.0
    chosen: bool = True

    @property
    def core_hours(self) -> float:
        """Of a 30x trio."""
        return self.amount / self.rate * self.scale / 3600

    def arithmetic(self) -> str:
        """As it is worked out."""
        times = f" x {self.scale:g}" if self.scale != 1 else ""
        return f"{self.amount:.3g} {self.unit} / {self.rate:,.0f} per s{times} / 3600 = {self.core_hours:.3g} h"


def command(*arguments: str | Path) -> list[str | Path]:
    """A `filiation` command."""
    return [sys.executable, "-m", "filiation", *arguments]


class Slices:
    """Runs stages on slices of one family."""

    def __init__(self, family: Path, work: Path, rounds: int) -> None:
        self.family, self.work, self.rounds = family, work, rounds
        self.results = family / "results" / "DEMO"
        self.reference = family / "results" / "reference" / "genome.fa"
        self.annotation = family / "data" / "annotation"

    def cpu(self, made: Callable[[int], Sequence[str | Path]]) -> float:
        """CPU seconds of a command, the smallest of the rounds."""
        return min(measure(made(number), self.work, scripts=SCRIPTS)["cpu"] for number in range(self.rounds))

    def rate(
        self, small: tuple[Path, float], large: tuple[Path, float], run: Callable[[Path], list[str | Path]]
    ) -> float:
        """What is done a CPU second, beyond the start; small, large : (input, how much it holds)."""
        least, most = (self.cpu(lambda _, path=path: run(path)) for path, _ in (small, large))
        if most - least < LEAST_DIFFERENCE * least:
            # The start hides what the records take: then it is counted, and the rate is a lower bound.
            return large[1] / most
        return (large[1] - small[1]) / (most - least)

    # --- reads ---------------------------------------------------------------------------------------------------

    def fastq(self, share: int) -> tuple[Path, float]:
        """A folder with the first pairs of a lane, one in `share`, and how many reads that is."""
        folder, reads = self.work / f"fastq-{share}", 0
        folder.mkdir(exist_ok=True)
        for mate in (1, 2):
            source = self.family / "data" / "fastq" / f"demo-child_L001_R{mate}.fastq.gz"
            lines = gzip.decompress(source.read_bytes()).splitlines(keepends=True)
            kept = lines[: len(lines) // 4 // share * 4]
            reads += len(kept) // 4
            (folder / f"{mate}.fastq.gz").write_bytes(gzip.compress(b"".join(kept), 6))
        return folder, reads

    def align(self, folder: Path) -> list[str | Path]:
        """filiation align."""
        mates = [part for mate in (1, 2) for part in (f"--fastq-{mate}", folder / f"{mate}.fastq.gz")]
        return command(
            *("align", *mates, "--sample", "demo-child", "--unit", "L001", "--reference", self.reference),
            *("--aligner-file", self.reference.parent / "aligner.txt", "--threads", "1"),
            *("--output", folder / "unit.bam"),
        )

    def duplicates(self, folder: Path) -> list[str | Path]:
        """filiation mark-duplicates."""
        return command(
            *("mark-duplicates", "--input", folder / "unit.bam", "--sample", "demo-child", "--threads", "1"),
            *("--reference", self.reference, "--output", folder / "sample.cram", "--metrics", folder / "metrics.tsv"),
        )

    def coverage(self, folder: Path) -> list[str | Path]:
        """filiation coverage."""
        return command(
            *("coverage", "--reads", folder / "sample.cram", "--sample", "demo-child", "--threads", "1"),
            *("--reference", self.reference, "--output", folder / "coverage.tsv"),
        )

    # --- calls ---------------------------------------------------------------------------------------------------

    def interval(self, length: int) -> tuple[Path, float]:
        """A BED of the first contig from its middle, and its bases."""
        path = self.work / f"{length}.bed"
        path.write_text(f"1\t50000\t{50000 + length}\n", encoding="utf-8")
        return path, length

    def call(self, caller: str) -> Callable[[Path], list[str | Path]]:
        """filiation call."""
        crams = sorted((self.results / "alignment").glob("*.cram"))
        return lambda bed: command(
            *("call", "--caller", caller, "--reads", *crams, "--reference", self.reference),
            *("--interval", bed, "--output", self.work / "calls.bcf"),
        )

    def annotate(self, calls: Path) -> list[str | Path]:
        """filiation annotate."""
        output = self.work / "annotated.bcf"
        return command(
            *("annotate", "--variants", calls, "--consequences", "csq", "--family", "DEMO"),
            *("--reference", self.reference, "--genes-gff3", self.reference.parent / "genes.gff3.gz"),
            *("--clinvar", self.annotation / "clinvar.vcf.gz", "--output", output),
            *("--funnel", output.with_suffix(".tsv"), "--shares", output.with_suffix(".shares.tsv")),
        )

    def some_calls(self, share: int) -> tuple[Path, float]:
        """One in `share` of the family's calls, from the first, and how many."""
        import pysam

        path, count = self.work / f"some-{share}.bcf", 0
        with pysam.VariantFile(str(self.results / "normalised" / "DEMO.bcf")) as source:
            records = list(source)
            with pysam.VariantFile(str(path), "wb", header=source.header) as sink:
                for record in records[: len(records) // share]:
                    count += sink.write(record) or 1
        subprocess.run(["bcftools", "index", "-f", path], check=True)
        return path, count


def measured(slices: Slices, records: int, quick: bool, scale_alignment: float) -> tuple[list[Stage], float]:
    """Every stage, and the share of the records that the screen lets pass."""
    few, many = slices.fastq(4), slices.fastq(1)
    of_reads = [
        ("alignment", "align", slices.align, scale_alignment),
        ("duplicates, CRAM", "mark_duplicates", slices.duplicates, 1.0),
        ("coverage", "coverage", slices.coverage, 1.0),
    ]
    found = [
        Stage(name, rule, "reads", READS, slices.rate(few, many, run), scale) for name, rule, run, scale in of_reads
    ]
    for caller in ("bcftools",) if quick else ("bcftools", "freebayes"):
        rate = slices.rate(slices.interval(40_000), slices.interval(160_000), slices.call(caller))
        found.append(Stage(f"calling, {caller}", "call", "bases", BASES, rate, chosen=caller == "bcftools"))
    trios = [generate(slices.work, number) for number in (records // 4, records)]
    sizes = [(trio.bcf, float(trio.records)) for trio in trios]
    pedigree = trios[0].pedigree
    output, sidecar = slices.work / "out.bcf", slices.work / "generated.filfreq"
    compiled = command(
        *("resources", "compile", "--vcf", trios[1].frequencies, "--name", "generated", "--af", "AF"),
        *("--homozygotes", "nhomalt", "--output", sidecar),
    )
    measure(compiled, slices.work, scripts=SCRIPTS)

    def normalise(calls: Path) -> list[str | Path]:
        return command(
            *("normalise", "--pedigree", pedigree, "--variants", calls),
            *("--output", output, "--funnel", output.with_suffix(".tsv")),
        )

    def screen(calls: Path) -> list[str | Path]:
        return command(
            *("screen", "--pedigree", pedigree, "--variants", calls, "--threads", "1", "--assembly", "GRCh38"),
            *("--frequency", f"generated={sidecar}"),
            *("--output", output, "--funnel", output.with_suffix(".tsv")),
        )

    def quality(calls: Path) -> list[str | Path]:
        return command(
            *("quality", "--pedigree", pedigree, "--variants", calls, "--assembly", "GRCh38"),
            *("--output", output.with_suffix(".tsv"), "--segments", output.with_suffix(".segments.tsv")),
        )

    for name, run in (("normalise", normalise), ("quality", quality), ("screen", screen)):
        found.append(Stage(name, name, "records", RECORDS, slices.rate(*sizes, run)))
    kept = subprocess.run(["bcftools", "view", "-H", output], capture_output=True, check=True).stdout.count(b"\n")
    share = kept / trios[1].records
    rate = slices.rate(slices.some_calls(8), slices.some_calls(1), slices.annotate)
    found.append(Stage("annotation of the survivors", "annotate", "records", RECORDS * share, rate))
    found.append(Stage("annotation of all records", "annotate", "records", RECORDS, rate, chosen=False))
    return found, share


def compression(slices: Slices) -> list[str]:
    """Size of one person's reads in each form, and what writing it takes."""
    cram = sorted((slices.results / "alignment").glob("*.cram"))[0]
    lines = []
    for name, options in (
        ("BAM, level 1", ["-b", "--output-fmt-option", "level=1"]),
        ("BAM, level 6", ["-b"]),
        ("CRAM", ["-C", "-T", slices.reference]),
    ):
        path = slices.work / "form"
        made = ["samtools", "view", *options, "-T", slices.reference, "-o", path, cram]
        seconds = slices.cpu(lambda _, made=made: made)
        lines.append(f"{name:<14}{path.stat().st_size / 1e6:>8.1f} MB{seconds:>8.2f} CPU s, with reading the CRAM")
    return lines


def write_defaults(path: Path, stages: Sequence[Stage], family: Path) -> None:
    """The table that `filiation plan` takes when it knows no earlier run: the demonstration, and a 30x trio."""
    from filiation.cluster.costs import RESULTS, read_costs
    from filiation.io.tables import write_table
    from filiation.model.run_tables import JOB_COSTS

    rows = [dict(row) for row in read_costs([family]) if row["rule"] not in OF_THE_GENOME]
    # FASTQ of 30x in the same form as the demonstration's: bytes in proportion to reads.
    demo_reads, demo_bytes = 0, 0
    for source in (family / "data" / "fastq").glob("*.fastq.gz"):
        demo_reads += gzip.decompress(source.read_bytes()).count(b"\n") // 4
        demo_bytes += source.stat().st_size
    trio_bytes = demo_bytes / demo_reads * READS
    shares = {"align": 6, "mark_duplicates": 3, "coverage": 3}
    for row in rows:
        if row["rule"] != RESULTS and row["cpu_seconds"]:
            # Seconds at one processor, so that another machine's load is not in them.
            row["seconds"], row["threads"] = row["cpu_seconds"], 1
        # Which member a number is of does not matter; what a small genome needs of memory says nothing of a large one.
        row["memory_mb"] = row["part"] = None
    for stage in stages:
        if stage.chosen:
            parts = shares.get(stage.rule, 1)
            seconds = stage.core_hours * 3600 / parts
            rows.append(
                {
                    "rule": stage.rule,
                    "family": "WGS",
                    "threads": 1,
                    "source_bytes": int(trio_bytes / parts),
                    "seconds": round(seconds, 1),
                    "cpu_seconds": round(seconds, 1),
                }
            )
    rows += [{**row, "family": "WGS", "source_bytes": int(trio_bytes)} for row in rows if row["rule"] in OF_CANDIDATES]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, JOB_COSTS, rows, {"source": "benchmarks/wgs_cost.py: a demonstration, and a 30x trio reckoned"})


def plot(path: Path, stages: Sequence[Stage]) -> None:
    """Bars of core-hours, as SVG; those that are not the default in grey."""
    height, left, width = 26, 230, 430
    longest = max(stage.core_hours for stage in stages)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height * len(stages) + 60}" '
        'font-family="sans-serif" font-size="13">',
        '<title>Core-hours of a 30x trio by stage</title><rect width="100%" height="100%" fill="white"/>',
        '<text x="10" y="22" font-size="15">Core-hours of a 30x trio by stage (grey: not the default)</text>',
    ]
    for number, stage in enumerate(stages):
        y = 40 + number * height
        bar = max(1.0, stage.core_hours / longest * width)
        lines.append(f'<text x="{left - 8}" y="{y + 16}" text-anchor="end">{stage.name}</text>')
        colour = "#2b6cb0" if stage.chosen else "#a0aec0"
        lines.append(f'<rect x="{left}" y="{y + 3}" width="{bar:.1f}" height="{height - 8}" fill="{colour}"/>')
        lines.append(f'<text x="{left + bar + 6:.1f}" y="{y + 16}">{stage.core_hours:.3g} h</text>')
    path.write_text("\n".join([*lines, "</svg>"]) + "\n", encoding="utf-8")


def main() -> None:
    """Measure, reckon, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", type=Path, help="folder of a demonstration that was run; default: one is made")
    parser.add_argument("--quick", action="store_true", help="one round, 40,000 records, one caller")
    parser.add_argument("--records", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale-alignment", type=float, default=2.5, help="human genome over this one")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="SVG to write")
    parser.add_argument("--defaults", type=Path, help="table of defaults of `filiation plan` to write")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="wgs-cost-") as name:
        work = Path(name)
        family = options.family.resolve() if options.family else work / "demo"
        if not options.family:
            subprocess.run(
                command("demo", "--directory", family), check=True, env={**os.environ, "PYTHONPATH": str(SCRIPTS)}
            )
        slices = Slices(family, work, 1 if options.quick else options.rounds)
        stages, share = measured(
            slices, 40_000 if options.quick else options.records, options.quick, options.scale_alignment
        )
        forms = compression(slices)
    total = sum(stage.core_hours for stage in stages if stage.chosen)
    print(f"load {load:.1f} on {os.cpu_count()} processors; the screen keeps {share:.1%} of the generated records")
    for stage in stages:
        mark = f"{stage.core_hours / total:>7.2%}" if stage.chosen else "      ."
        print(
            f"{stage.name:<30}{stage.rate:>12,.0f} {stage.unit}/s{stage.core_hours:>10.3g} h{mark}   "
            + stage.arithmetic()
        )
    print(f"{'a 30x trio, default choices':<30}{total:>29.3g} h\n" + "\n".join(forms))
    if options.json:
        rows = [{**vars(stage), "core_hours": stage.core_hours} for stage in stages]
        options.json.write_text(json.dumps({"load": load, "share": share, "stages": rows}, indent=1) + "\n", "utf-8")
    if options.plot:
        plot(options.plot, stages)
    if options.defaults:
        write_defaults(options.defaults, stages, family)


if __name__ == "__main__":
    main()
