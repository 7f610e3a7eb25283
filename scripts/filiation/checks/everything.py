"""The whole check, in the order in which a user would repair: configuration, sheets, files, genome."""

from __future__ import annotations

from pathlib import Path

from filiation.checks.archive import check_archive
from filiation.checks.configuration import need_faults, read_config
from filiation.checks.declared import check_declared, check_gene_table
from filiation.checks.evidence import check_evidence
from filiation.checks.members import check_fastq_files, compare_members, read_members
from filiation.checks.panels import check_panel_genes
from filiation.checks.phenotype import check_phenotypes
from filiation.checks.resources import (
    check_compiled,
    check_reference,
    check_regions,
    compare_resources,
    read_resources,
)
from filiation.checks.result import CheckReport, Progress, tell_long
from filiation.io.reference_check import ReferenceSummary, Site, scan_fasta
from filiation.io.sheet import collect_sheets
from filiation.notification import check_notify


def check_everything(
    config_path: str | Path, *, deep: bool = False, progress: Progress = lambda text: None
) -> CheckReport:
    """Read configuration, sheets and every input file once, and return all faults.

    Large files are read in part unless `deep`; the notes of each file say what was not read. Nothing is
    written, no index is made, no network is used.
    """
    report = CheckReport()
    config, faults = read_config(config_path)
    report.faults += faults
    if config is None:
        return report
    report.config = config
    report.sheet, faults = collect_sheets(config)
    report.faults += faults
    report.faults += need_faults(config, report.sheet, str(config_path))
    report.faults += check_notify(config.notify)
    check_declared(report, config, deep=deep, progress=progress)
    check_gene_table(report, config)
    check_phenotypes(report, config)
    check_fastq_files(report, deep=deep, progress=progress)
    members = read_members(report, deep=deep, progress=progress)
    resources = read_resources(config, deep=deep, progress=progress)
    sites: list[Site] = []
    for calls in {id(calls): calls for calls in [*members.calls.values(), *resources.values()]}.values():
        sites += calls.sites
    usable: ReferenceSummary | None = None
    if config.reference.fasta:
        tell_long(progress, "reference.fasta", config.reference.fasta)
        reference = scan_fasta(config.reference.fasta, sites, md5=members.has_cram, progress=progress)
        # Nothing can be compared with a genome that is itself at fault.
        usable = None if reference.faults else reference
        check_reference(report, config, reference)
    compare_members(report, config, members, usable)
    check_regions(report, config, usable)
    compare_resources(report, config, resources, usable)
    check_compiled(report, config, usable, deep=deep, progress=progress)
    check_panel_genes(report, config, usable, deep=deep, progress=progress)
    check_evidence(report, config, usable)
    check_archive(report, config, members.calls.values(), usable)
    return report
