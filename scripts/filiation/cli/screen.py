"""Score the trio and look up population frequencies over all records; keep the rare and informative ones.

One pass over the calls, VCF or BCF, normalised or as a caller wrote them: a record of several alternate alleles is
scored, counted and written as one of each, as `filiation normalise` splits it. For each record: genotype likelihoods
(PL, else GL, else AD, else GQ), the de novo posterior, what each member shows of the allele, the inheritance patterns
that remain, and the frequency in every configured source. Each removed record is counted under its reason. A parent
without data is unknown and excludes nothing.

Examples:
  filiation screen --pedigree FAM.ped --variants FAM.bcf --output FAM.screened.bcf --funnel FAM.funnel.tsv
  filiation screen --pedigree FAM.ped --variants FAM.bcf --frequency gnomad4.1=gnomad4.1.filfreq \\
      --output FAM.screened.bcf --funnel FAM.funnel.tsv
  filiation screen --pedigree FAM.ped --variants FAM.bcf --frequency gnomad4.1=gnomad.vcf.gz,af=AF_joint \\
      --output FAM.screened.bcf --funnel FAM.funnel.tsv
"""

from __future__ import annotations

import argparse
import gc
import sys


def add_screen_arguments(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Options that `screen` and `explain` share; `required`: the family's files must be named."""
    parser.add_argument("--pedigree", required=required, help="PED file of the family")
    parser.add_argument("--variants", required=required, help="calls of the family: BCF or VCF, sorted")
    parser.add_argument(
        "--frequency",
        nargs="*",
        default=[],
        metavar="NAME=FILE[,af=FIELD][,homozygotes=FIELD][,hemizygotes=FIELD]",
        help="population frequencies: side-car of `filiation resources compile`, which is fast, or VCF or BCF with "
        "index; none: every variant is 'not_annotated'",
    )
    parser.add_argument(
        "--assembly", default="auto", choices=["auto", "GRCh38", "GRCh37", "other"], help="for the PAR tables"
    )
    parser.add_argument("--pseudoautosomal-bed", help="pseudoautosomal regions of another assembly")
    parser.add_argument("--scoring-model", help="thresholds and weights; default: the newest that ships")
    parser.add_argument(
        "--reduced-penetrance",
        nargs="*",
        default=[],
        metavar="GENE",
        help="genes in which a healthy parent may carry a dominant or X-linked allele; `panel`: every gene of the "
        "panel; `all`: every gene",
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation screen`."""
    add_screen_arguments(parser)
    parser.add_argument("--family", help="family of a PED file that holds several")
    parser.add_argument("--output", required=True, help="BCF of the survivors to write (with .csi)")
    parser.add_argument("--threads", type=int, default=2, help="threads that decompress and score (default: 2)")
    parser.add_argument("--funnel", required=True, help="counts by reason, TSV to write")
    parser.add_argument(
        "--reference",
        help="FASTA with .fai, for the CpG and repeat context of what looks new; without it, averages over contexts",
    )
    parser.add_argument("--excluded", help="reason of every removed record, compressed TSV to write (.tsv.gz)")


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    # Importing makes 300,000 objects that stay: looking through them for garbage takes longer than any module.
    gc.disable()
    from filiation.calls.frequencies import parse_source
    from filiation.io.ped import read_pedigree
    from filiation.io.raw.batches import read_file_header
    from filiation.io.raw.site_fields import declared_fields
    from filiation.io.tables import funnel_rows, write_table
    from filiation.model.columns import FUNNEL
    from filiation.scoring.model import load_scoring_model
    from filiation.scoring.screen import screen_calls

    gc.freeze()
    gc.enable()
    # The two modules are imported when asked for: they bring a third of the time that starting takes.
    if not options.scoring_model:
        from filiation.config import scoring_model_path

        options.scoring_model = scoring_model_path()
    model = load_scoring_model(options.scoring_model)
    if options.reduced_penetrance:
        from filiation.prioritisation.penetrance import Penetrance, screen_model

        model = screen_model(model, Penetrance.of(options.reduced_penetrance))
    result = screen_calls(
        options.variants,
        read_pedigree(options.pedigree, family=options.family),
        model,
        [parse_source(text) for text in options.frequency],
        options.output,
        assembly=options.assembly,
        pseudoautosomal_bed=options.pseudoautosomal_bed,
        threads=max(1, options.threads),
        excluded=options.excluded,
        reference=options.reference,
    )
    header = {
        "scoring_model": f"{model.name} sha256={model.checksum}",
        "mutation_context": "from the reference" if options.reference else "average over contexts (no --reference)",
        "site_evidence": declared_fields(read_file_header(options.variants)),
    }
    write_table(options.funnel, FUNNEL, funnel_rows("screen", result.rows(model)), header)
    counts = result.counts
    print(f"screen: {counts['records_in']} records in, {counts['records_out']} out", file=sys.stderr)
    return 0
