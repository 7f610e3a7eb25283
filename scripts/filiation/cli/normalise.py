"""Bring calls of any origin into one form: the family's members, one allele a record, left-aligned, checked.

The input is the family's joint VCF/BCF or one file per member. Every record that does not go on is counted
under its reason in the funnel.

Examples:
  filiation normalise --pedigree FAM.ped --variants joint.vcf.gz --reference genome.fa \\
      --output FAM.bcf --funnel FAM.funnel.tsv
  filiation normalise --pedigree FAM.ped --variants kid.vcf.gz dad.vcf.gz mum.vcf.gz \\
      --sample-name NA12878_S1=KID --output FAM.bcf --funnel FAM.funnel.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation normalise`."""
    parser.add_argument("--pedigree", required=True, help="PED file of the family")
    parser.add_argument("--variants", required=True, nargs="+", help="joint VCF/BCF, or one per member")
    parser.add_argument(
        "--sample-name",
        nargs="*",
        default=[],
        metavar="COLUMN=SAMPLE",
        help="column of the calls and sample id of the sheet, where they differ",
    )
    parser.add_argument("--reference", help="FASTA; without it, calls are split but not left-aligned or checked")
    parser.add_argument("--output", required=True, help="normalised BCF to write (with .csi)")
    parser.add_argument("--funnel", required=True, help="counts by reason, TSV to write")


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    from filiation.calls.normalise import normalise_calls
    from filiation.errors import ConfigError
    from filiation.io.ped import read_pedigree
    from filiation.io.tables import funnel_rows, write_table
    from filiation.model.columns import FUNNEL

    names: dict[str, str] = {}
    for item in options.sample_name:
        theirs, sign, ours = item.rpartition("=")
        if not sign or not theirs:
            raise ConfigError(f"--sample-name {item!r}", expected="COLUMN=SAMPLE", repair="write COLUMN=SAMPLE")
        names[theirs] = ours
    counts = normalise_calls(
        read_pedigree(options.pedigree),
        options.variants,
        options.output,
        sample_names=names,
        reference=options.reference,
    )
    header = {"left_aligned": "yes" if options.reference else "no"}
    write_table(options.funnel, FUNNEL, funnel_rows("normalise", counts.rows()), header)
    print(
        f"normalise: {counts.counts['records_in']} records in, {counts.counts['records_out']} out",
        file=sys.stderr,
    )
    return 0
