"""Is a child-private site de novo? The Ashkenazi trio's reads, through the whole chain, against 20 such sites.

HG002, HG003 and HG004 (Genome in a Bottle), 17 windows of GRCh38: BAM without read groups → FASTQ → alignment →
calls → report, with the windows themselves as the reference. The 20 sites are in the child's benchmark VCF and in
neither parent's; 2 are de novo, 16 inherited or homozygous in all, and the reference is N at 3 of them. Prints one
line a site with what the chain made of it, then every candidate with its rank before and after the recheck in the
reads: the second is the one that is reported.

    python benchmarks/real_trio.py [--quick] [--json FILE] [--directory DIR] [--cores N]

--quick leaves the folder of an earlier run in place and explains from it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
READS = REPOSITORY.parent / "shared" / "data" / "reads" / "aj_trio_17loci_grch38"
MEMBERS = (
    ("HG002", "proband", "male", "yes", "HG002_child.bam"),
    ("HG003", "father", "male", "no", "HG003_father.bam"),
    ("HG004", "mother", "female", "no", "HG004_mother.bam"),
)


def write_configuration(directory: Path) -> Path:
    """config.yaml and samples.tsv of the trio; returns the path of config.yaml."""
    folder = directory / "config"
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.yaml"
    config.write_text(
        f"reference:\n  fasta: '{READS / 'mini_ref.fa'}'\nalignment:\n  stored_reads: realign\n"
        "annotation:\n  consequences: none\n",
        encoding="utf-8",
    )
    lines = ["family\tsample\trole\tsex\taffected\tbam"]
    lines += [f"AJ\t{name}\t{role}\t{sex}\t{affected}\t{READS / bam}" for name, role, sex, affected, bam in MEMBERS]
    (folder / "samples.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return config


def window_sites() -> list[tuple[str, str]]:
    """(genomic site, site on the window's contig) for each child-private site; position = genomic - start."""
    import pysam

    with pysam.FastaFile(str(READS / "mini_ref.fa")) as fasta:
        windows = [(*name.rsplit("_", 2), name) for name in fasta.references]
    sites = []
    with pysam.VariantFile(str(READS / "candidates.vcf.gz")) as handle:
        for record in handle:
            for chrom, start, end, name in windows:
                if chrom == record.chrom and int(start) < record.pos <= int(end):
                    alt = (record.alts or ("",))[0]
                    change = f"{record.ref}-{alt}"
                    sites.append(
                        (f"{chrom}:{record.pos} {record.ref}>{alt}", f"{name}-{record.pos - int(start)}-{change}")
                    )
                    break
    return sites


def run(directory: Path, cores: int) -> float:
    """The whole chain; returns its seconds."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "filiation", "run", "--config", str(write_configuration(directory))]
        + ["--directory", str(directory), "--cores", str(cores)],
        check=True,
    )
    return time.perf_counter() - started


def explain(directory: Path) -> list[dict[str, str]]:
    """What the chain made of each site, as rows of the explanation table with the genomic site added."""
    results = directory / "results" / "AJ"
    sites = window_sites()
    done = subprocess.run(
        [sys.executable, "-m", "filiation", "explain", "--pedigree", str(results / "AJ.ped")]
        + ["--variants", str(results / "normalised" / "AJ.bcf")]
        + ["--candidates", str(results / "prioritisation" / "AJ.candidates.tsv")]
        + ["--removed", str(results / "prioritisation" / "AJ.removed.tsv")]
        + ["--reference", str(directory / "results" / "reference" / "genome.fa")]
        + ["--reads", *(str(results / "alignment" / f"{name}.cram") for name, *_ in MEMBERS)]
        + ["--site", *(window for _, window in sites)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    header, *lines = [line.split("\t") for line in done.stdout.splitlines()]
    return [
        {"site": site, **dict(zip(header, line, strict=True))} for (site, _), line in zip(sites, lines, strict=True)
    ]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of one of the chain's tables."""
    header, *lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("##")]
    return [dict(zip(header, line, strict=True)) for line in lines]


def rankings(directory: Path) -> list[dict[str, str]]:
    """Candidates in the order of the second ranking, with the rank before the recheck and the reads' verdict."""
    folder = directory / "results" / "AJ" / "prioritisation"

    def site(row: dict[str, str]) -> tuple[str, ...]:
        return tuple(row[name] for name in ("chrom", "pos", "ref", "alt"))

    before = {site(row): row["rank"] for row in read_rows(folder / "before_recheck" / "AJ.candidates.tsv")}
    verdict = {site(row): row["verdict"] for row in read_rows(folder / "AJ.recheck.tsv")}
    return [
        {
            "site": "-".join(site(row)),
            "inheritance": row["inheritance"],
            "status": row["inheritance_status"],
            "rank_before_recheck": before.get(site(row), "."),
            "rank": row["rank"],
            "verdict": verdict.get(site(row), "."),
        }
        for row in read_rows(folder / "AJ.candidates.tsv")
    ]


def main() -> int:
    """Run, explain, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="explain from the folder of an earlier run")
    parser.add_argument("--json", type=Path, help="write the rows as JSON")
    parser.add_argument("--directory", type=Path, default=REPOSITORY / "benchmarks" / "results" / "real_trio")
    parser.add_argument("--cores", type=int, default=2)
    options = parser.parse_args()
    if not READS.is_dir():
        print(f"skipped: {READS} is not there")
        return 0
    if not (options.quick and (options.directory / "results" / "AJ").is_dir()):
        shutil.rmtree(options.directory, ignore_errors=True)
        print(f"whole chain: {run(options.directory, options.cores):.0f} s")
    rows = explain(options.directory)
    print(f"{'site':<22} {'status':<13} {'from whom':<26} {'child':<16} {'father':<16} {'mother':<16}")
    for row in rows:
        print(
            f"{row['site']:<22} {row['status']:<13} {row['inheritance']:<26} {row['proband']:<16} "
            f"{row['father']:<16} {row['mother']:<16}"
        )
    de_novo = [row["site"] for row in rows if row["status"] == "reported" and "de_novo" in row["reason"]]
    print(f"reported as de novo: {len(de_novo)} of {len(rows)}: {', '.join(de_novo)}")
    ranked = rankings(options.directory)
    print("\nrank, before the recheck, class, verdict of the reads")
    for row in ranked:
        print(
            f"{row['rank']:>4} {row['rank_before_recheck']:>4}  {row['site']:<40} {row['inheritance']:<24} "
            f"{row['status']:<10} {row['verdict']}"
        )
    called = [row for row in ranked if row["inheritance"] == "de_novo"]
    confirmed = [row for row in called if row["verdict"] == "confirmed_de_novo"]
    print(f"candidates called de novo: {len(called)}, confirmed in the reads: {len(confirmed)}")
    if options.json:
        options.json.write_text(json.dumps({"sites": rows, "ranking": ranked}, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
