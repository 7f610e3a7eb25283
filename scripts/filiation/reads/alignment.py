"""Where on the genome does each read of a unit belong, with none lost on the way?"""

from __future__ import annotations

import tempfile
from pathlib import Path

from filiation.errors import InputError, ToolError
from filiation.io.files import atomic_path, atomic_text, private_directory, require_file
from filiation.io.tools import find_tool, require_tool, run_pipeline, run_tool
from filiation.reads.alignment_files import check_identifier, count_reads, header_text, read_group_line
from filiation.reads.fastq import count_pairs
from filiation.reads.reference import INDEX_SUFFIXES, is_newer, read_contigs

# Bases given to the aligner at once. Insert sizes are estimated per batch: a fixed batch makes the alignment
# the same whatever the number of threads (bwa mem -K; Regier et al. 2018, functional equivalence).
_BATCH_BASES = "100000000"


def index_reference(reference: str | Path, aligner: str, output: str | Path) -> str:
    """Build the aligner's index unless a complete one is there; its name goes to `output`, last.

    `aligner` is `auto` (bwa-mem2 where it is on PATH, else bwa), `bwa` or `bwa-mem2`. Returns the one used.
    """
    read_contigs(reference)
    if aligner == "auto":
        aligner = "bwa-mem2" if find_tool("bwa-mem2") else "bwa"
    require_tool(aligner, "index the genome and align reads")
    genome = Path(reference)
    files = {suffix: Path(f"{genome}{suffix}") for suffix in INDEX_SUFFIXES[aligner]}
    if not all(is_newer(path, genome) for path in files.values()):
        # On the same disk as the genome, so that a finished index is moved into place at once.
        with tempfile.TemporaryDirectory(prefix=".index-", suffix=".part", dir=genome.parent) as work:
            prefix = Path(work) / "genome.fa"
            run_tool([aligner, "index", "-p", prefix, genome], purpose="index the genome", where=str(reference))
            for suffix, path in files.items():
                made = Path(f"{prefix}{suffix}")
                if not made.is_file():
                    raise ToolError(
                        f"{aligner} index did not write its {suffix} file",
                        where=str(reference),
                        repair=f"check the installation of {aligner}",
                    )
                made.replace(path)
    with atomic_text(output) as handle:
        handle.write(f"{aligner}\n")
    return aligner


def read_aligner(aligner_file: str | Path) -> str:
    """The aligner that `index-reference` chose."""
    name = require_file(aligner_file, "aligner file").read_text(encoding="utf-8").strip()
    if name not in INDEX_SUFFIXES:
        raise InputError(
            f"'{name}'",
            where=str(aligner_file),
            expected=" or ".join(INDEX_SUFFIXES),
            repair="run filiation index-reference again",
        )
    return name


def align(
    fastq_1: str | Path,
    fastq_2: str | Path,
    sample: str,
    unit: str,
    library: str | None,
    reference: str | Path,
    aligner: str,
    threads: int,
    output: str | Path,
) -> int:
    """Align one FASTQ pair to a BAM sorted by coordinate; returns the number of reads.

    The read group is `{sample}.{unit}`, its library `library` or the sample. Mate scores are added for the
    marking of duplicates. Primary reads in the BAM must be as many as reads in the two FASTQ files
    (InputError for the FASTQ, ToolError when the aligner lost some).
    """
    check_identifier(sample, "sample")
    check_identifier(unit, "unit")
    library = check_identifier(library or sample, "library")
    expected = 2 * count_pairs(fastq_1, fastq_2)
    group = read_group_line(f"{sample}.{unit}", sample, library)
    escaped = group.replace("\t", "\\t")
    with private_directory("align") as work, atomic_path(output) as temporary:
        header = work / "header.sam"
        header.write_text(header_text(reference, [group]), encoding="utf-8")
        mem = [aligner, "mem", "-K", _BATCH_BASES, "-Y", "-t", str(threads), "-R", escaped]
        run_pipeline(
            [
                [*mem, reference, fastq_1, fastq_2],
                ["samtools", "fixmate", "-m", "-u", "--no-PG", "-", "-"],
                [
                    "samtools",
                    "sort",
                    "--no-PG",
                    "-@",
                    str(threads - 1),
                    "-T",
                    work / "sort",
                    "-O",
                    "bam",
                    "-",
                ],
                # The aligner's own header holds its command line, and with it paths and the thread count.
                ["samtools", "reheader", "--no-PG", header, "-"],
            ],
            purpose=f"align unit {unit} of {sample}",
            where=str(fastq_1),
            output=temporary,
        )
        aligned = count_reads(temporary, reference, threads)["primary"]
        if aligned != expected:
            raise ToolError(
                f"{expected} reads in the FASTQ files, but {aligned} primary reads in the alignment",
                where=f"{fastq_1}, {fastq_2}",
                expected="every read once",
                repair="check disk space and the aligner's version, then run the step again",
            )
    return expected
