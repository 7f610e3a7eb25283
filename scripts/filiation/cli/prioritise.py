"""Filter with a reason for every removal, form compound pairs, apply the panel, rank.

The panel labels and ranks; a gene off the panel is never excluded for that. Every removed record stands in the
table given by --removed with its reason; the candidates table says for each row why it was kept.

Examples:
  filiation prioritise --pedigree FAM.ped --variants FAM.annotated.bcf \\
      --panel resources/panels/deficience-intellectuelle.tsv \\
      --candidates FAM.candidates.tsv --removed FAM.removed.tsv --funnel FAM.funnel.tsv
  filiation prioritise --pedigree FAM.ped --variants FAM.annotated.bcf --segments FAM.segments.tsv \\
      --reduced-penetrance SCN1A PCDH19 \\
      --candidates FAM.candidates.tsv --removed FAM.removed.tsv --funnel FAM.funnel.tsv
"""

from __future__ import annotations

import argparse
import sys


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
    parser.add_argument("--imprinted-genes", help="table of imprinted genes; default: the one that ships")
    parser.add_argument("--simulated", action="store_true", help="label the outputs as simulated data")
    parser.add_argument("--candidates", required=True, help="ranked candidates, TSV to write")
    parser.add_argument("--removed", required=True, help="removed records with their reasons, TSV to write")
    parser.add_argument("--funnel", required=True, help="counts by reason, TSV to write")


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
    result = prioritise(
        options.variants,
        read_pedigree(options.pedigree, family=options.family),
        model,
        panel,
        assembly=options.assembly,
        pseudoautosomal_bed=options.pseudoautosomal_bed,
        penetrance=Penetrance.of(options.reduced_penetrance).with_panel(panel),
        imprinted=load_imprinted(options.imprinted_genes or RESOURCES / "imprinted_genes.tsv"),
        segments=read_table(options.segments, SEGMENTS).rows if options.segments else [],
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
