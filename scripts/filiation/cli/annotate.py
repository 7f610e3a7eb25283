"""Find consequences on genes and ClinVar's word for the records that survived the screen.

Nothing is removed here. Consequences come from bcftools csq with an Ensembl-style GFF3, or from the annotation
that the calls already carry (BCSQ, CSQ or ANN); ClinVar is matched on exact alleles.

Examples:
  filiation annotate --variants FAM.screened.bcf --consequences csq --reference genome.fa \\
      --genes-gff3 genes.gff3.gz --clinvar clinvar.vcf.gz --output FAM.annotated.bcf --funnel FAM.funnel.tsv
  filiation annotate --variants FAM.screened.bcf --consequences existing --output FAM.annotated.bcf \\
      --funnel FAM.funnel.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation annotate`."""
    parser.add_argument("--variants", required=True, help="screened BCF of the family")
    parser.add_argument(
        "--consequences",
        default="csq",
        choices=["csq", "existing", "none"],
        help="csq: bcftools csq; existing: BCSQ, CSQ or ANN of the input; none: no gene annotation",
    )
    parser.add_argument("--reference", help="FASTA, for csq")
    parser.add_argument("--genes-gff3", help="gene models, for csq")
    parser.add_argument("--clinvar", help="ClinVar VCF with its index")
    parser.add_argument("--output", required=True, help="annotated BCF to write (with .csi)")
    parser.add_argument("--funnel", required=True, help="counts, TSV to write")


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    from filiation.calls.annotate import annotate_calls
    from filiation.config import scoring_model_path
    from filiation.io.tables import funnel_rows, write_table
    from filiation.model.columns import FUNNEL
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(scoring_model_path())
    counts = annotate_calls(
        options.variants,
        options.output,
        consequences=options.consequences,
        reference=options.reference,
        genes_gff3=options.genes_gff3,
        clinvar_vcf=options.clinvar,
        min_records_for_verdict=int(model.threshold["min_markers_for_verdict"]),
    )
    write_table(options.funnel, FUNNEL, funnel_rows("annotate", counts.rows()))
    print(
        f"annotate: {counts.counts['records_out']} records, {counts.counts['with_consequence']} on a gene",
        file=sys.stderr,
    )
    return 0
