"""How frequent is each variant in the populations that the configuration names?

Every source is looked up by position and exact alleles in its compiled form. A source that is still a VCF is first
reduced to the positions of the family's own variants and compiled for this run, so that both forms give one
answer. A variant that is in no source is `not_found`; outside the regions that a source has looked at, and on a contig
of which it holds no allele at all, it is `not_covered`; a source that holds it without a usable frequency gives
`no_frequency`; where no source is configured it is `not_annotated`. None of these is a frequency of zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from filiation.errors import ConfigError, InputError
from filiation.frequencies.alleles import AlleleCodes, allele_codes, encode_alleles
from filiation.frequencies.layout import is_compiled
from filiation.frequencies.table import ABSENT, FOUND, MISSING_INT, NO_FREQUENCY, NOT_COVERED, FrequencyTable
from filiation.io.files import require_bgzf, require_file
from filiation.io.tools import run_pipeline, run_tool
from filiation.io.vcf import TrioBatch
from filiation.io.vcf_build import require_build
from filiation.model.contigs import ContigClass, bare_name, contig_style

NOT_FOUND = "not_found"
NOT_ANNOTATED = "not_annotated"
WITHOUT_COVERAGE = "not_covered"
WITHOUT_FREQUENCY = "no_frequency"
# What is told of a variant that no source gives a frequency for, the most telling state over the sources first: a
# value that is missing is not absence, and one source that has looked outweighs another that has not.
_STATES = ((NO_FREQUENCY, WITHOUT_FREQUENCY), (ABSENT, NOT_FOUND), (NOT_COVERED, WITHOUT_COVERAGE))
# By ploidy class, whether a man has one copy.
_IS_HEMIZYGOUS = np.isin(np.arange(len(ContigClass)), (int(ContigClass.X), int(ContigClass.Y)))


@dataclass(frozen=True)
class Source:
    """One source of population frequencies: a compiled side-car, or a VCF and the INFO fields to read."""

    name: str
    vcf: str
    af: str = "AF"
    homozygotes: str = "nhomalt"
    hemizygotes: str = ""


@dataclass(frozen=True)
class OpenSource:
    """A source ready for look-ups.

    contigs : int32 (c,), number in it of each of the family's contigs. known : bool (c,), it holds alleles of the
    contig; what it was not asked about is not absent from it (gnomAD has no mitochondrial genome among its own).
    """

    name: str
    table: FrequencyTable
    contigs: npt.NDArray[np.int32]
    known: npt.NDArray[np.bool_]


def parse_source(text: str) -> Source:
    """`NAME=FILE[,af=FIELD][,homozygotes=FIELD][,hemizygotes=FIELD]`, the form of the command line."""
    name, sign, rest = text.partition("=")
    path, *options = rest.split(",")
    known = {"af": "AF", "homozygotes": "nhomalt", "hemizygotes": ""}
    for option in options:
        key, _, value = option.partition("=")
        if key not in known or not re.fullmatch(r"[A-Za-z0-9_.]+", value):
            raise ConfigError(
                f"--frequency {text!r}: '{option}' not understood",
                expected="af=FIELD, homozygotes=FIELD or hemizygotes=FIELD",
            )
        known[key] = value
    if not sign or not path or not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise ConfigError(f"--frequency {text!r}", expected="NAME=FILE[,af=FIELD][,homozygotes=FIELD]")
    return Source(name, path, known["af"], known["homozygotes"], known["hemizygotes"])


def _source_fields(source: Source, header: str) -> set[str]:
    """The INFO fields that the source declares; the frequency must be among them."""
    declared = set(re.findall(r"##INFO=<ID=([^,]+),", header))
    if source.af not in declared:
        raise InputError(
            f"INFO/{source.af} is not declared",
            where=f"{source.vcf} (frequency source {source.name})",
            expected=f"one of {', '.join(sorted(declared)) or 'none declared'}",
            repair="set frequencies: af to the field that holds the allele frequency",
        )
    return declared


def _renaming(contigs: list[str], header: str, folder: Path) -> list[list[str | Path]]:
    """The command that gives the calls' contigs the names of the source, when the styles differ."""
    theirs = re.findall(r"##contig=<ID=([^,>]+)", header)
    ours_style, their_style = contig_style(contigs), contig_style(theirs)
    if "none" in (ours_style, their_style) or ours_style == their_style:
        return []
    by_bare = {bare_name(name): name for name in theirs}
    pairs = [(name, by_bare[bare_name(name)]) for name in contigs if bare_name(name) in by_bare]
    names = folder / "names.txt"
    names.write_text("".join(f"{ours}\t{their}\n" for ours, their in pairs), encoding="utf-8")
    return [["bcftools", "annotate", "--no-version", "-Ou", "--rename-chrs", names, "-"]]


def compile_for_calls(calls: str | Path, source: Source, contigs: Mapping[str, int], folder: Path) -> Path:
    """Side-car of what a VCF source says of the family's own variants; `folder` is private to this source."""
    from filiation.frequencies.compile import compile_source
    from filiation.frequencies.source import Fields

    if not any(Path(f"{source.vcf}{suffix}").is_file() for suffix in (".csi", ".tbi")):
        raise InputError(
            "no index beside the file",
            where=f"{source.vcf} (frequency source {source.name})",
            expected=".csi or .tbi, or a side-car of `filiation resources compile`",
            repair=f"bcftools index {source.vcf}",
        )
    header = run_tool(["bcftools", "view", "-h", source.vcf], purpose="read a header", where=source.vcf)
    declared = _source_fields(source, header)
    positions, found, sidecar = folder / "positions.bed", folder / "found.bcf", folder / "found.filfreq"
    run_pipeline(
        [
            ["bcftools", "view", "--no-version", "-G", "-Ou", calls],
            *_renaming(list(contigs), header, folder),
            ["bcftools", "query", "-f", "%CHROM\\t%POS0\\t%END\\n", "-"],
        ],
        purpose="take the positions of the calls",
        where=str(calls),
        output=positions,
    )
    # All bases of REF: an allele written with its neighbours may stand further on in the source.
    # Whole records of the source: one of several alternate alleles answers for each of ours.
    run_tool(
        ["bcftools", "view", "--no-version", "-G", "-T", positions, "-Ob1", "-o", found, source.vcf],
        purpose=f"look up frequencies in {source.name}",
        where=source.vcf,
    )
    compile_source(
        [found],
        source.name,
        sidecar,
        fields=Fields(
            source.af,
            source.homozygotes if source.homozygotes in declared else None,
            source.hemizygotes if source.hemizygotes in declared else None,
        ),
        label=f"{source.vcf} (frequency source {source.name})",
    )
    return sidecar


def open_sources(
    sources: Sequence[Source], calls: str | Path, contigs: Mapping[str, int], folder: Path
) -> list[OpenSource]:
    """Every source ready for look-ups; VCF sources are reduced to the calls' variants in `folder` first.

    Raises InputError for a missing or damaged source, and for one of another genome build than the calls.
    """
    opened: list[OpenSource] = []
    for number, source in enumerate(sources):
        path = require_file(source.vcf, f"frequency source {source.name}")
        if not is_compiled(path):
            require_bgzf(path, f"frequency source {source.name}")
            require_build(source.vcf, "frequencies", contigs)
            own = folder / f"source{number}"
            own.mkdir()
            path = compile_for_calls(calls, source, contigs, own)
        table = FrequencyTable(path)
        table.require_build(dict(contigs))
        numbers = table.contig_map(list(contigs))
        known = numbers >= 0
        if not is_compiled(source.vcf):
            # The side-car made for this run holds the family's variants alone.
            filled = _filled_contigs(source)
            known |= np.array([bare_name(name) in filled for name in contigs], dtype=bool)
        opened.append(OpenSource(source.name, table, numbers, known))
    return opened


def _filled_contigs(source: Source) -> set[str]:
    """Contigs of a VCF source that hold a record, without `chr`."""
    lines = run_tool(["bcftools", "index", "--stats", source.vcf], purpose="list the contigs", where=source.vcf)
    return {bare_name(line.split("\t")[0]) for line in lines.splitlines() if line}


@dataclass
class PopulationFrequency:
    """Highest frequency over the sources for each variant of a batch, with the source that gave it.

    af, homozygotes, hemizygotes : float64 (v,), NaN where unknown.  answer : int8 (v,), place in `answers` of the
    source's name, or of why there is none.
    unknown : bool (v,), sources are configured and none of them can say how frequent the variant is.
    """

    af: npt.NDArray[np.float64]
    homozygotes: npt.NDArray[np.float64]
    hemizygotes: npt.NDArray[np.float64]
    answer: npt.NDArray[np.int8]
    unknown: npt.NDArray[np.bool_]
    answers: tuple[str, ...]

    @property
    def source(self) -> npt.NDArray[np.object_]:
        """The answer of every variant in words."""
        return np.array(self.answers, dtype=object)[self.answer]


def population_frequency(batch: TrioBatch, sources: Sequence[OpenSource]) -> PopulationFrequency:
    """Look a batch up in every source. Hemizygotes are counted on X and Y outside the pseudoautosomal regions only."""
    codes = allele_codes(batch) if sources else encode_alleles([])
    return frequency_of_alleles(codes, batch.contig_index, batch.contig_class, sources)


def frequency_of_alleles(
    codes: AlleleCodes,
    contig_index: npt.NDArray[np.int32],
    contig_class: npt.NDArray[np.int8],
    sources: Sequence[OpenSource],
) -> PopulationFrequency:
    """`population_frequency` of alleles by their codes, with contig and ploidy class of each."""
    n = len(contig_index)
    answers = (NOT_ANNOTATED, *(name for _, name in _STATES), *(source.name for source in sources))
    answer = np.zeros(n, dtype=np.int8)
    if not sources:
        af, homozygotes, hemizygotes = np.full((3, n), np.nan)
        return PopulationFrequency(af, homozygotes, hemizygotes, answer, np.zeros(n, dtype=bool), answers)
    # The first source's answers are the start; a further one replaces them where its frequency is higher.
    af, homozygotes, hemizygotes = np.empty(0), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32)
    states = np.empty((len(sources), n), dtype=np.int8)
    for number, source in enumerate(sources):
        found = source.table.lookup(source.contigs[contig_index], codes)
        states[number] = found.state
        if not source.known.all():
            states[number, (found.state == ABSENT) & ~source.known[contig_index]] = NOT_COVERED
        if number == 0:
            af, homozygotes, hemizygotes = found.af, found.homozygotes, found.hemizygotes
            answer[found.state == FOUND] = len(_STATES) + 1
            continue
        better = (found.state == FOUND) & ~(found.af <= af)
        answer[better] = len(_STATES) + 1 + number
        for mine, theirs in ((af, found.af), (homozygotes, found.homozygotes), (hemizygotes, found.hemizygotes)):
            np.copyto(mine, theirs, where=better)
    without = np.flatnonzero(np.isnan(af))
    homozygotes[without] = hemizygotes[without] = MISSING_INT
    for place, (state, _) in reversed(list(enumerate(_STATES, 1))):
        answer[without[(states[:, without] == state).any(axis=0)]] = place
    unknown = np.zeros(n, dtype=bool)
    unknown[without] = answer[without] != answers.index(NOT_FOUND)
    counted = _IS_HEMIZYGOUS[contig_class] & (hemizygotes >= 0)
    return PopulationFrequency(
        af,
        np.where(homozygotes >= 0, homozygotes, np.nan),
        np.where(counted, hemizygotes, np.nan),
        answer,
        unknown,
        answers,
    )
