"""Filter with a reason for every removal, form compound pairs, judge the ACMG/AMP criteria, rank, put on shelves.

The panel labels and ranks; a gene off the panel is never excluded for that. Every removed record stands in the
table given by --removed with its reason; the candidates table says for each row why it was kept, the parts of its
score, and the rule that chose its shelf: A to discuss, B to look at, C archive. Nothing but the calls and the pedigree
is needed: without panel, HPO terms or any other source, the others decide, and the table says what was missing.

Examples:
  filiation prioritise --pedigree FAM.ped --variants FAM.annotated.bcf \\
      --panel resources/panels/deficience-intellectuelle.tsv \\
      --candidates FAM.candidates.tsv --removed FAM.removed.tsv --funnel FAM.funnel.tsv
  filiation prioritise --pedigree FAM.ped --variants FAM.annotated.bcf --structural FAM.sv.vcf.gz \\
      --gene-models genes.gff3.gz --candidates FAM.candidates.tsv --removed FAM.removed.tsv --funnel FAM.funnel.tsv
  filiation prioritise --pedigree FAM.ped --variants FAM.annotated.bcf --segments FAM.segments.tsv \\
      --quality FAM.quality.tsv --hpo-terms 'HP:0001250;HP:0001263' --reduced-penetrance SCN1A PCDH19 \\
      --candidates FAM.candidates.tsv --removed FAM.removed.tsv --funnel FAM.funnel.tsv
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filiation.calls.structural import StructuralCall
    from filiation.model.pedigree import Family
    from filiation.prioritisation.ranking import Ranking
    from filiation.scoring.model import ScoringModel


# Genes of a panel that the header names when the gene models cannot show them; `filiation genes --panel` lists all.
GAPS_NAMED = 50


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
    parser.add_argument("--scoring-model", help="thresholds; default: the newest that ships")
    parser.add_argument("--rank-weights", help="weights and shelf rules; default: the newest that ships")
    parser.add_argument("--acmg-table", help="criteria of ACMG/AMP; default: the newest that ships")
    parser.add_argument("--hpo-terms", default="", metavar="TERMS", help="HPO ids of the index case, separated by ;")
    parser.add_argument("--hpo-gene-diseases", metavar="TXT", help="gene-disease links of HPO; default: what ships")
    parser.add_argument("--gene-table", help="HGNC's table of genes; default: the one that ships")
    parser.add_argument("--genes-gff3", help="gene models: says which genes of the panel they cannot show")
    parser.add_argument(
        "--gene-facts",
        nargs="*",
        default=[],
        metavar="KIND=FILE",
        help="facts of genes; KIND is gnomad_constraint, clingen_dosage, clingen_validity, gencc or ddg2p",
    )
    parser.add_argument("--quality", help="quality table of the family: confirmed parentage makes PS2 of PM6")
    parser.add_argument(
        "--recheck",
        help="recheck table of the family: enters the rank, and a contradicted de novo counts no criterion",
    )
    parser.add_argument(
        "--clinvar-proteins", metavar="TXT", help="ClinVar's variant_summary.txt.gz, for PS1, PM1, PM5 and BP1"
    )
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


def _structural(
    options: argparse.Namespace, family: Family, model: ScoringModel
) -> tuple[list[tuple[str, StructuralCall]], list[dict[str, Any]]]:
    """(structural variants on one copy of the index case with each gene they hit, '' where none; their funnel)."""
    from filiation.calls.structural import MEANING, read_structural
    from filiation.errors import ConfigError
    from filiation.io.genes import load_genes
    from filiation.io.tables import funnel_rows

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
    return [*hit, *without], funnel_rows("structural", found.rows())


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    from filiation.config import RESOURCES, scoring_model_path
    from filiation.io.ped import read_pedigree
    from filiation.io.tables import read_table, write_table
    from filiation.model.columns import CANDIDATES, FUNNEL, REMOVED, SEGMENTS
    from filiation.prioritisation.candidates import prioritise
    from filiation.prioritisation.imprinting import load_imprinted
    from filiation.prioritisation.penetrance import Penetrance
    from filiation.scoring.model import load_scoring_model

    model = load_scoring_model(options.scoring_model or scoring_model_path())
    family = read_pedigree(options.pedigree, family=options.family)
    ranking, header = _ranking(options, family)
    structural, structural_funnel = _structural(options, family, model) if options.structural else ([], [])
    result = prioritise(
        options.variants,
        family,
        model,
        ranking,
        assembly=options.assembly,
        pseudoautosomal_bed=options.pseudoautosomal_bed,
        penetrance=Penetrance.of(options.reduced_penetrance).with_panel(ranking.genes.panel),
        imprinted=load_imprinted(options.imprinted_genes or RESOURCES / "imprinted_genes.tsv"),
        segments=read_table(options.segments, SEGMENTS).rows if options.segments else [],
        structural=structural,
    )
    header = {"scoring_model": f"{model.name} sha256={model.checksum}", **header, "shelves": result.shelves}
    if options.simulated:
        header["data"] = "données simulées"
    write_table(options.candidates, CANDIDATES, result.candidates, header)
    write_table(options.removed, REMOVED, result.removed, header)
    write_table(options.funnel, FUNNEL, [*result.funnel(), *structural_funnel], header)
    counts = result.counts
    print(
        f"prioritise: {counts['records_in']} records in, {counts['records_out']} candidates; rows: {result.shelves}",
        file=sys.stderr,
    )
    return 0


def _ranking(options: argparse.Namespace, family: Family) -> tuple[Ranking, dict[str, str]]:
    """Weights and tables, and the header lines that name them or say what was missing."""
    from filiation.acmg.protein_index import load_protein_index
    from filiation.acmg.table import load_acmg_table
    from filiation.config import acmg_table_path, gene_table_path, rank_weights_path
    from filiation.evidence.gene_facts import load_gene_facts, parse_gene_fact_file
    from filiation.genes.annotated import read_annotated_genes
    from filiation.genes.report import panel_gaps
    from filiation.genes.table import load_gene_table
    from filiation.io.tables import read_table
    from filiation.model.columns import QUALITY, RECHECK
    from filiation.panels.load import load_panel
    from filiation.phenotype.match import PhenotypeMatcher
    from filiation.prioritisation.evidence import genes_of_records
    from filiation.prioritisation.known_genes import GeneBook
    from filiation.prioritisation.parentage import Parentage, parentage_of
    from filiation.prioritisation.ranking import Ranking
    from filiation.prioritisation.shelves import TIE_RULE
    from filiation.prioritisation.weights import load_rank_weights

    weights = load_rank_weights(options.rank_weights or rank_weights_path())
    acmg = load_acmg_table(options.acmg_table or acmg_table_path())
    panel = load_panel(options.panel) if options.panel else None
    table = load_gene_table(options.gene_table or gene_table_path())
    facts = load_gene_facts([parse_gene_fact_file(text) for text in options.gene_facts])
    terms = [term.strip() for term in options.hpo_terms.split(";") if term.strip()]
    phenotype = PhenotypeMatcher(
        terms, gene_diseases=options.hpo_gene_diseases, genes=table, where="--hpo-terms of prioritise"
    )
    rechecked = {
        (f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}", row["inheritance"]): row
        for row in (read_table(options.recheck, RECHECK).rows if options.recheck else [])
    }
    parentage = parentage_of(family, read_table(options.quality, QUALITY).rows) if options.quality else Parentage()
    proteins = options.clinvar_proteins
    ranking = Ranking(
        weights,
        acmg,
        GeneBook(panel, table, facts, phenotype),
        parentage,
        {asked: row["agreement"] for asked, row in rechecked.items()},
        load_protein_index(proteins, genes_of_records(options.variants)) if proteins else None,
        {asked: row["verdict"] for asked, row in rechecked.items()},
    )
    header = {
        "rank_weights": f"{weights.name} sha256={weights.checksum}",
        "acmg_table": f"{acmg.name} sha256={acmg.checksum}",
        "gene_table": table.label,
        "gene_facts": ", ".join(sorted(facts.kinds)) or "none given",
        "phenotype": phenotype.note,
        "parentage": f"{parentage.state}: {parentage.text}",
        "reads": f"{len(rechecked)} candidates rechecked" if options.recheck else "not asked (no --recheck)",
        "tie_rule": TIE_RULE,
    }
    if panel:
        header["panel"] = f"{panel.label} {panel.header.get('status', '')} sha256={panel.checksum}"
        names = [gene.hgnc_id or gene.symbol for gene in panel.genes.values()]
        header["panel_genes"] = (
            panel_gaps(names, table, read_annotated_genes(options.genes_gff3, table), GAPS_NAMED)
            if options.genes_gff3
            else "not compared with gene models: none were given"
        )
    else:
        header["panel_note"] = "no panel was given: genes are not labelled"
    return ranking, header
