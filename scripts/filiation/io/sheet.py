"""Who belongs to which family, and where each person's data start: samples.tsv, units.tsv and PED as one.

The PED file gives role, sex and affection where samples.tsv leaves them empty; where both speak they must
agree. Missing after both: a father is male, a mother female, the proband affected; anything else is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from filiation.config import RunConfig, SampleRow, UnitRow, panels_folder
from filiation.errors import ConfigError, FaultList, SheetError, UserError, nearest
from filiation.io.family_rules import FamilyDraft, family_of_rows
from filiation.io.ped import PedigreeRow, collect_rows
from filiation.io.sheet_rows import Line, read_rows
from filiation.model.pedigree import Family
from filiation.panels.catalogue import load_catalogue, somatic_error

Entry = Literal["fastq", "bam", "vcf"]


@dataclass
class SampleSheet:
    """The families of a run; every sample belongs to one family and has one kind of data."""

    families: dict[str, Family] = field(default_factory=dict)
    rows: dict[str, SampleRow] = field(default_factory=dict)
    units: dict[str, list[UnitRow]] = field(default_factory=dict)

    def family_of(self, sample: str) -> Family:
        """The family of a sample."""
        return self.families[self.rows[sample].family]

    def entry(self, sample: str) -> Entry:
        """Where a sample's data start: FASTQ of units.tsv, stored reads, or stored calls."""
        row = self.rows[sample]
        if row.vcf:
            return "vcf"
        return "bam" if row.bam else "fastq"

    def starts_from_calls(self, family: str) -> bool:
        """Whether a family is re-analysed from stored calls; all its members then have them."""
        return all(self.entry(sample) == "vcf" for sample in self.families[family].samples)

    def stored_calls(self, family: str) -> list[str]:
        """The different VCF paths of a family, in the order of its members."""
        paths = (self.rows[sample].vcf for sample in self.families[family].samples)
        return list(dict.fromkeys(path for path in paths if path))

    def stored_names(self, family: str) -> dict[str, str]:
        """Column of the stored calls → sample id, for every member of a family."""
        return {self.rows[sample].vcf_sample or sample: sample for sample in self.families[family].samples}


def load_sheets(config: RunConfig, base: Path | None = None) -> SampleSheet:
    """The sheets that a configuration names, proven consistent.

    Paths are relative to the working directory, or to `base`. Raises FaultList: every fault of all sheets.
    """
    sheet, faults = collect_sheets(config, base)
    if faults:
        raise FaultList(faults)
    return sheet


def collect_sheets(config: RunConfig, base: Path | None = None) -> tuple[SampleSheet, list[UserError]]:
    """What can be understood of the sheets, and every fault; families with a fault are left out."""
    base = base or Path()
    faults: list[UserError] = []
    sample_lines: list[Line[SampleRow]] = []
    unit_lines: list[Line[UnitRow]] = []
    samples_path, units_path = base / config.samples, base / config.units
    refused: set[str] = set()
    if _readable(samples_path, "samples", faults):
        sample_lines, problems, refused = read_rows(samples_path, SampleRow, "sample sheet")
        faults += problems
    # A run that starts from stored data needs no units.tsv; one that is named in config.yaml must be there.
    units_expected = units_path.is_file() or "units" in config.model_fields_set
    if units_expected and _readable(units_path, "units", faults):
        unit_lines, problems, refused_units = read_rows(units_path, UnitRow, "unit sheet", may_be_empty=True)
        faults += problems
        refused |= refused_units
    pedigree: list[PedigreeRow] = []
    if config.pedigree:
        pedigree, problems = collect_rows(base / config.pedigree)
        faults += problems
    sheet = SampleSheet()
    faults += _add_samples(sheet, sample_lines, samples_path)
    faults += _add_units(sheet, unit_lines, units_path, refused)
    first_lines = {line.row.sample: line.number for line in reversed(sample_lines)}
    faults += _entry_faults(sheet, first_lines, samples_path, refused)
    faults += _pre_indication_faults(sheet, config, first_lines, samples_path)
    for draft in _drafts(sheet, first_lines, samples_path, pedigree, refused):
        family, problems = family_of_rows(draft)
        faults += problems
        if family is not None:
            sheet.families[family.name] = family
    return sheet, faults


def _readable(path: Path, key: str, faults: list[UserError]) -> bool:
    if path.is_file():
        return True
    faults.append(
        ConfigError(
            f"'{key}': file not found: {path}",
            expected="a sheet of tab-separated columns",
            repair=f"correct '{key}' in config.yaml; paths are relative to the working directory",
        )
    )
    return False


def _add_samples(sheet: SampleSheet, lines: list[Line[SampleRow]], path: Path) -> list[UserError]:
    """Take each sample once; name both lines of a duplicate."""
    faults: list[UserError] = []
    first: dict[str, int] = {}
    for line in lines:
        sample = line.row.sample
        if sample in first:
            faults.append(
                SheetError(
                    f"sample '{sample}' stands on line {first[sample]} already",
                    where=f"{path}, line {line.number}, column sample",
                    expected="one row per person; sample ids unique over all families",
                    repair="remove the row, or rename one person; lanes of one person belong in units.tsv",
                )
            )
            continue
        first[sample] = line.number
        sheet.rows[sample] = line.row
    return faults


def _add_units(sheet: SampleSheet, lines: list[Line[UnitRow]], path: Path, refused: set[str]) -> list[UserError]:
    """Take each unit of a known sample once; a FASTQ may be named once only."""
    faults: list[UserError] = []
    first: dict[tuple[str, str], int] = {}
    fastq_line: dict[str, int] = {}
    for line in lines:
        row, where = line.row, f"{path}, line {line.number}"
        if row.sample not in sheet.rows:
            if row.sample not in refused:
                hint = nearest(row.sample, list(sheet.rows))
                faults.append(
                    SheetError(
                        f"sample '{row.sample}' is not in the sample sheet",
                        where=f"{where}, column sample",
                        expected="a sample of samples.tsv",
                        repair=hint or "add the person to samples.tsv, or remove the row",
                    )
                )
            continue
        if (row.sample, row.unit) in first:
            faults.append(
                SheetError(
                    f"unit '{row.unit}' of sample '{row.sample}' stands on line {first[row.sample, row.unit]} already",
                    where=f"{where}, column unit",
                    expected="unit names that are unique within the sample",
                    repair="rename the unit, or remove the row",
                )
            )
            continue
        first[row.sample, row.unit] = line.number
        for column, fastq in (("fastq_1", row.fastq_1), ("fastq_2", row.fastq_2)):
            if fastq in fastq_line:
                faults.append(
                    SheetError(
                        f"{fastq} is named on line {fastq_line[fastq]} already",
                        where=f"{where}, column {column}, sample {row.sample}",
                        expected="every FASTQ once",
                        repair="name the file of this sample and lane",
                    )
                )
            fastq_line.setdefault(fastq, line.number)
        sheet.units.setdefault(row.sample, []).append(row)
    return faults


def _entry_faults(sheet: SampleSheet, lines: dict[str, int], path: Path, refused: set[str]) -> list[UserError]:
    """Every member has data, of one kind; members of a family start at the same side of calling."""
    faults: list[UserError] = []
    kinds: dict[str, dict[str, list[str]]] = {}
    bam_of: dict[str, str] = {}
    for sample, row in sheet.rows.items():
        where = f"{path}, line {lines[sample]}, sample {sample}"
        given = {"fastq (units.tsv)": sample in sheet.units, "bam": bool(row.bam), "vcf": bool(row.vcf)}
        present = [name for name, there in given.items() if there]
        if not present and sample not in refused:
            faults.append(
                SheetError(
                    "no data: no row in units.tsv, no bam, no vcf",
                    where=where,
                    expected="one of the three for every person of the sheet",
                    repair="name the data, or remove the row: a relative who was not sequenced is left out",
                )
            )
        elif len(present) > 1:
            faults.append(
                SheetError(
                    f"data of {len(present)} kinds: {', '.join(present)}",
                    where=where,
                    expected="one place where this person's data start",
                    repair="keep one and empty the other cells",
                )
            )
        if row.bam and row.bam in bam_of:
            faults.append(
                SheetError(
                    f"{row.bam} is given to sample '{bam_of[row.bam]}' too",
                    where=f"{where}, column bam",
                    expected="one file of reads per person",
                    repair="name this person's own file",
                )
            )
        bam_of.setdefault(row.bam or "", sample)
        side = "stored calls" if row.vcf else "reads"
        if len(present) == 1:
            kinds.setdefault(row.family, {}).setdefault(side, []).append(sample)
    for family, sides in kinds.items():
        if len(sides) > 1:
            told = "; ".join(f"{', '.join(samples)} from {side}" for side, samples in sides.items())
            faults.append(
                SheetError(
                    f"members start at different places: {told}",
                    where=f"{path}, family {family}",
                    expected="all members from reads (FASTQ, BAM, CRAM), or all from stored calls",
                    repair="give the reads of all members, or the calls of all: they are called jointly",
                )
            )
    return faults


def _pre_indication_faults(sheet: SampleSheet, config: RunConfig, lines: dict[str, int], path: Path) -> list[UserError]:
    """Every pre-indication has a panel file; a cancer, an alias for a slug and a near miss are told apart."""
    wanted = {row.pre_indication: sample for sample, row in reversed(sheet.rows.items()) if row.pre_indication}
    folder = panels_folder(config)
    known = sorted(panel.stem for panel in folder.glob("*.tsv"))
    faults: list[UserError] = []
    for name, sample in reversed(wanted.items()):
        if name in known:
            continue
        where = f"{path}, line {lines[sample]}, column pre_indication, sample {sample}"
        catalogue = load_catalogue()
        entry = catalogue.entries.get(name)
        if entry is not None and not entry.in_scope:
            somatic = somatic_error(entry)
            faults.append(SheetError(somatic.found, where=where, expected=somatic.expected, repair=somatic.repair))
            continue
        hint = nearest(name, known) or ("" if entry else catalogue.suggestion(name))
        faults.append(
            SheetError(
                f"no panel for pre-indication '{name}'",
                where=where,
                expected=f"the name of one of the {len(known)} panels of {folder.name}/ without .tsv",
                repair=hint or f"see `filiation panels list`, and the files of {folder}",
            )
        )
    return faults


def _drafts(
    sheet: SampleSheet,
    lines: dict[str, int],
    path: Path,
    pedigree: list[PedigreeRow],
    refused: set[str],
) -> Iterator[FamilyDraft]:
    """The rows of each family, with what the PED file says of them."""
    members: dict[str, list[SampleRow]] = {}
    for row in sheet.rows.values():
        members.setdefault(row.family, []).append(row)
    for name, rows in members.items():
        yield FamilyDraft(
            name,
            rows,
            {row.sample: lines[row.sample] for row in rows},
            path,
            pedigree,
            # A refused row may be the one that is missing here: nothing is said of what it may have filled.
            complete=not refused,
        )
