"""What does the TSV of a report hold? Every candidate of the family, in the columns of `model.columns.CANDIDATES`."""

from __future__ import annotations

from pathlib import Path

from filiation.io.tables import write_table
from filiation.model.columns import CANDIDATES
from filiation.report.candidate_view import variant_key
from filiation.report.catalogue import text
from filiation.report.data import ReportData, Row
from filiation.report.recheck_view import effect_of_reads


def table_header(data: ReportData) -> dict[str, str]:
    """Header lines: what this document is, for whom, under which panel, then the candidate table's own lines."""
    header = {"document": text("band.work_document").fr, "family": data.family.name}
    if data.options.simulated:
        header["simulated"] = text("band.simulated").fr
    if data.failures:
        header["quality_fail"] = "; ".join(f"{row['check']}:{row['sample']}" for row in data.failures)
        header["override_reason"] = data.options.override_reason or text("band.no_reason").fr
    if data.options.pre_indication:
        header["pre_indication"] = data.options.pre_indication
    if data.panel is not None:
        header["panel"] = " ".join(filter(None, (data.panel.identifier, data.panel.version, data.panel.date)))
        if not data.panel.validated:
            header["panel_status"] = text("band.panel_not_validated").fr
    carried = {key: value for key, value in data.candidates.header.items() if key not in ("schema", "program")}
    return {**carried, **header}


def write_tsv(path: str | Path, data: ReportData) -> int:
    """Write every candidate, atomically; returns how many. Cells cannot start a formula (io.tables).

    A candidate that its members' reads contradict is flagged and stands last; its rank stays as it was.
    """
    reads = {variant_key(row): row for row in data.recheck.rows} if data.recheck else {}
    kept: list[Row] = []
    lowered: list[Row] = []
    for row in data.candidates.rows:
        found = reads.get(variant_key(row))
        effect = effect_of_reads(row, found)
        if not found or not effect:
            kept.append(row)
            continue
        flag = f"contradicted_by_reads={found['verdict']}"
        (lowered if effect == "lowered" else kept).append(row | {"flags": ";".join(filter(None, (row["flags"], flag)))})
    return write_table(path, CANDIDATES, [*kept, *lowered], table_header(data))
