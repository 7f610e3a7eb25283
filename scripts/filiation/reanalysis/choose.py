"""Which families can a release matter to? The cohort index is asked, and what cannot matter is not judged.

A new ClinVar is compared with what the index says of every allele; new links, facts and panels with the candidates that
families ever had, which the database lists by gene. Each family is compared with what it was last compared with
(`compared`), so that a release costs what changed since, not what changed since the family's last diagnosis. New
frequencies are asked for each family's own records by the process that judges it (`frequency_scan`). A family that is
not chosen has no change: judging all gives the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from filiation.cohort.layout import SURVIVED
from filiation.errors import InputError
from filiation.model.consequence import SEVERITY, ConsequenceGroup, group_of
from filiation.panels.diff import compare as compare_panels
from filiation.phenotype.diseases import GeneDiseases
from filiation.reanalysis.basis import Tools
from filiation.reanalysis.choose_clinvar import by_clinvar
from filiation.reanalysis.choose_cohort import by_cohort
from filiation.reanalysis.compared import LastCompared
from filiation.reanalysis.context import RunContext, Touched
from filiation.reanalysis.last_basis import role_of
from filiation.reanalysis.records import Allele
from filiation.reanalysis.release import CLINVAR, COHORT, FREQUENCY, GENE_FACTS, HPO, PANEL, RULE

if TYPE_CHECKING:
    from filiation.archive.store import Archive

# Ranks of consequences that are considered only on the panel, or when new.
_ON_PANEL_ONLY = [rank for rank, term in enumerate(SEVERITY) if group_of(term) is ConsequenceGroup.UNTRANSLATED_OR_RNA]


@dataclass
class Chosen:
    """Families to judge, by cause, and the alleles of which ClinVar says something else."""

    by_cause: dict[str, set[str]] = field(default_factory=dict)
    alleles: set[Allele] = field(default_factory=set)

    @property
    def families(self) -> set[str]:
        """Families of all causes."""
        return set().union(*self.by_cause.values()) if self.by_cause else set()

    def touched(self) -> Touched:
        """What every chosen family is told."""
        return Touched(frozenset(self.alleles))


def choose(archive: Archive, context: RunContext, names: Sequence[str]) -> Chosen:
    """The families of `names` that the release can matter to."""
    release, chosen, asked, tools, last = context.release, Chosen(), set(names), Tools(), LastCompared(archive)
    if release.one("clinvar"):
        chosen.by_cause[CLINVAR], chosen.alleles = by_clinvar(archive, context, last)
    if resource := release.one("clinvar_proteins"):
        same = last.compared_with({role_of(resource): resource.sha256})
        chosen.by_cause[CLINVAR] = chosen.by_cause.get(CLINVAR, set()) | (asked - same)
    if resource := release.one("hpo_gene_diseases"):
        chosen.by_cause[HPO] = _by_links(archive, context, resource.path, tools, last)
    if GENE_FACTS in release.causes:
        chosen.by_cause[GENE_FACTS] = _by_facts(archive, context, tools, last)
    if PANEL in release.causes:
        chosen.by_cause[PANEL] = _by_panel(archive, context, tools, last)
    if COHORT in release.causes:
        chosen.by_cause[COHORT] = by_cohort(archive, context, tools, last)
    for cause in (RULE, FREQUENCY):
        # Weights and criteria concern every candidate; frequencies are asked by the judging process.
        if cause in release.causes:
            roles = {role_of(one): one.sha256 for one in release.resources if one.cause == cause}
            # A family is screened with every source that a release names, and with no other.
            chosen.by_cause[cause] = asked - last.compared_with(roles, "frequency:" if cause == FREQUENCY else "")
    chosen.by_cause = {cause: found & asked for cause, found in chosen.by_cause.items()}
    return chosen


def with_candidate_in(archive: Archive, genes: Iterable[str], context: RunContext, tools: Tools) -> set[str]:
    """Families that ever had a candidate in one of the genes, under whatever name its annotation gave the gene."""
    wanted = set(genes)
    table = tools.genes(context.defaults)
    names = [row["gene"] for row in archive.query("SELECT DISTINCT gene FROM first_seen")]
    hit = {name for name in names if name in wanted or ((found := table.resolve(name).gene) and found.symbol in wanted)}
    if not hit:
        return set()
    rows = archive.connection.execute(
        "SELECT DISTINCT family, gene FROM first_seen JOIN families USING (family_number)"
    )
    return {row[0] for row in rows if row[1] in hit}


def _file_of(context: RunContext, checksum: str) -> Path | None:
    """The file of a checksum; None stands for what ships, and for a file that nobody has any more."""
    finder = context.finder()
    return (finder.previous.get(checksum) or finder.kept(checksum)) if checksum else None


def _by_links(archive: Archive, context: RunContext, path: Path, tools: Tools, last: LastCompared) -> set[str]:
    """Families with a candidate in a gene whose diseases are others than when the family was last compared."""
    new = tools.links(replace(context.defaults, hpo_gene_diseases=path))
    found: set[str] = set()
    for checksum, families in last.by_checksum("hpo_gene_diseases").items():
        old = tools.links(replace(context.defaults, hpo_gene_diseases=_file_of(context, checksum)))
        found |= families & with_candidate_in(archive, changed_links(old, new), context, tools)
    return found


def changed_links(old: GeneDiseases, new: GeneDiseases) -> set[str]:
    """Symbols of genes whose diseases differ."""
    return {gene for gene in {*old.by_symbol, *new.by_symbol} if old.by_symbol.get(gene) != new.by_symbol.get(gene)}


def _by_facts(archive: Archive, context: RunContext, tools: Tools, last: LastCompared) -> set[str]:
    """Families with a candidate in a gene of which the new files of facts say something else than those before."""
    found: set[str] = set()
    for resource in context.release.of("gene_facts"):
        new = tools.facts(replace(context.defaults, gene_facts=((resource.name, resource.path),)))
        for checksum, families in last.by_checksum(f"gene_facts:{resource.name}").items():
            file = _file_of(context, checksum)
            given = ((resource.name, file),) if file is not None else ()
            old = tools.facts(replace(context.defaults, gene_facts=given))
            genes = _changed_facts(old, new, tools.genes(context.defaults))
            found |= families & with_candidate_in(archive, genes, context, tools)
    return found


def _changed_facts(old: Any, new: Any, table: Any) -> set[str]:
    names = {*old.symbols_and_ids(), *new.symbols_and_ids()}
    found = set()
    for name in names:
        if name.startswith("HGNC:"):
            gene = table.by_id(name)
            symbol, identifier = (gene.symbol if gene else "", name)
        else:
            symbol, identifier = name, None
        if old.of(identifier, symbol) != new.of(identifier, symbol) and symbol:
            found.add(symbol)
    return found


def _by_panel(archive: Archive, context: RunContext, tools: Tools, last: LastCompared) -> set[str]:
    """Families of the pre-indications whose panel changed, with a candidate in a changed gene, or with a record there
    that the panel makes one."""
    found: set[str] = set()
    by_old = last.by_checksum("panel")
    for resource in context.release.of("panels"):
        rows = archive.query(
            "SELECT family FROM families f JOIN analyses a USING (family_number)"
            " WHERE coalesce(nullif(a.panel, ''), a.pre_indication) = ?"
            " AND a.number = (SELECT max(number) FROM analyses b WHERE b.family_number = f.family_number)",
            [resource.name],
        )
        concerned = {row["family"] for row in rows}
        new = tools.panel(replace(context.defaults, panel=resource.path))
        for checksum, compared in by_old.items():
            families = compared & concerned
            if checksum == resource.sha256 or not families:
                continue
            old = _old_panel(context, checksum, resource.name, tools)
            if old is None or new is None:
                found |= families
                continue
            changes = compare_panels(old, new)
            genes = {change.symbol for change in changes}
            genes |= {change.before for change in changes if change.change == "renamed"}
            if genes:
                found |= families & with_candidate_in(archive, genes, context, tools)
                found |= families & _with_record_in(archive, genes, context, tools)
    return found


def _old_panel(context: RunContext, checksum: str, name: str, tools: Tools) -> Any:
    """The panel of a checksum; None when it is not known which it was."""
    try:
        path = context.finder().of(checksum, context.panels / f"{name}.tsv", "panel", "")
    except InputError:
        return None
    return tools.panel(replace(context.defaults, panel=path))


def _with_record_in(archive: Archive, genes: set[str], context: RunContext, tools: Tools) -> set[str]:
    """Families with a record in one of the genes whose consequence is considered on the panel only."""
    from filiation.cohort.view import open_view

    view, table = open_view(archive), tools.genes(context.defaults)
    verdict: dict[str, bool] = {}
    families: set[str] = set()
    for contig, first, last in view.windows():
        for rows in view.read(contig, first, last, ["family", "flags", "gene", "consequence"]):
            keep = (rows.column("flags").to_numpy() & SURVIVED > 0) & np.isin(
                rows.column("consequence").to_numpy(), _ON_PANEL_ONLY
            )
            part = rows.filter(pa.array(keep))
            for family, names in zip(part.column("family").to_pylist(), part.column("gene").to_pylist(), strict=True):
                if names not in verdict:
                    verdict[names] = any(
                        name in genes or ((gene := table.resolve(name).gene) is not None and gene.symbol in genes)
                        for name in names.split(",")
                        if name
                    )
                if verdict[names]:
                    families.add(view.families.ids[family])
    return families
