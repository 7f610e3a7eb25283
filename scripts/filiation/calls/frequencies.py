"""How frequent is each variant in the populations that the configuration names?

Exact look-up by position and alleles with `bcftools annotate`, one source after the other. A variant that is in
no source is `not_found`; where no source is configured it is `not_annotated`: neither is a frequency
of zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.io.tools import run_pipeline, run_tool
from filiation.io.vcf import TrioBatch
from filiation.io.vcf_header import open_calls
from filiation.model.contigs import bare_name, contig_style

NOT_FOUND = "not_found"
NOT_ANNOTATED = "not_annotated"


@dataclass(frozen=True)
class Source:
    """One VCF of population frequencies and the INFO fields to read."""

    name: str
    vcf: str
    af: str = "AF"
    homozygotes: str = "nhomalt"


def parse_source(text: str) -> Source:
    """`NAME=FILE[,af=FIELD][,homozygotes=FIELD]`, the form of the command line."""
    from filiation.errors import ConfigError

    name, sign, rest = text.partition("=")
    path, *options = rest.split(",")
    known = {"af": "AF", "homozygotes": "nhomalt"}
    for option in options:
        key, _, value = option.partition("=")
        if key not in known or not re.fullmatch(r"[A-Za-z0-9_.]+", value):
            raise ConfigError(
                f"--frequency {text!r}: '{option}' not understood", expected="af=FIELD or homozygotes=FIELD"
            )
        known[key] = value
    if not sign or not path or not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise ConfigError(f"--frequency {text!r}", expected="NAME=FILE[,af=FIELD][,homozygotes=FIELD]")
    return Source(name, path, known["af"], known["homozygotes"])


def info_names(sources: Sequence[Source]) -> list[str]:
    """Names of the temporary INFO fields that `add_frequencies` writes, two for each source."""
    return [f"FREQUENCY_{kind}_{number}" for number in range(len(sources)) for kind in ("AF", "HOMOZYGOTES")]


def _source_fields(source: Source, header: str) -> list[str]:
    """Which of a source's two fields its header declares; the frequency itself must be there."""
    declared = set(re.findall(r"##INFO=<ID=([^,]+),", header))
    if source.af not in declared:
        raise InputError(
            f"INFO/{source.af} is not declared",
            where=f"{source.vcf} (frequency source {source.name})",
            expected=f"one of {', '.join(sorted(declared)) or 'none declared'}",
            repair="set frequencies: af to the field that holds the allele frequency",
        )
    return [source.af] + ([source.homozygotes] if source.homozygotes in declared else [])


def _renaming(contigs: list[str], header: str, folder: Path, label: str) -> tuple[Path, Path] | None:
    """Two name maps (to the source's style and back) when the styles differ, else None."""
    theirs = re.findall(r"##contig=<ID=([^,>]+)", header)
    ours_style, their_style = contig_style(contigs), contig_style(theirs)
    if "none" in (ours_style, their_style) or ours_style == their_style:
        return None
    by_bare = {bare_name(name): name for name in theirs}
    pairs = [(name, by_bare[bare_name(name)]) for name in contigs if bare_name(name) in by_bare]
    forward, backward = folder / f"{label}.forward.txt", folder / f"{label}.backward.txt"
    forward.write_text("".join(f"{ours}\t{their}\n" for ours, their in pairs), encoding="utf-8")
    backward.write_text("".join(f"{their}\t{ours}\n" for ours, their in pairs), encoding="utf-8")
    return forward, backward


def add_frequencies(
    calls: str | Path, sources: Sequence[Source], contigs: list[str], output: Path, folder: Path
) -> None:
    """Write `calls` with the temporary INFO fields of `info_names`, and its index.

    One pass for each source, because htslib looks alleles up in indexed files only; calls of another contig style
    are renamed for the look-up and back.
    """
    current = Path(calls)
    for number, source in enumerate(sources):
        header = _checked_header(source)
        targets = [f"FREQUENCY_AF_{number}", f"FREQUENCY_HOMOZYGOTES_{number}"]
        fields = _source_fields(source, header)
        columns = ",".join(f"INFO/{new}:=INFO/{old}" for new, old in zip(targets, fields, strict=False))
        maps = _renaming(contigs, header, folder, f"source{number}")
        target = output if number == len(sources) - 1 else folder / f"frequencies{number}.bcf"
        annotate: list[str | Path] = ["bcftools", "annotate", "--no-version"]
        if maps:
            renamed = folder / f"renamed{number}.bcf"
            rename = [*annotate, "--rename-chrs", maps[0], "-Ob1", "-o", renamed, current]
            run_tool(rename, purpose="name contigs as the frequencies do", where=str(calls))
            run_tool(["bcftools", "index", "-f", renamed], purpose="index the calls")
            current = renamed
        commands = [[*annotate, "-a", source.vcf, "-c", columns, "-Ou", current]]
        if maps:
            commands.append([*annotate, "--rename-chrs", maps[1], "-Ou", "-"])
        commands.append(["bcftools", "view", "--no-version", "-Ob1", "-o", target, "-"])
        run_pipeline(commands, purpose=f"look up frequencies in {source.name}", where=f"{calls}, {source.vcf}")
        run_tool(["bcftools", "index", "-f", target], purpose="index the calls")
        current = target


def _checked_header(source: Source) -> str:
    """Header of a source that is there and has its index."""
    require_file(source.vcf, f"frequency source {source.name}")
    if not any(Path(f"{source.vcf}{suffix}").is_file() for suffix in (".csi", ".tbi")):
        raise InputError(
            "no index beside the file",
            where=f"{source.vcf} (frequency source {source.name})",
            expected=".csi or .tbi",
            repair=f"bcftools index {source.vcf}",
        )
    return run_tool(["bcftools", "view", "-h", source.vcf], purpose="read a header", where=source.vcf)


@dataclass
class PopulationFrequency:
    """Highest frequency over the sources for each variant of a batch, with the source that gave it."""

    af: npt.NDArray[np.float64]
    homozygotes: npt.NDArray[np.float64]
    source: list[str]


def _number(value: object) -> float:
    """A frequency or count from INFO; anything that is not a finite number ≥ 0 is missing, never rare."""
    if isinstance(value, tuple | list):
        value = value[0] if value else None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return float("nan")
    return number if number >= 0.0 and np.isfinite(number) else float("nan")


def population_frequency(batch: TrioBatch, sources: Sequence[Source]) -> PopulationFrequency:
    """Read the temporary fields of a batch; NaN where no source has the variant."""
    n = len(batch)
    af = np.full(n, np.nan)
    homozygotes = np.full(n, np.nan)
    names = [NOT_FOUND if sources else NOT_ANNOTATED] * n
    for number, source in enumerate(sources):
        frequencies = list(batch.info[f"FREQUENCY_AF_{number}"])
        counts = list(batch.info[f"FREQUENCY_HOMOZYGOTES_{number}"])
        for v, (frequency, count) in _second_look(batch, source, frequencies).items():
            frequencies[v], counts[v] = frequency, count
        for v in range(n):
            value = _number(frequencies[v])
            if np.isnan(value):
                continue
            if np.isnan(af[v]) or value > af[v]:
                af[v] = value
                names[v] = source.name
                homozygotes[v] = _number(counts[v])
    return PopulationFrequency(af, homozygotes, names)


def _second_look(batch: TrioBatch, source: Source, frequencies: Sequence[object]) -> dict[int, tuple[object, object]]:
    """Frequency and homozygotes of records that share their position with another and were not found.

    `bcftools annotate` spends a record of several alternate alleles on the first of ours that it fits, so the
    others are looked up one by one. The neighbours of a batch's ends are not known: they count as shared.
    """
    place = np.stack([batch.contig_index.astype(np.int64), batch.pos], axis=1)
    same = (place[1:] == place[:-1]).all(axis=1)
    shared = np.append(same, True) | np.insert(same, 0, True)
    open_questions = [v for v in map(int, np.flatnonzero(shared)) if frequencies[v] is None]
    if not open_questions:
        return {}
    found: dict[int, tuple[object, object]] = {}
    with open_calls(source.vcf) as handle:
        contigs = {bare_name(str(name)): str(name) for name in handle.header.contigs}
        for v in open_questions:
            contig = contigs.get(bare_name(batch.contigs[batch.contig_index[v]]))
            pos = int(batch.pos[v])
            for record in handle.fetch(contig, pos - 1, pos) if contig else ():
                alternates = record.alts or ()
                if record.pos == pos and record.ref == batch.ref[v] and batch.alt[v] in alternates:
                    which = alternates.index(batch.alt[v])
                    found[v] = tuple(  # type: ignore[assignment]
                        _of_allele(record.info, field, which) for field in (source.af, source.homozygotes)
                    )
                    break
    return found


def _of_allele(info: Any, field: str, which: int) -> object:
    """The value of one alternate allele, of a field with one value or one for each."""
    value = info.get(field)
    if isinstance(value, tuple | list):
        return value[which] if which < len(value) else None
    return value
