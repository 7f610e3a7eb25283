"""Does the report of a family that went on in spite of a failed check say what failed, what it means, and why?"""

from __future__ import annotations

from pathlib import Path

from builders.report import options, report_data
from filiation.report.html import render

FAILED = {
    "check": "roles",
    "sample": "FAM1",
    "observed": "the sheet is contradicted: father FAT1 is not a parent of proband IDX1",
    "expected": "relations and sexes as the sheet says",
    "verdict": "FAIL",
    "meaning": "the sample labelled father (FAT1) is an uncle, brother of the father",
}


def test_an_overridden_failure__is_printed_with_its_meaning_and_its_reason(tmp_path: Path) -> None:
    reason = "oncle prélevé en place du père, vérifié"
    source = render(report_data(tmp_path, quality=[FAILED], report_options=options(override_reason=reason)))
    strip = source.split('role="alert"')[1].split("</div>")[0]
    assert "is an uncle, brother of the father" in strip
    assert reason in strip
