"""Small families whose every input file is sound, for tests that make one of them wrong."""

from __future__ import annotations

from pathlib import Path

from builders.sheets import trio
from builders.stored_reads import bases, write_fastq_pair, write_member_bam
from builders.vcf import trio_lines, write_vcf

GENOME = {"chr1": bases(1_000, 7), "chr2": bases(500, 8)}
SAMPLES = ["CHILD", "FATHER", "MOTHER"]


def fastq_trio() -> None:
    """FASTQ pairs of the three members, in the working directory."""
    for sample in SAMPLES:
        write_fastq_pair(Path(), sample)


def bam_trio() -> list[dict[str, str]]:
    """BAM files of the three members, and their rows."""
    for sample in SAMPLES:
        write_member_bam(Path(f"{sample}.bam"), [sample], GENOME)
    return trio(bam="{sample}.bam")


def joint_calls(lines: list[str] | None = None, name: str = "joint.vcf.gz") -> list[dict[str, str]]:
    """A joint VCF, and rows that name it."""
    write_vcf(Path(name), lines or trio_lines(GENOME, SAMPLES))
    return trio(vcf=name)
