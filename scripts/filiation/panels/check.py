"""Do catalogue, curated genes and panels hold together: ids, names of today, tiers, modes, checksums?"""

from __future__ import annotations

from pathlib import Path

from filiation.errors import ConfigError, FaultList, InputError, UserError
from filiation.genes.table import GeneTable
from filiation.panels.catalogue import Catalogue, load_catalogue
from filiation.panels.curated import CuratedGene, read_curated
from filiation.panels.load import Panel, available_panels, load_panel
from filiation.panels.modes import MODES
from filiation.panels.phenotype_files import PhenotypeData

NEEDED_HEADER = ("pre_indication", "version", "date", "status", "body_sha256")


def check_all(
    folder: str | Path,
    table: GeneTable,
    catalogue_path: str | Path,
    core_genes: str | Path | None,
    phenotypes: PhenotypeData | None = None,
) -> tuple[list[UserError], str]:
    """(every fault of catalogue, curated genes and panels, one line on what was checked)."""
    faults: list[UserError] = []
    catalogue: Catalogue | None = None
    try:
        catalogue = load_catalogue(catalogue_path)
    except FaultList as problem:
        faults += problem.faults
    except UserError as fault:
        faults.append(fault)
    if catalogue and phenotypes:
        faults += _root_faults(catalogue, phenotypes)
    curated = 0
    if core_genes:
        try:
            listed = read_curated(core_genes, table)
            curated = sum(map(len, listed.values()))
            faults += _unknown_slugs(listed, catalogue, str(core_genes))
        except FaultList as problem:
            faults += problem.faults
        except UserError as fault:
            faults.append(fault)
    names = available_panels(folder)
    if not names:
        faults.append(ConfigError("no panel", where=str(folder), expected="one .tsv for each pre-indication"))
    genes = 0
    for name in names:
        path = Path(folder) / f"{name}.tsv"
        try:
            panel = load_panel(path, any_mode=True)
        except UserError as fault:
            faults.append(fault)
            continue
        genes += len(panel.genes)
        faults += panel_faults(panel, table, catalogue)
    told = (
        f"{len(catalogue.entries) if catalogue else 0} pre-indications, {curated} curated genes, {len(names)} panels, "
        f"{genes} rows"
    )
    return faults, told


def panel_faults(panel: Panel, table: GeneTable, catalogue: Catalogue | None) -> list[UserError]:
    """What is wrong with one panel that can be read: header, ids, names of today, modes."""
    faults: list[UserError] = []
    if missing := [key for key in NEEDED_HEADER if not panel.header.get(key)]:
        faults.append(
            InputError(
                f"no header line {', '.join(missing)}",
                where=panel.path,
                expected=", ".join(f"##{key}=" for key in NEEDED_HEADER),
                repair="make the panel with `filiation panels build` or `filiation panels import`",
            )
        )
    name, stem = panel.header.get("pre_indication", ""), Path(panel.path).stem
    if name and name != stem:
        faults.append(InputError(f"pre-indication '{name}'", where=panel.path, expected=stem, repair="rename the file"))
    if catalogue and name and (name not in catalogue.entries or not catalogue.entries[name].in_scope):
        try:
            catalogue.find(name)
        except UserError as fault:
            faults.append(fault)
    for gene in panel.genes.values():
        where = f"{panel.path}, gene {gene.symbol}"
        if gene.inheritance and gene.inheritance not in MODES:
            faults.append(InputError(f"mode '{gene.inheritance}'", where=where, expected=", ".join(MODES)))
        if problem := _identity_fault(gene.symbol, gene.hgnc_id, table, where):
            faults.append(problem)
    return faults


def _identity_fault(symbol: str, hgnc_id: str, table: GeneTable, where: str) -> UserError | None:
    """A row without id, or whose symbol is not the id's approved symbol of today."""
    if not hgnc_id:
        choices = ", ".join(gene.label for gene in table.resolve(symbol).choices)
        return InputError("no HGNC id", where=where, expected="HGNC:number", repair=f"write the id: {choices or '?'}")
    try:
        gene = table.require(hgnc_id, where)
    except InputError as fault:
        return fault
    if gene.symbol == symbol:
        return None
    return InputError(
        f"symbol {symbol} with id {hgnc_id}",
        where=where,
        expected=f"{gene.symbol}, the approved symbol of that id in {table.label}",
        repair="build or import the panel again: the gene was renamed, or the id is another gene's",
    )


def _root_faults(catalogue: Catalogue, phenotypes: PhenotypeData) -> list[UserError]:
    """HPO roots that the release does not know, or knows by another label."""
    faults: list[UserError] = []
    for entry in catalogue.entries.values():
        wide = dict(root.split(" ", 1) for root in entry.rule.ddg2p_roots)
        labels = {**entry.labels, **wide}
        for root in (*entry.hpo_roots, *wide):
            where = f"{catalogue.path}, entry {entry.slug}, {root}"
            if root not in phenotypes.labels:
                new = phenotypes.replaced.get(root)
                repair = f"write {new} {phenotypes.labels.get(new, '')}" if new else "choose another term"
                faults.append(
                    ConfigError("not a term of today", where=where, expected=f"HPO {phenotypes.release}", repair=repair)
                )
            elif phenotypes.labels[root] != labels[root]:
                faults.append(ConfigError(f"label '{labels[root]}'", where=where, expected=phenotypes.labels[root]))
    return faults


def _unknown_slugs(listed: dict[str, list[CuratedGene]], catalogue: Catalogue | None, where: str) -> list[UserError]:
    faults: list[UserError] = []
    for slug in listed:
        if catalogue and slug not in catalogue.entries:
            faults.append(
                ConfigError(
                    f"pre-indication '{slug}'", where=where, expected="a slug", repair=catalogue.suggestion(slug)
                )
            )
    return faults
