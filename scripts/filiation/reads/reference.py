"""Is this the genome that the analysis says it is, and which of its bases are known?

Everything derived from the user's FASTA is written in our own folder; nothing is ever written beside it.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from filiation.errors import ConfigError, InputError
from filiation.io.files import atomic_path, atomic_text, check_bgzf_end, compression, require_file
from filiation.io.tools import run_pipeline, run_tool
from filiation.model.contigs import ASSEMBLY_LENGTHS, bare_name, contig_style, detect_assembly

# Files of the aligners' indexes, as suffixes of the FASTA's name.
INDEX_SUFFIXES: dict[str, tuple[str, ...]] = {
    "bwa": (".amb", ".ann", ".bwt", ".pac", ".sa"),
    "bwa-mem2": (".0123", ".amb", ".ann", ".bwt.2bit.64", ".pac"),
}
# The list of alternate contigs, which bwa reads on its own when it stands beside the index.
_ALTERNATE_CONTIGS = ".alt"

Runs = dict[str, list[tuple[int, int]]]


@dataclass
class PreparedReference:
    """What was found in the genome: contig lengths in file order, build, and whose index was reused."""

    fasta: Path
    lengths: dict[str, int]
    assembly: str
    reused_indexes: list[str] = field(default_factory=list)


def prepare_genome(fasta: str | Path, assembly: str, output_dir: str | Path) -> PreparedReference:
    """The genome under the name `genome.fa` with its `.fai` and `.dict`, in `output_dir`.

    A plain FASTA is linked, a compressed one is decompressed. An index of bwa or bwa-mem2 that stands beside
    the user's FASTA, complete and newer than it, is linked too. `assembly` is `auto`, `GRCh38`, `GRCh37` or
    `other`; a build that the contig lengths contradict stops (ConfigError). Contig names that occur twice or
    that mix `chr1` with `1` stop (InputError).
    """
    source = require_file(fasta, "reference genome")
    folder = Path(output_dir)
    genome = folder / "genome.fa"
    if os.path.abspath(source) == os.path.abspath(genome):
        raise ConfigError(
            "the genome would replace itself",
            where=str(source),
            expected="a FASTA outside the output folder",
            repair="name your own FASTA in reference.fasta, not the prepared one",
        )
    dictionary = genome.with_suffix(".dict")
    before = dictionary.read_text(encoding="utf-8") if dictionary.is_file() else ""
    if compression(source) == "none":
        _check_is_fasta(source)
        with atomic_path(genome) as temporary:
            os.symlink(os.path.abspath(source), temporary)
    else:
        _decompress(source, genome)
    _index_fasta(source, genome)
    lengths = _write_dictionary(source, genome)
    _check_contig_names(list(lengths), source)
    found = _check_assembly(lengths, assembly, source)
    if dictionary.read_text(encoding="utf-8") != before:
        _forget_indexes(genome)
    return PreparedReference(genome, lengths, found, _link_indexes(source, genome, lengths))


def _check_is_fasta(source: Path) -> None:
    """Stop when the first byte is not that of a FASTA."""
    with open(source, "rb") as handle:
        first = handle.read(1)
    if first != b">":
        raise InputError(
            f"the file starts with {first!r}",
            where=str(source),
            expected="a FASTA, whose first character is >",
            repair="name the FASTA of the genome in reference.fasta",
        )


def _decompress(source: Path, genome: Path) -> None:
    """Inflate a gzip or bgzip FASTA onto `genome`; a damaged or cut file stops."""
    if compression(source) == "bgzf":
        check_bgzf_end(source, "reference genome")
    try:
        with atomic_path(genome) as temporary:
            with gzip.open(source, "rb") as packed, open(temporary, "wb") as plain:
                shutil.copyfileobj(packed, plain, 1 << 20)
            _check_is_fasta(temporary)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"the compressed genome cannot be inflated: {error}",
            where=str(source),
            expected="a complete gzip or bgzip file",
            repair="copy the file again from its source and compare checksums",
        ) from None


def _index_fasta(source: Path, genome: Path) -> None:
    """Write `genome.fa.fai`; a contig that occurs twice, which samtools only warns of, stops."""
    with atomic_path(f"{genome}.fai") as temporary:
        (warnings,) = run_pipeline(
            [["samtools", "faidx", "--fai-idx", temporary, genome]],
            purpose="index the genome",
            where=str(source),
        )
    for line in warnings.splitlines():
        if "duplicate sequence" in line:
            raise InputError(
                f"a contig name occurs twice: {line.strip()}",
                where=str(source),
                expected="every contig name once",
                repair="remove the second copy from the FASTA",
            )


def _write_dictionary(source: Path, genome: Path) -> dict[str, int]:
    """Write `genome.dict` without the path of the FASTA (UR); returns contig lengths in file order."""
    text = run_tool(["samtools", "dict", genome], purpose="list the contigs of the genome", where=str(source))
    lines = [re.sub(r"\tUR:[^\t]*", "", line) for line in text.splitlines()]
    lengths: dict[str, int] = {}
    for line in lines:
        if line.startswith("@SQ"):
            name, length = _sequence_line(line)
            if name in lengths:
                raise InputError(
                    f"contig {name} occurs twice",
                    where=str(source),
                    expected="every contig name once",
                    repair="remove the second copy from the FASTA",
                )
            lengths[name] = length
    with atomic_text(genome.with_suffix(".dict")) as handle:
        handle.write("\n".join(lines) + "\n")
    return lengths


def _sequence_line(line: str) -> tuple[str, int]:
    """Name and length of one @SQ line."""
    fields = dict(part.split(":", 1) for part in line.split("\t")[1:])
    return fields["SN"], int(fields["LN"])


def _check_contig_names(names: list[str], source: Path) -> None:
    """Stop on a genome that names some chromosomes `chr1` and others `1`."""
    if contig_style(names) == "mixed":
        prefixed = next(name for name in names if name.startswith("chr"))
        bare = next(name for name in names if f"chr{bare_name(name)}" != name and contig_style([name]) == "bare")
        raise InputError(
            f"contigs of two styles in one genome, such as {prefixed} and {bare}",
            where=str(source),
            expected="chr1, chr2, … or 1, 2, …, not both",
            repair="use one build of the genome, from one source",
        )


def _check_assembly(lengths: dict[str, int], assembly: str, source: Path) -> str:
    """The build; a configured build that a chromosome's length contradicts stops."""
    found = detect_assembly(lengths)
    if assembly in ("auto", found):
        return found
    bare = {bare_name(name): length for name, length in lengths.items()}
    for name, length in ASSEMBLY_LENGTHS.get(assembly, {}).items():
        if name in bare and bare[name] != length:
            raise ConfigError(
                f"reference.assembly is {assembly}, but chromosome {name} has {bare[name]} bases",
                where=str(source),
                expected=f"{length} bases in {assembly}",
                repair=f"set reference.assembly to auto or {found}, or name the FASTA of {assembly}",
            )
    if assembly == "other" and found != "other":
        raise ConfigError(
            f"reference.assembly is other, but the contig lengths are those of {found}",
            where=str(source),
            expected=f"assembly: {found} (its pseudoautosomal regions are known)",
            repair=f"set reference.assembly to auto or {found}",
        )
    return assembly


def _forget_indexes(genome: Path) -> None:
    """Remove what stands in our folder of an index of other sequence (the dictionary's MD5 sums differ)."""
    for suffix in {_ALTERNATE_CONTIGS}.union(*INDEX_SUFFIXES.values()):
        Path(f"{genome}{suffix}").unlink(missing_ok=True)


def _is_index_of(annotation: Path, lengths: dict[str, int]) -> bool:
    """True when an index's `.ann` file lists these contigs with these lengths, in this order."""
    lines = annotation.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    names = [line.split()[1] for line in lines[0::2] if len(line.split()) > 1]
    sizes = [int(line.split()[1]) for line in lines[1::2] if len(line.split()) == 3]
    return list(zip(names, sizes, strict=False)) == list(lengths.items())


def _link_indexes(source: Path, genome: Path, lengths: dict[str, int]) -> list[str]:
    """Link the user's own aligner indexes; returns the aligners whose index is complete and newer."""
    alternate = Path(f"{source}{_ALTERNATE_CONTIGS}")
    if alternate.is_file():
        _link(alternate, Path(f"{genome}{_ALTERNATE_CONTIGS}"))
    reused = []
    for aligner, suffixes in INDEX_SUFFIXES.items():
        files = [Path(f"{source}{suffix}") for suffix in suffixes]
        complete = all(is_newer(path, source) for path in files)
        if complete and _is_index_of(Path(f"{source}.ann"), lengths):
            for path, suffix in zip(files, suffixes, strict=True):
                _link(path, Path(f"{genome}{suffix}"))
            reused.append(aligner)
    return reused


def _link(path: Path, name: Path) -> None:
    """A symbolic link `name` to `path`, in place of what stood there."""
    with atomic_path(name) as temporary:
        os.symlink(os.path.abspath(path), temporary)


def is_newer(path: Path, source: Path) -> bool:
    """True for a non-empty file that is not older than the file it was made from."""
    return path.is_file() and path.stat().st_size > 0 and path.stat().st_mtime >= source.stat().st_mtime


def read_contigs(reference: str | Path) -> dict[str, int]:
    """Contig lengths in file order, from `<reference>.fai`."""
    index = _derived(reference, Path(f"{reference}.fai"))
    lengths = {}
    for line in index.read_text(encoding="utf-8").splitlines():
        name, length = line.split("\t")[:2]
        lengths[name] = int(length)
    return lengths


def sequence_lines(reference: str | Path) -> list[str]:
    """The @SQ lines of every alignment we write: name, length and MD5, no path."""
    dictionary = _derived(reference, Path(reference).with_suffix(".dict"))
    lines = dictionary.read_text(encoding="utf-8").splitlines()
    return [re.sub(r"\tUR:[^\t]*", "", line) for line in lines if line.startswith("@SQ")]


def _derived(reference: str | Path, path: Path) -> Path:
    """A file that `prepare-reference` makes, or an InputError that says to run it."""
    require_file(reference, "reference genome")
    if not path.is_file():
        raise InputError(
            f"{path.name} not found beside the reference",
            where=str(reference),
            expected="a genome prepared by filiation",
            repair=f"filiation prepare-reference --fasta {reference} --output-dir results/reference",
        )
    return path


def known_base_runs(reference: str | Path) -> Runs:
    """For each contig, the 0-based half-open runs of bases that are not N, in order."""
    import pysam

    runs: Runs = {}
    lengths = read_contigs(reference)
    with pysam.FastaFile(str(reference)) as genome:
        for contig in lengths:
            sequence = genome.fetch(contig)
            runs[contig] = [match.span() for match in re.finditer(r"[^Nn]+", sequence)]
    return runs
