"""Which families can a release matter to? The cohort index is asked, and what cannot matter is not judged.

A new ClinVar is compared with what the index says of every allele; new links, facts and panels with the candidates that
families ever had, which the database lists by gene. New frequencies are asked for each family's own records by the
process that judges it (`frequency_scan`). A family that is not chosen has no change: judging all gives the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from filiation.calls.clinvar import ClinVarEntry
from filiation.cohort.layout import CLINVAR_CODES, CONTIGS, SURVIVED, clinvar_code, contig_code
from filiation.errors import InputError
from filiation.io.files import open_text
from filiation.model.consequence import SEVERITY, ConsequenceGroup, group_of
from filiation.panels.diff import compare as compare_panels
from filiation.phenotype.diseases import GeneDiseases
from filiation.reanalysis.basis import Tools
from filiation.reanalysis.choose_cohort import by_cohort
from filiation.reanalysis.context import RunContext, Touched
from filiation.reanalysis.materiality import Choice
from filiation.reanalysis.records import Allele
from filiation.reanalysis.release import CLINVAR, COHORT, FREQUENCY, GENE_FACTS, HPO, PANEL, RULE

if TYPE_CHECKING:
    from filiation.archive.store import Archive

_PATHOGENIC = (CLINVAR_CODES["pathogenic"], CLINVAR_CODES["likely_pathogenic"])
_BENIGN = (CLINVAR_CODES["benign"], CLINVAR_CODES["likely_benign"])
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
    release, chosen, asked, tools = context.release, Chosen(), set(names), Tools()
    if resource := release.one("clinvar"):
        chosen.by_cause[CLINVAR] = _by_clinvar(archive, resource.path, context.rules.choice, chosen.alleles)
    if release.one("clinvar_proteins"):
        chosen.by_cause[CLINVAR] = set(asked)
    if resource := release.one("hpo_gene_diseases"):
        chosen.by_cause[HPO] = with_candidate_in(
            archive, _hpo_genes(archive, context, resource.path, tools), context, tools
        )
    if GENE_FACTS in release.causes:
        chosen.by_cause[GENE_FACTS] = with_candidate_in(archive, _fact_genes(archive, context, tools), context, tools)
    if PANEL in release.causes:
        chosen.by_cause[PANEL] = _by_panel(archive, context, tools)
    if COHORT in release.causes:
        chosen.by_cause[COHORT] = by_cohort(archive, context, tools)
    for cause in (RULE, FREQUENCY):
        # Weights and criteria concern every candidate; frequencies are asked by the judging process.
        if cause in release.causes:
            chosen.by_cause[cause] = set(asked)
    chosen.by_cause = {cause: found & asked for cause, found in chosen.by_cause.items()}
    return chosen


def clinvar_level(code: np.ndarray, stars: np.ndarray, choice: Choice) -> np.ndarray:
    """int8: what the rules make of a classification. 0 nothing; 1 conflicting; benign 2 or 3, likely pathogenic 4 or 5,
    pathogenic 6 or 7, the second with enough stars."""
    starred = ((stars >= choice.stars_min) & (stars <= 4)).astype(np.int8)
    found = np.zeros(len(code), dtype=np.int8)
    found[code == CLINVAR_CODES["conflicting"]] = 1
    benign = np.isin(code, _BENIGN)
    found[benign] = 2 + starred[benign]
    for place, known in ((4, _PATHOGENIC[1]), (6, _PATHOGENIC[0])):
        hit = code == known
        found[hit] = place + starred[hit]
    return found


def clinvar_table(path: Path, choice: Choice) -> dict[int, pa.Table]:
    """Classified alleles of a ClinVar VCF by contig code: pos, ref, alt, level. Alleles of level 0 are left out."""
    found: dict[int, tuple[list[Any], ...]] = {}
    row: list[Any]
    stars: dict[str, int] = {}
    codes: dict[str, int] = {}
    with open_text(path) as handle:
        for line in handle:
            if line.startswith("#"):
                continue
            chrom, pos, _, ref, alts, _, _, info = line.rstrip("\n").split("\t", 7)
            contig = contig_code(chrom)
            values = dict(item.partition("=")[::2] for item in info.split(";") if item.startswith("CLN"))
            word, review = values.get("CLNSIG", ""), values.get("CLNREVSTAT", "")
            if not contig or not word:
                continue
            if word not in codes:
                codes[word] = clinvar_code(word)
            if review not in stars:
                stars[review] = ClinVarEntry(word, review, "").stars
            columns = found.setdefault(contig, ([], [], [], [], []))
            for alt in alts.split(","):
                row = [int(pos), ref, alt, codes[word], stars[review]]
                for column, value in zip(columns, row, strict=True):
                    column.append(value)
    tables = {}
    for contig, (places, refs, others, code, star) in found.items():
        level = clinvar_level(np.array(code), np.array(star), choice)
        table = pa.table({"pos": pa.array(places, pa.int32()), "ref": refs, "alt": others, "level": level})
        tables[contig] = table.filter(pa.array(level > 0))
    return tables


def _by_clinvar(archive: Archive, path: Path, choice: Choice, alleles: set[Allele]) -> set[str]:
    """Families with a record that survived the screen and of which ClinVar now says something else that matters."""
    import duckdb

    from filiation.cohort.view import open_view

    new = clinvar_table(path, choice)
    view = open_view(archive)
    families: set[str] = set()
    nothing = pa.table({"pos": pa.array([], pa.int32()), "ref": pa.array([], pa.string()),
                        "alt": pa.array([], pa.string()), "level": pa.array([], pa.int8())})  # fmt: skip
    columns = ["pos", "ref", "alt", "family", "flags", "clinvar", "clinvar_stars"]
    with duckdb.connect() as connection:
        for contig, first, last in view.windows():
            fresh = new.get(contig, nothing)
            for rows in view.read(contig, first, last, columns):
                codes, stars = (rows.column(name).to_numpy() for name in ("clinvar", "clinvar_stars"))
                survived = pa.array(rows.column("flags").to_numpy() & SURVIVED > 0)
                stored = rows.select(["pos", "ref", "alt", "family"])
                stored = stored.append_column("level", pa.array(clinvar_level(codes, stars, choice))).filter(survived)
                for pos, ref, alt, family in _differ(connection, stored, fresh):
                    alleles.add((CONTIGS[contig - 1], pos, ref, alt))
                    families.add(view.families.ids[family])
    return families


def _differ(connection: Any, stored: pa.Table, fresh: pa.Table) -> list[tuple[int, str, str, int]]:
    """Rows of `stored` whose level is another in `fresh`, where an allele that is not in it has level 0."""
    connection.register("stored", stored)
    connection.register("fresh", fresh)
    found: list[tuple[int, str, str, int]] = connection.execute(
        "SELECT s.pos, s.ref, s.alt, s.family FROM stored s LEFT JOIN fresh f"
        " ON s.pos = f.pos AND s.ref = f.ref AND s.alt = f.alt WHERE s.level <> coalesce(f.level, 0)"
    ).fetchall()
    return found


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


def _last_files(archive: Archive, context: RunContext, role: str) -> list[Path | None]:
    """Files that had a role in the last analyses; None stands for what ships."""
    rows = archive.query(
        "SELECT DISTINCT r.sha256 FROM resources r JOIN analyses a USING (set_number) WHERE r.kind = 'input'"
        " AND r.name = ? AND a.number = (SELECT max(number) FROM analyses b WHERE b.family_number = a.family_number)",
        [role],
    )
    finder = context.finder()
    return [None, *(finder.previous.get(row["sha256"]) or finder.kept(row["sha256"]) for row in rows)]


def _hpo_genes(archive: Archive, context: RunContext, path: Path, tools: Tools) -> set[str]:
    """Symbols of genes whose diseases are others than in any links that families were judged with."""
    new = tools.links(replace(context.defaults, hpo_gene_diseases=path))
    found: set[str] = set()
    for file in dict.fromkeys(_last_files(archive, context, "hpo_gene_diseases")):
        old = tools.links(replace(context.defaults, hpo_gene_diseases=file))
        found |= changed_links(old, new)
    return found


def changed_links(old: GeneDiseases, new: GeneDiseases) -> set[str]:
    """Symbols of genes whose diseases differ."""
    return {gene for gene in {*old.by_symbol, *new.by_symbol} if old.by_symbol.get(gene) != new.by_symbol.get(gene)}


def _fact_genes(archive: Archive, context: RunContext, tools: Tools) -> set[str]:
    """Symbols of genes of which the new files of facts say something else than those before."""
    found: set[str] = set()
    for resource in context.release.of("gene_facts"):
        new = tools.facts(replace(context.defaults, gene_facts=((resource.name, resource.path),)))
        for file in _last_files(archive, context, f"gene_facts:{resource.name}"):
            given = ((resource.name, file),) if file is not None else ()
            old = tools.facts(replace(context.defaults, gene_facts=given))
            found |= _changed_facts(old, new, tools.genes(context.defaults))
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


def _by_panel(archive: Archive, context: RunContext, tools: Tools) -> set[str]:
    """Families of the pre-indications whose panel changed, with a candidate in a changed gene, or with a record there
    that the panel makes one."""
    found: set[str] = set()
    for resource in context.release.of("panels"):
        rows = archive.query(
            "SELECT family, r.sha256 FROM families f JOIN analyses a USING (family_number)"
            " LEFT JOIN resources r ON r.set_number = a.set_number AND r.kind = 'input' AND r.name = 'panel'"
            " WHERE coalesce(nullif(a.panel, ''), a.pre_indication) = ?"
            " AND a.number = (SELECT max(number) FROM analyses b WHERE b.family_number = f.family_number)",
            [resource.name],
        )
        new = tools.panel(replace(context.defaults, panel=resource.path))
        by_old: dict[str, set[str]] = {}
        for row in rows:
            by_old.setdefault(row["sha256"] or "", set()).add(row["family"])
        for checksum, families in by_old.items():
            old = _old_panel(context, checksum, resource.name, tools)
            if checksum == resource.sha256:
                continue
            if old is None or new is None:
                found |= families
                continue
            genes = {change.symbol for change in compare_panels(old, new)}
            genes |= {change.before for change in compare_panels(old, new) if change.change == "renamed"}
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
