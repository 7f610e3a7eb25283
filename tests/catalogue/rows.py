"""The rows of the catalogue and the cases of each."""

from __future__ import annotations

from catalogue import content_cases, file_cases, sheet_cases
from catalogue.case import Case

CASES: list[Case] = [*file_cases.cases(), *content_cases.refused(), *sheet_cases.cases()]
