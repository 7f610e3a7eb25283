"""The rows of the catalogue and the cases of each."""

from __future__ import annotations

from catalogue import content_cases, family_cases, file_cases, genotype_cases, panel_cases, reads_cases, sheet_cases
from catalogue.case import Case

MODULES = (file_cases, reads_cases, content_cases, genotype_cases, family_cases, sheet_cases, panel_cases)
CASES: list[Case] = [case for module in MODULES for case in module.cases()]
