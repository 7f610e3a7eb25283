"""Take a stored BAM or CRAM as it is aligned, under the sheet's sample name.

Stops when the reads belong to another sample, lie on another genome, or are not sorted. Records that repeat
another exactly are dropped and counted; marks of duplicates are kept as they are.

Examples:
  filiation adopt-reads --reads HG002.bam --sample child --read-group-sample HG002 \\
      --reference results/reference/genome.fa --output results/FAM/alignment/child.cram \\
      --metrics results/FAM/alignment/child.alignment.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--reads", required=True, help="stored BAM or CRAM, sorted by coordinate")
    parser.add_argument("--sample", required=True, help="sample id of the sheet")
    parser.add_argument("--read-group-sample", help="SM in the file, when it is not the sample id")
    parser.add_argument("--reference", required=True, help="genome.fa of prepare-reference")
    parser.add_argument("--threads", type=int, default=1, help="threads (default: 1)")
    parser.add_argument("--output", required=True, help="CRAM to write, with .crai beside it")
    parser.add_argument("--metrics", required=True, help="table alignment/1 to write")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.adoption import adopt_reads

    report = adopt_reads(
        reads=options.reads,
        sample=options.sample,
        read_group_sample=options.read_group_sample,
        reference=options.reference,
        threads=max(1, options.threads),
        output=options.output,
        metrics=options.metrics,
    )
    print(
        f"{options.sample}: {report.records} records, {report.exact_duplicates} exact duplicates dropped, "
        f"{report.mates_elsewhere} mates on contigs the reference lacks, {report.without_read_group} without "
        "read group",
        file=sys.stderr,
    )
    return 0
