"""How is a panel written, so that its header tells where it comes from and its rows can be proven?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from filiation.genes.table import GeneTable
from filiation.io.tables import cells_of, read_table, write_table
from filiation.model.columns import PANEL
from filiation.panels.build import DRAFT, BuiltPanel
from filiation.panels.catalogue import DEFAULT_ROOT_RULE, ROOT_RULES, PreIndication, load_catalogue
from filiation.panels.importing import format_of, import_list
from filiation.panels.load import load_panel
from filiation.panels.overlay import apply_overlay, read_overlay

IMPORTED = "panel importé non validé"
# Header lines that a changed panel states anew.
_OWN_LINES = ("schema", "program", "data", "body_sha256", "genes", "command", "base", "overlay")


def rows_checksum(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 of the column line and the rows as they stand in the file; `load.body_checksum` reads the same."""
    digest = hashlib.sha256(("\t".join(PANEL.names) + "\n").encode())
    for row in rows:
        digest.update(("\t".join(cells_of(row, PANEL)) + "\n").encode())
    return digest.hexdigest()


def save_panel(path: str | Path, rows: list[dict[str, Any]], header: Mapping[str, str]) -> int:
    """Write a panel with the checksum of its rows; returns the number of genes."""
    return write_table(path, PANEL, rows, {**header, "body_sha256": rows_checksum(rows)})


def default_header(built: BuiltPanel, version: str, date: str, sources: str, command: str) -> dict[str, str]:
    """Header of a default panel: names, status, rule, sources, licences, and what could not be used."""
    entry = built.entry
    header = {
        "pre_indication": entry.slug,
        "name_fr": entry.name_fr,
        "name_en": entry.name_en,
        "version": version,
        "date": date,
        "status": DRAFT,
        "use": f"phenotype-driven: {entry.rule.phenotype_driven}"
        if entry.rule.phenotype_driven
        else "ranks and tiers; never excludes",
        "genes": f"{len(built.rows)}: core {built.count('core')}, hpo {built.count('hpo')}",
        "hpo_rule": roots_text(entry),
        "ddg2p_rule": ", ".join(root.split(" ")[0] for root in entry.rule.ddg2p_roots) or ".",
        "orphanet_names": " | ".join(entry.rule.orphanet_names) or ".",
        "orphanet_groups": ", ".join(built.groups_used) or ".",
        "orphanet_groups_not_in_the_files": ", ".join(built.groups_unknown) or ".",
        "names_left_out": ", ".join(built.left_out) or ".",
        "sources": sources,
        "licence": "Orphanet data: CC BY 4.0, INSERM, www.orphadata.com, selected and joined by this rule; Human "
        "Phenotype Ontology: hpo.jax.org, used unaltered under its licence; modes: DDG2P (Gene2Phenotype), cited, also "
        "for the genes of ddg2p_rule; curated genes: this project's",
        "command": command,
    }
    return header


def roots_text(entry: PreIndication) -> str:
    """`HP:0001249 >=50%, HP:0012675 >=5% or not stated`."""
    parts = []
    for root in entry.hpo_roots:
        word = entry.rule.root_rules.get(root, DEFAULT_ROOT_RULE)
        least = ROOT_RULES[word]
        share = "not used" if least is None else f">={least:.0%}" + (" or not stated" if word == "any" else "")
        parts.append(f"{root} {share}")
    return ", ".join(parts) or "."


def command_text(options: Any, slug: str) -> str:
    """The command that made a panel, with file names and no folders."""
    parts = ["filiation panels build", f"--orphanet-genes {Path(options.orphanet_genes).name}"]
    if options.orphanet_classification:
        names = sorted(Path(path).name for path in options.orphanet_classification)
        parts.append(f"--orphanet-classification {' '.join(names)}")
    if options.orphanet_linearisation:
        parts.append(f"--orphanet-linearisation {Path(options.orphanet_linearisation).name}")
    parts.append("--hpo FOLDER")
    if options.ddg2p:
        parts.append(f"--ddg2p {Path(options.ddg2p).name}")
    return " ".join([*parts, f"--pre-indication {slug}", "--output-dir FOLDER"])


def bring_list(options: Any, table: GeneTable) -> tuple[int, list[str]]:
    """Write a user's list as the panel of a pre-indication; (number of genes, notes)."""
    entry = load_catalogue().find(options.pre_indication)
    kind = options.format or format_of(options.list)
    found = import_list(options.list, kind, table, with_amber=options.amber)
    header = {
        "pre_indication": entry.slug,
        "name_fr": entry.name_fr,
        "name_en": entry.name_en,
        "version": options.panel_version,
        "date": options.date,
        "status": options.status or IMPORTED,
        "not_covered": ", ".join(found.not_covered) or ".",
        "sources": f"{found.origin}; {table.label}",
        "licence": "that of the list; the user answers for its use",
    }
    return save_panel(options.output, found.rows, header), found.notes


def bring_overlay(options: Any, table: GeneTable) -> tuple[int, list[str]]:
    """Write a panel as a laboratory's overlay changes it; (number of genes, the changes)."""
    base = load_panel(options.panel)
    rows, told = apply_overlay(read_table(options.panel, PANEL).rows, read_overlay(options.overlay), table)
    inherited = {key: value for key, value in base.header.items() if key not in _OWN_LINES}
    header = {
        **inherited,
        "version": f"{base.header.get('version', '?')}+lab.{options.panel_version}",
        "date": options.date,
        "status": options.status or base.header.get("status") or DRAFT,
        "base": f"{base.label} sha256={base.checksum}",
        "overlay": " | ".join(told),
    }
    return save_panel(options.output, rows, header), told
