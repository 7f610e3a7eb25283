"""Filter with a reason for every removal, form compound pairs, apply the panel, rank.

The panel labels and ranks; a gene off the panel is never excluded for that. Every removed record stands in the
table given by --removed with its reason; the candidates table says for each row why it was kept.

Examples:
  filiation prioritise --pedigree FAM.ped --variants FAM.annotated.bcf \\
      --panel resources/panels/deficience-intellectuelle.tsv \\
      --candidates FAM.candidates.tsv --removed FAM.removed.tsv --funnel FAM.funnel.tsv
  filiation prioritise --pedigree FAM.ped --variants FAM.annotated.bcf --structural FAM.sv.vcf.gz \\
      --gene-models genes.gff3.gz --candidates FAM.candidates.tsv --removed FAM.removed.tsv --funnel FAM.funnel.tsv
  filiation prioritise --pedigree FAM.ped --variants FAM.annotated.bcf --segments FAM.segments.tsv \\
      --reduced-penetrance SCN1A PCDH19 \\
      --candidates FAM.candidates.tsv --removed FAM.removed.tsv --funnel FAM.funnel.tsv
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filiation.calls.structural import StructuralCall
    from filiation.model.pedigree import Family
    from filiation.scoring.model import ScoringModel


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation prioritise`."""
    parser.add_argument("--pedigree", required=True, help="PED file of the family, or of several with --family")
    parser.add_argument("--family", help="family of a PED file that holds several")
    parser.add_argument("--variants", required=True, help="annotated BCF of the family")
    parser.add_argument("--panel", help="panel file of the pre-indication; none: genes are not labelled")
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
    parser.add_argument("--segments", help="segments table of the family, to name a uniparental disomy")
    parser.add_argument(
        "--structural", metavar="VCF", help="structural calls of the family, as other halves of compound pairs"
    )
    parser.add_argument(
        "--gene-models", metavar="GFF3", help="genes and exons for --structural: GFF3, or BED with the gene in column 4"
    )
    parser.add_argument("--imprinted-genes", help="table of imprinted genes; default: the one that ships")
    parser.add_argument("--simulated", action="store_true", help="label the outputs as simulated data")
    parser.add_argument("--candidates", required=True, help="ranked candidates, TSV to write")
    parser.add_argument("--removed", required=True, help="removed records with their reasons, TSV to write")
    parser.add_argument("--funnel", required=True, help="counts by reason, TSV to write")


def _structural(options: argparse.Namespace, family: Family, model: ScoringModel) -> list[tuple[str, StructuralCall]]:
    """Every structural variant on one copy of the index case with each gene it hits, '' where it hits none."""
    from filiation.calls.structural import MEANING, read_structural
    from filiation.errors import ConfigError
    from filiation.io.genes import load_genes

    if not options.gene_models:
        raise ConfigError(
            "--structural without --gene-models",
            expected="the genes that structural variants may hit",
            repair="give --gene-models GFF3 (that of annotation.gff3) or a BED of exons",
        )
    found = read_structural(options.structural, family, model.threshold["min_genotype_quality"])
    hit = found.by_gene(load_genes(options.gene_models))
    told = ", ".join(f"{found.counts[reason]} {reason}" for reason in MEANING if found.counts[reason])
    print(f"prioritise: structural calls: {told}, {len(hit)} hits of genes", file=sys.stderr)
    without = [("", call) for call in found.calls if call not in {one for _, one in hit}]
    return [*hit, *without]


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    from filiation.config import RESOURCES, scoring_model_path
    from filiation.io.ped import read_pedigree
    from filiation.io.tables import funnel_rows, read_table, write_table
    from filiation.model.columns import CANDIDATES, FUNNEL, REMOVED, SEGMENTS
    from filiation.panels.load import load_panel
    from filiation.prioritisation.candidates import prioritise
    from filiation.prioritisation.imprinting import load_imprinted
    from filiation.prioritisation.penetrance import Penetrance
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(options.scoring_model or scoring_model_path())
    panel = load_panel(options.panel) if options.panel else None
    family = read_pedigree(options.pedigree, family=options.family)
    result = prioritise(
        options.variants,
        family,
        model,
        panel,
        assembly=options.assembly,
        pseudoautosomal_bed=options.pseudoautosomal_bed,
        penetrance=Penetrance.of(options.reduced_penetrance).with_panel(panel),
        imprinted=load_imprinted(options.imprinted_genes or RESOURCES / "imprinted_genes.tsv"),
        segments=read_table(options.segments, SEGMENTS).rows if options.segments else [],
        structural=_structural(options, family, model) if options.structural else [],
    )
    header = {"scoring_model": f"{model.name} sha256={model.checksum}"}
    if panel:
        header["panel"] = f"{panel.label} {panel.header.get('status', '')} sha256={panel.checksum}"
    if options.simulated:
        header["data"] = "données simulées"
    write_table(options.candidates, CANDIDATES, result.candidates, header)
    write_table(options.removed, REMOVED, result.removed, header)
    write_table(options.funnel, FUNNEL, funnel_rows("prioritise", result.rows()), header)
    counts = result.counts
    print(f"prioritise: {counts['records_in']} records in, {counts['records_out']} candidates", file=sys.stderr)
    return 0
