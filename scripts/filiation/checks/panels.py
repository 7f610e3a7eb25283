"""Which genes of a family's panel can the gene models never show?

Such a gene gets no consequence, so that nothing can be found in it: a laboratory must know before it reads a report
as negative. The gene models are read whole, hence with --deep only.
"""

from __future__ import annotations

from filiation.checks.result import CheckedFile, CheckReport, Progress, tell_long
from filiation.config import RunConfig, gene_table_path, panels_folder
from filiation.errors import UserError
from filiation.genes.annotated import read_annotated_genes
from filiation.genes.report import panel_gaps
from filiation.genes.table import load_gene_table
from filiation.io.reference_check import ReferenceSummary
from filiation.panels.load import load_panel, panel_path

_SHOWN = 20


def check_panel_genes(
    report: CheckReport,
    config: RunConfig,
    reference: ReferenceSummary | None,
    *,
    deep: bool,
    progress: Progress,
) -> None:
    """Add a note for each panel of the sheet: the genes that are not analysable, each with the reason."""
    gff3 = config.reference.genes_gff3
    wanted = sorted({family.pre_indication for family in report.sheet.families.values() if family.pre_indication})
    if not (deep and gff3 and wanted):
        return
    tell_long(progress, "reference.genes_gff3", gff3)
    try:
        table = load_gene_table(gene_table_path(config))
        annotated = read_annotated_genes(gff3, table, reference.contigs if reference else None)
    except UserError:
        # Told where the gene table and the gene models themselves are checked.
        return
    for pre_indication in wanted:
        try:
            path = panel_path(panels_folder(config), pre_indication)
            names = [gene.hgnc_id or gene.symbol for gene in load_panel(path).genes.values()]
        except UserError as fault:
            report.add(CheckedFile(pre_indication, "panel", "pre_indication", [fault]))
            continue
        report.add(CheckedFile(str(path), "panel", "pre_indication", [], [panel_gaps(names, table, annotated, _SHOWN)]))
