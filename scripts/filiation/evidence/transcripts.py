"""Which transcripts lie under the family's variants, and which of them is shown first?

Gene models are the laboratory's own GFF3 in Ensembl style. The status of a transcript comes from its `tag`
(MANE_Select, MANE_Plus_Clinical, Ensembl_canonical) and from the MANE summary table where one is given; that
table also gives the RefSeq accession, whose sequence is the same by MANE's definition (Morales 2022, Nature 604:310).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from filiation.errors import InputError
from filiation.evidence.fields import CANONICAL, MANE_PLUS_CLINICAL, MANE_SELECT, OTHER, TRANSCRIPT_STATUSES
from filiation.io.files import open_text, require_file
from filiation.model.contigs import bare_name

_STATUS_OF_TAG = {
    "MANE_Select": MANE_SELECT,
    "MANE_Plus_Clinical": MANE_PLUS_CLINICAL,
    "Ensembl_canonical": CANONICAL,
}
_MANE_COLUMNS = ("symbol", "RefSeq_nuc", "RefSeq_prot", "Ensembl_nuc", "Ensembl_prot", "MANE_status")


@dataclass(frozen=True)
class ManeEntry:
    """One row of the MANE summary: status, and the RefSeq names of the same sequence."""

    status: str
    ensembl: str
    refseq: str
    refseq_protein: str


@dataclass
class Transcript:
    """One transcript; positions are 0-based and half-open on the contig, exons and cds in ascending order."""

    name: str
    version: str
    gene: str
    gene_id: str
    contig: str
    start: int
    end: int
    strand: str
    biotype: str
    status: str = OTHER
    exons: list[tuple[int, int]] = field(default_factory=list)
    cds: list[tuple[int, int]] = field(default_factory=list)
    protein: str = ""
    refseq: str = ""
    refseq_protein: str = ""
    complete: bool = True

    @property
    def accession(self) -> str:
        """Name with its version, where it has one."""
        return f"{self.name}.{self.version}" if self.version and "." not in self.name else self.name

    @property
    def shown_accession(self) -> str:
        """The accession of HGVS names: RefSeq where MANE gives one, else the transcript's own."""
        return self.refseq or self.accession

    @property
    def protein_accession(self) -> str:
        """The accession of protein names, '' when there is no protein."""
        return self.refseq_protein or self.protein

    @property
    def bases_before_coding(self) -> int:
        """Bases of the spliced transcript before its start codon; 0 without a coding part."""
        if not self.cds:
            return 0
        if self.strand == "+":
            first = self.cds[0][0]
            return sum(min(right, first) - left for left, right in self.exons if left < first)
        first = self.cds[-1][1]
        return sum(right - max(left, first) for left, right in self.exons if right > first)

    @property
    def rank(self) -> int:
        """0 is shown first: MANE Select, MANE Plus Clinical, canonical, other."""
        return TRANSCRIPT_STATUSES.index(self.status)

    @property
    def coding_length(self) -> int:
        """Coding bases, the stop codon included."""
        return sum(end - start for start, end in self.cds)

    @property
    def protein_length(self) -> int | None:
        """Residues of the protein; None without a coding part."""
        return self.coding_length // 3 - 1 if self.cds else None

    def number_of(self, start: int, end: int) -> tuple[str, str]:
        """(exon, intron) that the interval touches, as number/number of them, '' where it touches none.

        An interval over a border touches both.
        """
        total = len(self.exons)
        exon = intron = ""
        for place, (left, right) in enumerate(self.exons):
            if start < right and end > left and not exon:
                exon = f"{place + 1 if self.strand == '+' else total - place}/{total}"
        for place, ((_, left), (right, _)) in enumerate(zip(self.exons, self.exons[1:], strict=False)):
            if start < right and end > left and not intron:
                intron = f"{place + 1 if self.strand == '+' else total - 1 - place}/{total - 1}"
        return exon, intron

    def term_at(self, start: int, end: int) -> str:
        """What a change of these bases is by its place alone: untranslated, of an RNA, near a splice site, intronic.

        For transcripts that the annotator names no effect on. Terms of the intron's ends: Sequence Ontology, with
        the lengths that Ensembl VEP uses (donor 3rd to 6th base, polypyrimidine tract 3 to 17 bases before the exon).
        """
        inside = [(left, right) for left, right in self.exons if start < right and end > left]
        if inside and not self.cds:
            return "non_coding_transcript_exon_variant"
        if any(start < right and end > left for left, right in self.cds):
            return "coding_sequence_variant"
        if inside:
            before = end <= self.cds[0][0]
            return "5_prime_UTR_variant" if before == (self.strand == "+") else "3_prime_UTR_variant"
        for (_, left), (right, _) in zip(self.exons, self.exons[1:], strict=False):
            if not (start >= left and end <= right):
                continue
            # Distances from the exon before and to the exon after, in the direction of transcription; 1 is next to it.
            donor, acceptor = (
                (start - left + 1, right - end + 1) if self.strand == "+" else (right - end + 1, start - left + 1)
            )
            if min(donor, acceptor) <= 2:
                return "splice_donor_variant" if donor <= acceptor else "splice_acceptor_variant"
            if donor == 5 and end - start == 1:
                return "splice_donor_5th_base_variant"
            if donor <= 6:
                return "splice_donor_region_variant"
            if donor <= 8 or acceptor <= 8:
                return "splice_region_variant"
            if acceptor <= 17:
                return "splice_polypyrimidine_tract_variant"
        return "intron_variant"


def read_mane(path: str | Path) -> dict[str, ManeEntry]:
    """MANE summary by Ensembl transcript without its version (`MANE.GRCh38.vX.summary.txt`, plain or gzip).

    Raises InputError for a file without the columns of that table.
    """
    source = require_file(path, "MANE summary")
    entries: dict[str, ManeEntry] = {}
    with open_text(source) as handle:
        names = handle.readline().lstrip("#").rstrip("\r\n").split("\t")
        missing = [name for name in _MANE_COLUMNS if name not in names]
        if missing:
            raise InputError(
                f"no column {', '.join(missing)}",
                where=f"{source}, line 1",
                expected="the MANE summary of NCBI and EMBL-EBI: MANE.GRCh38.v<version>.summary.txt",
                repair="name that file in annotation.mane_summary",
            )
        for number, line in enumerate(handle, 2):
            if not line.strip():
                continue
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) != len(names):
                raise InputError(
                    f"{len(cells)} cells",
                    where=f"{source}, line {number}",
                    expected=f"{len(names)} cells separated by tabs, as in line 1",
                    repair="fetch the file again: it is cut or was edited",
                )
            row = dict(zip(names, cells, strict=True))
            status = row["MANE_status"].replace(" ", "_")
            if status in (MANE_SELECT, MANE_PLUS_CLINICAL):
                entry = ManeEntry(status, row["Ensembl_nuc"], row["RefSeq_nuc"], row["RefSeq_prot"])
                entries[entry.ensembl.split(".")[0]] = entry
    return entries


class _Positions:
    """Where the family's records lie: does an interval hold any of them?"""

    def __init__(self, records: Mapping[str, Iterable[int]]) -> None:
        self._sorted = {bare_name(contig): sorted(positions) for contig, positions in records.items()}

    def between(self, contig: str, start: int, end: int) -> bool:
        """Whether a record starts in [start, end)."""
        found = self._sorted.get(bare_name(contig))
        return found is not None and bisect_left(found, start) < bisect_right(found, end - 1)


# A deletion that starts before a transcript still touches it.
_REACH = 1_000


def load_transcripts(
    gff3: str | Path,
    records: Mapping[str, Iterable[int]],
    mane: Mapping[str, ManeEntry] | None = None,
    *,
    contigs: Iterable[str] = (),
) -> list[Transcript]:
    """Transcripts of the GFF3 that lie within 1,000 bases of a record, sorted by contig and start.

    records : 0-based positions of the family's records by contig. contigs : names of the family's own files, which
    the transcripts are given (`chr1` and `1` are one).
    """
    source = require_file(gff3, "gene models (GFF3)")
    names = {bare_name(contig): contig for contig in contigs}
    positions = _Positions(records)
    genes: dict[str, tuple[str, str]] = {}
    found: dict[str, Transcript] = {}
    for cells in _lines(source, "ID=gene:", "ID=transcript:"):
        attributes = cells[8]
        if attributes.startswith("ID=gene:"):
            if positions.between(cells[0], int(cells[3]) - 1 - _REACH, int(cells[4])):
                values = _attributes(attributes)
                identifier = values["ID"].removeprefix("gene:")
                genes[identifier] = (values.get("Name", ""), values.get("gene_id", identifier))
        elif attributes.startswith("ID=transcript:") and positions.between(
            cells[0], int(cells[3]) - 1 - _REACH, int(cells[4])
        ):
            transcript = _transcript(cells, names, mane or {})
            found[transcript.name] = transcript
    _add_parts(source, found)
    for transcript in found.values():
        symbol, gene_id = genes.get(transcript.gene_id, ("", transcript.gene_id))
        transcript.gene, transcript.gene_id = symbol or gene_id, gene_id
        transcript.exons.sort()
        transcript.cds.sort()
    return sorted((t for t in found.values() if t.exons), key=lambda t: (t.contig, t.start, t.end, t.name))


def _transcript(cells: list[str], names: Mapping[str, str], mane: Mapping[str, ManeEntry]) -> Transcript:
    """A transcript line; its exons come later."""
    values = _attributes(cells[8])
    name, _, version = values["ID"].removeprefix("transcript:").partition(".")
    version = version or values.get("version", "")
    tags = set(values.get("tag", "").split(","))
    status = next((word for tag, word in _STATUS_OF_TAG.items() if tag in tags), OTHER)
    transcript = Transcript(
        name=name,
        version=version,
        gene="",
        gene_id=values.get("Parent", "").removeprefix("gene:"),
        contig=names.get(bare_name(cells[0]), cells[0]),
        start=int(cells[3]) - 1,
        end=int(cells[4]),
        strand=cells[6],
        biotype=values.get("biotype", ""),
        status=status,
    )
    entry = mane.get(name)
    if entry is not None:
        transcript.status = entry.status
        # Another version may have another sequence: then the RefSeq name does not hold.
        if entry.ensembl == transcript.accession:
            transcript.refseq, transcript.refseq_protein = entry.refseq, entry.refseq_protein
    return transcript


def _add_parts(source: Path, found: dict[str, Transcript]) -> None:
    """Exons, coding parts and protein names of the transcripts that are wanted."""
    first_phase: dict[str, tuple[int, str]] = {}
    for cells in _lines(source, "\texon\t", "\tCDS\t"):
        attributes = cells[8]
        place = attributes.find("Parent=transcript:")
        if place < 0:
            continue
        for parent in attributes[place + 7 :].split(";", 1)[0].split(","):
            name = parent.removeprefix("transcript:").split(".")[0]
            transcript = found.get(name)
            if transcript is None:
                continue
            interval = (int(cells[3]) - 1, int(cells[4]))
            if cells[2] == "exon":
                transcript.exons.append(interval)
                continue
            transcript.cds.append(interval)
            values = _attributes(attributes)
            protein = values.get("protein_id", "")
            version = values.get("version") or values.get("protein_version", "")
            transcript.protein = f"{protein}.{version}" if protein and version and "." not in protein else protein
            edge = interval[0] if transcript.strand == "+" else -interval[1]
            if name not in first_phase or edge < first_phase[name][0]:
                first_phase[name] = (edge, cells[7])
    for name, (_, phase) in first_phase.items():
        # A coding part that starts within a codon is the rest of a longer one: no position in it can be named.
        found[name].complete = phase in ("0", ".")


def _lines(source: Path, *words: str) -> Iterator[list[str]]:
    """Feature lines that hold one of the words, as nine cells; comments are skipped, a FASTA at the end is not read."""
    first, second = words
    with open_text(source) as handle:
        for number, line in enumerate(handle, 1):
            if line.startswith("##FASTA"):
                return
            # Most lines of a whole genome are of no use here, and splitting them is what takes the time.
            if (first not in line and second not in line) or line.startswith("#"):
                continue
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) != 9:
                raise InputError(
                    f"{len(cells)} cells",
                    where=f"{source}, line {number}",
                    expected="GFF3: nine cells separated by tabs",
                    repair="take the GFF3 of Ensembl for your build",
                )
            yield cells


def _attributes(text: str) -> dict[str, str]:
    """Attributes of a GFF3 line; percent signs are decoded."""
    pairs = (item.partition("=") for item in text.split(";") if item)
    return {name.strip(): unquote(value) for name, _, value in pairs}


class TranscriptIndex:
    """Transcripts by place; answers which of them a record touches."""

    _BIN = 1 << 17

    def __init__(self, transcripts: Iterable[Transcript]) -> None:
        self._bins: dict[tuple[str, int], list[Transcript]] = {}
        for transcript in transcripts:
            for number in range(transcript.start // self._BIN, (transcript.end - 1) // self._BIN + 1):
                self._bins.setdefault((transcript.contig, number), []).append(transcript)

    def touched(self, contig: str, start: int, end: int) -> list[Transcript]:
        """Transcripts that overlap [start, end), each once, in the order of their places."""
        seen: dict[str, Transcript] = {}
        for number in range(start // self._BIN, max(end - 1, start) // self._BIN + 1):
            for transcript in self._bins.get((contig, number), ()):
                if transcript.start < end and transcript.end > start:
                    seen[transcript.name] = transcript
        return list(seen.values())
