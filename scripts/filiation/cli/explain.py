"""Say what became of given sites: reported, removed by which rule, not called, or not callable.

For each site: from whom the allele comes as the genotypes say (inherited from father, mother or both, homozygous
in all, absent from both parents, a parent without data), the rule that removed it with its threshold, or why
nothing was called (the reference is N, the same change is written otherwise, no evidence). The rules are run
again on the records at the sites; give the tables of `prioritise` for what came after the screen.

Examples:
  filiation explain --pedigree FAM.ped --variants FAM.bcf --site 1-15752321-TCTGA-T 1-155036260-C-T
  filiation explain --pedigree FAM.ped --variants results/FAM/normalised/FAM.bcf --sites candidates.vcf.gz \\
      --candidates results/FAM/prioritisation/FAM.candidates.tsv \\
      --removed results/FAM/prioritisation/FAM.removed.tsv \\
      --reference results/reference/genome.fa --output explained.tsv
"""

from __future__ import annotations

import argparse
import sys

from filiation.cli.screen import add_screen_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation explain`."""
    add_screen_arguments(parser)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--site", nargs="+", metavar="CHROM-POS-REF-ALT", help="sites to explain")
    asked.add_argument("--sites", metavar="VCF", help="sites to explain, as a VCF")
    parser.add_argument("--candidates", help="candidates table of the family")
    parser.add_argument("--removed", help="removed table of the family")
    parser.add_argument("--reference", help="FASTA, to tell N from an unremarkable base")
    parser.add_argument(
        "--reads",
        nargs="*",
        default=[],
        metavar="CRAM",
        help="reads of proband, father, mother, counted where uncalled",
    )
    parser.add_argument("--output", help="explanation table to write; default: print it")


def main(options: argparse.Namespace) -> int:
    """Explain the sites."""
    from filiation.calls.frequencies import parse_source
    from filiation.config import scoring_model_path
    from filiation.io.ped import read_pedigree
    from filiation.io.tables import write_table
    from filiation.model.columns import EXPLANATION
    from filiation.prioritisation.explain import explain_sites, parse_site, read_sites
    from filiation.scoring.model import load_scoring_model

    sites = [parse_site(text) for text in options.site] if options.site else read_sites(options.sites)
    rows = explain_sites(
        sites,
        options.variants,
        read_pedigree(options.pedigree),
        load_scoring_model(options.scoring_model or scoring_model_path()),
        [parse_source(text) for text in options.frequency],
        candidates=options.candidates,
        removed=options.removed,
        reference=options.reference,
        reads=options.reads,
        assembly=options.assembly,
        pseudoautosomal_bed=options.pseudoautosomal_bed,
    )
    if options.output:
        write_table(options.output, EXPLANATION, rows)
    else:
        names = EXPLANATION.names
        print("\t".join(names))
        for row in rows:
            print("\t".join("." if row.get(name) in (None, "") else str(row[name]) for name in names))
    counts = {status: sum(row["status"] == status for row in rows) for status in {row["status"] for row in rows}}
    print("explain: " + ", ".join(f"{count} {status}" for status, count in sorted(counts.items())), file=sys.stderr)
    return 0
