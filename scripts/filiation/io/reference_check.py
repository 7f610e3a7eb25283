"""Is the reference genome sound, and do other files speak of it: names, lengths, bases, checksums?

The FASTA is read once, without any index: contig names, lengths and letters, and on demand the MD5 of each
contig (the M5 of SAM headers) and the bases at sites of calls, to compare with their REF.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.errors import InputError, UserError
from filiation.io.files import check_bgzf_end, compression, open_text, require_file
from filiation.model.contigs import bare_name, contig_style, detect_assembly

BUILD_WORDS = {"GRCh38": "GRCh38 (hg38)", "GRCh37": "GRCh37 (hg19)", "other": "no known build"}
_STYLE_WORDS = {"chr": "with chr (chr1)", "bare": "without chr (1)"}
_CHUNK = 8_000_000
_TELL_EVERY = 500_000_000
_IUPAC = b"ACGTNRYSWKMBDHVacgtnryswkmbdhv"
_UNAMBIGUOUS = frozenset(b"ACGT")


@dataclass
class Site:
    """REF of one record of a file of calls, to be compared with the reference; `start` is 0-based."""

    owner: str
    contig: str
    start: int
    ref: str
    found: bytearray = field(default_factory=bytearray)

    @property
    def end(self) -> int:
        """First base after REF, 0-based."""
        return self.start + len(self.ref)

    @property
    def agrees(self) -> bool:
        """Whether REF is what the reference has; ambiguous letters on either side agree with everything."""
        if len(self.found) < len(self.ref):
            return False
        pairs = zip(self.ref.upper().encode(errors="replace"), self.found, strict=True)
        return all(a == b for a, b in pairs if a in _UNAMBIGUOUS and b in _UNAMBIGUOUS)


@dataclass
class ReferenceSummary:
    """What was read of a FASTA: contig → length, contig → MD5 (when asked for), faults."""

    path: Path
    contigs: dict[str, int] = field(default_factory=dict)
    md5: dict[str, str] = field(default_factory=dict)
    faults: list[UserError] = field(default_factory=list)

    @property
    def build(self) -> str:
        """GRCh38, GRCh37 or other, by contig lengths."""
        return detect_assembly(self.contigs)


def scan_fasta(
    path: str | Path,
    sites: list[Site] | None = None,
    *,
    md5: bool = False,
    progress: Callable[[str], None] = lambda text: None,
) -> ReferenceSummary:
    """Read a FASTA (plain or gzip) to its end; fills `found` of the sites that lie in it.

    Faults: not FASTA, contig named twice, contig without bases, letters that are not IUPAC, names with and
    without chr in one file, damaged compression.
    """
    summary = ReferenceSummary(Path(path))
    try:
        require_file(path, "reference FASTA")
        kind = compression(path)
        if kind == "bgzf":
            check_bgzf_end(path, "reference FASTA")
        scan = _Scan(summary, sites or [], md5, progress)
        with open(path, "rb") if kind == "none" else gzip.open(path, "rb") as handle:
            scan.read(handle)
    except UserError as fault:
        summary.faults.append(fault)
    except (EOFError, OSError, zlib.error) as error:
        summary.faults.append(
            InputError(
                f"reference FASTA cannot be read to its end: {error}",
                where=str(path),
                expected="intact gzip data",
                repair="copy the file again from its source and compare checksums",
            )
        )
    if not summary.faults:
        summary.faults += _style_faults(summary)
    return summary


class _Scan:
    """The state of reading one FASTA: which contig, how far, which sites are being filled."""

    def __init__(
        self, summary: ReferenceSummary, sites: list[Site], md5: bool, progress: Callable[[str], None]
    ) -> None:
        self.summary = summary
        self.progress = progress
        self.want_md5 = md5
        self.digest: Any = None
        self.contig: str | None = None
        self.offset = 0
        self.offset_total = 0
        self.told = 0
        self.waiting: dict[str, list[Site]] = {}
        for site in sorted(sites, key=lambda site: -site.start):
            self.waiting.setdefault(bare_name(site.contig), []).append(site)
        self.active: list[Site] = []

    def read(self, handle: Any) -> None:
        """Read the whole stream."""
        rest = b""
        while chunk := handle.read(_CHUNK):
            rest = self._take(rest + chunk)
        if rest:
            self._take(rest + b"\n")
        self._close_contig()
        if self.contig is None:
            self._fault("no contig in the file", "a FASTA file: lines that begin with > and bases")

    def _take(self, data: bytes) -> bytes:
        """Use up a piece of text; returns an unfinished header line at its end."""
        position = 0
        while (header := data.find(b">", position)) >= 0:
            self._bases(data[position:header])
            end = data.find(b"\n", header)
            if end < 0:
                return data[header:]
            self._open_contig(data[header + 1 : end])
            position = end + 1
        self._bases(data[position:])
        return b""

    def _open_contig(self, header: bytes) -> None:
        self._close_contig()
        words = header.split()
        name = words[0].decode(errors="backslashreplace") if words else ""
        if not name:
            self._fault("a contig without a name", "a name directly after >")
        elif name in self.summary.contigs:
            self._fault(f"contig '{name}' stands twice", "contig names that are unique")
        self.contig, self.offset = name, 0
        self.digest = hashlib.md5(usedforsecurity=False) if self.want_md5 else None
        self.active = []
        if self.offset_total >= _TELL_EVERY * (self.told + 1):
            self.told += 1
            self.progress(f"{self.summary.path.name}: {self.offset_total:,} bases read, now {name}")

    def _close_contig(self) -> None:
        if self.contig is None:
            return
        if self.offset == 0:
            self._fault(f"contig '{self.contig}' has no bases", "bases after every name")
        self.summary.contigs.setdefault(self.contig, self.offset)
        if self.digest is not None:
            self.summary.md5.setdefault(self.contig, self.digest.hexdigest())

    def _bases(self, text: bytes) -> None:
        bases = text.translate(None, b"\r\n\t ")
        if not bases:
            return
        if self.contig is None:
            self._fault("text before the first contig name", "a FASTA file that begins with >")
            self.contig = ""
        strange = bases.translate(None, _IUPAC)
        if strange and not self.summary.faults:
            position = self.offset + bases.index(strange[:1]) + 1
            letter = strange[:1].decode(errors="backslashreplace")
            self._fault(f"letter '{letter}' at {self.contig}:{position}", "IUPAC letters of DNA")
        if self.digest is not None:
            self.digest.update(bases.upper())
        self._fill_sites(bases)
        self.offset += len(bases)
        self.offset_total += len(bases)

    def _fill_sites(self, bases: bytes) -> None:
        """Hand the bases of this piece to the sites that it covers, fully or in part."""
        waiting = self.waiting.get(bare_name(self.contig or ""), [])
        end = self.offset + len(bases)
        while waiting and waiting[-1].start < end:
            self.active.append(waiting.pop())
        for site in self.active:
            first = max(site.start - self.offset, 0)
            site.found += bases[first : site.end - self.offset].upper()
        self.active = [site for site in self.active if site.end > end]

    def _fault(self, found: str, expected: str) -> None:
        self.summary.faults.append(
            InputError(
                f"reference FASTA: {found}",
                where=str(self.summary.path),
                expected=expected,
                repair="take the genome's FASTA from its source again and compare checksums",
            )
        )


def _style_faults(summary: ReferenceSummary) -> list[UserError]:
    if contig_style(list(summary.contigs)) != "mixed":
        return []
    return [
        InputError(
            "reference FASTA: chromosomes named with chr and without chr",
            where=str(summary.path),
            expected="one style of contig names",
            repair="rename the contigs of one style, or remove those that were added to the genome",
        )
    ]


def contig_problems(
    found: Mapping[str, int | None], reference: Mapping[str, int], *, same_lengths: bool = True
) -> list[str]:
    """In words, why contigs of a file are not the reference's: build, lengths, chr prefix; [] when they are.

    Lengths are compared under the bare name, so that a wrong build is told even when the prefix differs too.
    A contig whose length the file does not give is compared by name only. With `same_lengths` off, only two
    known builds contradict each other: a resource of the whole genome fits a reference cut short.
    """
    problems: list[str] = []
    lengths = {bare_name(name): length for name, length in reference.items()}
    known = {name: length for name, length in found.items() if length}
    differing = {name: length for name, length in known.items() if lengths.get(bare_name(name), length) != length}
    mine, theirs = detect_assembly(dict(known)), detect_assembly(dict(reference))
    if mine != theirs and "other" not in (mine, theirs):
        problems.append(f"{BUILD_WORDS[mine]} lengths given, {BUILD_WORDS[theirs]} expected")
    elif differing and same_lengths:
        name, length = next(iter(differing.items()))
        build = "" if mine == "other" else f" ({BUILD_WORDS[mine]} lengths given)"
        problems.append(f"contig {name} has {length:,} bases, {lengths[bare_name(name)]:,} in the reference{build}")
    style, wanted = contig_style(list(found)), contig_style(list(reference))
    if style == "mixed":
        problems.append("contigs named with chr and without chr in one file")
    elif style != wanted and style in _STYLE_WORDS and wanted in _STYLE_WORDS:
        problems.append(f"contigs named {_STYLE_WORDS[style]}, the reference's {_STYLE_WORDS[wanted]}")
    return problems


def missing_contigs(found: Mapping[str, int | None], reference: Mapping[str, int]) -> list[str]:
    """Contigs of a file that the reference has under neither style."""
    names = {bare_name(name) for name in reference}
    return [name for name in found if bare_name(name) not in names]


def site_faults(sites: list[Site], owner: str, what: str) -> list[UserError]:
    """One fault when REF of a file of calls differs from the reference: how many sites, and the first."""
    mine = [site for site in sites if site.owner == owner]
    wrong = [site for site in mine if not site.agrees]
    if not wrong:
        return []
    first = wrong[0]
    base = first.found.decode(errors="replace") if len(first.found) == len(first.ref) else "nothing"
    return [
        InputError(
            f"{what}: REF differs from the reference at {len(wrong):,} of {len(mine):,} sites compared; "
            f"first {first.contig}:{first.start + 1}, REF {_short(first.ref)}, reference {_short(base)}",
            where=owner,
            expected="calls made on this reference genome",
            repair="give the reference that the calls were made on, or the calls made on this one",
        )
    ]


def _short(allele: str) -> str:
    return allele if len(allele) <= 20 else f"{allele[:20]}… ({len(allele)} bases)"


def check_gff3(path: str | Path, reference: Mapping[str, int] | None) -> list[UserError]:
    """Faults of the gene models: not GFF3, no transcript with a biotype, no contig of the reference.

    bcftools csq reads Ensembl's form: `ID=transcript:…;Parent=gene:…;biotype=…` in column 9.
    """
    contigs: set[str] = set()
    transcripts = 0
    try:
        require_file(path, "gene models")
        for number, line in _gff_lines(path):
            cells = line.split("\t")
            if len(cells) != 9 or not (cells[3].isdecimal() and cells[4].isdecimal()):
                return [
                    InputError(
                        f"gene models: not a GFF3 line ({len(cells)} columns)",
                        where=f"{path}, line {number}",
                        expected="9 columns separated by tabs, with start and end",
                        repair="give the GFF3 of Ensembl for the build (not GTF, not GenBank)",
                    )
                ]
            contigs.add(cells[0])
            transcripts += "ID=transcript:" in cells[8] and "biotype=" in cells[8]
    except UserError as fault:
        return [fault]
    except (EOFError, OSError, zlib.error) as error:
        return [InputError(f"gene models cannot be read: {error}", where=str(path), repair="copy the file again")]
    return _gff_content_faults(path, contigs, transcripts, reference)


def _gff_lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Feature lines with their numbers; the sequence part that GFF3 allows at the end is left out."""
    with open_text(path) as handle:
        for number, line in enumerate(handle, 1):
            if line.startswith("##FASTA"):
                return
            if line.strip() and not line.startswith("#"):
                yield number, line.rstrip("\r\n")


def _gff_content_faults(
    path: str | Path, contigs: set[str], transcripts: int, reference: Mapping[str, int] | None
) -> list[UserError]:
    faults: list[UserError] = []
    if not transcripts:
        faults.append(
            InputError(
                "gene models: no transcript with ID=transcript:… and biotype=…",
                where=str(path),
                expected="GFF3 in Ensembl style",
                repair="take Homo_sapiens.<build>.<release>.gff3.gz of Ensembl",
            )
        )
    if reference and not {bare_name(name) for name in contigs} & {bare_name(name) for name in reference}:
        faults.append(
            InputError(
                f"gene models: none of the contigs {', '.join(sorted(contigs)[:5])} is in the reference",
                where=str(path),
                expected=f"contigs such as {', '.join(list(reference)[:3])} (with or without chr)",
                repair="give the gene models of the reference's build",
            )
        )
    return faults
