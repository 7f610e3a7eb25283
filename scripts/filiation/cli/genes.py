"""Which gene is this? Says for every name what HGNC calls it today, by its id.

Steps, letter for letter: HGNC id, approved symbol, previous symbol, alias symbol, withdrawn symbol. A name that
several genes bear is ambiguous; 2-Sep, 1-mars or 44805 is a name that a spreadsheet has rewritten; another case or a
stray space is unknown. Nothing is guessed: such names come with the genes to choose from, and the command ends with 2.
With --gff3 it also says which genes the gene models cannot show.

Examples:
  filiation genes BRCA1 C5orf42 SEPT9 2-Sep
  filiation genes --file genes.txt --output genes.tsv
  filiation genes --panel resources/panels/deficience-intellectuelle.tsv --gff3 Homo_sapiens.GRCh38.116.gff3.gz
  filiation genes --file genes.txt --gff3 Homo_sapiens.GRCh38.116.gff3.gz --table hgnc_complete_set.txt
"""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `filiation genes`."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="symbols or HGNC ids")
    parser.add_argument("--file", metavar="TXT", help="names, one a line (the first cell of a tab-separated file)")
    parser.add_argument("--panel", metavar="TSV", help="the genes of a panel, by their HGNC ids")
    parser.add_argument("--config", metavar="YAML", help="configuration whose resources.gene_table is used")
    parser.add_argument("--table", metavar="TXT", help="HGNC's hgnc_complete_set.txt; default: the table that ships")
    parser.add_argument("--gff3", metavar="GFF3", help="gene models: is each gene in them?")
    parser.add_argument("--output", metavar="TSV", help="table to write; default: standard output")


def _names(options: argparse.Namespace) -> list[str]:
    from filiation.errors import ConfigError, InputError
    from filiation.io.files import open_text, require_file

    names = list(options.names)
    if options.file:
        with open_text(require_file(options.file, "list of genes")) as handle:
            text = handle.read().lstrip("\ufeff")
        names += [line.split("\t")[0] for line in text.splitlines() if line.strip() and not line.startswith("#")]
        if not names:
            raise InputError("no name", where=options.file, expected="one name a line", repair="fill the file")
    if options.panel:
        from filiation.panels.load import load_panel

        names += [gene.hgnc_id or gene.symbol for gene in load_panel(options.panel).genes.values()]
    if not names:
        raise ConfigError("no name given", expected="names, --file or --panel", repair="filiation genes BRCA1")
    return names


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    from filiation.config import gene_table_path, load_config
    from filiation.genes.annotated import analysable, read_annotated_genes
    from filiation.genes.report import name_row
    from filiation.genes.table import load_gene_table
    from filiation.io.tables import cells_of, write_table
    from filiation.model.columns import GENE_NAMES

    names = _names(options)
    path = options.table or gene_table_path(load_config(options.config) if options.config else None)
    table = load_gene_table(path)
    annotated = read_annotated_genes(options.gff3, table) if options.gff3 else None
    found = [table.resolve(name) for name in names]
    rows = [name_row(resolution, annotated) for resolution in found]
    if options.output:
        write_table(options.output, GENE_NAMES, rows, {"gene_table": table.label})
    else:
        print("\t".join(GENE_NAMES.names))
        for row in rows:
            print("\t".join(cells_of(row, GENE_NAMES)))
    open_names = sum(not resolution.found for resolution in found)
    print(f"genes: {len(names) - open_names} of {len(names)} names have one gene ({table.label})", file=sys.stderr)
    if annotated:
        _, lost = analysable([resolution.gene for resolution in found if resolution.gene], annotated)
        for entry in lost:
            print(f"genes: not analysable: {entry.gene.label}, {entry.reason}", file=sys.stderr)
    return 2 if open_names else 0
