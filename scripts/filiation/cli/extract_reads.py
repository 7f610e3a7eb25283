"""Turn a stored BAM or CRAM into the FASTQ pair that it came from.

Primary alignments only, turned back to the strand that was read; exact duplicate records (windows extracted
twice) are dropped; reads whose mate is not in the file are dropped. Every drop is counted under its reason in
the metrics table, and records read = 2 x pairs + dropped is proven before the FASTQ files appear.

Examples:
  filiation extract-reads --reads child.bam --sample CHILD --fastq-1 CHILD_1.fastq.gz \\
      --fastq-2 CHILD_2.fastq.gz --metrics CHILD.extraction.tsv
  filiation extract-reads --reads child.cram --reference genome.fa --sample CHILD --read-group-sample HG002 \\
      --fastq-1 CHILD_1.fastq.gz --fastq-2 CHILD_2.fastq.gz --metrics CHILD.extraction.tsv
"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--reads", required=True, help="stored reads, BAM or CRAM, sorted by coordinate")
    parser.add_argument("--sample", required=True, help="sample id of the sheet")
    parser.add_argument("--read-group-sample", help="SM that the reads carry, when it is not the sample id")
    parser.add_argument("--reference", help="FASTA that a CRAM was written with")
    parser.add_argument("--fastq-1", required=True, help="first reads, to be written")
    parser.add_argument("--fastq-2", required=True, help="second reads, to be written")
    parser.add_argument("--metrics", required=True, help="table of counts by reason, to be written")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.io.extract_reads import extract_reads

    result = extract_reads(
        options.reads,
        options.fastq_1,
        options.fastq_2,
        options.metrics,
        sample=options.sample,
        read_group_sample=options.read_group_sample,
        reference=options.reference,
    )
    print("\n".join(result.lines()))
    return 0
