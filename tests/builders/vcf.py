"""Small VCF files made from lines of text, plain or BGZF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pysam


def header_lines(contigs: dict[str, int], samples: Sequence[str], extra: Sequence[str] = ()) -> list[str]:
    """The header of a VCF with genotypes."""
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
    columns += ["FORMAT", *samples] if samples else []
    return [
        "##fileformat=VCFv4.2",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        *(f"##contig=<ID={name},length={length}>" for name, length in contigs.items()),
        '##INFO=<ID=AF,Number=A,Type=Float,Description="Allele frequency">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        *extra,
        "\t".join(columns),
    ]


def record(chrom: str, pos: int | str, ref: str, alt: str, genotypes: Sequence[str] = (), info: str = ".") -> str:
    """One record line."""
    cells = [chrom, str(pos), ".", ref, alt, "50", "PASS", info]
    return "\t".join(cells + (["GT", *genotypes] if genotypes else []))


def other_base(base: str) -> str:
    """A base that is not this one."""
    return "ACGT"["ACGT".index(base) - 1]


def trio_lines(contigs: dict[str, str], samples: Sequence[str], sites: int = 20) -> list[str]:
    """Header and heterozygous sites on every contig, REF as the genome has it."""
    lines = header_lines({name: len(sequence) for name, sequence in contigs.items()}, samples)
    for name, sequence in contigs.items():
        for start in range(5, 5 + 7 * sites, 7):
            ref = sequence[start]
            lines.append(record(name, start + 1, ref, other_base(ref), ["0/1", *["0/0"] * (len(samples) - 1)]))
    return lines


def write_vcf(path: Path, lines: Sequence[str]) -> Path:
    """Write lines; BGZF when the name ends in .gz."""
    text = ("\n".join(lines) + "\n").encode()
    if path.suffix != ".gz":
        path.write_bytes(text)
        return path
    with pysam.BGZFile(str(path), "wb", None) as handle:
        handle.write(text)
    return path


def write_indexed(path: Path, lines: Sequence[str]) -> Path:
    """Write a BGZF file and its tabix index."""
    write_vcf(path, lines)
    pysam.tabix_index(str(path), preset="vcf", force=True)
    return path
