"""What do the lines of a text VCF say before any library reads them, and which line is wrong?

htslib accepts lines with too many columns, positions beyond the contig and blank lines without a word, and
gives no line numbers; here every line is counted.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filiation.errors import InputError, UserError
from filiation.io.files import compression
from filiation.io.reference_check import Site
from filiation.model.contigs import contig_style

_FIXED = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
PARSED_RECORDS = 1_000
_REPORT_EVERY = 1_000_000
_LONGEST_POSITION = 2**31 - 1
# As kernels.damage.MAX_RECORD_BYTES: a whole structural allele fits; a small file made to fill the memory does not.
LONGEST_LINE = 1 << 28
_BASES = rb"[ACGTNacgtn]+"
# Bases, the deleted allele, symbols, breakends, and single breakends (VCF specification, section 1.6.1).
_ALTERNATE = rb"(?:" + _BASES + rb"|\*|<[^<>,\s]+>|[^,\s]*[\[\]][^,\s]*|\." + _BASES + rb"|" + _BASES + rb"\.)"
_ALLELES = re.compile(_BASES + rb" (?:\.|" + _ALTERNATE + rb"(?:," + _ALTERNATE + rb")*)")
# Version 4.4 allows a sign of phase before the first allele.
_GENOTYPE = re.compile(rb"[/|]?(?:\d+|\.)(?:[/|](?:\d+|\.))*")


@dataclass
class CallsSummary:
    """What a file of calls says of itself, and what was found in its records."""

    path: Path
    what: str = "stored calls"
    kind: str = "vcf"
    samples: list[str] = field(default_factory=list)
    contigs: dict[str, int | None] = field(default_factory=dict)
    info: list[str] = field(default_factory=list)
    contigs_used: list[str] = field(default_factory=list)
    records: int = 0
    sites: list[Site] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[UserError] = field(default_factory=list)


@dataclass
class HeaderLines:
    """Samples, contigs (length None when not given), ids of INFO, FILTER and FORMAT, and the number of header lines.

    formats : type of each FORMAT.
    """

    samples: list[str] = field(default_factory=list)
    contigs: dict[str, int | None] = field(default_factory=dict)
    info: list[str] = field(default_factory=list)
    filters: set[str] = field(default_factory=lambda: {"PASS", "."})
    formats: dict[str, str] = field(default_factory=dict)
    lines: int = 0


def _buffered(path: str | Path) -> io.BufferedReader:
    """The file as bytes, inflated; the buffer makes reading by line several times faster."""
    if compression(path) == "none":
        return open(path, "rb")
    return io.BufferedReader(gzip.GzipFile(path, "rb"), 1 << 17)  # type: ignore[type-var]


def numbered_lines(path: str | Path) -> Iterator[tuple[int, bytes]]:
    """Lines of a plain or compressed text file with their numbers, from 1; damage becomes an InputError."""
    number = 0
    try:
        with _buffered(path) as handle:
            while line := handle.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise InputError(
                        f"a line of more than {LONGEST_LINE:,} bytes",
                        where=f"{path}, line {number + 1}",
                        expected="lines that a program wrote, of one record each",
                        repair="compare the file's size and checksum with its source",
                    )
                number += 1
                yield number, line
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(
            f"cannot be read after line {number}: {error}",
            where=str(path),
            expected="a file that is whole",
            repair="copy the file again from its source and compare checksums",
        ) from None


def read_header_lines(path: str | Path, what: str) -> HeaderLines:
    """The header of a text VCF. InputError: BOM, no ##fileformat, no #CHROM line, duplicate samples."""
    header = HeaderLines()
    for number, raw in numbered_lines(path):
        line = raw.decode(errors="backslashreplace").rstrip("\r\n")
        if number == 1 and not line.startswith("##fileformat=VCF"):
            bom = raw.startswith(b"\xef\xbb\xbf")
            raise InputError(
                f"{what}: " + ("a byte-order mark before the first line" if bom else "no ##fileformat line"),
                where=f"{path}, line 1",
                expected="a VCF that begins with ##fileformat=VCFv4",
                repair="remove the mark: sed '1s/^\\xEF\\xBB\\xBF//'" if bom else "give a VCF or BCF file",
            )
        header.lines = number
        if line.startswith("##"):
            _take_meta(header, line)
        elif line.startswith("#CHROM"):
            _take_columns(header, line, f"{path}, line {number}", what)
            return header
        else:
            break
    raise InputError(
        f"{what}: no #CHROM line before the records",
        where=f"{path}, line {header.lines}",
        expected="a header that ends with #CHROM, POS, ID, REF, ALT, QUAL, FILTER, INFO",
        repair="give the file with its header (bcftools view FILE)",
    )


def _take_meta(header: HeaderLines, line: str) -> None:
    identifier = re.match(r"##(contig|INFO|FILTER|FORMAT)=<(?:.*?,)?ID=([^,>]+)", line)
    if identifier is None:
        return
    if identifier[1] == "INFO":
        header.info.append(identifier[2])
    elif identifier[1] == "FILTER":
        header.filters.add(identifier[2])
    elif identifier[1] == "FORMAT":
        kind = re.search(r"[<,]Type=(\w+)", line)
        header.formats[identifier[2]] = kind[1] if kind else ""
    else:
        length = re.search(r"[<,]length=(\d+)", line)
        header.contigs[identifier[2]] = int(length[1]) if length else None


def _take_columns(header: HeaderLines, line: str, where: str, what: str) -> None:
    columns = line.split("\t")
    if columns[:8] != _FIXED:
        spaces = len(columns) == 1 and line.split()[:8] == _FIXED
        raise InputError(
            f"{what}: column line " + ("with spaces instead of tabs" if spaces else f"begins {line[:60]!r}"),
            where=where,
            expected="the eight fixed columns of VCF, separated by tabs",
            repair="write the file with bcftools; editors turn tabs into spaces",
        )
    header.samples = columns[9:]
    twice = sorted({name for name in header.samples if header.samples.count(name) > 1})
    if twice:
        raise InputError(
            f"{what}: sample column '{twice[0]}' stands {header.samples.count(twice[0])} times",
            where=where,
            expected="unique sample names",
            repair="bcftools reheader -s names.txt -o renamed.vcf.gz FILE",
        )


def gvcf_fault(summary: CallsSummary, place: str) -> InputError:
    """The fault of a gVCF that is given as final calls."""
    return InputError(
        f"{summary.what}: a gVCF (<NON_REF> or <*> at {place})",
        where=str(summary.path),
        expected="final genotypes of the family",
        repair="genotype the gVCFs jointly first (GATK GenotypeGVCFs, GLnexus, bcftools convert --gvcf2vcf)",
    )


def unsorted_fault(summary: CallsSummary, line: str, place: str) -> InputError:
    """The fault of records that do not follow the order of the genome."""
    return InputError(
        f"{summary.what}: {place} comes after a later position",
        where=f"{summary.path}, {line}",
        expected="records sorted by contig and position",
        repair=f"bcftools sort -Oz -o sorted.vcf.gz {summary.path}",
    )


def scan_lines(summary: CallsSummary, header: HeaderLines, limit: int | None, progress: Callable[[str], None]) -> None:
    """Check every record line up to `limit`: columns, positions, order, gVCF blocks; keep the first sites."""
    columns = 8 + (1 + len(header.samples) if header.samples else 0)
    seen: set[str] = set()
    contig, last = "", 0
    for number, raw in numbered_lines(summary.path):
        if number <= header.lines:
            continue
        if limit is not None and summary.records >= limit:
            break
        where = f"{summary.path}, line {number}"
        cells = raw.rstrip(b"\r\n").split(b"\t", 5)
        # A FORMAT column without samples is legal.
        if raw.count(b"\t") + 1 != columns and not (columns == 8 and raw.count(b"\t") == 8):
            raise _line_fault(summary.what, raw, columns, where)
        chrom = cells[0].decode(errors="backslashreplace")
        pos = _position(cells[1], summary, chrom, where)
        if b"\0" in raw:
            raise _line_fault(summary.what, raw, columns, where)
        if header.samples and not _ALLELES.fullmatch(cells[3] + b" " + cells[4]):
            raise _letters_fault(summary.what, cells, where)
        if chrom != contig:
            # Two styles in one header are told as such, of the whole file.
            if header.samples and contig_style(list(header.contigs)) in ("chr", "bare") and chrom not in header.contigs:
                raise _undeclared_fault(summary.what, "contig", chrom, where)
            if chrom in seen:
                raise unsorted_fault(summary, f"line {number}", f"{chrom}:{pos}")
            seen.add(chrom)
            summary.contigs_used.append(chrom)
        elif pos < last:
            raise unsorted_fault(summary, f"line {number}", f"{chrom}:{pos}")
        contig, last = chrom, pos
        if b"<NON_REF>" in cells[4] or b"<*>" in cells[4]:
            raise gvcf_fault(summary, f"{chrom}:{pos}, line {number}")
        if len(summary.sites) < PARSED_RECORDS:
            ref = cells[3].decode(errors="backslashreplace")
            summary.sites.append(Site(str(summary.path), chrom, pos - 1, ref))
            if header.samples:
                _check_record(summary, header, raw, where)
        summary.records += 1
        if summary.records % _REPORT_EVERY == 0:
            progress(f"{summary.path.name}: {summary.records:,} records read")


def _check_record(summary: CallsSummary, header: HeaderLines, raw: bytes, where: str) -> None:
    """What a line uses must be declared; every genotype must be one, of alleles that the record has.

    Libraries read an allele number beyond the last as missing or as heterozygous.
    """
    cells = raw.rstrip(b"\r\n").split(b"\t")
    names = [cell.decode(errors="backslashreplace") for cell in cells[6:9]]
    # An empty name in a list is passed over by every reader.
    for kind, used, declared in (
        ("FILTER", names[0].split(";"), header.filters),
        ("INFO", [item.partition("=")[0] for item in names[1].split(";")], header.info),
        ("FORMAT", names[2].split(":") if len(names) > 2 else [], header.formats),
    ):
        if unknown := [name for name in used if name not in declared and name not in ("", ".")]:
            raise _undeclared_fault(summary.what, kind, unknown[0], where)
    if len(cells) < 10 or cells[8].split(b":", 1)[0] != b"GT":
        return
    alleles = 1 if cells[4] == b"." else cells[4].count(b",") + 2
    for sample, cell in zip(header.samples, cells[9:], strict=True):
        genotype = cell.split(b":", 1)[0]
        wrong = [number for number in re.findall(rb"\d+", genotype) if int(number) >= alleles]
        if wrong or not _GENOTYPE.fullmatch(genotype):
            but = f", but the record has {alleles} alleles" if wrong else ""
            raise InputError(
                f"{summary.what}: genotype '{genotype[:40].decode(errors='replace')}' of {sample}{but}",
                where=where,
                expected=f"allele numbers from 0 to {alleles - 1}, or ., with / or | between",
                repair="produce the file again; the line was edited or damaged",
            )


def _undeclared_fault(what: str, kind: str, name: str, where: str) -> InputError:
    """The fault of a name that the header does not know: htslib guesses what it means, or ends there."""
    line = "##contig" if kind == "contig" else f"##{kind}"
    return InputError(
        f"{what}: {kind} '{name[:60]}' is not declared in the header",
        where=where,
        expected=f"a {line} line for every {kind} in use",
        repair="bcftools reheader --fai genome.fa.fai FILE"
        if kind == "contig"
        else "add the line to the header (bcftools annotate -h LINES.txt FILE), or produce the file again",
    )


def _letters_fault(what: str, cells: Sequence[bytes], where: str) -> InputError:
    """The fault of an allele that is no allele."""
    ref, alt = (cell[:40].decode(errors="backslashreplace") for cell in cells[3:5])
    return InputError(
        f"{what}: REF '{ref}', ALT '{alt}'",
        where=where,
        expected="the letters A, C, G, T or N; in ALT also *, . and symbols such as <DEL>",
        repair="produce the file again; R, Y and the like stand for several bases and name no allele",
    )


def _line_fault(what: str, raw: bytes, columns: int, where: str) -> InputError:
    """A line that does not have the columns that the header announces."""
    found = f"{raw.count(bytes([9])) + 1} columns"
    if not raw.strip():
        found = "an empty line"
    elif b"\0" in raw:
        found = "NUL bytes"
    elif b"\t" not in raw:
        found = "no tab in the line"
    return InputError(
        f"{what}: {found}",
        where=where,
        expected=f"{columns} columns separated by tabs, as in the #CHROM line",
        repair="produce the file again; the line was edited or damaged",
    )


def _position(text: bytes, summary: CallsSummary, chrom: str, where: str) -> int:
    """POS as a number that lies on its contig."""
    length = summary.contigs.get(chrom)
    if text.isdigit() and 0 < int(text) <= min(length or _LONGEST_POSITION, _LONGEST_POSITION):
        return int(text)
    shown = text[:40].decode(errors="backslashreplace")
    raise InputError(
        f"{summary.what}: POS '{shown}' on contig {chrom}",
        where=where,
        expected=f"a whole number from 1 to {length:,}, the length of the contig"
        if length
        else "a whole number from 1",
        repair="produce the file again; a position beyond the contig means another build or a damaged line",
    )
