"""Measure how well each gene of the panel was read in every member, exon by exon.

Counts well-placed molecules over the coding bases (and ten bases of splice site) of one transcript a gene: MANE
Select where the gene models mark one. The report names the genes and exons under 20 molecules: a variant there may
have been missed, and a parent's reference there proves nothing.

Examples:
  filiation panel-coverage --pedigree FAM.ped --panel resources/panels/deficience-intellectuelle.tsv \\
      --genes-gff3 results/reference/genes.gff3.gz --reads child.cram father.cram mother.cram \\
      --reference genome.fa --output FAM.gene_coverage.tsv
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation panel-coverage`."""
    parser.add_argument("--pedigree", required=True, help="PED file of the family")
    parser.add_argument("--panel", required=True, help="panel file of the pre-indication")
    parser.add_argument("--genes-gff3", required=True, help="gene models of prepare-reference")
    parser.add_argument(
        "--reads", required=True, nargs="+", metavar="CRAM", help="BAM or CRAM of the members, told apart by sample"
    )
    parser.add_argument("--reference", required=True, metavar="FASTA", help="reference that the reads lie on")
    parser.add_argument("--thresholds", metavar="YAML", help="thresholds of the recheck; default: the newest that ship")
    parser.add_argument("--blind-genes", metavar="TSV", help="genes that short reads cannot see; default: ours")
    parser.add_argument("--output", required=True, help="table gene_coverage/1 to write")


def main(options: argparse.Namespace) -> int:
    """Write the table."""
    from filiation.config import RESOURCES, recheck_thresholds_path
    from filiation.io.ped import read_pedigree
    from filiation.io.tables import read_table, write_table
    from filiation.model.report_tables import BLIND_GENES, GENE_COVERAGE
    from filiation.panels.load import load_panel
    from filiation.reads.coding_regions import gene_regions
    from filiation.reads.gene_coverage import gene_coverage
    from filiation.reads.recheck_family import match_reads
    from filiation.reads.recheck_thresholds import load_recheck_thresholds

    family = read_pedigree(options.pedigree)
    panel = load_panel(options.panel)
    thresholds = load_recheck_thresholds(options.thresholds or recheck_thresholds_path())
    blind = read_table(options.blind_genes or RESOURCES / "blind_genes.tsv", BLIND_GENES).rows
    wanted = [(gene.symbol, gene.hgnc_id) for gene in panel.genes.values()]
    regions = gene_regions(options.genes_gff3, wanted)
    rows = gene_coverage(
        family,
        wanted,
        regions,
        match_reads(family, options.reads),
        options.reference,
        thresholds.reads.mapping_quality_min,
        {row["gene"]: row["reason_fr"] for row in blind},
    )
    header = {
        "panel": f"{panel.label} sha256={panel.checksum}",
        "mapping_quality_min": f"{thresholds.reads.mapping_quality_min:g} [{thresholds.name}]",
        "genes": f"{len(regions)} of {len(wanted)} have a gene model",
    }
    write_table(options.output, GENE_COVERAGE, rows, header)
    print(f"panel-coverage: {len(regions)} of {len(wanted)} genes have a model", file=sys.stderr)
    return 0
