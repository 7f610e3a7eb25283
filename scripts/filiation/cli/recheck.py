"""Open every member's reads at each candidate and say whether they bear it out.

Verdicts: confirmed_de_novo, mosaic_parent_suspected (few alternate reads in one parent, more than error gives),
inherited_missed (a parent carries it, the calls missed that), confirmed (inherited, as called), not_covered (an
unread parent proves nothing), artefact_suspected. With the counts of all members, the likelihood ratios of a
mosaic parent, strand and position bias, and the parent of origin by read pairs. It rescues as well as rejects:
ask with --site for any allele, for example one that was removed because a parent was called with it.

Examples:
  filiation recheck --pedigree FAM.ped --candidates FAM.candidates.tsv --variants FAM.bcf \\
      --reads child.cram father.cram mother.cram --reference genome.fa --output FAM.recheck.tsv
  filiation recheck --pedigree FAM.ped --reads child.cram father.cram mother.cram --reference genome.fa \\
      --site chr2-165310406-G-A --output site.recheck.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation recheck`."""
    parser.add_argument("--pedigree", required=True, help="PED file of the family")
    parser.add_argument("--candidates", help="candidates table of the family (prioritise)")
    parser.add_argument("--site", nargs="+", default=[], metavar="CHROM-POS-REF-ALT", help="alleles asked as if new")
    parser.add_argument("--variants", metavar="BCF", help="normalised calls, for the parent of origin; none: unknown")
    parser.add_argument(
        "--reads", required=True, nargs="+", metavar="CRAM", help="BAM or CRAM of the members, told apart by sample"
    )
    parser.add_argument("--reference", required=True, metavar="FASTA", help="reference that the reads lie on")
    parser.add_argument(
        "--assembly", default="auto", choices=["auto", "GRCh38", "GRCh37", "other"], help="for the PAR tables"
    )
    parser.add_argument("--pseudoautosomal-bed", help="pseudoautosomal regions of another assembly")
    parser.add_argument("--thresholds", metavar="YAML", help="thresholds; default: the newest that ship")
    parser.add_argument("--simulated", action="store_true", help="label the output as simulated data")
    parser.add_argument("--output", help="recheck table to write; default: print it")


def main(options: argparse.Namespace) -> int:
    """Recheck the candidates and the sites asked for."""
    from filiation.config import recheck_thresholds_path
    from filiation.errors import ConfigError
    from filiation.io.ped import read_pedigree
    from filiation.io.tables import cells_of, read_table, write_table
    from filiation.io.vcf import pseudoautosomal_intervals
    from filiation.model.columns import CANDIDATES, RECHECK
    from filiation.prioritisation.explain import parse_site
    from filiation.reads.pileup import Allele
    from filiation.reads.recheck_family import match_reads, new_question, questions_of, recheck_family
    from filiation.reads.recheck_thresholds import load_recheck_thresholds
    from filiation.reads.reference import read_contigs

    if not options.candidates and not options.site:
        raise ConfigError("nothing to recheck", expected="--candidates or --site", repair="give one of them, or both")
    family = read_pedigree(options.pedigree)
    thresholds = load_recheck_thresholds(options.thresholds or recheck_thresholds_path())
    asked = questions_of(read_table(options.candidates, CANDIDATES).rows) if options.candidates else {}
    for text in options.site:
        asked.setdefault(Allele(*parse_site(text).key), new_question())
    regions = pseudoautosomal_intervals(options.assembly, read_contigs(options.reference), options.pseudoautosomal_bed)
    rows = recheck_family(
        family,
        asked,
        match_reads(family, options.reads),
        options.reference,
        options.variants,
        thresholds,
        regions,
    )
    header = {"thresholds": f"{thresholds.name} sha256={thresholds.checksum}"}
    if options.simulated:
        header["data"] = "données simulées"
    if options.output:
        write_table(options.output, RECHECK, rows, header)
    else:
        print("\t".join(RECHECK.names))
        for row in rows:
            print("\t".join(cells_of(row, RECHECK)))
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in {row["verdict"] for row in rows}}
    print("recheck: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())), file=sys.stderr)
    return 0
