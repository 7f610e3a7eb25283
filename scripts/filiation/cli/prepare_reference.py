"""Check the reference genome and put it, indexed, into our own folder.

Writes genome.fa (a link to a plain FASTA, or a decompressed copy), genome.fa.fai, genome.dict and, with gene
models, genes.gff3.gz under the genome's contig names. Nothing is written beside your files. Indexes of bwa or
bwa-mem2 that stand beside your FASTA and are newer than it are linked, not built again.

Examples:
  filiation prepare-reference --fasta GRCh38.fa --output-dir results/reference
  filiation prepare-reference --fasta GRCh38.fa.gz --assembly GRCh38 --genes-gff3 ensembl.gff3.gz \\
      --output-dir results/reference
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--fasta", required=True, help="reference genome: plain, gzip or bgzip FASTA")
    parser.add_argument(
        "--assembly",
        choices=["auto", "GRCh38", "GRCh37", "other"],
        default="auto",
        help="build; auto reads it from the contig lengths, which any other value must match (default: auto)",
    )
    parser.add_argument("--genes-gff3", help="gene models, GFF3 in Ensembl style")
    parser.add_argument("--output-dir", required=True, help="folder for genome.fa and its indexes")


def main(options: argparse.Namespace) -> int | None:
    """Run the command."""
    from filiation.reads.gene_models import prepare_gene_models
    from filiation.reads.reference import prepare_genome

    prepared = prepare_genome(options.fasta, options.assembly, options.output_dir)
    print(
        f"reference: {len(prepared.lengths)} contigs, {sum(prepared.lengths.values())} bases, assembly "
        f"{prepared.assembly}; aligner indexes reused: {', '.join(prepared.reused_indexes) or 'none'}",
        file=sys.stderr,
    )
    if options.genes_gff3:
        models = prepare_gene_models(options.genes_gff3, prepared.lengths, Path(options.output_dir) / "genes.gff3.gz")
        print(
            f"gene models: {models.transcripts} transcripts, {models.coding_transcripts} coding; left out: "
            f"{models.other_contigs.total()} features on {len(models.other_contigs)} contigs that the genome "
            f"lacks, {models.beyond_contig} transcripts that end beyond their contig",
            file=sys.stderr,
        )
    return 0
