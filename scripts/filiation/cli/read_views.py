"""Take the reads of every member around each candidate, packed for the report's picture.

The report draws index case, father and mother one above the other on one axis, alternate reads first. The molecules
and their alleles are those of `filiation recheck`. A member without reads keeps a row that says so.

Examples:
  filiation read-views --pedigree FAM.ped --candidates FAM.candidates.tsv \\
      --reads child.cram father.cram mother.cram --reference genome.fa --output FAM.read_views.tsv
  filiation read-views --pedigree FAM.ped --candidates FAM.candidates.tsv --most 50 \\
      --reads child.bam --reference genome.fa --output FAM.read_views.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation read-views`."""
    parser.add_argument("--pedigree", required=True, help="PED file of the family")
    parser.add_argument("--candidates", required=True, help="candidates table of the family (prioritise)")
    parser.add_argument(
        "--reads", required=True, nargs="+", metavar="CRAM", help="BAM or CRAM of the members, told apart by sample"
    )
    parser.add_argument("--reference", required=True, metavar="FASTA", help="reference that the reads lie on")
    parser.add_argument("--most", type=int, default=200, help="best candidates to take (default 200)")
    parser.add_argument("--thresholds", metavar="YAML", help="thresholds of the recheck; default: the newest that ship")
    parser.add_argument("--simulated", action="store_true", help="label the output as simulated data")
    parser.add_argument("--output", required=True, help="table to write")


def main(options: argparse.Namespace) -> int:
    """Write the table."""
    from filiation.config import recheck_thresholds_path
    from filiation.io.ped import read_pedigree
    from filiation.io.tables import read_table, write_table
    from filiation.model.columns import CANDIDATES
    from filiation.model.report_tables import READ_VIEWS
    from filiation.reads.pileup import Allele
    from filiation.reads.read_view import read_views
    from filiation.reads.recheck_family import match_reads
    from filiation.reads.recheck_thresholds import load_recheck_thresholds

    family = read_pedigree(options.pedigree)
    thresholds = load_recheck_thresholds(options.thresholds or recheck_thresholds_path())
    candidates = read_table(options.candidates, CANDIDATES).rows
    alleles = list(dict.fromkeys(Allele(row["chrom"], row["pos"], row["ref"], row["alt"]) for row in candidates))
    taken = alleles[: options.most]
    rows = read_views(family, taken, match_reads(family, options.reads), options.reference, thresholds.reads)
    header = {
        "thresholds": f"{thresholds.name} sha256={thresholds.checksum}",
        "taken": f"{len(taken)} of {len(alleles)} candidate alleles",
    }
    if options.simulated:
        header["data"] = "données simulées"
    write_table(options.output, READ_VIEWS, rows, header)
    print(f"read-views: {len(taken)} of {len(alleles)} alleles, {len(family.members)} members", file=sys.stderr)
    return 0
