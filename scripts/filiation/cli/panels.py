"""The pre-indications of the French plan and their gene panels: list, show, build, compare, bring your own, check.

A panel ranks and tiers; it never excludes a gene. Every panel that ships says « panel par défaut non validé »: a
laboratory validates its own. `docs/panels.md` tells what a panel is made of and how well it recalls known genes.

  list     the pre-indications: slug, names, scope, size of the panel
  show     one pre-indication: every fact with its source, its blind spots, the header of its panel
  build    the default panels, from files of Orphanet and HPO that you have downloaded
  diff     what changed between two panels by HGNC id, and which archived families it touches
  import   a PanelApp export (UK, Australia), a plain gene list, or your laboratory's overlay of a panel of ours
  check    catalogue, curated genes and all panels: ids, names of today, tiers, modes, checksums

Examples:
  filiation panels list
  filiation panels show nbia
  filiation panels build --orphanet-genes en_product6.xml --orphanet-classification en_product3_*.xml --hpo hpo/ \\
      --ddg2p DDG2P.csv --output-dir panels/
  filiation panels diff resources/panels/nbia.tsv panels/nbia.tsv --archive /data/archive
  filiation panels import panelapp_180.json --pre-indication nbia --date 2026-11-22 --output panels/nbia.tsv
  filiation panels import --overlay changes.tsv --panel resources/panels/nbia.tsv --date 2026-11-22 \\
      --output panels/nbia.tsv
  filiation panels check
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filiation.panels.diff import Change, TouchedFamily
    from filiation.panels.load import Panel


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation panels`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|build|diff|import|check")
    _add_reading(actions)
    _add_build(actions)
    bring = actions.add_parser("import", help="bring a list, or change a panel by an overlay", allow_abbrev=False)
    bring.add_argument("list", nargs="?", help="PanelApp JSON or TSV export, or one gene a line")
    bring.add_argument(
        "--format", choices=("panelapp-json", "panelapp-tsv", "genes"), help="default: seen from the file"
    )
    bring.add_argument("--amber", action="store_true", help="take PanelApp's amber genes too, as tier lab")
    bring.add_argument("--pre-indication", metavar="SLUG", help="pre-indication of the list")
    bring.add_argument(
        "--overlay", metavar="TSV", help="changes: action, gene, tier, inheritance, reason, author, date"
    )
    bring.add_argument("--panel", metavar="TSV", help="panel that the overlay changes")
    bring.add_argument("--panel-version", default="1", help="version that the new panel states (default 1)")
    bring.add_argument("--date", required=True, help="date that the new panel states: YYYY-MM-DD")
    bring.add_argument("--status", help="who answers for the panel, e.g. « validé par … »; default: not validated")
    bring.add_argument("--gene-table", help="HGNC table; default: the one that ships")
    bring.add_argument("--output", required=True, help="panel to write")
    check = actions.add_parser("check", help="prove catalogue, curated genes and panels", allow_abbrev=False)
    check.add_argument("--panels", help="folder of the panels; default: resources/panels")
    check.add_argument("--catalogue", help="catalogue; default: resources/pre_indications.yaml")
    check.add_argument("--core-genes", help="curated genes; default: resources/core_genes.tsv")
    check.add_argument("--hpo", metavar="FOLDER", help="hp.obo and the annotations: proves the roots and their labels")
    check.add_argument("--gene-table", help="HGNC table; default: the one that ships")


def _add_reading(actions: Any) -> None:
    """Options of list, show and diff."""
    for name, text in (
        ("list", "the pre-indications, their scope and the size of their panels"),
        ("show", "one pre-indication, by slug, name or alias, and its panel"),
        ("diff", "what changed between two panels"),
    ):
        reading = actions.add_parser(name, help=text, allow_abbrev=False)
        if name == "diff":
            reading.add_argument("old", help="panel as it was")
            reading.add_argument("new", help="panel as it is now")
            reading.add_argument(
                "--archive",
                metavar="FOLDER",
                help="an archive, or a folder of results: name the families that changes touch",
            )
            reading.add_argument("--gene-table", help="HGNC table, for former names; default: the one that ships")
        else:
            reading.add_argument("--panels", help="folder of the panels; default: resources/panels")
            reading.add_argument("--catalogue", help="catalogue; default: resources/pre_indications.yaml")
        if name == "show":
            reading.add_argument("name", help="slug, official name or alias")
            reading.add_argument("--genes", action="store_true", help="list the genes too")
        reading.add_argument("--json", action="store_true", help="JSON instead of a readable table")


def _add_build(actions: Any) -> None:
    """Options of build."""
    build = actions.add_parser("build", help="make the default panels from downloaded files", allow_abbrev=False)
    build.add_argument("--orphanet-genes", required=True, help="Orphadata en_product6: XML, or its CSV form")
    build.add_argument("--orphanet-classification", nargs="*", default=[], help="Orphadata en_product3 XML, any number")
    build.add_argument("--orphanet-linearisation", help="Orphadata en_product7: each disorder's main class")
    build.add_argument("--hpo", required=True, metavar="FOLDER", help="hp.obo, phenotype.hpoa, genes_to_phenotype.txt")
    build.add_argument("--ddg2p", help="Gene2Phenotype DDG2P CSV: modes, and diseases by sign")
    build.add_argument("--core-genes", help="curated genes; default: resources/core_genes.tsv")
    build.add_argument("--catalogue", help="catalogue; default: resources/pre_indications.yaml")
    build.add_argument("--gene-table", help="HGNC table; default: the one that ships")
    build.add_argument("--pre-indication", action="append", metavar="SLUG", help="only this one; may be repeated")
    build.add_argument("--sources-note", default="", help="releases of the files, for the header")
    build.add_argument("--date", help="date that the panels state; default: that of the catalogue")
    build.add_argument("--output-dir", required=True, help="folder to write to")


def _table(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """Print rows as aligned columns, or as JSON."""
    if as_json:
        print(json.dumps(list(rows), ensure_ascii=False, indent=2))
        return
    if not rows:
        return
    names = list(rows[0])
    texts = [[str(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[place]) for line in texts)) for place, name in enumerate(names)]
    for line in [names, *texts]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _gene_table(options: argparse.Namespace) -> Any:
    from filiation.config import gene_table_path
    from filiation.genes.table import load_gene_table

    return load_gene_table(options.gene_table or gene_table_path())


def _panels_folder(options: argparse.Namespace) -> Path:
    from filiation.config import RESOURCES

    return Path(options.panels) if options.panels else RESOURCES / "panels"


def _list(options: argparse.Namespace) -> int:
    from filiation.panels.catalogue import load_catalogue
    from filiation.panels.load import load_panel

    rows = []
    folder = _panels_folder(options)
    for entry in load_catalogue(options.catalogue).entries.values():
        path = folder / f"{entry.slug}.tsv"
        panel = load_panel(path) if path.is_file() else None
        core = sum(gene.tier == "core" for gene in panel.genes.values()) if panel else 0
        rows.append(
            {
                "slug": entry.slug,
                "kind": entry.kind,
                "genes": len(panel.genes) if panel else ("." if entry.in_scope else "out of scope"),
                "core": core if panel else ".",
                "since": entry.valid_from,
                "name_fr": entry.name_fr,
            }
        )
    _table(rows, options.json)
    return 0


def _show(options: argparse.Namespace) -> int:
    from filiation.panels.catalogue import FACTS, load_catalogue
    from filiation.panels.load import load_panel

    catalogue = load_catalogue(options.catalogue)
    entry = catalogue.find(options.name)
    path = _panels_folder(options) / f"{entry.slug}.tsv"
    panel = load_panel(path) if path.is_file() else None
    facts = [
        {"field": name, "value": value, "source": fact.source, "confidence": fact.confidence}
        for name, found in entry.facts.items()
        for fact in found
        for value in fact.values
    ]
    genes = [
        {"gene": gene.symbol, "hgnc_id": gene.hgnc_id, "tier": gene.tier, "inheritance": gene.inheritance or "."}
        for gene in (panel.genes.values() if panel and options.genes else ())
    ]
    header = dict(panel.header) if panel else {}
    if options.json:
        print(
            json.dumps(
                {"slug": entry.slug, "kind": entry.kind, "facts": facts, "panel": header, "genes": genes},
                ensure_ascii=False,
                indent=2,
            )
        )
        return 0
    print(f"{entry.slug} ({entry.kind})")
    _table(facts, False)
    if unknown := [name for name in FACTS if not entry.facts.get(name)]:
        print(f"\nNothing known, or nothing published: {', '.join(unknown)}")
    print("\nSources:")
    for source in dict.fromkeys(fact["source"] for fact in facts):
        print(f"  {source}: {catalogue.sources[source]}")
    print(f"\nPanel {path}:" if panel else "\nNo panel file.")
    for key, value in header.items():
        print(f"  {key}: {value}")
    _table(genes, False)
    return 0


def _build(options: argparse.Namespace) -> int:
    from filiation.panels.build import Knowledge, build_panel
    from filiation.panels.catalogue import load_catalogue
    from filiation.panels.curated import SHIPPED, read_curated
    from filiation.panels.modes import read_ddg2p, read_ddg2p_diseases
    from filiation.panels.orphanet import read_orphanet
    from filiation.panels.phenotype_files import read_phenotypes
    from filiation.panels.save import command_text, default_header, save_panel

    catalogue = load_catalogue(options.catalogue)
    wanted = [catalogue.find(name) for name in options.pre_indication or []] or catalogue.germline()
    table = _gene_table(options)
    orphanet = read_orphanet(options.orphanet_genes, options.orphanet_classification, options.orphanet_linearisation)
    phenotypes = read_phenotypes(options.hpo)
    knowledge = Knowledge(
        table,
        read_curated(options.core_genes or SHIPPED, table),
        orphanet,
        phenotypes,
        read_ddg2p(options.ddg2p) if options.ddg2p else {},
        read_ddg2p_diseases(options.ddg2p) if options.ddg2p else (),
    )
    print(
        f"panels: Orphanet {len(orphanet.links)} links ({orphanet.not_assessed} not assessed and {orphanet.not_causal} "
        f"of another kind left out); HPO {phenotypes.release}; {table.label}",
        file=sys.stderr,
    )
    sources = "; ".join(filter(None, (options.sources_note, f"HPO {phenotypes.release}", table.label)))
    for entry in wanted:
        built = build_panel(entry, knowledge)
        header = default_header(
            built, catalogue.version, options.date or catalogue.date, sources, command_text(options, entry.slug)
        )
        count = save_panel(Path(options.output_dir) / f"{entry.slug}.tsv", built.rows, header)
        print(f"{entry.slug}\t{count} genes\t{built.count('core')} core\t{built.count('hpo')} hpo")
    return 0


def _touched(options: argparse.Namespace, old: Panel, changes: list[Change]) -> tuple[list[TouchedFamily], list[str]]:
    """Families of an archive, or of a folder of results, that were analysed with this panel."""
    from filiation.panels.diff import TouchedFamily, changed_names, touched_families

    names = changed_names(changes, _gene_table(options))
    if not (Path(options.archive) / "archive.json").is_file():
        return touched_families(options.archive, old, changes, names)
    from filiation.archive.find import analysed_with
    from filiation.archive.store import open_archive

    name = old.header.get("pre_indication", Path(old.path).stem)
    with open_archive(options.archive) as archive:
        found = analysed_with(archive, name, names)
    return [
        TouchedFamily(
            row["family"],
            options.archive,
            f"{row['panel']} {row['panel_version']}",
            row["sha256"] == old.checksum,
            tuple(row["genes"]),
        )
        for row in found
    ], []


def _diff(options: argparse.Namespace) -> int:
    from filiation.panels.diff import compare
    from filiation.panels.load import load_panel

    old, new = load_panel(options.old), load_panel(options.new)
    changes = compare(old, new)
    families, without = _touched(options, old, changes) if options.archive else ([], [])
    rows = [
        {
            "change": c.change,
            "gene": c.symbol,
            "hgnc_id": c.hgnc_id or ".",
            "before": c.before or ".",
            "after": c.after or ".",
        }
        for c in changes
    ]
    touched = [
        {
            "family": f.family,
            "same_file": "yes" if f.same_file else "another version",
            "panel": f.panel.split(" sha256")[0],
        }
        | {"candidate_genes_changed": ", ".join(f.genes) or "none of its candidates"}
        for f in families
    ]
    if options.json:
        print(json.dumps({"changes": rows, "families": touched}, ensure_ascii=False, indent=2))
        return 0
    print(f"{old.label} -> {new.label}: {len(rows)} changes")
    if rows and old.label == new.label:
        print("panels: both state the same version and date, but their genes differ", file=sys.stderr)
    _table(rows, False)
    if options.archive:
        print(f"\nFamilies analysed with this pre-indication under {options.archive}: {len(families)}")
        _table(touched, False)
        if without:
            print(f"{len(without)} candidate tables name no panel")
    return 0


def _import(options: argparse.Namespace) -> int:
    from filiation.errors import ConfigError
    from filiation.panels.save import bring_list, bring_overlay

    by_overlay = bool(options.overlay or options.panel)
    if by_overlay == bool(options.list) or (by_overlay and not (options.overlay and options.panel)):
        raise ConfigError(
            "nothing to import, or two things at once",
            expected="LIST with --pre-indication, or --overlay with --panel",
            repair="filiation panels import --help",
        )
    if options.list and not options.pre_indication:
        raise ConfigError(
            "no --pre-indication", expected="the slug that the list is for", repair="filiation panels list"
        )
    try:
        date.fromisoformat(options.date)
    except ValueError:
        raise ConfigError(f"--date '{options.date}'", expected="a day as YYYY-MM-DD", repair="correct it") from None
    bring = bring_overlay if by_overlay else bring_list
    count, notes = bring(options, _gene_table(options))
    for note in notes:
        print(f"panels: {note}", file=sys.stderr)
    print(f"{options.output}: {count} genes")
    return 0


def _check(options: argparse.Namespace) -> int:
    from filiation.errors import FaultList
    from filiation.panels.catalogue import SHIPPED
    from filiation.panels.check import check_all
    from filiation.panels.curated import SHIPPED as SHIPPED_GENES
    from filiation.panels.phenotype_files import read_phenotypes

    faults, told = check_all(
        _panels_folder(options),
        _gene_table(options),
        options.catalogue or SHIPPED,
        options.core_genes or SHIPPED_GENES,
        read_phenotypes(options.hpo) if options.hpo else None,
    )
    if faults:
        raise FaultList(faults)
    print(f"sound: {told}")
    return 0


def main(options: argparse.Namespace) -> int:
    """Run the action."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "list": _list,
        "show": _show,
        "build": _build,
        "diff": _diff,
        "import": _import,
        "check": _check,
    }
    return actions[options.action](options)
