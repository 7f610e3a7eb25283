"""How is an allele named on the genome, on a transcript and on its protein, by the HGVS nomenclature?

Names follow the recommendations of version 21 (Hart 2024, Genome Medicine 16:149): the most 3' place in the direction
of the sequence that the name is on, dup before ins, one delins for what is one allele, predicted proteins in
parentheses with Ter. An allele is moved on the genome, so that it never jumps from one exon into the next.

Repeats are written as del, dup or ins, never as a count: on a coding transcript the recommendations allow a count for
whole codons only. Nothing is looked up on a network: the sequences are the laboratory's own FASTA and gene models.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from filiation.evidence.protein import ProteinChange, protein_change
from filiation.evidence.transcripts import Transcript
from filiation.model.contigs import bare_name

_COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
# Bases of the genome that are read at once while an allele is moved.
_WINDOW = 200

# Version of each RefSeq chromosome accession NC_0000nn in the two human assemblies (NCBI assembly reports of
# GRCh38.p14, GCF_000001405.40, and GRCh37.p13, GCF_000001405.25).
_VERSIONS = {
    "GRCh38": (11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11, 9, 11, 11, 10),
    "GRCh37": (10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9),
}
_NUMBERS = {**{str(number): number for number in range(1, 23)}, "X": 23, "Y": 24}
# The revised Cambridge reference sequence, the mitochondrion of both assemblies.
_MITOCHONDRION = "NC_012920.1"

Fetch = Callable[[str, int, int], str]


@dataclass(frozen=True)
class Names:
    """Names of one allele on one transcript, with their accessions; '' where there is none."""

    coding: str = ""
    protein: str = ""
    change: ProteinChange = field(default_factory=ProteinChange)


@dataclass(frozen=True)
class Spliced:
    """A transcript's bases 5' to 3', its coding part in them, and the bases before its last exon."""

    bases: str
    coding: tuple[int, int]
    last_junction: int | None


def genomic_accession(contig: str, assembly: str) -> str:
    """RefSeq accession of a chromosome of GRCh38 or GRCh37; any other contig keeps its own name."""
    name = bare_name(contig)
    if assembly in _VERSIONS and name in _NUMBERS:
        return f"NC_{_NUMBERS[name]:06d}.{_VERSIONS[assembly][_NUMBERS[name] - 1]}"
    return _MITOCHONDRION if assembly in _VERSIONS and name == "MT" else contig


def trimmed(position: int, ref: str, alt: str) -> tuple[int, str, str]:
    """The allele without the bases that both sides share: behind first, then before."""
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        position, ref, alt = position + 1, ref[1:], alt[1:]
    return position, ref, alt


def shifted(place: int, ref: str, alt: str, base: Callable[[int], str]) -> tuple[int, str, str]:
    """A pure insertion or deletion at its last place; base(p) : the base at p, '' past the end."""
    if ref and alt:
        return place, ref, alt
    changed = ref or alt
    while (following := base(place + len(ref))) and following == changed[0]:
        changed = changed[1:] + following
        place += 1
    return (place, changed, "") if ref else (place, "", changed)


def edit_text(place: int, ref: str, alt: str, before: str, name: Callable[[int], str]) -> str:
    """`123A>G`, `123_125del`, `123_124insAC`, `123_125dup`, `123_125delinsAC` or `123_125inv` of a moved allele.

    before : the bases left of it, to tell a duplication from an insertion; name : what a 0-based place is called, ''
    where it has no name; then the whole text is ''.
    """

    def span(first: int, last: int) -> str:
        if not (name(first) and name(last)):
            return ""
        return name(first) if first == last else f"{name(first)}_{name(last)}"

    copied = not ref and before.endswith(alt)
    if not ref:
        where = span(place - len(alt), place - 1) if copied else span(place - 1, place)
        return f"{where}dup" if copied and where else f"{where}ins{alt}" if where else ""
    where = span(place, place + len(ref) - 1)
    if not where:
        return ""
    if len(ref) == len(alt) == 1:
        return f"{where}{ref}>{alt}"
    if not alt:
        return f"{where}del"
    return f"{where}inv" if alt == other_strand(ref) else f"{where}delins{alt}"


def other_strand(bases: str) -> str:
    """The bases of the other strand, read in its direction."""
    return bases.translate(_COMPLEMENT)[::-1]


class _Reader:
    """Bases of one contig in the direction of a strand.

    Place p is position p on the plus strand and position -1 - p on the minus strand, so that places always grow in the
    direction of the strand.
    """

    def __init__(self, fetch: Fetch, contig: str, strand: str) -> None:
        self._fetch, self._contig, self.forward = fetch, contig, strand == "+"
        self._start, self._bases = 0, ""

    def between(self, first: int, last: int) -> str:
        """Bases of the places [first, last); short at the contig's ends."""
        if self.forward:
            return self._fetch(self._contig, max(0, first), max(0, last)).upper()
        return other_strand(self._fetch(self._contig, max(0, -last), max(0, -first)).upper())

    def base(self, place: int) -> str:
        """The base at a place, '' beyond the contig."""
        if not self._start <= place < self._start + len(self._bases):
            self._start = place
            self._bases = self.between(place, min(place + _WINDOW, 0) if not self.forward else place + _WINDOW)
        return self._bases[place - self._start : place - self._start + 1]

    def position(self, place: int) -> int:
        """The 0-based position of a place."""
        return place if self.forward else -1 - place

    def allele(self, position: int, ref: str, alt: str) -> tuple[int, str, str]:
        """An allele of the plus strand, at its place on this strand."""
        if self.forward:
            return position, ref, alt
        return -(position + len(ref)), other_strand(ref), other_strand(alt)

    def plus(self, place: int, ref: str, alt: str) -> tuple[int, str, str]:
        """The reverse of `allele`."""
        if self.forward:
            return place, ref, alt
        return -place - len(ref), other_strand(ref), other_strand(alt)


def _named(reader: _Reader, position: int, ref: str, alt: str, name: Callable[[int], str]) -> str:
    """The edit of a trimmed allele at its most 3' place, with the names of positions that `name` gives."""
    place, ref, alt = shifted(*reader.allele(position, ref, alt), reader.base)
    before = "" if ref else reader.between(place - len(alt), place)
    return edit_text(place, ref, alt, before, lambda at: name(reader.position(at)))


def is_sequence(ref: str, alt: str) -> bool:
    """Whether both alleles are bases that differ; symbolic and starred alleles have no name here."""
    return ref != alt and re.fullmatch("[ACGTN]+", ref + alt) is not None


def genomic_name(contig: str, position: int, ref: str, alt: str, fetch: Fetch, assembly: str) -> str:
    """HGVS name on the genome: `NC_000021.9:g.5025014_5025015del`, `NC_012920.1:m.3243A>G`.

    position : 0-based; fetch(contig, start, end) : bases. '' for symbolic alleles.
    """
    if not is_sequence(ref, alt):
        return ""
    text = _named(_Reader(fetch, contig, "+"), *trimmed(position, ref, alt), lambda place: str(place + 1))
    sign = "m" if bare_name(contig) == "MT" else "g"
    return f"{genomic_accession(contig, assembly)}:{sign}.{text}"


def transcript_position(transcript: Transcript, position: int) -> str:
    """`76`, `-14`, `*38`, `77+5`, `78-3`: a 0-based position of the genome on the transcript; '' outside of it.

    In an intron the nearer exon counts; in the middle of an intron of odd length, the exon before it.
    """
    forward = transcript.strand == "+"
    reached = 0
    exons = transcript.exons if forward else transcript.exons[::-1]
    for number, (left, right) in enumerate(exons):
        inside = position - left if forward else right - 1 - position
        if 0 <= inside < right - left:
            return _numbered(transcript, reached + inside)
        reached += right - left
        if number + 1 == len(exons):
            break
        low, high = (right, exons[number + 1][0]) if forward else (exons[number + 1][1], left)
        if low <= position < high:
            after, before = (position - low + 1, high - position) if forward else (high - position, position - low + 1)
            if after <= before:
                return f"{_numbered(transcript, reached - 1)}+{after}"
            return f"{_numbered(transcript, reached)}-{before}"
    return ""


def _numbered(transcript: Transcript, place: int) -> str:
    """A 0-based place of the spliced transcript in the numbering of its kind."""
    if not transcript.cds:
        return str(place + 1)
    start = transcript.bases_before_coding
    if place < start:
        return f"-{start - place}"
    end = start + transcript.coding_length
    return f"*{place - end + 1}" if place >= end else str(place - start + 1)


class Namer:
    """Names alleles on transcripts; fetch(contig, start, end) gives bases of the genome."""

    def __init__(self, fetch: Fetch, assembly: str = "other") -> None:
        self.fetch = fetch
        self._assembly = assembly
        self._spliced: dict[str, Spliced] = {}

    def genomic(self, contig: str, position: int, ref: str, alt: str) -> str:
        """Name on the genome; see `genomic_name`."""
        return genomic_name(contig, position, ref, alt, self.fetch, self._assembly)

    def spliced(self, transcript: Transcript) -> Spliced:
        """The transcript's own sequence."""
        found = self._spliced.get(transcript.name)
        if found is None:
            bases = "".join(self.fetch(transcript.contig, *exon).upper() for exon in transcript.exons)
            last = transcript.exons[-1 if transcript.strand == "+" else 0]
            start = transcript.bases_before_coding
            found = self._spliced[transcript.name] = Spliced(
                bases if transcript.strand == "+" else other_strand(bases),
                (start, start + transcript.coding_length),
                len(bases) - (last[1] - last[0]) if len(transcript.exons) > 1 else None,
            )
        return found

    def on_transcript(self, transcript: Transcript, position: int, ref: str, alt: str) -> Names:
        """Names of an allele (0-based position, alleles as in VCF) on one transcript.

        A coding part that begins within a codon has no positions, so nothing is named on it. An allele over the
        border of an exon changes splicing in a way that cannot be told: its protein is `p.?`. Mitochondrial genes have
        names on the genome (m.) and of their proteins.
        """
        if not is_sequence(ref, alt) or not transcript.complete:
            return Names()
        position, ref, alt = trimmed(position, ref, alt)
        reader = _Reader(self.fetch, transcript.contig, transcript.strand)
        mitochondrial = bare_name(transcript.contig) == "MT"
        coding = ""
        if not mitochondrial:
            text = _named(reader, position, ref, alt, lambda place: transcript_position(transcript, place))
            sign = "c" if transcript.cds else "n"
            coding = f"{transcript.shown_accession}:{sign}.{text}" if text else ""
        if not transcript.cds:
            return Names(coding)
        change = self._change_of_moved(reader, transcript, position, ref, alt, mitochondrial=mitochondrial)
        accession = transcript.protein_accession
        name = f"{accession}:{change.name}" if accession and change.name else change.name
        return Names(coding, name, change)

    def _change_of_moved(
        self, reader: _Reader, transcript: Transcript, position: int, ref: str, alt: str, *, mitochondrial: bool
    ) -> ProteinChange:
        """The protein of the allele at the place that its name has, its most 3' one.

        Where that place lies in an intron and the VCF's in an exon, the protein is `p.?`, with the fate of the
        transcript as if the exon had changed: it is the same sequence.
        """
        called = self.change(transcript, position, ref, alt, mitochondrial=mitochondrial)
        moved = shifted(*reader.allele(position, ref, alt), reader.base)
        named = self.change(transcript, *reader.plus(*moved), mitochondrial=mitochondrial)
        if named.name and named.name != "p.?":
            return named
        return ProteinChange("p.?", called.position, called.nmd) if called.name or named.name else ProteinChange()

    def in_spliced(self, transcript: Transcript, position: int, ref: str, alt: str) -> tuple[int, str, str] | None:
        """A trimmed allele on the spliced transcript, at its last place there; None outside of one exon."""
        reached, forward = 0, transcript.strand == "+"
        bases = self.spliced(transcript).bases
        for left, right in transcript.exons if forward else transcript.exons[::-1]:
            if left <= position and position + len(ref) <= right and (ref or left < position < right):
                place = reached + (position - left if forward else right - position - len(ref))
                if not forward:
                    ref, alt = other_strand(ref), other_strand(alt)
                return shifted(place, ref, alt, lambda at: bases[at : at + 1])
            reached += right - left
        return None

    def change(
        self, transcript: Transcript, position: int, ref: str, alt: str, *, mitochondrial: bool = False
    ) -> ProteinChange:
        """What happens to the protein of a coding transcript (trimmed allele)."""
        found = self.in_spliced(transcript, position, ref, alt)
        if found is None:
            touches = any(position < right and position + max(len(ref), 1) > left for left, right in transcript.exons)
            return ProteinChange("p.?") if touches and len(ref) > 1 else ProteinChange()
        spliced = self.spliced(transcript)
        return protein_change(
            spliced.bases,
            spliced.coding,
            *found,
            last_junction=spliced.last_junction,
            mitochondrial=mitochondrial,
        )
