"""Configuration, sheets and PED files of small families, as text in a temporary folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

SAMPLE_COLUMNS = [
    "family",
    "sample",
    "role",
    "sex",
    "affected",
    "pre_indication",
    "hpo_terms",
    "bam",
    "read_group_sample",
    "vcf",
    "vcf_sample",
]
UNIT_COLUMNS = ["sample", "unit", "fastq_1", "fastq_2", "library"]
TRIO = (
    ("CHILD", "proband", "male", "yes"),
    ("FATHER", "father", "male", "no"),
    ("MOTHER", "mother", "female", "no"),
)


def member(sample: str, role: str = "", sex: str = "", affected: str = "", **cells: str) -> dict[str, str]:
    """One row of samples.tsv, of family FAM unless told otherwise."""
    return {"family": "FAM", "sample": sample, "role": role, "sex": sex, "affected": affected, **cells}


def trio(**cells: str) -> list[dict[str, str]]:
    """Rows of child, father and mother; `cells` go to all three, `{sample}` in them is replaced."""
    return [
        member(sample, role, sex, affected, **{key: text.format(sample=sample) for key, text in cells.items()})
        for sample, role, sex, affected in TRIO
    ]


def unit(sample: str, name: str = "L1", **cells: str) -> dict[str, str]:
    """One row of units.tsv, with FASTQ names made of sample and unit."""
    return {
        "sample": sample,
        "unit": name,
        "fastq_1": f"{sample}.{name}_1.fastq.gz",
        "fastq_2": f"{sample}.{name}_2.fastq.gz",
        **cells,
    }


# One FASTQ pair for each member of `trio()`.
FASTQ_TRIO = [unit(sample) for sample, *_ in TRIO]


def write_sheet(path: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> Path:
    """Write rows under the columns that any of them fills."""
    used = [column for column in columns if any(row.get(column) for row in rows)]
    used += [column for column in dict.fromkeys(key for row in rows for key in row) if column not in columns]
    lines = ["\t".join(used), *("\t".join(row.get(column, "") for column in used) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_run(
    folder: Path,
    samples: Sequence[dict[str, str]],
    units: Sequence[dict[str, str]] = (),
    pedigree: str = "",
    /,
    **config: Any,
) -> Path:
    """Write config.yaml, samples.tsv and, when given, units.tsv and family.ped; returns config.yaml."""
    write_sheet(folder / "samples.tsv", SAMPLE_COLUMNS, samples)
    keys: dict[str, Any] = {"samples": "samples.tsv", "annotation": {"consequences": "none"}}
    if units:
        write_sheet(folder / "units.tsv", UNIT_COLUMNS, units)
        keys["units"] = "units.tsv"
    if pedigree:
        (folder / "family.ped").write_text(pedigree, encoding="utf-8")
        keys["pedigree"] = "family.ped"
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({**keys, **config}), encoding="utf-8")
    return path
