"""Find what is known of the records that survived the screen: consequences, names, scores, ClinVar.

Nothing is removed here. Consequences come from bcftools csq with an Ensembl-style GFF3, or from the annotation
that the calls already carry (BCSQ, CSQ or ANN); they are told on MANE Select first, with HGVS names. Every other source
is optional: one that is not given shows as not_annotated, never as zero. docs/annotation.md tells of each.

Examples:
  filiation annotate --variants FAM.screened.bcf --consequences csq --reference genome.fa \\
      --genes-gff3 genes.gff3.gz --clinvar clinvar.vcf.gz --output FAM.annotated.bcf --funnel FAM.funnel.tsv
  filiation annotate --variants FAM.screened.bcf --consequences csq --reference genome.fa \\
      --genes-gff3 genes.gff3.gz --mane MANE.GRCh38.v1.5.summary.txt.gz \\
      --score CADD-1.7=cadd,whole_genome_SNVs.tsv.gz SpliceAI-1.3=spliceai,spliceai.masked.vcf.gz \\
      --region LCR=low_complexity,LCR-hs38.bed.gz --in-house lab=lab.vcf.gz,af=Frq,carriers=Obs \\
      --output FAM.annotated.bcf --funnel FAM.funnel.tsv --shares FAM.shares.tsv --previous-shares last.shares.tsv
  filiation annotate --variants FAM.screened.bcf --consequences existing --output FAM.annotated.bcf \\
      --funnel FAM.funnel.tsv
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filiation.evidence.collect import EvidenceSources

# Disagreements that are told in full; the funnel counts them all.
_TOLD = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation annotate`."""
    parser.add_argument("--variants", required=True, help="screened BCF of the family")
    parser.add_argument(
        "--consequences",
        default="csq",
        choices=["csq", "existing", "none"],
        help="csq: bcftools csq; existing: BCSQ, CSQ or ANN of the input; none: no gene annotation",
    )
    parser.add_argument("--reference", help="FASTA, for csq and for HGVS names")
    parser.add_argument("--genes-gff3", help="gene models, for csq and for HGVS names")
    parser.add_argument("--mane", help="MANE summary table: status and RefSeq names of transcripts")
    parser.add_argument("--clinvar", help="ClinVar VCF with its index")
    parser.add_argument(
        "--score", nargs="*", default=[], metavar="NAME=KIND,FILE", help="cadd, revel, spliceai or alphamissense"
    )
    parser.add_argument(
        "--region", nargs="*", default=[], metavar="NAME=KIND,BED", help="low_complexity or segmental_duplication"
    )
    parser.add_argument("--artefacts", help="list of recurrent artefacts, TSV: chrom, pos, ref, alt, entry")
    parser.add_argument(
        "--in-house",
        nargs="*",
        default=[],
        metavar="NAME=VCF,af=FIELD,…",
        help="the laboratory's own families: af, carriers, families name INFO fields",
    )
    parser.add_argument(
        "--faf",
        nargs="*",
        default=[],
        metavar="NAME=VCF,faf=FIELD,…",
        help="a population in full: faf (filtering allele frequency), groups (frequency by group, * for the group), "
        "alleles (chromosomes counted) name INFO fields; coverage names a table of the depth at each site",
    )
    parser.add_argument("--noncoding-genes", help="genes whose RNA causes a disease; default: the table that ships")
    parser.add_argument("--family", default="", help="family id, left out of the counts of --in-house")
    parser.add_argument("--output", required=True, help="annotated BCF to write (with .csi)")
    parser.add_argument("--funnel", required=True, help="counts, TSV to write")
    parser.add_argument("--shares", help="share of the records that each source knows, TSV to write")
    parser.add_argument(
        "--previous-shares", help="such a table of an earlier run: a source that vanished stops this one"
    )


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    from filiation.calls.annotate import annotate_calls
    from filiation.config import scoring_model_path
    from filiation.evidence.shares import compare_shares, require_no_loss
    from filiation.io.tables import funnel_rows, read_table, write_table
    from filiation.model.columns import ANNOTATION_SHARES, FUNNEL
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(scoring_model_path())
    previous = read_table(options.previous_shares, ANNOTATION_SHARES).rows if options.previous_shares else None
    result = annotate_calls(
        options.variants,
        options.output,
        consequences=options.consequences,
        reference=options.reference,
        genes_gff3=options.genes_gff3,
        clinvar_vcf=options.clinvar,
        sources=_sources(options),
        min_records_for_verdict=int(model.threshold["min_markers_for_verdict"]),
    )
    told = compare_shares(result.shares, previous) if previous is not None else []
    if options.shares:
        write_table(options.shares, ANNOTATION_SHARES, result.shares)
    write_table(options.funnel, FUNNEL, funnel_rows("annotate", result.rows()))
    for line in told:
        print(f"annotate: {line}", file=sys.stderr)
    for item in result.differ[:_TOLD]:
        print(
            f"annotate: {item.transcript} {item.allele}: {item.ours}, the second engine {item.theirs}", file=sys.stderr
        )
    counts = result.counts
    print(f"annotate: {counts['records_out']} records, {counts['with_consequence']} on a gene", file=sys.stderr)
    require_no_loss(result.shares, options.variants)
    return 0


def _sources(options: argparse.Namespace) -> EvidenceSources:
    """The sources of the command line."""
    from filiation.config import noncoding_genes_path, refget_path
    from filiation.evidence.collect import EvidenceSources
    from filiation.evidence.populations import parse_count_source
    from filiation.evidence.regions import parse_region_file
    from filiation.evidence.scores import parse_score_file

    return EvidenceSources(
        mane_summary=options.mane,
        noncoding_genes=options.noncoding_genes or noncoding_genes_path(),
        refget=refget_path(),
        scores=[parse_score_file(text) for text in options.score],
        regions=[parse_region_file(text) for text in options.region],
        artefacts=options.artefacts,
        inhouse=[parse_count_source(text, "--in-house") for text in options.in_house],
        faf=[parse_count_source(text, "--faf") for text in options.faf],
        family=options.family,
    )
