"""How frequent is each variant in the populations that the configuration names?

Exact look-up by position and alleles with `bcftools annotate`, one source after the other in one pipe. A variant
that is in no source is `not_found`; where no source is configured it is `not_annotated`: neither is a frequency
of zero.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.io.tools import run_pipeline, run_tool
from filiation.io.vcf import TrioBatch
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
    """Write `calls` with the temporary INFO fields of `info_names`, one pipe for all sources."""
    annotate = ["bcftools", "annotate", "--no-version", "-Ou"]
    commands: list[list[str | Path]] = []
    for number, source in enumerate(sources):
        require_file(source.vcf, f"frequency source {source.name}")
        if not any(Path(f"{source.vcf}{suffix}").is_file() for suffix in (".csi", ".tbi")):
            raise InputError(
                "no index beside the file",
                where=f"{source.vcf} (frequency source {source.name})",
                expected=".csi or .tbi",
                repair=f"bcftools index {source.vcf}",
            )
        header = run_tool(["bcftools", "view", "-h", source.vcf], purpose="read a header", where=source.vcf)
        fields = _source_fields(source, header)
        targets = [f"FREQUENCY_AF_{number}", f"FREQUENCY_HOMOZYGOTES_{number}"]
        columns = ",".join(f"INFO/{new}:=INFO/{old}" for new, old in zip(targets, fields, strict=False))
        maps = _renaming(contigs, header, folder, f"source{number}")
        if maps:
            commands.append([*annotate, "--rename-chrs", maps[0], "-"])
        commands.append([*annotate, "-a", source.vcf, "-c", columns, "-"])
        if maps:
            commands.append([*annotate, "--rename-chrs", maps[1], "-"])
    commands[0][-1] = calls
    commands.append(["bcftools", "view", "--no-version", "-Ob", "-o", output, "-"])
    run_pipeline(commands, purpose="look up population frequencies", where=str(calls))


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
        frequencies = batch.info[f"FREQUENCY_AF_{number}"]
        counts = batch.info[f"FREQUENCY_HOMOZYGOTES_{number}"]
        for v in range(n):
            if frequencies[v] is None:
                continue
            value = _number(frequencies[v])
            if np.isnan(value):
                continue
            if np.isnan(af[v]) or value > af[v]:
                af[v] = value
                names[v] = source.name
                homozygotes[v] = _number(counts[v])
    return PopulationFrequency(af, homozygotes, names)
