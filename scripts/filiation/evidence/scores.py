"""What do CADD, REVEL, SpliceAI and AlphaMissense say of exactly this allele?

Each is read in its published form, compressed by bgzip and indexed by tabix: CADD (TSV: Chrom Pos Ref Alt RawScore
PHRED), REVEL (the published CSV turned into TSV: chr hg19_pos grch38_pos ref alt … REVEL), SpliceAI (VCF,
INFO/SpliceAI), AlphaMissense (TSV: CHROM POS REF ALT genome … am_pathogenicity). Several files of one kind are asked
in turn (substitutions and indels). A value that is not a number stops the run with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.files import check_bgzf_end, require_bgzf, require_file
from filiation.io.sorted_table import SortedTable
from filiation.model.contigs import bare_name

KINDS = ("cadd", "revel", "spliceai", "alphamissense")
# Largest value that the score can take.
LARGEST = {"cadd": 100.0, "revel": 1.0, "spliceai": 1.0, "alphamissense": 1.0}
# Column names by kind, in small letters: reference allele, alternate allele, value. Positions differ by build.
_ALLELES = ("ref", "alt")
_VALUE = {"cadd": "phred", "revel": "revel", "alphamissense": "am_pathogenicity"}
_POSITION = {
    "cadd": {"": "pos"},
    "alphamissense": {"": "pos"},
    "revel": {"GRCh38": "grch38_pos", "GRCh37": "hg19_pos", "": "pos"},
}
_REPAIR = {
    "cadd": "use whole_genome_SNVs.tsv.gz of CADD with its .tbi",
    "revel": "turn the commas of revel_with_transcript_ids into tabs, put # before the header, sort by the position "
    "of your build, then bgzip and tabix -s 1 -b COLUMN -e COLUMN",
    "spliceai": "use spliceai_scores.masked.snv.<build>.vcf.gz with its .tbi",
    "alphamissense": "tabix -s 1 -b 2 -e 2 -S 4 AlphaMissense_<build>.tsv.gz, after bgzip",
}
_BUILD_WORDS = {"GRCh38": re.compile(r"grch38|hg38", re.I), "GRCh37": re.compile(r"grch37|hg19", re.I)}
HEADER_BYTES = 1 << 20


@dataclass(frozen=True)
class ScoreFile:
    """One configured file: its name with version, its kind and where it lies."""

    name: str
    kind: str
    path: str


@dataclass(frozen=True)
class Score:
    """A value, and for SpliceAI its four parts as `score@distance` in the order AG, AL, DG, DL."""

    value: float
    detail: str = ""


def parse_score_file(text: str) -> ScoreFile:
    """`NAME=KIND,FILE`, the form of the command line."""
    name, sign, rest = text.partition("=")
    kind, comma, path = rest.partition(",")
    if not sign or not comma or not name or not path or kind not in KINDS:
        raise ConfigError(
            f"--score {text!r}",
            expected=f"NAME=KIND,FILE with a kind of {', '.join(KINDS)}",
            repair=nearest(kind, list(KINDS)),
        )
    return ScoreFile(name, kind, path)


def require_index(path: str | Path, what: str) -> None:
    """Stop when a compressed file has no index beside it, or lacks its closing block."""
    require_file(path, what)
    check_bgzf_end(path, what)
    if not any(Path(f"{path}{suffix}").is_file() for suffix in (".tbi", ".csi")):
        raise InputError(
            f"no index beside the file of {what}",
            where=str(path),
            expected=".tbi or .csi",
            repair=f"tabix -f {path}, with the columns of contig and position (-s, -b, -e), or -p vcf",
        )


def number(text: str, kind: str, where: str) -> float | None:
    """A score as a number; `.` and nothing are None. Commas, nan and values outside of the scale stop the run."""
    if text in ("", "."):
        return None
    try:
        value = float(text)
        if not 0 <= value <= LARGEST[kind]:
            raise ValueError
    except ValueError:
        raise InputError(
            f"{kind} {text!r}",
            where=where,
            expected=f"a number from 0 to {LARGEST[kind]:g} with a decimal point",
            repair="produce the file again; decimal commas come from a spreadsheet",
        ) from None
    return value


def header_lines(path: str | Path) -> list[str]:
    """Lines that begin with #, and the first line that does not; at most the first megabyte is read."""
    import pysam

    lines = []
    require_bgzf(path, "scores")
    with pysam.BGZFile(str(path), "r", None) as handle:
        for raw in handle.read(HEADER_BYTES).decode(errors="replace").splitlines():
            lines.append(raw)
            if not raw.startswith("#"):
                break
    return lines


def columns_of(file: ScoreFile, assembly: str) -> dict[str, int]:
    """Index of the columns pos, ref, alt and value of a TSV; stops when the file is of another kind or build."""
    lines = header_lines(file.path)
    named = next(
        (line for line in reversed(lines) if _VALUE[file.kind] in line.lower().lstrip("#").split("\t")),
        None,
    )
    names = [cell.strip().lower() for cell in (named or "").lstrip("#").split("\t")]
    positions = _POSITION[file.kind]
    position = next((name for name in (positions.get(assembly), positions.get("")) if name and name in names), None)
    missing = [name for name in (*_ALLELES, _VALUE[file.kind]) if name not in names]
    if missing or position is None:
        wanted = positions.get(assembly) or positions[""]
        raise InputError(
            f"no column {', '.join(missing or [wanted])}",
            where=f"{file.path} ({file.name})",
            expected=f"the published columns of {file.kind}"
            + (f", with positions on {assembly}" if assembly in positions else ""),
            repair=_REPAIR[file.kind],
        )
    require_build(file.name, file.path, "\n".join(lines), assembly)
    return {
        "pos": names.index(position),
        "ref": names.index("ref"),
        "alt": names.index("alt"),
        "value": names.index(_VALUE[file.kind]),
    }


def require_build(name: str, path: str, text: str, assembly: str) -> None:
    """Stop when a file's own header or first record names another genome build, and not that of the calls."""
    named = {build for build, words in _BUILD_WORDS.items() if words.search(text)}
    if assembly in _BUILD_WORDS and len(named) == 1 and assembly not in named:
        raise InputError(
            f"scores of {named.pop()} for calls of {assembly}",
            where=f"{path} ({name})",
            expected=f"a file on {assembly}",
            repair="give the file of the calls' build",
        )


class _Table:
    """A TSV of scores, open."""

    def __init__(self, file: ScoreFile, assembly: str) -> None:
        import pysam

        require_index(file.path, file.name)
        self._file = file
        self._columns = columns_of(file, assembly) if file.kind != "spliceai" else {}
        if file.kind == "spliceai":
            lines = header_lines(file.path)
            if not any("ID=SpliceAI" in line for line in lines):
                raise InputError(
                    "INFO/SpliceAI is not declared",
                    where=f"{file.path} ({file.name})",
                    expected="a VCF of SpliceAI scores",
                    repair=_REPAIR["spliceai"],
                )
            require_build(file.name, file.path, "\n".join(lines[:-1]), assembly)
        self._sorted: SortedTable | None = None
        if Path(f"{file.path}.tbi").is_file():
            self._sorted = SortedTable(file.path)
            contigs = self._sorted.contigs
        else:
            self._tabix = pysam.TabixFile(str(file.path))
            contigs = list(self._tabix.contigs)
        self._contigs = {bare_name(name): name for name in contigs}

    def close(self) -> None:
        """Let go of the file."""
        (self._sorted or self._tabix).close()

    def checked(self, cells: list[str], where: str) -> tuple[int, str] | None:
        """(position, reference allele) of a line whose values are sound; None for a header line without #."""
        columns = self._columns or {"pos": 1, "ref": 3, "alt": 4, "value": 7}
        if len(cells) <= max(columns.values()):
            raise InputError(
                f"{len(cells)} cells",
                where=where,
                expected="the columns of the header",
                repair=_REPAIR[self._file.kind],
            )
        position, value = cells[columns["pos"]], cells[columns["value"]]
        if self._file.kind == "spliceai":
            for item in value.partition("SpliceAI=")[2].partition(";")[0].split(","):
                for part in item.split("|")[2:6]:
                    number(part, "spliceai", where)
        elif value.lower() == _VALUE[self._file.kind]:
            return None
        else:
            number(value, self._file.kind, where)
        # REVEL has rows without a position on one of the builds.
        return (int(position), cells[columns["ref"]]) if position.isdecimal() else None

    def lines(self, chrom: str, pos: int) -> Iterator[list[str]]:
        """Lines at a 1-based position, as cells."""
        contig = self._contigs.get(bare_name(chrom))
        if contig is None:
            return
        if self._sorted is not None:
            yield from self._sorted.at(contig, pos)
        else:
            # A .csi has windows of another size: slower, with the same answer.
            yield from (line.split("\t") for line in self._tabix.fetch(contig, pos - 1, pos))

    def find(self, chrom: str, pos: int, ref: str, alt: str) -> Score | None:
        """The score of exactly this allele, the largest where the file has several."""
        if self._file.kind == "spliceai":
            return self._spliceai(chrom, pos, ref, alt)
        found: list[float] = []
        columns = self._columns
        for cells in self.lines(chrom, pos):
            if len(cells) <= max(columns.values()):
                raise InputError(
                    f"{len(cells)} cells",
                    where=f"{self._file.path}, {chrom}:{pos}",
                    expected="as many as the header has",
                    repair="fetch the file again: it is cut or was edited",
                )
            if cells[columns["pos"]] == str(pos) and cells[columns["ref"]] == ref and cells[columns["alt"]] == alt:
                value = number(cells[columns["value"]], self._file.kind, f"{self._file.path}, {chrom}:{pos}")
                if value is not None:
                    found.append(value)
        return Score(max(found)) if found else None

    def _spliceai(self, chrom: str, pos: int, ref: str, alt: str) -> Score | None:
        """SpliceAI: ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL, one item for each gene."""
        found: list[Score] = []
        where = f"{self._file.path}, {chrom}:{pos}"
        for cells in self.lines(chrom, pos):
            if len(cells) < 8 or cells[1] != str(pos) or cells[3] != ref:
                continue
            text = next((item[9:] for item in cells[7].split(";") if item.startswith("SpliceAI=")), "")
            for item in text.split(","):
                parts = item.split("|")
                if len(parts) < 10 or parts[0] != alt:
                    continue
                deltas = [number(part, "spliceai", where) for part in parts[2:6]]
                known = [delta for delta in deltas if delta is not None]
                if known:
                    detail = "/".join(f"{score}@{place}" for score, place in zip(parts[2:6], parts[6:10], strict=True))
                    found.append(Score(max(known), detail))
        return max(found, key=lambda score: score.value) if found else None


class Scores:
    """Every configured score, open for look-ups."""

    def __init__(self, tables: dict[str, list[_Table]]) -> None:
        self._tables = tables

    @property
    def kinds(self) -> set[str]:
        """Kinds with at least one file."""
        return set(self._tables)

    def find(self, kind: str, chrom: str, pos: int, ref: str, alt: str) -> Score | None:
        """The score of an allele in the first file of the kind that has it."""
        for table in self._tables.get(kind, ()):
            if (found := table.find(chrom, pos, ref, alt)) is not None:
                return found
        return None


@contextmanager
def open_scores(files: Sequence[ScoreFile], assembly: str) -> Iterator[Scores]:
    """Open every file; stops at one that is missing, cut, without index, of another kind or of another build."""
    with ExitStack() as stack:
        tables: dict[str, list[_Table]] = {}
        for file in files:
            table = _Table(file, assembly)
            stack.callback(table.close)
            tables.setdefault(file.kind, []).append(table)
        yield Scores(tables)


def check_score_file(
    file: ScoreFile, assembly: str, *, reference: str | Path | None = None, records: int = 1_000
) -> list[str]:
    """Read the first records of a file as `open_scores` will; notes for the reader. Raises InputError at a fault.

    reference : FASTA with which the reference alleles are compared; one that differs means another genome.
    """
    import pysam

    table = _Table(file, assembly)
    table.close()
    fasta = pysam.FastaFile(str(reference)) if reference and Path(f"{reference}.fai").is_file() else None
    contigs = {bare_name(name): name for name in fasta.references} if fasta else {}
    line_number = seen = 0
    with pysam.BGZFile(str(file.path), "r", None) as handle:
        for raw in handle:
            line_number += 1
            line = raw.decode(errors="replace").rstrip("\r\n")
            if line.startswith("#") or not line:
                continue
            where = f"{file.path}, line {line_number}"
            cells = line.split("\t")
            allele = table.checked(cells, where)
            contig = contigs.get(bare_name(cells[0]))
            if fasta is not None and contig and allele:
                found = fasta.fetch(contig, allele[0] - 1, allele[0] - 1 + len(allele[1])).upper()
                if found != allele[1]:
                    raise InputError(
                        f"{cells[0]}:{allele[0]} {allele[1]}, where the reference has {found or 'nothing'}",
                        where=where,
                        expected="scores on the genome of the reference",
                        repair="give the file of the reference's build",
                    )
            seen += 1
            if seen >= records:
                break
    if fasta is not None:
        fasta.close()
    if not seen:
        return ["no record in the file"]
    return [] if contigs else ["reference alleles were not compared: the reference has no .fai"]
