"""Families of a national programme, written straight into an archive by its own writers.

Each is an affected child with both parents and at least 3,000 rare coding, splice and ClinVar-near records: what the
child has stands among the calls with its evidence, what a parent did not hand on among the genotypes that the screen
removed. Alleles are shared as in a population: most of those that a founder carries come from a pool whose frequencies
follow 1/f between one in 100 million and 1 %, one in ten is the founder's own. Half of a parent's alleles reach the
child, X-linked ones by sex; each child has one or two new ones, and some from a list of errors that come back; one
genotype in a hundred is missing. Symbols are real; bounds of genes are RefSeq's where ../shared/data is there, else
made up; positions inside them, alleles, frequencies and ClinVar are made up. No base comes from a person.

With --full, the last families have a whole genome: 100,000 rare records outside genes among the calls, 20,000 common
ones near genes, and four million that the screen removed, each with its reason.

    python benchmarks/programme_families.py ARCHIVE [--families N] [--full N] [--first N] [--seed N] [--batch N]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from diagnosis_genes import all_genes
from generated_trio import CONTIGS

from filiation.archive.lock import family_lock
from filiation.archive.store import create_archive, open_archive
from filiation.archive.write import AnalysisInput, add_many
from filiation.calls.annotate import CLINVAR_HEADER_LINES
from filiation.cohort.compact import pack_segments
from filiation.evidence.fields import HEADER_LINES as EVIDENCE_LINES
from filiation.model.archive_tables import ARCHIVE_CALLS, ARCHIVE_EXCLUDED, ARCHIVE_GENOTYPES, VCF_HEADER
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.panels.catalogue import load_catalogue
from filiation.scoring.evidence_fields import HEADER_LINES as SCREEN_LINES

POOL, OWN_SHARE = 1_200_000, 0.10
ALLELES_PER_FOUNDER = 1_720
LEAST_FREQUENCY, LARGEST_FREQUENCY = 1e-8, 0.01
NEW_ALLELES, ERRORS_POOL, ERRORS_PER_CHILD, MISSING = 1.5, 400, 3.0, 0.01
TERMS = ("missense_variant", "synonymous_variant", "5_prime_UTR_variant", "3_prime_UTR_variant",
         "splice_region_variant", "frameshift_variant", "stop_gained", "splice_donor_variant", "inframe_deletion",
         "intron_variant")  # fmt: skip
TERM_SHARES = np.array([0.36, 0.18, 0.08, 0.20, 0.05, 0.010, 0.008, 0.004, 0.008, 0.10])
CLINVAR = ("not_found", "Uncertain_significance", "Likely_benign", "Benign", "Likely_pathogenic", "Pathogenic",
           "Conflicting_classifications_of_pathogenicity")  # fmt: skip
CLINVAR_SHARES = np.array([0.80, 0.12, 0.05, 0.018, 0.002, 0.003, 0.007])
REVIEWS = ("no_assertion_criteria_provided", "criteria_provided,_single_submitter",
           "criteria_provided,_multiple_submitters,_no_conflicts")  # fmt: skip
BASES = np.array(list("ACGT"))
NAMES = list(CONTIGS)
FULL_CALLS, FULL_COMMON, FULL_EXCLUDED, COMMON_SITES = 100_000, 20_000, 4_000_000, 8_000_000
INFO_LINES = (
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequences from VEP. Format: '
    'Allele|Consequence|SYMBOL|Gene|Feature|HGVSc|HGVSp">',
    *SCREEN_LINES,
    *CLINVAR_HEADER_LINES,
    *EVIDENCE_LINES,
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
)


@dataclass
class Alleles:
    """Alleles in arrays. contig : place in NAMES; gene : place in the list of genes, -1 for none."""

    contig: np.ndarray
    pos: np.ndarray
    ref: np.ndarray
    alt: np.ndarray
    gene: np.ndarray
    term: np.ndarray
    frequency: np.ndarray
    clinvar: np.ndarray
    stars: np.ndarray

    def __len__(self) -> int:
        return len(self.pos)

    def take(self, rows: np.ndarray) -> Alleles:
        """Some of them."""
        return Alleles(*(value[rows] for value in vars(self).values()))

    @staticmethod
    def joined(parts: Sequence[Alleles]) -> Alleles:
        """Several lists behind one another."""
        names = vars(parts[0])
        return Alleles(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class World:
    """Genes and the alleles that the population shares."""

    def __init__(self, seed: int, pool: int = POOL) -> None:
        rng = np.random.default_rng([seed, 1])
        genes = list(all_genes().values())
        self.symbols = pa.array([gene.symbol for gene in genes])
        self.ids = pa.array([gene.hgnc_id for gene in genes])
        self.contig = np.array([NAMES.index(gene.chrom) for gene in genes], dtype=np.uint8)
        self.start = np.array([gene.start for gene in genes], dtype=np.int32)
        self.span = np.array([max(1, gene.end - gene.start) for gene in genes], dtype=np.int32)
        self.by_size = np.cumsum([gene.size for gene in genes])
        frequency = np.exp(rng.uniform(np.log(LEAST_FREQUENCY), np.log(LARGEST_FREQUENCY), pool))
        drawn = self.draw(rng, pool, frequency)
        drawn = drawn.take(np.lexsort((drawn.alt, drawn.ref, drawn.pos, drawn.contig)))
        self.pool = drawn.take(np.flatnonzero(~_repeated(drawn)))
        self.weight = np.cumsum(self.pool.frequency)
        self.places = _places(self.pool)
        self.errors = self.unshared(rng, ERRORS_POOL)
        slugs = [entry.slug for entry in load_catalogue().entries.values() if entry.kind == "rare_disease"]
        self.pre_indications = slugs
        # A few pre-indications have most of the families: shares after 1/rank, own choice.
        self.shares = (1 / np.arange(1, len(slugs) + 1)) / (1 / np.arange(1, len(slugs) + 1)).sum()

    def draw(self, rng: np.random.Generator, number: int, frequency: np.ndarray) -> Alleles:
        """New alleles in genes, by coding size."""
        gene = np.minimum(np.searchsorted(self.by_size, rng.random(number) * self.by_size[-1]), len(self.start) - 1)
        first, second = rng.integers(0, 4, number), rng.integers(1, 4, number)
        ref, alt = BASES[first].astype("U3"), BASES[(first + second) % 4].astype("U3")
        term = rng.choice(len(TERMS), number, p=TERM_SHARES / TERM_SHARES.sum())
        deleted = np.isin(term, (5, 8))
        ref[deleted] = np.char.add(ref[deleted], alt[deleted])
        alt[deleted] = BASES[first[deleted]]
        clinvar = rng.choice(len(CLINVAR), number, p=CLINVAR_SHARES / CLINVAR_SHARES.sum())
        # Pathogenic alleles are rarer than one in 10,000; ClinVar knows few alleles that one family has alone.
        clinvar[(frequency > 1e-4) & np.isin(clinvar, (4, 5))] = 2
        return Alleles(
            self.contig[gene], (self.start[gene] + rng.random(number) * self.span[gene]).astype(np.int32), ref, alt,
            gene.astype(np.int32), term.astype(np.uint8), frequency.astype(np.float32), clinvar.astype(np.uint8),
            np.where(clinvar > 0, rng.integers(0, 3, number), 255).astype(np.uint8),
        )  # fmt: skip

    def unshared(self, rng: np.random.Generator, number: int) -> Alleles:
        """New alleles at places where the pool has none; no source knows them."""
        drawn = self.draw(rng, number, np.full(number, np.nan))
        drawn.clinvar[:], drawn.stars[:] = 0, 255
        found = np.minimum(np.searchsorted(self.places, _places(drawn)), len(self.places) - 1)
        return drawn.take(np.flatnonzero(self.places[found] != _places(drawn)))

    def of_founder(self, rng: np.random.Generator) -> np.ndarray:
        """Places in the pool of what one founder carries."""
        number = rng.poisson(ALLELES_PER_FOUNDER * (1 - OWN_SHARE))
        return np.unique(np.searchsorted(self.weight, rng.random(number) * self.weight[-1]))


def _places(alleles: Alleles) -> np.ndarray:
    """Contig and position as one number."""
    return alleles.contig.astype(np.int64) << 32 | alleles.pos


def _repeated(alleles: Alleles) -> np.ndarray:
    """Which alleles, in order, are the same as the one before."""
    same = np.zeros(len(alleles), dtype=bool)
    same[1:] = True
    for value in (alleles.contig, alleles.pos, alleles.ref, alleles.alt):
        same[1:] &= value[1:] == value[:-1]
    return same


@cache
def _cells(copies: int, seed: int = 5) -> pa.Array:
    """Member columns of a VCF with 0, 1 or 2 copies, -1 for no call: 512 draws of depth and balance."""
    rng = np.random.default_rng([seed, copies + 1])
    depth = rng.poisson(34, 512) + 8
    reads = {-1: np.zeros(512, int), 0: np.zeros(512, int), 1: rng.binomial(depth, 0.5), 2: depth}[copies]
    if copies < 0:
        return pa.array(["./.:0,0:0:."] * 512)
    genotype = ("0/0", "0/1", "1/1")[copies]
    quality = np.minimum(99, 3 * depth)
    rows = zip(depth.tolist(), reads.tolist(), quality.tolist(), strict=True)
    return pa.array([f"{genotype}:{d - a},{a}:{d}:{q}" for d, a, q in rows])


def _samples(rng: np.random.Generator, copies: np.ndarray) -> pa.Array:
    """list<string>: the columns of proband, father and mother. copies : int (v, 3), -1 for no call."""
    drawn = rng.integers(0, 512, copies.shape)
    every = pa.concat_arrays([_cells(code) for code in (-1, 0, 1, 2)])
    flat = every.take(pa.array(((copies + 1) * 512 + drawn).ravel()))
    return pa.ListArray.from_arrays(pa.array(np.arange(0, copies.size + 1, 3, dtype=np.int32)), flat)


def _texts(words: Sequence[str], codes: np.ndarray) -> pa.Array:
    return pa.array(words).take(pa.array(codes.astype(np.int32)))


def _inheritance(copies: np.ndarray, contig: np.ndarray) -> np.ndarray:
    """Place in PATTERNS of what a child's record fits."""
    child, father, mother = copies.T
    found = np.full(len(child), 3)
    found[(child == 1) & (father == 0) & (mother == 0)] = 0
    found[(child == 1) & ((father < 0) | (mother < 0)) & (father <= 0) & (mother <= 0)] = 1
    found[child == 2] = 2
    found[(contig == NAMES.index("chrX")) & (child > 0) & (found == 3)] = 4
    return found


PATTERNS = ("de_novo:supported", "dominant_unknown_origin:possible", "autosomal_recessive:supported",
            "compound_heterozygous:possible", "x_linked:supported")  # fmt: skip


@dataclass
class Genome:
    """What a family carries: alleles in the order of the genome, copies of child, father and mother."""

    alleles: Alleles
    copies: np.ndarray


def family_genome(world: World, rng: np.random.Generator, boy: bool) -> Genome:
    """Alleles of two founders and what the child has of them."""
    father, mother = world.of_founder(rng), world.of_founder(rng)
    shared = np.union1d(father, mother)
    own = [world.unshared(rng, rng.poisson(ALLELES_PER_FOUNDER * OWN_SHARE)) for _ in range(2)]
    new = world.unshared(rng, rng.poisson(NEW_ALLELES))
    chosen = rng.choice(len(world.errors), min(len(world.errors), rng.poisson(ERRORS_PER_CHILD)), replace=False)
    alleles = Alleles.joined([world.pool.take(shared), *own, new, world.errors.take(chosen)])
    ends = np.cumsum([len(shared), len(own[0]), len(own[1])])
    copies = np.zeros((len(alleles), 3), dtype=np.int8)
    copies[: ends[0], 1] = np.isin(shared, father)
    copies[: ends[0], 2] = np.isin(shared, mother)
    copies[ends[0] : ends[1], 1] = 1
    copies[ends[1] : ends[2], 2] = 1
    handed_on = rng.random((len(alleles), 2)) < 0.5
    x = alleles.contig == NAMES.index("chrX")
    handed_on[x, 0] = not boy
    copies[:, 0] = (copies[:, 1:] * handed_on).sum(axis=1)
    copies[ends[2] :, 0] = 1
    copies[x, 1] *= 2
    if boy:
        copies[x, 0] = np.minimum(copies[x, 0] * 2, 2)
    copies[rng.random(copies.shape) < MISSING] = -1
    order = np.lexsort((alleles.alt, alleles.ref, alleles.pos, alleles.contig))
    alleles, copies = alleles.take(order), copies[order]
    once = ~_repeated(alleles)
    return Genome(alleles.take(np.flatnonzero(once)), copies[once])


def records(world: World, rng: np.random.Generator, genome: Genome) -> dict[str, Any]:
    """Columns that calls and removed records share, and those of the calls."""
    alleles, copies = genome.alleles, genome.copies
    number = len(alleles)
    known = alleles.gene >= 0
    gene = np.where(known, alleles.gene, 0)
    counts = np.concatenate([[0], np.cumsum(known)]).astype(np.int32)
    symbols = world.symbols.take(pa.array(gene))
    term, alt = _texts(TERMS, alleles.term), pa.array(alleles.alt.tolist())
    states = np.where(copies > 0, copies + 1, copies).astype(np.int8)
    pattern = _inheritance(copies, alleles.contig)
    af = pa.array(alleles.frequency, mask=np.isnan(alleles.frequency))
    af_text = pc.fill_null(pc.binary_join_element_wise("POPULATION_AF=", af.cast(pa.string()), ";", ""), "")
    source = _texts(("gnomad", "not_found"), np.isnan(alleles.frequency))
    state_text = [pa.array(states[:, place]).cast(pa.string()) for place in range(3)]
    listed = alleles.clinvar > 0
    review = np.where(listed, np.minimum(alleles.stars, 2), 0)
    clinvar = pc.binary_join_element_wise(
        "CLINVAR_SIGNIFICANCE=", _texts(CLINVAR, alleles.clinvar),
        pc.if_else(
            pa.array(listed),
            pc.binary_join_element_wise(
                ";CLINVAR_REVIEW=", _texts(REVIEWS, review), ";CLINVAR_STARS=", pa.array(review).cast(pa.string()), ""
            ),
            "",
        ),
        "",
    )  # fmt: skip
    consequence = pc.if_else(
        pa.array(known),
        pc.binary_join_element_wise("CSQ=", alt, "|", term, "|", symbols, "||ENST_", symbols, ".1||;", ""),
        "",
    )
    fits = pc.binary_join_element_wise(
        "INHERITANCE=", _texts(PATTERNS, pattern), ";CARRIER_STATES=", *(
            part for place in range(3) for part in (state_text[place], "," if place < 2 else ";")), "",
    )  # fmt: skip
    info = pc.binary_join_element_wise(consequence, fits, af_text, "POPULATION_SOURCE=", source, ";", clinvar, "")
    return {
        "contig": _texts(NAMES, alleles.contig), "pos": pa.array(alleles.pos), "ref": pa.array(alleles.ref.tolist()),
        "alt": alt, "record_id": pa.array(["."] * number), "qual": pa.array(np.full(number, 500, dtype=np.float32)),
        "filter": pa.array(["PASS"] * number), "info": info, "format": pa.array(["GT:AD:DP:GQ"] * number),
        "kept_for": pa.array((2 * known + 4 * listed).astype(np.uint8)),
        "samples": _samples(rng, copies.astype(np.int64)),
        **{f"{name}_state": pa.array(states[:, place]) for place, name in enumerate(("proband", "father", "mother"))},
        "gene": pa.ListArray.from_arrays(pa.array(counts), symbols.filter(pa.array(known))),
        "hgnc_id": pa.ListArray.from_arrays(pa.array(counts), world.ids.take(pa.array(gene)).filter(pa.array(known))),
        "consequence": term, "population_af": af, "population_source": source,
        "clinvar": _texts(CLINVAR, alleles.clinvar),
        "clinvar_stars": pa.array(np.where(listed, review, 0).astype(np.int8), mask=~listed),
        "inheritance": _texts(PATTERNS, pattern),
        "de_novo_posterior": pa.array(np.where(pattern == 0, 0.99, 0.0).astype(np.float32), mask=pattern != 0),
    }  # fmt: skip


def part_of(schema: Any, columns: dict[str, Any], rows: np.ndarray, header: str) -> pa.Table:
    """Some rows of the columns as a part of the archive."""
    from filiation.archive.parts import arrow_schema

    wanted = arrow_schema(schema, {VCF_HEADER: header} if header else None)
    chosen = pa.array(np.flatnonzero(rows))
    arrays = [columns[field.name].take(chosen).cast(field.type) for field in wanted]
    return pa.Table.from_arrays(arrays, schema=wanted)


def make_family(world: World, number: int, seed: int, *, full: bool = False, date: str = "2026-01-15") -> AnalysisInput:
    """Family `number` of the programme; the same for the same seed, whatever else is made."""
    rng = np.random.default_rng([seed, 2, number])
    name, boy = f"PRG{number:06d}", bool(rng.random() < 0.55)
    members = [
        Member(f"{name}-C", Role.PROBAND, Sex.MALE if boy else Sex.FEMALE, Affection.AFFECTED),
        Member(f"{name}-F", Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
        Member(f"{name}-M", Role.MOTHER, Sex.FEMALE, Affection.UNAFFECTED),
    ]
    slug = world.pre_indications[int(rng.choice(len(world.shares), p=world.shares))]
    family = Family(name, tuple(members), slug, ("HP:0001249",))
    header = vcf_header(family)
    genome = family_genome(world, rng, boy)
    if full:
        genome = _whole_genome(rng, genome)
    columns = records(world, rng, genome)
    carried = genome.copies[:, 0] > 0
    columns["kept_for"] = pc.add(columns["kept_for"], pa.array(carried.astype(np.uint8))).cast(pa.uint8())
    reasons = ("proband_without_allele", "proband_without_data")
    columns["reason"] = _texts(reasons, genome.copies[:, 0] < 0)
    parts = {
        "calls": part_of(ARCHIVE_CALLS, columns, carried, header),
        "genotypes": part_of(ARCHIVE_GENOTYPES, columns, ~carried & (genome.alleles.gene >= 0), header),
    }
    if full:
        parts["genotypes"] = _with_common(world, rng, parts["genotypes"], header)
        parts["excluded"] = _excluded(rng)
    return AnalysisInput(
        family, date, panel=slug, panel_version="1.0.0", parts=parts,
        settings={"assembly": "GRCh38", "hpo_terms": list(family.hpo_terms), "pre_indication": slug},
        resources=[{"name": "clinvar", "kind": "input", "version": "before", "sha256": "0" * 64}],
    )  # fmt: skip


def vcf_header(family: Family) -> str:
    """Header of the family's calls."""
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *family.samples]
    contigs = [f"##contig=<ID={name},length={length}>" for name, length in CONTIGS.items()]
    filters = '##FILTER=<ID=PASS,Description="All filters passed">'
    return "\n".join(["##fileformat=VCFv4.2", filters, *contigs, *INFO_LINES, "\t".join(columns)]) + "\n"


@cache
def _sites() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places that are common in the population, and alleles for them: contig, position, pair of bases."""
    rng = np.random.default_rng(99)
    lengths = np.array(list(CONTIGS.values()))
    each = (COMMON_SITES * lengths / lengths.sum()).astype(int)
    contig = np.repeat(np.arange(len(lengths), dtype=np.uint8), each)
    pos = np.concatenate([np.sort(rng.integers(1, length, n)) for length, n in zip(lengths, each, strict=True)])
    return contig, pos.astype(np.int32), rng.integers(0, 12, len(pos)).astype(np.uint8)


_PAIRS = [(ref, alt) for ref in "ACGT" for alt in "ACGT" if ref != alt]


def _outside_genes(rng: np.random.Generator, rows: np.ndarray, frequency: np.ndarray) -> Alleles:
    contig, pos, pair = (value[rows] for value in _sites())
    number = len(rows)
    bases = np.array(_PAIRS, dtype="U3")[pair]
    return Alleles(
        contig, pos, bases[:, 0], bases[:, 1], np.full(number, -1, np.int32), np.full(number, 9, np.uint8),
        frequency.astype(np.float32), np.zeros(number, np.uint8), np.full(number, 255, np.uint8),
    )  # fmt: skip


def _whole_genome(rng: np.random.Generator, genome: Genome) -> Genome:
    """The family with rare records outside genes that the child has."""
    rows = np.sort(rng.choice(COMMON_SITES - 50, FULL_CALLS, replace=False))
    frequency = np.where(rng.random(FULL_CALLS) < 0.3, np.nan, 10 ** rng.uniform(-6, -2, FULL_CALLS))
    copies = np.zeros((FULL_CALLS, 3), dtype=np.int8)
    copies[:, 0] = 1
    copies[np.arange(FULL_CALLS), rng.integers(1, 3, FULL_CALLS)] = 1
    alleles = Alleles.joined([genome.alleles, _outside_genes(rng, rows, frequency)])
    order = np.lexsort((alleles.alt, alleles.ref, alleles.pos, alleles.contig))
    every = np.concatenate([genome.copies, copies])[order]
    alleles = alleles.take(order)
    once = ~_repeated(alleles)
    return Genome(alleles.take(np.flatnonzero(once)), every[once])


def _with_common(world: World, rng: np.random.Generator, rare: pa.Table, header: str) -> pa.Table:
    """Removed records near genes with the common ones among them, in the order of the genome."""
    rows = np.sort(rng.choice(COMMON_SITES - 50, FULL_COMMON, replace=False))
    alleles = _outside_genes(rng, rows, rng.uniform(0.02, 0.5, FULL_COMMON))
    columns = records(world, rng, Genome(alleles, rng.integers(0, 3, (FULL_COMMON, 3)).astype(np.int8)))
    columns["kept_for"] = pa.array(np.full(FULL_COMMON, 2, np.uint8))
    columns["reason"] = pa.array(["frequent_in_population"] * FULL_COMMON)
    common = part_of(ARCHIVE_GENOTYPES, columns, np.ones(FULL_COMMON, dtype=bool), header)
    table = pa.concat_tables([rare, common])
    place = pc.index_in(table["contig"], pa.array(NAMES)).to_numpy()
    order = np.lexsort((table["alt"].to_numpy(zero_copy_only=False), table["pos"].to_numpy(), place))
    return table.take(pa.array(order))


def _excluded(rng: np.random.Generator) -> pa.Table:
    """Records that the screen removed and that are kept by place and reason alone."""
    rows = np.flatnonzero(rng.random(len(_sites()[1])) < FULL_EXCLUDED / COMMON_SITES)
    contig, pos, pair = (value[rows] for value in _sites())
    reason = rng.choice(2, len(rows), p=[0.98, 0.02])
    columns = {
        "contig": _texts(NAMES, contig),
        "pos": pa.array(pos),
        "change": _texts([f"{ref}>{alt}" for ref, alt in _PAIRS], pair),
        "reason": _texts(("frequent_in_population", "proband_without_data"), reason),
    }
    return part_of(ARCHIVE_EXCLUDED, columns, np.ones(len(rows), dtype=bool), "")


def inputs(world: World, numbers: Sequence[int], seed: int, full_from: int) -> Iterator[AnalysisInput]:
    """The families of some numbers, one after the other."""
    for number in numbers:
        yield make_family(world, number, seed, full=number >= full_from)


def write_families(
    path: Path, families: int, *, full: int = 0, first: int = 0, seed: int = 6, batch: int = 500
) -> dict[str, float]:
    """Add families to an archive, which is made when it is not there; how many, and seconds for one."""
    if not (path / "archive.json").is_file():
        create_archive(path, "GRCh38").close()
    world = World(seed)
    started = time.perf_counter()
    last = first + families + full
    for begin in range(first, last, batch):
        numbers = range(begin, min(begin + batch, last))
        with open_archive(path, write=True) as archive:
            add_many(archive, inputs(world, numbers, seed, first + families))
            with family_lock(archive.path, ".cohort-index"):
                pack_segments(archive)
    took = time.perf_counter() - started
    return {"families": last - first, "seconds": took, "seconds_per_family": took / max(1, last - first)}


def main() -> None:
    """Write families as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--families", type=int, default=500)
    parser.add_argument("--full", type=int, default=0, help="families with a whole genome, after the others")
    parser.add_argument("--first", type=int, default=0, help="number of the first family")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--batch", type=int, default=500)
    options = parser.parse_args()
    done = write_families(
        options.archive, options.families, full=options.full, first=options.first, seed=options.seed,
        batch=options.batch,
    )  # fmt: skip
    print(
        f"{done['families']:.0f} families in {done['seconds']:.0f} s, {1000 * done['seconds_per_family']:.0f} ms each"
    )


if __name__ == "__main__":
    main()
