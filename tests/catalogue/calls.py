"""Sound calls of a small trio as text, ways to change one thing in them, and the commands that read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pysam

from builders.inputs import GENOME, SAMPLES
from builders.sheets import trio, write_run
from builders.stored_reads import write_fasta
from builders.vcf import header_lines, other_base

PEDIGREE = "FAM\tCHILD\tFATHER\tMOTHER\t1\t2\nFAM\tFATHER\t0\t0\t1\t1\nFAM\tMOTHER\t0\t0\t2\t1\n"
FORMATS = (
    '##FILTER=<ID=LowQual,Description="Low quality">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Phred-scaled likelihoods">',
)
MEMBERS = ("0/1:15,15:30:99:400,0,400", "0/1:14,16:30:99:390,0,400", "0/0:30,0:30:90:0,90,900")
Change = Callable[[list[str]], list[str]]

HEADER = header_lines({name: len(sequence) for name, sequence in GENOME.items()}, SAMPLES, FORMATS)


def sound_record(chrom: str, pos: int, members: Sequence[str] = MEMBERS) -> str:
    """An inherited SNV whose REF is the genome's."""
    ref = GENOME[chrom][pos - 1]
    return "\t".join([chrom, str(pos), ".", ref, other_base(ref), "50", "PASS", ".", "GT:AD:DP:GQ:PL", *members])


def sound_lines() -> list[str]:
    """Header and 20 records on each contig."""
    return [*HEADER, *(sound_record(chrom, pos) for chrom in GENOME for pos in range(6, 146, 7))]


FIRST = len(HEADER)  # 0-based number of the first record's line
LAST = len(sound_lines()) - 1
COLUMNS = {name: number for number, name in enumerate(HEADER[-1].lstrip("#").split("\t"))}


def cell(column: str, value: str, line: int = LAST) -> Change:
    """Another value in one column of one line."""

    def change(lines: list[str]) -> list[str]:
        cells = lines[line].split("\t")
        cells[COLUMNS[column]] = value
        return [*lines[:line], "\t".join(cells), *lines[line + 1 :]]

    return change


def replaced(old: str, new: str, count: int = -1) -> Change:
    """Text exchanged everywhere, or in the first places."""

    def change(lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        assert old in text
        return text.replace(old, new, count).split("\n")

    return change


def added(*records: str) -> Change:
    """Records behind the last."""
    return lambda lines: [*lines, *records]


def write_calls(path: Path, lines: Sequence[str], *, end: str = "\n") -> Path:
    """Lines as plain text, BGZF, or BCF, by the name's ending."""
    content = (end.join(lines) + end).encode("utf-8", errors="surrogateescape")
    if path.suffix == ".vcf":
        path.write_bytes(content)
    elif path.suffix == ".gz":
        with pysam.BGZFile(str(path), "wb", None) as handle:
            handle.write(content)
    else:
        plain = path.with_suffix(".source.vcf")
        plain.write_bytes(content)
        with pysam.VariantFile(str(plain)) as source, pysam.VariantFile(str(path), "wb", header=source.header) as out:
            for record in source:
                out.write(record)
        plain.unlink()
    return path


def check_command(calls: str) -> list[str]:
    """`filiation check` on a family that starts from these calls."""
    write_fasta(Path("genome.fa"), GENOME)
    write_run(Path(), trio(vcf=calls), reference={"fasta": "genome.fa"})
    return ["check", "--config", "config.yaml"]


def normalise_command(*calls: str, reference: bool = True) -> list[str]:
    """`filiation normalise` of these calls."""
    Path("FAM.ped").write_text(PEDIGREE)
    more = []
    if reference:
        write_fasta(Path("genome.fa"), GENOME)
        pysam.faidx("genome.fa")
        more = ["--reference", "genome.fa"]
    outputs = ["--output", "out/FAM.bcf", "--funnel", "out/FAM.funnel.tsv"]
    return ["normalise", "--pedigree", "FAM.ped", "--variants", *calls, *more, *outputs]


def screen_command(calls: str) -> list[str]:
    """`filiation screen` of these calls."""
    Path("FAM.ped").write_text(PEDIGREE)
    outputs = ["--output", "out/screened.bcf", "--funnel", "out/screen.tsv", "--excluded", "out/excluded.tsv.gz"]
    return ["screen", "--pedigree", "FAM.ped", "--variants", calls, *outputs]


COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "check": check_command,
    "normalise": normalise_command,
    "screen": screen_command,
}
