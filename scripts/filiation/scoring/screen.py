"""Which records of a whole genome are rare and informative for this family? One pass, every removal counted.

The two questions stand in this order: does the index case carry the allele, and does any inheritance pattern
remain once the family's genotypes and the population frequency are known. Consequences come later, for the few
that are kept.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.calls.frequencies import (
    OpenSource,
    PopulationFrequency,
    Source,
    frequency_of_alleles,
    open_sources,
    population_frequency,
)
from filiation.errors import InputError, ToolError
from filiation.frequencies.alleles import with_text
from filiation.io.files import atomic_path, private_directory
from filiation.io.flanks import ReferenceFlanks
from filiation.io.given_calls import explain_record
from filiation.io.raw.batches import read_file_header
from filiation.io.raw.pieces import Piece, work_on_pieces
from filiation.io.raw.records import Alleles
from filiation.io.raw.writer import RecordWriter
from filiation.io.tools import run_tool
from filiation.io.vcf import TrioBatch, header_contigs, pseudoautosomal_intervals, read_batches
from filiation.kernels.encoding import MISSING
from filiation.kernels.inheritance import NO, X_LINKED
from filiation.model.pedigree import Family
from filiation.scoring.evidence_fields import HEADER_LINES, EvidenceFields
from filiation.scoring.excluded import removed_lines, write_excluded
from filiation.scoring.model import ScoringModel
from filiation.scoring.trio import (
    DOMINANT_PATTERNS,
    FamilyCodes,
    TrioScores,
    family_codes,
    score_batch,
)

KEPT = "kept"
# First or last letters of alleles that are not written in bases: <DEL>, breakends, unknown.
_BASES = re.compile("[ACGTNacgtn]+")
_NO_BASE = np.isin(np.arange(256), np.frombuffer(b"<>[].", dtype=np.uint8))
REASONS = (
    "proband_without_data",
    "proband_without_allele",
    "proband_few_alternate_reads",
    "proband_low_genotype_quality",
    "spanning_deletion_allele",
    "symbolic_allele_not_analysed",
    "frequent_in_population",
    "too_frequent_for_pattern",
    "no_inheritance_pattern",
)


def reason_meanings(model: ScoringModel) -> dict[str, str]:
    """Each reason of the screen in words, with its threshold."""
    value = model.threshold
    return {
        "records_in": "records of the family; one of several alternate alleles counts once for each",
        "proband_without_data": "the index case has no call there: unknown, not reference",
        "proband_without_allele": "the index case was called without the alternate allele",
        "proband_few_alternate_reads": "fewer than "
        f"{value['min_proband_alt_depth']:g} alternate reads in the index case (min_proband_alt_depth)",
        "proband_low_genotype_quality": "genotype quality of the index case below "
        f"{value['min_proband_genotype_quality']:g} (min_proband_genotype_quality)",
        "spanning_deletion_allele": "the * allele: the deletion itself has its own record",
        "symbolic_allele_not_analysed": "symbolic alleles (<DEL>, <DUP>, breakends): structural variants are not "
        "analysed by this step",
        "frequent_in_population": "population frequency above "
        f"{value['max_frequency_recessive']:g} (max_frequency_recessive)",
        "too_frequent_for_pattern": "a pattern fits the genotypes, but the variant is too frequent for it "
        f"(above {value['max_frequency_dominant']:g} for one copy, or more than "
        f"{value['max_homozygotes_recessive']:g} homozygotes, or on the X more than "
        f"{value['max_hemizygotes_x_linked']:g} hemizygous men)",
        "no_inheritance_pattern": "no inheritance pattern fits the family's genotypes",
        "records_out": "rare and informative records, to be annotated",
    }


@dataclass
class Decision:
    """What the screen says of one batch: a reason per record (`kept` for those that go on) and the evidence."""

    reason: npt.NDArray[np.object_]
    scores: TrioScores
    frequency: PopulationFrequency


def decide(
    batch: TrioBatch,
    codes: FamilyCodes,
    model: ScoringModel,
    sources: Sequence[OpenSource],
    flanks: ReferenceFlanks | None = None,
) -> Decision:
    """Score one batch and name the first reason that removes each record; `flanks`: the reference, if given."""
    return _decide(batch, codes, model, population_frequency(batch, sources), bool(sources), flanks)


def _proband_questions(batch: TrioBatch, value: Mapping[str, float]) -> list[tuple[npt.NDArray[np.bool_], str]]:
    """What the index case alone removes: a mask for each reason, in order."""
    genotype = batch.genotype[:, 0]
    alt_reads = batch.alt_depth[:, 0]
    quality = batch.genotype_quality[:, 0]
    with np.errstate(invalid="ignore"):
        low_quality = quality < value["min_proband_genotype_quality"]
    return [
        (genotype == MISSING, "proband_without_data"),
        (genotype == 0, "proband_without_allele"),
        ((alt_reads >= 0) & (alt_reads < value["min_proband_alt_depth"]), "proband_few_alternate_reads"),
        (low_quality & np.isfinite(quality), "proband_low_genotype_quality"),
    ]


def _allele_questions(batch: TrioBatch) -> list[tuple[npt.NDArray[np.bool_], str]]:
    """What the alternate allele alone removes: those that are not written in bases."""
    if isinstance(batch.alt, Alleles):
        first, last = batch.alt.first_bytes(), batch.alt.last_bytes()
    else:
        first, last = (np.array([ord(allele[end]) for allele in batch.alt], dtype=np.uint8) for end in (0, -1))
    star = first == ord("*")
    return [
        (star, "spanning_deletion_allele"),
        (~star & (_NO_BASE[first] | _NO_BASE[last]), "symbolic_allele_not_analysed"),
    ]


def _decide(
    batch: TrioBatch,
    codes: FamilyCodes,
    model: ScoringModel,
    frequency: PopulationFrequency,
    annotated: bool,
    flanks: ReferenceFlanks | None,
) -> Decision:
    """`decide` with the frequencies at hand."""
    value = model.threshold
    # Where no source has looked, the stated default is the prior: not covered is not absent.
    default = np.where(batch.is_snv, value["default_frequency_snv"], value["default_frequency_indel"])
    prior = np.where(frequency.unknown, default, frequency.af)
    scores = score_batch(batch, codes, model, prior, annotated, flanks)
    fits_genotypes = (scores.patterns != NO).any(axis=1)
    af = np.nan_to_num(frequency.af, nan=0.0)
    homozygotes = np.nan_to_num(frequency.homozygotes, nan=0.0)
    patterns = scores.patterns
    dominant = np.zeros(patterns.shape[1], dtype=bool)
    dominant[list(DOMINANT_PATTERNS)] = True
    patterns[np.ix_(af > value["max_frequency_dominant"], dominant)] = NO
    patterns[np.ix_(homozygotes > value["max_homozygotes_recessive"], ~dominant)] = NO
    # Counted outside the pseudoautosomal regions alone; a man with the allele on his only X is a healthy homozygote.
    hemizygotes = np.nan_to_num(frequency.hemizygotes, nan=0.0)
    patterns[hemizygotes > value["max_hemizygotes_x_linked"], X_LINKED] = NO

    reason = np.full(len(batch), KEPT, dtype=object)

    def remove(mask: npt.NDArray[np.bool_], name: str) -> None:
        reason[mask & (reason == KEPT)] = name

    for mask, name in [*_proband_questions(batch, value), *_allele_questions(batch)]:
        remove(mask, name)
    remove(af > value["max_frequency_recessive"], "frequent_in_population")
    remains = (patterns != NO).any(axis=1)
    remove(~remains & fits_genotypes, "too_frequent_for_pattern")
    remove(~remains, "no_inheritance_pattern")
    return Decision(reason, scores, frequency)


@dataclass
class Screened:
    """What the screen says of one batch, with evidence for the records that go on alone.

    reason : int8 (v,), place in REASONS, -1 for the records that go on. `rows`: those, with `decision` in their order.
    """

    reason: npt.NDArray[np.int8]
    rows: npt.NDArray[np.int64]
    decision: Decision | None

    def names(self) -> npt.NDArray[np.object_]:
        """The reason of every record by its name, `kept` for those that go on."""
        return np.array([*REASONS, KEPT], dtype=object)[self.reason]


def screen_batch(
    batch: TrioBatch,
    codes: FamilyCodes,
    model: ScoringModel,
    sources: Sequence[OpenSource],
    flanks: ReferenceFlanks | None = None,
) -> Screened:
    """`decide`, with the same reasons, where each question is asked only of the records that the ones before left."""
    reason = np.full(len(batch), -1, dtype=np.int8)
    for mask, name in [*_proband_questions(batch, model.threshold), *_allele_questions(batch)]:
        reason[mask & (reason < 0)] = REASONS.index(name)
    rows = np.flatnonzero(reason < 0)
    frequency = population_frequency(batch.sites(rows), sources)
    return screen_rest(reason, rows, frequency, batch.take, codes, model, bool(sources), flanks)


def screen_rest(
    reason: npt.NDArray[np.int8],
    rows: npt.NDArray[np.int64],
    frequency: PopulationFrequency,
    members_of: Callable[[npt.NDArray[np.int64]], TrioBatch],
    codes: FamilyCodes,
    model: ScoringModel,
    annotated: bool,
    flanks: ReferenceFlanks | None = None,
) -> Screened:
    """The questions that follow those about the index case and the alleles, of `rows`; their `reason` is filled.

    Nothing is lost by it: a record that an earlier question removes keeps that reason whatever the later ones say.
    `frequency` : of `rows`. `members_of` : everything of some of the records. `annotated` : a source exists.
    """
    frequent = frequency.af > model.threshold["max_frequency_recessive"]
    if frequent.any():
        reason[rows[frequent]] = REASONS.index("frequent_in_population")
        rare = np.flatnonzero(~frequent)
        rows, frequency = rows[rare], _of_rows(frequency, rare)
    if not rows.size:
        return Screened(reason, rows, None)
    decision = _decide(members_of(rows), codes, model, frequency, annotated, flanks)
    for number, name in enumerate(REASONS):
        reason[rows[decision.reason == name]] = number
    kept = np.flatnonzero(decision.reason == KEPT)
    scores = replace(decision.scores, **_arrays_of_rows(decision.scores, kept))
    return Screened(reason, rows[kept], Decision(decision.reason[kept], scores, _of_rows(decision.frequency, kept)))


def _arrays_of_rows(columns: Any, rows: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Some rows of every array of a dataclass."""
    return {name: value[rows] for name, value in vars(columns).items() if isinstance(value, np.ndarray)}


def _of_rows(frequency: PopulationFrequency, rows: npt.NDArray[np.int64]) -> PopulationFrequency:
    """Frequencies of some records."""
    return replace(frequency, **_arrays_of_rows(frequency, rows))


@dataclass
class ScreenResult:
    """Counts by reason, in the order of `reason_meanings`."""

    counts: dict[str, int] = field(default_factory=dict)

    def rows(self, model: ScoringModel) -> dict[str, tuple[int, str]]:
        """For `io.tables.funnel_rows`."""
        return {reason: (self.counts.get(reason, 0), text) for reason, text in reason_meanings(model).items()}


def decisions(
    variants: str | Path,
    family: Family,
    model: ScoringModel,
    sources: Sequence[Source],
    *,
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
    reference: str | Path | None = None,
) -> Iterator[tuple[TrioBatch, Decision]]:
    """Every batch of a normalised file with what the screen says of it.

    reference : FASTA, for the CpG and repeat context of what looks new; without it the averages of all contexts.
    """
    codes = family_codes(family)
    contigs = header_contigs(variants)
    regions = pseudoautosomal_intervals(assembly, contigs, pseudoautosomal_bed)
    flanks = ReferenceFlanks(reference) if reference else None
    with private_directory("screen") as folder:
        opened = open_sources(sources, variants, contigs, folder)
        for batch in read_batches(variants, codes.samples, pseudoautosomal=regions, split=True):
            yield batch, decide(batch, codes, model, opened, flanks)


def _proband_thresholds(model: ScoringModel) -> tuple[float, float]:
    """Thresholds of kernels.proband, whose reasons are the first of REASONS."""
    return model.threshold["min_proband_alt_depth"], model.threshold["min_proband_genotype_quality"]


def _require_bases(piece: Piece, v: int) -> None:
    """Stop at a letter that stands for several bases, or for none: it names no allele that could be looked up."""
    _, ref, alt = piece.allele(v)
    if not _BASES.fullmatch(ref + alt):
        raise InputError(
            f"REF '{ref[:40]}', ALT '{alt[:40]}'",
            where=piece.place(v),
            expected="the letters A, C, G, T or N",
            repair="produce the calls again; R, Y and the like stand for several bases and name no allele",
        )


class _PieceWork:
    """The work of a thread on one piece: counts by reason, the survivors' records, and the lines of the others."""

    def __init__(
        self,
        codes: FamilyCodes,
        model: ScoringModel,
        sources: Sequence[OpenSource],
        reference: str | Path | None,
        evidence: EvidenceFields,
        lists_removals: bool,
    ) -> None:
        self.codes = codes
        self.model = model
        self.sources = sources
        self.reference = reference
        self.evidence = evidence
        self.lists_removals = lists_removals
        self.own = threading.local()

    def _flanks(self) -> ReferenceFlanks | None:
        """The reference; a FASTA has one place of reading, so each thread opens its own."""
        if self.reference and not hasattr(self.own, "flanks"):
            self.own.flanks = ReferenceFlanks(self.reference)
        return self.own.flanks if self.reference else None

    def __call__(self, piece: Piece) -> tuple[dict[str, int], bytes, bytes]:
        asked = piece.asked
        alleles = with_text(asked.pos, asked.key, lambda v: piece.allele(int(asked.rows[v])))
        contig_index, classes = piece.sites.contig_index[asked.rows], piece.classes_of(asked.rows)
        frequency = frequency_of_alleles(alleles, contig_index, classes, self.sources)
        screened = screen_rest(
            piece.reason, asked.rows, frequency, piece.members_of, self.codes, self.model, bool(self.sources),
            self._flanks(),
        )  # fmt: skip
        by_reason = np.bincount(screened.reason + 1, minlength=len(REASONS) + 1).tolist()
        counts = {"records_in": len(piece), **dict(zip(("records_out", *REASONS), by_reason, strict=True))}
        removed = removed_lines(piece, screened.reason, REASONS) if self.lists_removals else b""
        decision = screened.decision
        if decision is None:
            return counts, b"", removed
        for v in screened.rows:
            _require_bases(piece, int(v))
        survivors = piece.records_of(screened.rows)
        return counts, self.evidence.records(survivors, decision.scores, decision.frequency), removed


@contextmanager
def _faults_of_records(variants: str | Path) -> Iterator[None]:
    """What bcftools cannot write because the record that was read is at fault is the reader's to repair."""
    try:
        yield
    except ToolError as error:
        raise explain_record(str(error), variants) or error from None


def screen_calls(
    variants: str | Path,
    family: Family,
    model: ScoringModel,
    sources: Sequence[Source],
    output: str | Path,
    *,
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
    excluded: str | Path | None = None,
    reference: str | Path | None = None,
    threads: int = 1,
) -> ScreenResult:
    """Write the survivors with their evidence to `output` (BCF with .csi); returns the counts.

    Two stages: arrays of genotypes for all records, full records for the survivors only. `excluded`: compressed
    table that names, in the same pass, the reason of every record that does not go on. The bytes written are the same
    with any number of `threads`. `reference`: see decisions.
    """
    result = ScreenResult(dict.fromkeys(("records_in", *REASONS, "records_out"), 0))
    output = Path(output)
    codes = family_codes(family)
    header = read_file_header(variants)
    contigs = dict(zip(header.contigs, header.contig_length, strict=True))
    regions = pseudoautosomal_intervals(assembly, contigs, pseudoautosomal_bed)
    with (
        private_directory("screen") as folder,
        write_excluded(excluded) as removals,
        atomic_path(output) as temporary,
    ):
        opened = open_sources(sources, variants, contigs, folder)
        with _faults_of_records(variants), RecordWriter(header, HEADER_LINES, temporary) as sink:
            work = _PieceWork(codes, model, opened, reference, EvidenceFields(sink), removals is not None)
            for counts, records, removed in work_on_pieces(
                variants, codes.samples, _proband_thresholds(model), work, regions, threads=threads
            ):
                for name, count in counts.items():
                    result.counts[name] += count
                if removals is not None:
                    removals.write(removed)
                sink.write_records(records)
        index = Path(f"{temporary}.csi")
        run_tool(["bcftools", "index", "-f", "-o", index, temporary], purpose="index the screened calls")
        index.replace(f"{output}.csi")
    return result
