"""Are this family's data what the sheet says, and good enough to be interpreted? All checks, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from filiation.errors import InputError
from filiation.io.ped import read_pedigree
from filiation.io.tables import read_table, write_table
from filiation.io.vcf import header_contigs, pseudoautosomal_intervals, read_batches
from filiation.model.columns import COVERAGE, QUALITY, SEGMENTS
from filiation.model.contigs import detect_assembly
from filiation.model.pedigree import Family, Sex
from filiation.model.report_tables import PROFILE
from filiation.quality.callable import callable_rows
from filiation.quality.fingerprint import fingerprint, write_fingerprint
from filiation.quality.homozygosity import homozygosity_row, homozygosity_runs
from filiation.quality.kinship import Relation, kinship_rows, observed_relations, pair_evidence
from filiation.quality.measures import member_rows, mendelian_rows
from filiation.quality.other_programs import other_program_rows
from filiation.quality.profile import GenomeProfile
from filiation.quality.roles import role_row
from filiation.quality.segment import DepthByWindow, Segment
from filiation.quality.sex import CoverageRow, sex_evidence, sex_row
from filiation.quality.tally import FamilyTally, Markers, Windows
from filiation.quality.thresholds import Thresholds, load_thresholds
from filiation.quality.uniparental import EXPECTED, uniparental_row, uniparental_segments
from filiation.quality.verdict import CHECKS, CheckRow, Verdict


def read_coverage(paths: Sequence[str | Path], family: Family) -> list[CoverageRow]:
    """Coverage tables of the members; a table of somebody else is an InputError."""
    rows = []
    nan = float("nan")
    for path in paths:
        for row in read_table(path, COVERAGE).rows:
            if row["sample"] not in family.samples:
                raise InputError(
                    f"coverage of sample '{row['sample']}'",
                    where=str(path),
                    expected=f"one of {', '.join(family.samples)}",
                    repair="give the coverage tables of this family only",
                )
            numbers = [
                row[name] if row[name] is not None else nan for name in ("mean_depth", "fraction_10x", "fraction_20x")
            ]
            rows.append(CoverageRow(row["sample"], row["chrom"], row["length"] or 0, *numbers))
    return rows


def tally_family(
    family: Family,
    variants: str | Path,
    thresholds: Thresholds,
    *,
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
    profile: GenomeProfile | None = None,
) -> FamilyTally:
    """Read the unscreened calls once and count what the checks need, and what the picture of the genome shows."""
    regions = pseudoautosomal_intervals(assembly, header_contigs(variants), pseudoautosomal_bed)
    tally = FamilyTally(family, thresholds)
    for batch in read_batches(variants, list(family.samples), pseudoautosomal=regions):
        tally.add(batch)
        if profile is not None:
            profile.add(batch)
    return tally


def measured_sexes(
    family: Family, tally: FamilyTally, coverage: list[CoverageRow], thresholds: Thresholds
) -> dict[str, Sex]:
    """{sample: sex that X and Y show}."""
    return {
        member.sample: sex_evidence(member.sample, counts, coverage, thresholds.sex).sex
        for member, counts in zip(family.members, tally.members, strict=True)
    }


def assess(
    family: Family, tally: FamilyTally, coverage: list[CoverageRow], thresholds: Thresholds
) -> tuple[list[CheckRow], list[Segment]]:
    """All rows in the order of `verdict.CHECKS`, and the segments."""
    windows, markers = tally.windows(), tally.markers()
    rows: list[CheckRow] = []
    sexes = measured_sexes(family, tally, coverage, thresholds)
    for member, counts in zip(family.members, tally.members, strict=True):
        evidence = sex_evidence(member.sample, counts, coverage, thresholds.sex)
        rows.append(sex_row(member, evidence, thresholds.sex))
    pairs = pair_evidence(family, windows, tally.contigs)
    relations = observed_relations(pairs, thresholds.kinship)
    rows += kinship_rows(pairs, relations, thresholds.kinship)
    if len(family.members) > 1:
        rows.append(role_row(family, pairs, relations, sexes, thresholds))
    rows += mendelian_rows(family, tally, thresholds.mendelian)
    rows += member_rows(family, tally, coverage, thresholds)
    rows += callable_rows(family, tally, coverage, thresholds)
    found, segments = _segments(family, tally, markers, windows, relations, thresholds)
    rows += found
    rows.sort(key=lambda row: CHECKS.index(row.check))
    return rows, segments


def _segments(
    family: Family,
    tally: FamilyTally,
    markers: Markers,
    windows: Windows,
    relations: dict[frozenset[str], Relation],
    thresholds: Thresholds,
) -> tuple[list[CheckRow], list[Segment]]:
    """Rows and segments of homozygosity for every member, and of uniparental disomy for every child."""
    rows: list[CheckRow] = []
    segments: list[Segment] = []
    limits = thresholds.uniparental
    related = (
        family.father is not None
        and family.mother is not None
        and (
            relations[frozenset((family.father.sample, family.mother.sample))]
            not in (Relation.UNRELATED, Relation.UNKNOWN, Relation.NOT_PARENT_CHILD)
        )
    )
    for column, member in enumerate(family.members):
        depth = DepthByWindow.of(windows, column, thresholds.kinship)
        runs, span, n_markers = homozygosity_runs(
            member.sample,
            tally.contigs,
            markers,
            column,
            depth,
            thresholds.homozygosity,
            limits.depth_sites_min,
        )
        rows.append(homozygosity_row(member, runs, span, n_markers, thresholds.homozygosity, limits.deletion_depth_max))
        segments += [run for run in runs if not run.depth_ratio < limits.deletion_depth_max]
        if member not in tally.children:
            continue
        obstacle = _no_disomy_search(family, member.sample, relations)
        if obstacle:
            rows.append(
                CheckRow("uniparental_disomy", member.sample, "not sought", EXPECTED, Verdict.UNKNOWN, obstacle)
            )
            continue
        result = uniparental_segments(family, member, tally.contigs, markers, depth, limits, related)
        row, disomies = uniparental_row(member, result, limits)
        rows.append(row)
        segments += disomies
    return rows, segments


def _no_disomy_search(family: Family, child: str, relations: dict[frozenset[str], Relation]) -> str:
    """Why uniparental disomy cannot be sought in a child, '' when it can."""
    if family.father is None or family.mother is None:
        return "uniparental disomy can only be sought with both parents"
    for parent in (family.father, family.mother):
        relation = relations[frozenset((child, parent.sample))]
        if relation not in (Relation.PARENT_CHILD, Relation.UNKNOWN):
            return f"{parent.role} {parent.sample} is not a parent: the origin of the copies cannot be told"
    return ""


def assess_quality(
    pedigree: str | Path,
    variants: str | Path,
    output: str | Path,
    segments_output: str | Path,
    thresholds_path: str | Path,
    *,
    assembly: str = "auto",
    pseudoautosomal_bed: str | Path | None = None,
    coverage: Sequence[str | Path] = (),
    profile_output: str | Path | None = None,
    fingerprint_output: str | Path | None = None,
    relatedness: Sequence[str | Path] = (),
) -> list[CheckRow]:
    """Run every check on one family and write quality/1, segments/1, and profile/1 and fingerprint/1 if asked.

    Returns the rows. A FAIL is a result, not an error: whoever continues decides.
    """
    thresholds = load_thresholds(thresholds_path)
    family = read_pedigree(pedigree)
    depth = read_coverage(coverage, family)
    lengths = header_contigs(variants)
    profile = GenomeProfile(list(family.samples).index(family.proband.sample), lengths)
    tally = tally_family(
        family,
        variants,
        thresholds,
        assembly=assembly,
        pseudoautosomal_bed=pseudoautosomal_bed,
        profile=profile if profile_output else None,
    )
    rows, segments = assess(family, tally, depth, thresholds)
    rows += other_program_rows(family, relatedness, thresholds.other_program)
    rows.sort(key=lambda row: CHECKS.index(row.check))
    header = {
        "family": family.name,
        "thresholds": f"{thresholds.name} sha256:{thresholds.checksum}",
        "assembly": detect_assembly(lengths) if assembly == "auto" else assembly,
    }
    write_table(output, QUALITY, (asdict(row) for row in rows), header)
    names = set(SEGMENTS.names)
    write_table(
        segments_output,
        SEGMENTS,
        ({key: value for key, value in asdict(segment).items() if key in names} for segment in segments),
        header,
    )
    if profile_output:
        write_table(profile_output, PROFILE, profile.rows(), header)
    if fingerprint_output:
        sexes = measured_sexes(family, tally, depth, thresholds)
        sites_max = thresholds.families.sites_max
        found = fingerprint(family, tally.contigs, tally.seen(), rows, sexes, header["assembly"], sites_max)
        write_fingerprint(fingerprint_output, found)
    return rows
