"""Which sites of an interval differ from the reference in at least one member, and with what genotypes?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filiation.errors import InputError, ToolError
from filiation.io.files import atomic_path, private_directory, require_file
from filiation.io.tables import data_label
from filiation.io.tools import run_pipeline, run_tool
from filiation.reads.alignment_files import sample_of
from filiation.reads.freebayes import convert_header, convert_record
from filiation.reads.intervals import Piece, read_bed
from filiation.reads.reference import read_contigs

# Bases called beyond each side of an interval and thrown away again: evidence at a border is the same whether
# or not the genome is cut there.
PADDING = 300
MAXIMUM_DEPTH = "1000"
# Below it a read belongs elsewhere with a chance above 1 in 10: it says nothing about this site, for any member.
# 20 loses 13 of the 138 variants that real Ashkenazi reads show as inherited, and gains nothing; 0 is as good.
MINIMUM_MAPPING_QUALITY = "10"
# Header lines that say on which machine, when and by which command line a file was made.
_MACHINE_LINES = ("##reference=", "##fileDate=", "##commandline=", "##bcftools_", "##samtools")

CALLERS = ("bcftools", "freebayes")


def call_interval(
    caller: str,
    reads: Sequence[str | Path],
    reference: str | Path,
    interval: str | Path,
    output: str | Path,
) -> int:
    """Call small variants of all given samples jointly in one interval (BED); returns the number of records.

    Samples stand in the order of `reads`. Every sample is called diploid everywhere, X and MT included: a
    haploid genotype of a son hides a de novo variant from a comparison with his mother; haploid positions are
    read from the evidence later. FORMAT fields are GT, AD, DP, GQ and PL whatever the caller. Records whose
    POS lies outside the interval are not written. An empty interval gives a file with a header only.
    """
    if caller not in CALLERS:
        raise InputError(
            f"caller '{caller}'",
            expected=" or ".join(CALLERS),
            repair="deepvariant runs from the workflow, in its container; set calling.caller in config.yaml",
        )
    samples = _samples(reads)
    lengths = read_contigs(reference)
    kept = read_bed(require_interval(interval), lengths)
    # A caller needs some place to make its header from, even when nothing is to be kept.
    padded = pad(kept, lengths) or [(next(iter(lengths)), 0, 1)]
    command = _bcftools if caller == "bcftools" else _freebayes
    with private_directory("call") as work:
        targets = _write_bed(work / "padded.bed", padded)
        raw = work / "raw.vcf"
        run_pipeline(
            command(reads, reference, targets),
            purpose=f"call variants of {', '.join(samples)} in {Path(interval).name}",
            output=raw,
        )
        clean = work / "clean.vcf"
        with open(clean, "w", encoding="utf-8") as handle:
            handle.writelines(clean_lines(raw, caller))
        view = ["bcftools", "view", "--no-version", "-I", "-s", ",".join(samples)]
        if kept:
            view += ["-T", str(_write_bed(work / "kept.bed", kept)), "--targets-overlap", "pos"]
        else:
            view += ["-h"]
        with atomic_path(output) as temporary:
            run_pipeline(
                [
                    [*view, "-Ou", clean],
                    ["bcftools", "sort", "-T", work / "sort", "-Ob", "-o", temporary, "-"],
                ],
                purpose="keep the records of the interval",
            )
            return count_records(temporary)


def require_interval(interval: str | Path) -> Path:
    """The interval's BED, which may be empty, unlike other inputs."""
    path = Path(interval)
    return path if path.is_file() else require_file(path, "interval")


def _samples(reads: Sequence[str | Path]) -> list[str]:
    """The sample of each file; two files of one sample stop."""
    samples: list[str] = []
    for path in reads:
        sample = sample_of(path)
        if sample in samples:
            raise InputError(
                f"a second file of sample {sample}",
                where=str(path),
                expected="one CRAM per sample",
                repair="merge the sample's units with filiation mark-duplicates",
            )
        if not any(Path(f"{path}{suffix}").is_file() for suffix in (".crai", ".bai", ".csi")):
            raise InputError(
                "no index beside it",
                where=str(path),
                expected=".crai or .bai",
                repair=f"samtools index {path}",
            )
        samples.append(sample)
    return samples


def pad(pieces: Sequence[Piece], lengths: dict[str, int]) -> list[Piece]:
    """Sorted pieces widened by the padding, inside their contigs; those that then touch are one."""
    padded: list[Piece] = []
    for contig, start, end in pieces:
        first, last = max(0, start - PADDING), min(lengths[contig], end + PADDING)
        if padded and padded[-1][0] == contig and first <= padded[-1][2]:
            padded[-1] = (contig, padded[-1][1], max(last, padded[-1][2]))
        else:
            padded.append((contig, first, last))
    return padded


def _write_bed(path: Path, pieces: Sequence[Piece]) -> Path:
    """A BED of pieces."""
    path.write_text("".join(f"{contig}\t{start}\t{end}\n" for contig, start, end in pieces), encoding="utf-8")
    return path


def _bcftools(reads: Sequence[str | Path], reference: str | Path, targets: Path) -> list[list[str | Path]]:
    """bcftools mpileup | call, multiallelic model (Li 2011; Danecek et al. 2021), as VCF text.

    Base quality is left to its default: a threshold of 15 loses a true deletion (benchmarks/truth.py). The
    gap thresholds count per sample (-p), so that two parents without an indel do not hide it in their child.
    """
    pileup: list[str | Path] = ["bcftools", "mpileup", "--no-version", "-Ou", "-f", reference, "-R", targets]
    pileup += ["-q", MINIMUM_MAPPING_QUALITY, "-p", "-d", MAXIMUM_DEPTH, "-L", MAXIMUM_DEPTH]
    call = ["bcftools", "call", "--no-version", "-m", "-v", "--ploidy", "2", "-a", "GQ", "-Ov", "-"]
    return [[*pileup, "-a", "FORMAT/AD,FORMAT/DP", *reads], [*call]]


def _freebayes(reads: Sequence[str | Path], reference: str | Path, targets: Path) -> list[list[str | Path]]:
    """freebayes (Garrison and Marth 2012): one allele a record, no clumping of neighbours into haplotypes.

    A site is written when it is more probably variant than not, the rule of bcftools call. Population priors
    are off: a family is no sample of a population, and freebayes 1.3.6 scales them by the length of the last
    haplotype that it built, so that QUAL would depend on where the genome is cut.
    """
    command: list[str | Path] = ["freebayes", "-f", reference, "-t", targets, "--genotype-qualities"]
    command += ["--haplotype-length", "-1", "--use-best-n-alleles", "4", "--min-alternate-fraction", "0.15"]
    command += ["--min-mapping-quality", MINIMUM_MAPPING_QUALITY, "--pvar", "0.5", "--no-population-priors"]
    return [[*command, *reads]]


def clean_lines(raw: str | Path, caller: str) -> Iterator[str]:
    """Lines of a caller's VCF without traces of the machine, with the FORMAT fields of `call_interval`."""
    with open(raw, encoding="utf-8") as handle:
        for line in handle:
            if line.startswith(_MACHINE_LINES):
                continue
            if caller == "bcftools":
                yield line
            elif line.startswith("#"):
                yield from convert_header(line)
            else:
                yield convert_record(line)


def count_records(path: str | Path) -> int:
    """Number of records of a VCF or BCF."""
    with _records(path) as records:
        return sum(1 for _ in records)


@contextmanager
def _records(path: str | Path) -> Iterator[Any]:
    """The records of a VCF or BCF; htslib's remarks on a missing index (none is needed) are not shown."""
    import pysam

    verbosity = pysam.set_verbosity(0)
    try:
        with pysam.VariantFile(str(path)) as handle:
            yield handle
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot be read: {error}",
            where=str(path),
            expected="VCF or BCF",
            repair="run the calling step again",
        ) from None
    finally:
        pysam.set_verbosity(verbosity)


def gather_calls(parts: Sequence[str | Path], output: str | Path) -> int:
    """Join the calls of all intervals in their order, with index; returns the number of records.

    The parts must follow each other on the genome, no record in two of them (InputError). As many records come
    out as went in.
    """
    expected = _check_sequence(parts)
    with atomic_path(f"{output}.csi") as index, atomic_path(output) as temporary:
        with private_directory("gather") as work:
            listing = work / "parts.txt"
            listing.write_text("".join(f"{Path(part).resolve()}\n" for part in parts), encoding="utf-8")
            label = work / "label.txt"
            label.write_text(f"##data={data_label()}\n" if data_label() else "", encoding="utf-8")
            run_pipeline(
                [
                    ["bcftools", "concat", "--no-version", "-f", listing, "-Ou"],
                    ["bcftools", "annotate", "--no-version", "-h", label, "-Ob", "-o", temporary, "-"],
                ],
                purpose="join the calls of all intervals",
                where=str(output),
            )
        found = count_records(temporary)
        if found != expected:
            raise ToolError(
                f"{expected} records in {len(parts)} intervals, but {found} after they were joined",
                where=str(output),
                expected="each record once",
                repair="check disk space, then run the step again",
            )
        run_tool(["bcftools", "index", "-c", "-o", index, temporary], purpose="index the calls", where=str(output))
    return expected


def _check_sequence(parts: Sequence[str | Path]) -> int:
    """Number of records of all parts, which must be sorted from the first part to the last, none twice."""
    count = 0
    order: dict[str, int] = {}
    place = (-1, -1)
    here: set[tuple[str, ...]] = set()
    for part in parts:
        require_file(part, "calls of an interval")
        with _records(part) as records:
            order = order or {name: number for number, name in enumerate(records.header.contigs)}
            for record in records:
                count += 1
                now = (order.get(record.chrom, -1), record.pos)
                alleles = tuple(record.alleles or ())
                if now > place:
                    place, here = now, set()
                elif now < place or alleles in here:
                    problem = "lies before the record preceding it" if now < place else "occurs twice"
                    raise InputError(
                        f"record {record.chrom}:{record.pos} {'>'.join(alleles)} {problem}",
                        where=str(part),
                        expected="the calls of disjoint intervals, in the order of the reference",
                        repair="give the parts in the order of the intervals of split-regions, each once",
                    )
                here.add(alleles)
    return count
