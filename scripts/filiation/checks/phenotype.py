"""Does HPO know every sign in the sheet, and are the HPO files of the configuration what they should be?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from filiation.checks.result import CheckedFile, CheckReport
from filiation.config import RunConfig
from filiation.errors import FaultList, UserError


def check_phenotypes(report: CheckReport, config: RunConfig) -> None:
    """Name the terms of every family and read the configured files; without either, nothing is loaded."""
    resources = config.resources
    french = resources.hpo_french_labels
    if french:
        from filiation.phenotype.labels import read_french_labels

        faults = _faults(lambda: read_french_labels(str(french)))
        report.add(CheckedFile(french, "French HPO labels", "resources.hpo_french_labels", faults))
        french = None if faults else french
    if names := resources.orphanet_french_names:
        from filiation.phenotype.orphanet_names import read_orphanet_names

        faults = _faults(lambda: read_orphanet_names(names))
        report.add(CheckedFile(names, "French names of Orphanet", "resources.orphanet_french_names", faults))
    if resources.hpo_gene_diseases:
        from filiation.phenotype.diseases import read_gene_diseases

        faults = _faults(lambda: read_gene_diseases(str(resources.hpo_gene_diseases)))
        owner = "resources.hpo_gene_diseases"
        report.add(CheckedFile(resources.hpo_gene_diseases, "gene-disease links", owner, faults))
    for name, family in report.sheet.families.items():
        if family.hpo_terms:
            report.add(_check_family(config.samples, name, family.hpo_terms, french))


def _check_family(sheet: str, name: str, terms: tuple[str, ...], french: str | None) -> CheckedFile:
    """The terms of one family: faults, and notes on those replaced, repeated or not used."""
    from filiation.phenotype.terms import resolve_terms

    where = f"{sheet}, family {name}, column hpo_terms"
    notes: list[str] = []
    faults = _faults(lambda: notes.extend(resolve_terms(terms, french_labels=french, where=where).notes))
    return CheckedFile(sheet, "HPO terms", f"family {name}", faults, notes)


def _faults(read: Callable[[], Any]) -> list[UserError]:
    """What a reader objects to."""
    try:
        read()
    except FaultList as faults:
        return list(faults.faults)
    except UserError as fault:
        return [fault]
    return []
