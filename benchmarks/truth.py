"""Do reads of a known genome become its known variants, from a BAM, a CRAM and FASTQ, with each caller?

The 100 kb of NA12878 (chr20, hg19) with the truth of Genome in a Bottle, run through the commands of
filiation as the workflow runs them. Recall and precision are counted inside the confident regions; over the
whole 100 kb only recall, because the truth is a lower bound there. Alleles are compared after splitting and
left-alignment; genotypes are compared too.

Examples:
  python benchmarks/truth.py                       all entries, both callers
  python benchmarks/truth.py --quick               the BAM with bcftools
  python benchmarks/truth.py --json truth.json
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

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = REPOSITORY.parent / "shared" / "data" / "reads" / "na12878_100kb_hg19"
CONTIG, FIRST, LAST = "chr20", 10_000_000, 10_100_000
SAMPLE = "NA12878"
# Entry of the reads × caller → what must be reached: (in the regions, extra in the regions, over the 100 kb).
TARGETS = {("bcftools", entry): (49, 0, 219) for entry in ("bam", "cram", "fastq")}

Calls = dict[tuple[int, str, str], str]
Row = dict[str, int | float | str | bool]


def filiation(*arguments: str | Path) -> None:
    """Run one command of filiation."""
    command = [sys.executable, "-m", "filiation", *(str(part) for part in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")


def prepare_reads(entry: str, reference: Path, folder: Path) -> Path:
    """The CRAM that calling starts from, by the way a sheet's BAM, CRAM or FASTQ takes."""
    stored = next(DATA.glob("*.cram" if entry == "cram" else "*.bam"))
    cram, metrics = folder / f"{entry}.cram", folder / f"{entry}.alignment.tsv"
    common = ["--reference", reference, "--sample", SAMPLE]
    output = ["--output", cram, "--metrics", metrics]
    if entry != "fastq":
        filiation("adopt-reads", "--reads", stored, *common, *output)
        return cram
    pair = [folder / "reads_1.fastq.gz", folder / "reads_2.fastq.gz"]
    fastq = ["--fastq-1", pair[0], "--fastq-2", pair[1]]
    aligner = reference.with_name("aligner.txt")
    filiation("extract-reads", "--reads", stored, *common, *fastq, "--metrics", folder / "extracted.tsv")
    filiation("index-reference", "--reference", reference, "--output", aligner)
    unit = folder / "unit.bam"
    filiation("align", *fastq, *common, "--unit", "lane1", "--aligner-file", aligner, "--output", unit)
    filiation("mark-duplicates", "--input", unit, *common, *output)
    return cram


def call(caller: str, cram: Path, reference: Path, folder: Path, intervals: int) -> Path:
    """Calls of the whole reference, in so many intervals, gathered."""
    beds = [folder / f"{number}.bed" for number in range(intervals)]
    parts = [folder / f"{number}.bcf" for number in range(intervals)]
    filiation("split-regions", "--reference", reference, "--output", *beds)
    for bed, part in zip(beds, parts, strict=True):
        options = ["--caller", caller, "--reads", cram, "--reference", reference]
        filiation("call", *options, "--interval", bed, "--output", part)
    gathered = folder / "calls.bcf"
    filiation("gather-calls", "--input", *parts, "--output", gathered)
    return gathered


def read_calls(path: Path, reference: Path) -> Calls:
    """(position, REF, ALT) → sorted genotype, one allele a record, left-aligned, inside the 100 kb."""
    norm = ["bcftools", "norm", "--no-version", "-m", "-any", "-f", str(reference), "-Ou", str(path)]
    query = ["bcftools", "query", "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n", "-"]
    split = subprocess.run(norm, capture_output=True, check=True)
    text = subprocess.run(query, input=split.stdout, capture_output=True, check=True).stdout.decode()
    calls: Calls = {}
    for line in text.splitlines():
        contig, position, ref, alt, genotype = line.split("\t")
        alleles = sorted(genotype.replace("|", "/").split("/"))
        if contig == CONTIG and FIRST < int(position) <= LAST and "1" in alleles:
            calls[int(position), ref, alt] = "/".join(alleles)
    return calls


def confident(calls: Calls) -> Calls:
    """Those whose position lies in the confident regions."""
    regions = []
    for line in next(DATA.glob("*.bed")).read_text().splitlines():
        _, start, end = line.split("\t")[:3]
        regions.append((int(start), int(end)))
    return {key: value for key, value in calls.items() if any(a < key[0] <= b for a, b in regions)}


def compare(calls: Calls, truth: Calls) -> dict[str, int]:
    """Counts of one run against the truth."""
    inside, truth_inside = confident(calls), confident(truth)
    return {
        "regions_truth": len(truth_inside),
        "regions_found": len(inside.keys() & truth_inside.keys()),
        "regions_extra": len(inside.keys() - truth_inside.keys()),
        "regions_genotypes_equal": sum(inside.get(key) == value for key, value in truth_inside.items()),
        "all_truth": len(truth),
        "all_found": len(calls.keys() & truth.keys()),
        "all_genotypes_equal": sum(calls.get(key) == value for key, value in truth.items()),
        "all_extra": len(calls.keys() - truth.keys()),
    }


def run(caller: str, entry: str, cram: Path, reference: Path, folder: Path, truth: Calls) -> Row:
    """One row of the table: one entry of the reads, one caller."""
    folder.mkdir()
    start = time.monotonic()
    counts = compare(read_calls(call(caller, cram, reference, folder, 3), reference), truth)
    seconds = round(time.monotonic() - start, 1)
    target = TARGETS.get((caller, entry))
    reached = target is None or (
        counts["regions_found"] >= target[0]
        and counts["regions_extra"] <= target[1]
        and counts["all_found"] >= target[2]
    )
    return {"reads": entry, "caller": caller, **counts, "calling_seconds": seconds, "reached": reached}


def table(rows: list[Row]) -> str:
    """The rows for a reader: the confident regions first, then the whole 100 kb."""
    heading = [
        "reads",
        "caller",
        "recall",
        "precision",
        "genotypes",
        "recall",
        "genotypes",
        "extra",
        "seconds",
    ]
    cells = [["", "", "regions", "regions", "regions", "100 kb", "100 kb", "100 kb", ""], heading]
    for row in rows:
        found = row["regions_found"]
        called = int(row["regions_found"]) + int(row["regions_extra"])
        inside = [f"{found}/{row['regions_truth']}", f"{found}/{called}"]
        inside.append(f"{row['regions_genotypes_equal']}/{row['regions_truth']}")
        whole = [f"{row[name]}/{row['all_truth']}" for name in ("all_found", "all_genotypes_equal")]
        last = [row["all_extra"], row["calling_seconds"], "" if row["reached"] else "BELOW TARGET"]
        cells.append([str(cell) for cell in [row["reads"], row["caller"], *inside, *whole, *last]])
    return "\n".join("  ".join(f"{cell:<9}" for cell in line).rstrip() for line in cells)


def goals(rows: list[Row]) -> dict[str, float]:
    """What `filiation validate` reads: the worst share found inside the benchmark regions, and everything extra."""
    return {
        "share_found": min(100 * int(row["regions_found"]) / int(row["regions_truth"]) for row in rows),
        "extra": sum(int(row["regions_extra"]) for row in rows),
        "truth_variants": sum(int(row["regions_truth"]) for row in rows),
    }


def main() -> int:
    """Run the benchmark; 1 when a target is missed, 0 otherwise, also when the data are absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the BAM with bcftools only")
    parser.add_argument("--json", metavar="FILE", help="write the rows as JSON")
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"skipped: no real reads at {os.path.relpath(DATA, REPOSITORY)}")
        return 0
    entries = ["bam"] if options.quick else ["bam", "cram", "fastq"]
    callers = ["bcftools"] if options.quick else ["bcftools", "freebayes"]
    rows = []
    with tempfile.TemporaryDirectory(prefix="filiation-truth-") as name:
        folder = Path(name)
        fasta = next(DATA.glob("*.fasta.gz"))
        filiation("prepare-reference", "--fasta", fasta, "--output-dir", folder / "reference")
        reference = folder / "reference" / "genome.fa"
        truth = read_calls(next(DATA.glob("*.vcf.gz")), reference)
        for entry in entries:
            cram = prepare_reads(entry, reference, folder)
            for caller in callers:
                rows.append(run(caller, entry, cram, reference, folder / f"{entry}-{caller}", truth))
    print(table(rows))
    if options.json:
        written = {"rows": rows, "goals": goals(rows)}
        Path(options.json).write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return 0 if all(row["reached"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
