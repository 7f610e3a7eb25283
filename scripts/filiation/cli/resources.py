"""Compile population frequencies once, so that the screen looks them up while it scores; show what a file holds.

`compile` turns one or several VCF (one per contig, say) into a checksummed side-car of at most 6 bytes an allele.
Any INFO field can be the frequency. Regions given with --coverage are those that the source has looked at: outside
them an allele is `not_covered`, which is not `not_found`. `status` reads the whole side-car and compares every byte
with its checksum.

Examples:
  filiation resources compile --vcf gnomad.genomes.v4.1.sites.chr*.vcf.bgz --name gnomad4.1 --af AF_joint \\
      --output gnomad4.1.filfreq
  filiation resources compile --vcf cohort.vcf.gz --name cohort2026 --hemizygotes AC_XY --coverage callable.bed \\
      --output cohort2026.filfreq
  filiation resources status gnomad4.1.filfreq
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation resources`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="compile|status")
    build = actions.add_parser("compile", help="make a side-car from VCF or BCF", allow_abbrev=False)
    build.add_argument("--vcf", nargs="+", required=True, help="VCF or BCF, sorted; several: one for each contig")
    build.add_argument("--name", required=True, help="name and release, as the report shows it: gnomad4.1")
    build.add_argument("--af", default="AF", help="INFO field of the allele frequency (default AF)")
    build.add_argument(
        "--homozygotes", help="INFO field of the homozygote count (default nhomalt, where the header declares it)"
    )
    build.add_argument("--hemizygotes", help="INFO field of the hemizygote count on X and Y: AC_XY, AC_Hemi")
    build.add_argument("--coverage", help="BED or VCF of the regions that the source has looked at")
    build.add_argument("--output", required=True, help="side-car to write (.filfreq)")
    status = actions.add_parser("status", help="check a side-car byte by byte and show its header", allow_abbrev=False)
    status.add_argument("files", nargs="+", help="side-cars")


def _compile(options: argparse.Namespace) -> int:
    from filiation.frequencies.compile import compile_source
    from filiation.frequencies.report import header_lines
    from filiation.frequencies.source import DEFAULT_HOMOZYGOTES, Fields

    header = compile_source(
        options.vcf,
        options.name,
        options.output,
        fields=Fields(options.af, options.homozygotes or DEFAULT_HOMOZYGOTES, options.hemizygotes),
        optional_homozygotes=options.homozygotes is None,
        coverage=options.coverage,
        progress=lambda line: print(f"resources: {line}", file=sys.stderr),
    )
    for line in header_lines(header):
        print(line, file=sys.stderr)
    return 0


def _status(options: argparse.Namespace) -> int:
    from filiation.frequencies.layout import verify
    from filiation.frequencies.report import header_lines
    from filiation.io.files import require_file

    for path in options.files:
        header = verify(require_file(path, "compiled frequencies"))
        print(f"{path}: whole")
        for line in header_lines(header):
            print(f"  {line}")
    return 0


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    return _compile(options) if options.action == "compile" else _status(options)
