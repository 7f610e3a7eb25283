"""How do thousands of families of the programme get into the archive without going through the workflow one by one?

Some families of the programme do go through it. What it made of their records is the pattern for all others: the INFO
of a record depends on how the family carries it, on whether the population and ClinVar know it, and on nothing else but
names and numbers, which are put in. Candidates are those that the program's own rules give to these records. Beside
them each family has what a whole genome brings: about 3,400 rare coding, splice and near-gene records of
programme_families.py that no source knows and that the child has from one parent alone in each gene, so that they make
no candidate, fall in no gene that a plant is put into, and are read, counted and compared like all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from programme_families import NAMES, Genome, World, part_of, records
from programme_run import analyse, write_run
from programme_world import CONTIGS as COVERED
from programme_world import GENOTYPES as CARRIED
from programme_world import HPO_TERMS, PRE_INDICATION, PublicData, Trio, Variant, cell_of

from filiation.archive.lock import family_lock
from filiation.archive.parts import arrow_table
from filiation.archive.read import record_table
from filiation.archive.store import Archive, open_archive
from filiation.archive.write import AnalysisInput, add_many
from filiation.cohort.compact import pack_segments
from filiation.config import (
    RESOURCES,
    acmg_table_path,
    gene_table_path,
    rank_weights_path,
    scoring_model_path,
)
from filiation.model.archive_tables import ARCHIVE_CALLS, ARCHIVE_GENOTYPES, VCF_HEADER
from filiation.model.columns import CANDIDATES, QUALITY, REMOVED, SEGMENTS
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.panels.load import load_panel
from filiation.phenotype.diseases import shipped_gene_diseases
from filiation.reanalysis.basis import Basis
from filiation.reanalysis.replay import Judge, open_release
from filiation.reanalysis.store import as_read
from filiation.reanalysis.stored import StoredAnalysis, records_of
from filiation.scoring.model import load_scoring_model

BATCH, SEED = 250, 6
# Draws of a founder; about 3,400 different records of a family stand on autosomes.
CARRIED_BY_FOUNDER = 1_850
_ALLELE_OF_NUMBERS = re.compile(r"(POPULATION_AF|CLINVAR_SIGNIFICANCE|CLINVAR_REVIEW|CLINVAR_ID|CLINVAR_STARS)=[^;]*")
# Moves a little with the frequency of an allele; no rule asks it of a record that is not new in the child.
_PRIOR = re.compile(r"DE_NOVO_[A-Z0-9_]+=[^;]*;")


@dataclass(frozen=True)
class Look:
    """How a record looks to the program: how it is carried, and whether the population and ClinVar know it."""

    inheritance: str
    known: bool
    listed: bool


@dataclass
class Patterns:
    """What the workflow made of some families."""

    header: str
    family: str
    calls: dict[Look, dict[str, Any]]
    settings: dict[str, Any]
    resources: list[dict[str, str]]
    panel: str
    panel_version: str
    tables: dict[Any, list[dict[str, Any]]]
    table_header: dict[str, str]
    public: dict[str, Path]


@cache
def _most_frequent() -> float:
    """Frequency above which the screen removes a record."""
    return float(load_scoring_model(scoring_model_path()).threshold["max_frequency_recessive"])


def _looks(trio: Trio, start: PublicData) -> dict[str, tuple[Variant, Look]]:
    """How each record of a family looks that the screen keeps."""
    return {
        variant.key: (
            variant,
            Look(variant.inheritance, variant.site in start.frequency, variant.site in start.clinvar),
        )
        for variant in trio.variants
        if start.frequency.get(variant.site, 0.0) <= _most_frequent()
    }


def pattern_trios(trios: Sequence[Trio], start: PublicData) -> list[Trio]:
    """Some families that show between them every look of the programme."""
    chosen, seen = [], set[Look]()
    for trio in trios:
        looks = {look for _, look in _looks(trio, start).values()}
        if not looks <= seen:
            chosen.append(trio)
            seen |= looks
    return chosen


def learn(archive: Archive, trios: Sequence[Trio], start: PublicData, public: dict[str, Path]) -> Patterns:
    """The patterns that families which went through the workflow show; SystemExit where two of them disagree."""
    found: dict[Look, dict[str, Any]] = {}
    for trio in trios:
        looks = _looks(trio, start)
        for row in record_table(archive, trio.name, "calls", 1).to_pylist():
            variant, look = looks.pop(f"{row['contig']}-{row['pos']}-{row['ref']}-{row['alt']}")
            row["info"] = _blank(row["info"], variant)
            known = found.setdefault(look, row)
            if (_PRIOR.sub("", known["info"]), known["inheritance"]) != (
                _PRIOR.sub("", row["info"]),
                row["inheritance"],
            ):
                raise SystemExit(f"{trio.name} {variant.key}: two records of one look differ:\n{known}\n{row}")
        if looks:
            raise SystemExit(f"{trio.name}: the screen removed {sorted(looks)}")
    first = archive.analysis(trios[0].name)
    name = trios[0].name
    header = (record_table(archive, name, "calls", 1).schema.metadata or {})[VCF_HEADER.encode()].decode()
    tables = {schema: archive.table(name, schema) for schema in (QUALITY, SEGMENTS)}
    return Patterns(
        _with_contigs(header), name, found, dict(first.settings), [dict(row) for row in first.resources], first.panel,
        first.panel_version, tables, archive.table_header(name, CANDIDATES), public,
    )  # fmt: skip


def _blank(info: str, variant: Variant) -> str:
    """INFO of a record with places for what is the variant's own."""
    gene = variant.gene
    text = info.replace(gene.symbol, "{symbol}").replace(gene.ensembl, "{ensembl}").replace(variant.term, "{term}")
    text = text.replace(f"CSQ={variant.alt}|", "CSQ={alt}|")
    return _ALLELE_OF_NUMBERS.sub(lambda found: f"{found[1]}={{{found[1]}}}", text)


def _with_contigs(header: str) -> str:
    """The header with every contig, in the order of the genome."""
    lines = [line for line in header.splitlines() if not line.startswith("##contig=")]
    contigs = [f"##contig=<ID={name.removeprefix('chr')}>" for name in NAMES]
    return "\n".join([lines[0], *contigs, *lines[1:]]) + "\n"


def _family(trio: Trio) -> Family:
    child, father, mother = trio.samples
    return Family(
        trio.name,
        (
            Member(child, Role.PROBAND, Sex.FEMALE, Affection.AFFECTED),
            Member(father, Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
            Member(mother, Role.MOTHER, Sex.FEMALE, Affection.UNAFFECTED),
        ),
        PRE_INDICATION,
        HPO_TERMS,
    )


def _row(
    variant: Variant, look: Look, patterns: Patterns, start: PublicData, numbers: dict[Any, int]
) -> dict[str, Any]:
    """One record that survived, after its pattern."""
    if look not in patterns.calls:
        raise SystemExit(f"no family that went through the workflow has a record that looks like {look}")
    row = dict(patterns.calls[look])
    word, review = start.clinvar.get(variant.site, ("not_found", ""))
    frequency = f"{start.frequency[variant.site]:.3g}" if look.known else ""
    stars = {"criteria_provided,_single_submitter": 1, "no_assertion_criteria_provided": 0}.get(review, 2)
    row["info"] = row["info"].format(
        symbol=variant.gene.symbol, ensembl=variant.gene.ensembl, term=variant.term, alt=variant.alt,
        POPULATION_AF=frequency, CLINVAR_SIGNIFICANCE=word, CLINVAR_REVIEW=review.replace(",", "&"),
        CLINVAR_ID=numbers.get(variant.site, 0), CLINVAR_STARS=stars,
    )  # fmt: skip
    row |= {"contig": variant.contig, "pos": variant.pos, "ref": variant.ref, "alt": variant.alt}
    row |= {"gene": [variant.gene.symbol], "hgnc_id": [variant.gene.hgnc_id], "consequence": variant.term}
    row |= {"population_af": float(frequency) if look.known else None, "clinvar": word}
    return row | {"clinvar_stars": stars if look.listed else None}


def _removed_row(variant: Variant, start: PublicData) -> dict[str, Any]:
    """One record that the screen removed as frequent."""
    cells = [cell_of(genotype) for genotype in CARRIED[variant.inheritance]]
    states = [genotype.count("1") + 1 if "1" in genotype else 0 for genotype in CARRIED[variant.inheritance]]
    return {
        "contig": variant.contig, "pos": variant.pos, "ref": variant.ref, "alt": variant.alt, "record_id": ".",
        "qual": 50.0, "filter": "PASS", "kept_for": 2 + 4 * (variant.site in start.clinvar),
        "reason": "frequent_in_population", "info": variant.info(), "format": "GT:AD:DP:GQ:PL", "samples": cells,
        **dict(zip(("proband_state", "father_state", "mother_state"), states, strict=True)),
    }  # fmt: skip


class Filler:
    """Rare records of a whole genome that nothing in the programme is said of."""

    def __init__(self) -> None:
        self.world = World(SEED)
        on_panel = load_panel(RESOURCES / "panels" / f"{PRE_INDICATION}.tsv").genes
        linked = shipped_gene_diseases().by_symbol
        symbols = self.world.symbols.to_pylist()
        # Known genes of other diseases: no plant, no new link and no panel of the programme concerns them.
        self.genes = np.array([n for n, name in enumerate(symbols) if name in linked and name not in on_panel])
        self.of_father = np.random.default_rng([SEED, 9]).random(len(symbols)) < 0.5

    def of(self, number: int, header: str) -> dict[str, pa.Table]:
        """calls and genotypes of one family."""
        rng, world = np.random.default_rng([SEED, 8, number]), self.world
        father, mother = (
            np.unique(np.searchsorted(world.weight, rng.random(CARRIED_BY_FOUNDER) * world.weight[-1]))
            for _ in range(2)
        )
        shared = np.union1d(father, mother)
        alleles = world.pool.take(shared)
        gene = np.where(alleles.gene >= 0, self.genes[alleles.gene % len(self.genes)], -1).astype(np.int32)
        unknown = np.zeros(len(alleles), np.uint8)
        alleles = replace(
            alleles, gene=gene, frequency=np.full(len(alleles), np.nan, np.float32), clinvar=unknown,
            stars=unknown + np.uint8(255),
        )  # fmt: skip
        copies = np.zeros((len(alleles), 3), dtype=np.int8)
        copies[:, 1], copies[:, 2] = np.isin(shared, father), np.isin(shared, mother)
        copies[:, 0] = np.where(self.of_father[gene], copies[:, 1], copies[:, 2]) * (gene >= 0)
        keep = (alleles.contig < NAMES.index("chrX")) & (gene >= 0)
        alleles, copies = alleles.take(np.flatnonzero(keep)), copies[keep]
        columns = records(world, rng, Genome(alleles, copies))
        carried = copies[:, 0] > 0
        columns["contig"] = pc.utf8_replace_slice(columns["contig"], 0, 3, "")
        columns["kept_for"] = pc.add(columns["kept_for"], pa.array(carried.astype(np.uint8))).cast(pa.uint8())
        # As a source answers that has no record on a contig at all.
        covered = pc.is_in(columns["contig"], pa.array(list(COVERED)))
        columns["population_source"] = pc.if_else(covered, "not_found", "not_covered")
        columns["info"] = pc.if_else(
            covered,
            columns["info"],
            pc.replace_substring(columns["info"], "POPULATION_SOURCE=not_found", "POPULATION_SOURCE=not_covered"),
        )
        columns["reason"] = pa.array(["proband_without_allele"] * len(alleles))
        return {
            "calls": part_of(ARCHIVE_CALLS, columns, carried, header),
            "genotypes": part_of(ARCHIVE_GENOTYPES, columns, ~carried, header),
        }


_ORDER = pa.array([name.removeprefix("chr") for name in NAMES])


def _in_order(tables: Sequence[pa.Table]) -> pa.Table:
    """Rows of tables of one schema in the order of the genome, each allele once."""
    metadata = tables[0].schema.metadata
    table = pa.concat_tables([one.replace_schema_metadata(metadata) for one in tables])
    place = pc.index_in(table["contig"], _ORDER).to_numpy()
    keys = [table[name].to_numpy(zero_copy_only=False) for name in ("alt", "ref", "pos")]
    return table.take(pa.array(np.lexsort((*keys, place))))


def direct_inputs(
    trios: Sequence[Trio], start: PublicData, patterns: Patterns, filler: Filler | None, date: str
) -> Iterator[AnalysisInput]:
    """Families as the workflow would have given them to the archive."""
    numbers = {site: 1000 + number for number, site in enumerate(sorted(start.clinvar))}
    basis = Basis(
        scoring_model_path(), rank_weights_path(), acmg_table_path(), gene_table_path(),
        panel=patterns.public["panels"] / f"{PRE_INDICATION}.tsv",
        hpo_gene_diseases=patterns.public["hpo_gene_diseases"],
    )  # fmt: skip
    release = open_release(None, [], None, RESOURCES / "imprinted_genes.tsv")
    for number, trio in enumerate(trios):
        family = _family(trio)
        header = patterns.header.replace(patterns.family, trio.name)
        looks = _looks(trio, start)
        kept = [_row(variant, look, patterns, start, numbers) for variant, look in looks.values()]
        gone = [_removed_row(variant, start) for variant in trio.variants if variant.key not in looks]
        metadata = {VCF_HEADER: header}
        small = _in_order([arrow_table(ARCHIVE_CALLS, kept, metadata)])
        tables = {
            schema: [{key: _renamed(value, patterns.family, trio.name) for key, value in row.items()} for row in rows]
            for schema, rows in patterns.tables.items()
        }
        stored = StoredAnalysis(
            family, 1, date, "", header, records_of(small), [], [], tables[QUALITY], tables[SEGMENTS],
            resources=patterns.resources, settings=patterns.settings, pre_indication=PRE_INDICATION,
        )  # fmt: skip
        judged = Judge(stored, basis, basis, release, whole=True, assembly="GRCh38").judged(())
        parts = {"calls": [small], "genotypes": [arrow_table(ARCHIVE_GENOTYPES, gone, metadata)]}
        for name, table in (filler.of(number, header) if filler else {}).items():
            parts[name].append(table)
        lines = {key: str(_renamed(text, patterns.family, trio.name)) for key, text in patterns.table_header.items()}
        yield AnalysisInput(
            family, date, panel=patterns.panel, panel_version=patterns.panel_version, settings=patterns.settings,
            resources=patterns.resources, parts={name: _in_order(found) for name, found in parts.items()},
            tables={**as_read({CANDIDATES: judged.candidates, REMOVED: judged.removed}), **tables},
            headers={CANDIDATES: lines, REMOVED: lines},
        )  # fmt: skip


def _renamed(value: Any, before: str, after: str) -> Any:
    return value.replace(before, after) if isinstance(value, str) else value


def analyse_directly(
    folder: Path, trios: Sequence[Trio], start: PublicData, public: dict[str, Path], archive: Path, date: str,
    *, whole_genomes: bool,
) -> None:  # fmt: skip
    """Some families through the workflow, the others after their pattern, all into the archive."""
    first = pattern_trios(trios, start)
    names = {trio.name for trio in first}
    others = [trio for trio in trios if trio.name not in names]
    write_run(folder, first, public, archive, date)
    analyse(folder, first)
    with open_archive(archive) as opened:
        patterns = learn(opened, first, start, public)
    made = direct_inputs(others, start, patterns, Filler() if whole_genomes else None, date)
    while batch := list(islice(made, BATCH)):
        with open_archive(archive, write=True) as opened:
            add_many(opened, batch)
            with family_lock(opened.path, ".cohort-index"):
                pack_segments(opened)
