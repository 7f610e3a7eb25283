"""How many bytes does the archive keep of a family? A real trio scaled to a genome, and a generated genome.

real: the Ashkenazi trio's 9,940 stored records of chromosome 1 (GATK, coding regions and their surroundings), run to
the report and added. Near a gene counts from the first to the last base of each transcript (RefSeq Select): an upper
bound, nearly every removed record is kept whole. Records are scaled by the share of chromosome 1 in the genome; the
tables of the report are not.

generated: calls of a whole genome (benchmarks/generated_trio.py) after the screen with population frequencies, without
consequences. 200,000 stretches of 215 bases stand for the coding parts with 20 bases on each side (43 Mb). Records are
scaled to 5 million.

    python benchmarks/archive_size.py [--quick] [--records N] [--json FILE] [--directory DIR]

--quick: 100,000 generated records instead of 500,000. The goal is 15 MB a family.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from generated_trio import CONTIGS, generate
from stored_calls import CALLS, run_once

from filiation.__main__ import main as filiation
from filiation.archive import parts
from filiation.archive.calls import Places, calls_table, chosen_rows, excluded_part, excluded_table, genotypes_table
from filiation.archive.gather import input_of_run, run_files
from filiation.archive.places import NearGenes, load_near_genes
from filiation.archive.store import create_archive
from filiation.archive.write import AnalysisInput, add_analysis
from filiation.config import scoring_model_path
from filiation.io.ped import read_pedigree
from filiation.io.tools import run_tool
from filiation.model.contigs import ASSEMBLY_LENGTHS
from filiation.scoring.model import load_scoring_model

GENES = CALLS.parents[2] / "annotation" / "genes" / "ncbiRefSeqSelect.hg37.txt"
GENOME_RECORDS = 5_000_000
GOAL = 15_000_000
# Bases of the autosomes and X of GRCh37 (Genome Reference Consortium), without Y: what chromosome 1 is a share of.
GENOME_BASES = 3_036_303_846
RECORD_PARTS = ("calls", "genotypes", "excluded")


def sizes_of(given: AnalysisInput, folder: Path) -> tuple[dict[str, dict[str, int]], float]:
    """{part: rows and bytes} of an analysis as the archive stores it, and the seconds of adding it."""
    with create_archive(folder, "other") as archive:
        started = time.perf_counter()
        record = add_analysis(archive, given)
        seconds = time.perf_counter() - started
        sizes = {name: {"rows": part["rows"], "bytes": part["bytes"]} for name, part in record.parts.items()}
        sizes["record.json"] = {"rows": 1, "bytes": record.bytes - sum(part["bytes"] for part in sizes.values())}
        segments = sum(path.stat().st_size for path in (archive.path / "cohort").rglob("*.parquet"))
    return {**sizes, "cohort segment": {"rows": 0, "bytes": segments}}, seconds


def scaled(sizes: dict[str, dict[str, int]], factor: float) -> int:
    """Bytes of a genome: parts of records and the cohort segment times `factor`, everything else as it is."""
    growing = (*RECORD_PARTS, "cohort segment")
    return round(sum(size["bytes"] * (factor if name in growing else 1) for name, size in sizes.items()))


def real_trio(folder: Path) -> AnalysisInput:
    """The stored trio after a whole run."""
    run_once(folder, 2)
    family = read_pedigree(folder / "results" / "AJ" / "AJ.ped")
    rows = [line.split("\t") for line in GENES.read_text(encoding="utf-8").splitlines()]
    bed = folder / "genes.bed"
    bed.write_text("".join(f"{row[1]}\t{row[2]}\t{row[3]}\t{row[4]}\n" for row in rows), encoding="utf-8")
    model = load_scoring_model(scoring_model_path())
    files = run_files(folder / "results", family)
    return input_of_run(files, family, "2026-11-22", Places(load_near_genes(bed)), model, settings={})


def coding_stretches() -> NearGenes:
    """200,000 stretches of 215 bases, spread over the genome."""
    generator = np.random.default_rng(1)
    starts, ends, genome = {}, {}, sum(CONTIGS.values())
    for name, length in CONTIGS.items():
        chosen = generator.choice(length // 400, round(200_000 * length / genome), replace=False)
        starts[name.removeprefix("chr")] = np.sort(chosen) * 400
        ends[name.removeprefix("chr")] = np.sort(chosen) * 400 + 214
    return NearGenes(starts, ends)


def generated_trio(folder: Path, records: int) -> tuple[AnalysisInput, int]:
    """A generated genome after the screen, without the consequences that its INFO invents."""
    trio = generate(folder, records)
    survivors, removed = folder / "survivors.bcf", folder / "excluded.tsv.gz"
    arguments = ["screen", "--pedigree", str(trio.pedigree), "--variants", str(trio.bcf), "--output", str(survivors)]
    arguments += ["--frequency", f"gnomad={trio.frequencies},af=AF,homozygotes=nhomalt", "--excluded", str(removed)]
    if filiation([*arguments, "--funnel", str(folder / "funnel.tsv")]):
        raise SystemExit("screen failed")
    for path, plain in ((survivors, folder / "annotated.bcf"), (trio.bcf, folder / "calls.bcf")):
        run_tool(["bcftools", "annotate", "-x", "INFO/CSQ", "-Ob1", "-o", plain, path], purpose="drop consequences")
        run_tool(["bcftools", "index", "-f", plain], purpose="index")
    family, places = read_pedigree(trio.pedigree), Places(coding_stretches())
    table = excluded_table(removed)
    kept = chosen_rows(table, places)
    model = load_scoring_model(scoring_model_path())
    tables = {
        "calls": calls_table(folder / "annotated.bcf", family, places),
        "genotypes": genotypes_table(folder / "calls.bcf", family, table.filter(kept > 0), kept[kept > 0], model),
        "excluded": excluded_part(table.filter(kept == 0)),
    }
    return AnalysisInput(family, "2026-11-22", parts=tables), trio.records


def told(title: str, sizes: dict[str, dict[str, int]], seconds: float, factor: float) -> dict[str, Any]:
    """Print the parts; the figures for --json."""
    total = scaled(sizes, factor)
    print(f"{title}: {total / 1e6:.2f} MB a genome (goal {GOAL / 1e6:.0f} MB), added in {seconds:.1f} s")
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]["bytes"]):
        row = f"{size['bytes'] / size['rows']:.1f} bytes a row" if size["rows"] > 1 else ""
        print(f"  {name:18} {size['rows']:>8} rows {size['bytes']:>9} bytes  {row}")
    return {"parts": sizes, "factor": factor, "bytes_a_genome": total, "seconds": seconds}


def combined(real: dict[str, dict[str, int]], generated: dict[str, Any]) -> dict[str, Any]:
    """Rows of the generated genome, survivors and gene records as large as the real trio's, and that trio's tables."""
    large, factor = generated["parts"], generated["factor"]
    total = sum(size["bytes"] for name, size in real.items() if name not in (*RECORD_PARTS, "cohort segment"))
    for name in ("calls", "genotypes"):
        total += round(real[name]["bytes"] / real[name]["rows"] * large[name]["rows"] * factor)
    total += round((large["excluded"]["bytes"] + large["cohort segment"]["bytes"]) * factor)
    print(
        f"rows of the generated genome, annotated as the real trio's: {total / 1e6:.2f} MB (goal {GOAL / 1e6:.0f} MB)"
    )
    return {"bytes_a_genome": total}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100,000 generated records")
    parser.add_argument("--records", type=int, default=500_000, help="generated records (default 500,000)")
    parser.add_argument("--json", type=Path, help="write the figures as JSON")
    parser.add_argument("--directory", type=Path, help="folder to work in; default: a temporary one")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = options.directory or Path(name)
        if CALLS.is_file():
            share = ASSEMBLY_LENGTHS["GRCh37"]["1"] / GENOME_BASES
            # A genome's tables are large ones; those of one chromosome are written at the same level here.
            small, parts.SMALL_ROWS = parts.SMALL_ROWS, 0
            sizes, seconds = sizes_of(real_trio(Path(name) / "real"), Path(name) / "real-archive")
            parts.SMALL_ROWS = small
            figures["real"] = told("real trio, chromosome 1", sizes, seconds, 1 / share)
        else:
            print(f"real trio: skipped, {CALLS} is not there")
        wanted = 100_000 if options.quick else options.records
        given, records = generated_trio(folder / "generated", wanted)
        sizes, seconds = sizes_of(given, Path(name) / "generated-archive")
        figures["generated"] = told(f"generated, {records} records", sizes, seconds, GENOME_RECORDS / records)
        if "real" in figures:
            figures["combined"] = combined(figures["real"]["parts"], figures["generated"])
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
