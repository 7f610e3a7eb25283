"""Does another engine give the same names? Every name of a run is read a second time by hgvs-weaver (MIT).

Each transcript is laid before it on a sequence of its own, read in the direction of the transcript: the engine then
moves the allele, numbers it and translates it by its own rules, from the laboratory's own genome and gene models.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from filiation.evidence.hgvs import Fetch, Namer, other_strand, trimmed
from filiation.evidence.transcripts import Transcript

# Bases beside a transcript that the engine may read while it moves an allele.
_BESIDE = 5_000
_PROTEIN = "NP_000001.1"


@dataclass(frozen=True)
class Named:
    """One allele (0-based position, alleles as in VCF) on a transcript, with the names that were given it."""

    transcript: Transcript
    position: int
    ref: str
    alt: str
    coding: str
    protein: str


@dataclass(frozen=True)
class Disagreement:
    """A name that two engines write differently."""

    transcript: str
    allele: str
    ours: str
    theirs: str


class _Models:
    """Transcripts and sequences as the engine asks for them: one contig NC_nnnnnn.1 for each transcript NM_nnnnnn.1."""

    def __init__(self, namer: Namer, fetch: Fetch) -> None:
        self._namer, self._fetch = namer, fetch
        self._numbers: dict[str, int] = {}
        self._transcripts: list[Transcript] = []

    def number(self, transcript: Transcript) -> int:
        """Number under which the engine knows a transcript."""
        if transcript.name not in self._numbers:
            self._transcripts.append(transcript)
            self._numbers[transcript.name] = len(self._transcripts)
        return self._numbers[transcript.name]

    def place(self, transcript: Transcript, position: int) -> int:
        """A position of the genome on the transcript's contig; positions grow in its direction."""
        if transcript.strand == "+":
            return position - max(0, transcript.start - _BESIDE)
        return transcript.end + _BESIDE - 1 - position

    def get_transcript(self, accession: str, _reference: str | None) -> dict[str, Any]:
        """Exons and coding part; the engine takes the last base of an exon on the contig, not the one behind it."""
        transcript = self._of(accession)
        exons, reached = [], 0
        forward = transcript.strand == "+"
        for left, right in transcript.exons if forward else transcript.exons[::-1]:
            first = self.place(transcript, left if forward else right - 1)
            length = right - left
            exons.append(
                {
                    "transcript_start": reached,
                    "transcript_end": reached + length,
                    "reference_start": first,
                    "reference_end": first + length - 1,
                    "alt_strand": 1,
                    "cigar": f"{length}=",
                }
            )
            reached += length
        coding = self._namer.spliced(transcript).coding if transcript.cds else None
        return {
            "ac": accession,
            "gene": transcript.gene,
            "cds_start_index": coding[0] if coding else None,
            "cds_end_index": coding[1] - 1 if coding else None,
            "strand": 1,
            "reference_accession": f"NC_{self.number(transcript):06d}.1",
            "exons": exons,
        }

    def get_seq(self, accession: str, start: int, end: int | None, _kind: Any) -> str:
        """Bases of a transcript, or of its contig; N beyond the end of the genome's contig."""
        transcript = self._of(accession)
        if accession.startswith("NM_"):
            return self._namer.spliced(transcript).bases[start:end]
        low, high = max(0, transcript.start - _BESIDE), transcript.end + _BESIDE
        stop = high - low if end is None else min(end, high - low)
        if transcript.strand == "+":
            return self._fetch(transcript.contig, low + start, low + stop).upper()
        left, right = high - stop, high - start
        bases = self._fetch(transcript.contig, max(0, left), right).upper()
        return other_strand(bases.ljust(right - max(0, left), "N"))

    def get_symbol_accessions(self, _symbol: str, _source: Any, _target: Any) -> list[tuple[str, str]]:
        """No other names are known here."""
        return []

    def get_identifier_type(self, identifier: str) -> str:
        """What kind of accession ours are."""
        kinds = {"NC": "genomic_accession", "NM": "transcript_accession", "NP": "protein_accession"}
        return kinds.get(identifier[:2], "unknown")

    def _of(self, accession: str) -> Transcript:
        return self._transcripts[int(accession[3:9]) - 1]


class SecondReading:
    """Names of alleles by the other engine, compared with ours."""

    def __init__(self, namer: Namer) -> None:
        self._namer = namer

    def compare(self, asked: Iterable[Named]) -> tuple[int, list[Disagreement]]:
        """(names compared, those that differ): names on transcripts (c. and n.) and of proteins.

        Not compared: what we do not name; alleles that the engine refuses (over the border of an exon, or an insertion
        between two exons); a protein of which one of us says `p.?`; what may be written in two
        ways (`_two_ways`).
        """
        import weaver

        models = _Models(self._namer, self._namer.fetch)
        mapper = weaver.VariantMapper(models)
        compared, differ = 0, []
        for item in asked:
            for ours, theirs in self._pairs(weaver, mapper, models, item):
                compared += 1
                if ours != theirs:
                    allele = f"{item.position + 1}{item.ref}>{item.alt}"
                    differ.append(Disagreement(item.transcript.shown_accession, allele, ours, theirs))
        return compared, differ

    def _pairs(self, weaver: Any, mapper: Any, models: _Models, item: Named) -> Iterable[tuple[str, str]]:
        """(our name, the other engine's), without accessions, of the transcript and of the protein."""
        number = models.number(item.transcript)
        try:
            moved = mapper.normalize_variant(weaver.parse(f"NC_{number:06d}.1:g.{_edit(models, item)}"))
            found = mapper.g_to_c(moved, f"NM_{number:06d}.1")
        except (weaver.HGVSError, ValueError):
            return
        if item.coding:
            theirs = found.format().rpartition(":")[2]
            # Without a coding part the engine still writes c.
            yield item.coding.rpartition(":")[2], theirs if item.transcript.cds else theirs.replace("c.", "n.", 1)
        ours = item.protein.rpartition(":")[2]
        if not item.transcript.cds or ours in ("", "p.?"):
            return
        try:
            protein = mapper.c_to_p(found, _PROTEIN).format().rpartition(":")[2]
        except (weaver.HGVSError, ValueError):
            return
        if protein != "p.?" and not _two_ways(ours, protein):
            yield ours, ours if ours.endswith("=)") and protein.endswith("=)") else protein


def _two_ways(ours: str, theirs: str) -> bool:
    """Whether two names differ by nothing but a choice that the nomenclature leaves open.

    A stop among inserted bases: a shift of the frame that ends there, or the residues up to it. The last residues lost
    in frame: a deletion, or a stop in place of the first of them. Residues put in before the stop: an insertion, or an
    extension. A stop that stays at the end of replaced residues: named with them, or not.
    """
    if ("fsTer" in ours) != ("fsTer" in theirs):
        return bool(re.search(r"ins\w*Ter\)", ours + theirs))
    if ("extTer" in ours) != ("extTer" in theirs):
        return bool(re.search(r"_Ter\d+ins|dup\)", ours + theirs))
    if re.search(r"_Ter\d+delins\w*Ter\)", theirs) and "Ter" not in ours:
        return True
    lost, stopped = sorted((ours, theirs), key=lambda name: name.endswith("Ter)"))
    return lost.endswith("del)") and stopped == f"{lost[:-4].partition('_')[0]}Ter)"


def _edit(models: _Models, item: Named) -> str:
    """The allele on the transcript's contig, as it stands in the VCF."""
    position, ref, alt = trimmed(item.position, item.ref, item.alt)
    if item.transcript.strand == "+":
        place = models.place(item.transcript, position)
    else:
        place = models.place(item.transcript, position + len(ref) - 1)
        ref, alt = other_strand(ref), other_strand(alt)
    if not ref:
        return f"{place}_{place + 1}ins{alt}"
    where = str(place + 1) if len(ref) == 1 else f"{place + 1}_{place + len(ref)}"
    if not alt:
        return f"{where}del"
    return f"{where}{ref}>{alt}" if len(ref) == len(alt) == 1 else f"{where}delins{alt}"
