"""How does a new analysis get into the archive? What is new is written, the rest is taken over by reference."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from filiation.acmg.table import load_acmg_table
from filiation.io.files import private_directory, sha256
from filiation.io.tables import read_table, write_table
from filiation.io.tools import run_tool
from filiation.model.columns import CANDIDATES, FUNNEL, REMOVED, VERSIONS
from filiation.model.report_tables import CHANGES, PANEL_CAME, PANEL_WENT
from filiation.model.table_schema import TableSchema
from filiation.panels.diff import CAME, WENT
from filiation.panels.diff import compare as compare_panels
from filiation.panels.load import Panel
from filiation.prioritisation.candidates import Prioritised
from filiation.prioritisation.shelves import TIE_RULE
from filiation.reanalysis import kept_files
from filiation.reanalysis.context import RunContext
from filiation.reanalysis.last_basis import INPUT, resources_after, small_files
from filiation.reanalysis.records import contig_order, in_order, write_packed
from filiation.reanalysis.replay import Judge
from filiation.reanalysis.report_again import write_report
from filiation.reanalysis.screening import FrequencyOutcome
from filiation.reanalysis.stored import StoredAnalysis

if TYPE_CHECKING:
    from filiation.archive.store import Archive

Row = dict[str, Any]


def store_analysis(
    archive: Archive,
    stored: StoredAnalysis,
    judge: Judge,
    causes: frozenset[str],
    rows: Sequence[Row],
    context: RunContext,
) -> int:
    """Write the new analysis: refreshed records, candidates, removed, funnel, changes; everything else by reference."""
    from filiation.archive.write import AnalysisInput, Link, add_analysis

    name, release = stored.family.name, context.release
    result = judge.judged(causes)
    parts = {"calls": _calls(archive, judge, causes)}
    if judge.frequency:
        parts |= moved_genotypes(archive, stored, judge.frequency)
    for file in small_files(release, stored.pre_indication):
        kept_files.keep(archive.path, file)
    record = archive.analysis(name)
    resources = resources_after(stored.resources, release, stored.pre_indication, causes)
    panel = judge.release.tools.panel(judge.new)
    header = {**archive.table_header(name, CANDIDATES), **_header(judge, result)}
    headers: dict[TableSchema, Mapping[str, str]] = {
        CANDIDATES: header,
        REMOVED: header,
        FUNNEL: archive.table_header(name, FUNNEL),
        VERSIONS: {**archive.table_header(name, VERSIONS), "date": release.date},
        CHANGES: {
            "release": release.name,
            "before": str(stored.number),
            **panel_changes(judge.release.tools.panel(judge.old), panel),
        },
    }
    tables = as_read(
        {
            CANDIDATES: result.candidates,
            REMOVED: result.removed,
            FUNNEL: _funnel(archive, stored, result),
            VERSIONS: [row for row in resources if row["kind"] != INPUT],
            CHANGES: rows,
        }
    )
    links = [Link(**link) for link in record.manifest["links"]]
    if context.reports is not None:
        new = {schema: (found, headers.get(schema, {})) for schema, found in tables.items()}
        written = write_report(
            archive,
            stored.family,
            new,
            judge.new.panel,
            load_acmg_table(judge.new.acmg_table),
            judge.release.tools.model(judge.new),
            context.reports,
            context.language,
            panels=context.panels,
            blind=context.imprinted.with_name("blind_genes.tsv"),
        )
        links = [link for link in links if link.kind != "report"]
        # Told from the archive's folder: the same release on a copy of both gives the same bytes.
        links += [
            Link("report", os.path.relpath(path.absolute(), archive.path.absolute()), sha256(path), path.stat().st_size)
            for path in written
        ]
    added = add_analysis(
        archive,
        AnalysisInput(
            stored.family,
            release.date,
            kind="reanalysis",
            panel=record.panel,
            panel_version=panel.header.get("version", "") if panel else record.panel_version,
            settings=dict(stored.settings),
            resources=resources,
            links=links,
            parts=parts,
            tables=tables,
            headers=headers,
            carry_over=True,
        ),
    )
    return int(added.number)


def panel_changes(old: Panel | None, new: Panel | None) -> dict[str, str]:
    """Header lines with the genes that came and went; nothing where there was no panel to compare with."""
    if old is None or new is None:
        return {}
    changes = compare_panels(old, new)
    words = ((PANEL_CAME, CAME), (PANEL_WENT, WENT))
    return {key: ",".join(change.symbol for change in changes if change.change == word) for key, word in words}


def _calls(archive: Archive, judge: Judge, causes: frozenset[str]) -> Any:
    """archive_calls/1 of the judged records."""
    from filiation.archive.calls import Places, calls_table
    from filiation.archive.read import record_table

    stored = judge.stored
    with private_directory("reanalyse") as folder:
        records = in_order(judge.records(causes), stored.header)
        given, packed = write_packed(folder / "calls.vcf.gz", judge.header(causes), records), folder / "calls.bcf"
        run_tool(["bcftools", "view", "--no-version", "-Ob1", "-o", packed, given], purpose="pack the judged records")
        calls = calls_table(packed, stored.family, Places(table=judge.release.tools.genes(judge.new)))
    columns = ("contig", "pos", "ref", "alt", "kept_for")
    return with_kept_for(calls, record_table(archive, stored.family.name, "calls", columns=columns))


def as_read(tables: Mapping[TableSchema, Sequence[Row]]) -> dict[TableSchema, Sequence[Mapping[str, Any]]]:
    """The same rows as a run's own tables give them when they are read: numbers of six digits, texts of one line."""
    found: dict[TableSchema, Sequence[Mapping[str, Any]]] = {}
    with private_directory("reanalyse") as folder:
        for schema, rows in tables.items():
            path = folder / f"{schema.name}.tsv"
            write_table(path, schema, rows)
            found[schema] = read_table(path, schema).rows
    return found


def _header(judge: Judge, result: Prioritised) -> dict[str, str]:
    """Lines of the header that name what the family was judged with now."""
    tools, basis = judge.release.tools, judge.new
    weights, acmg, model, panel = (
        tools.weights(basis),
        tools.acmg(basis),
        tools.model(basis),
        tools.panel(basis),
    )
    lines = {
        "scoring_model": f"{model.name} sha256={model.checksum}",
        "rank_weights": f"{weights.name} sha256={weights.checksum}",
        "acmg_table": f"{acmg.name} sha256={acmg.checksum}",
        "gene_facts": ", ".join(sorted(tools.facts(basis).kinds)) or "none given",
        "tie_rule": TIE_RULE,
        "shelves": result.shelves,
    }
    if panel:
        lines["panel"] = f"{panel.label} {panel.header.get('status', '')} sha256={panel.checksum}"
    return lines


def _funnel(archive: Archive, stored: StoredAnalysis, result: Prioritised) -> list[Row]:
    """The funnel of the last analysis with the counts of `prioritise` as they are now."""
    rows = archive.table(stored.family.name, FUNNEL)
    return [*(row for row in rows if not row["step"].startswith("prioritise")), *result.funnel()]


def with_kept_for(calls: Any, before: Any) -> Any:
    """The new table of calls with `kept_for` of the records that were there; what came back keeps its own."""
    import pyarrow as pa

    keys = ("contig", "pos", "ref", "alt")
    known = dict(
        zip(zip(*(before.column(name).to_pylist() for name in keys), strict=True),
            before.column("kept_for").to_pylist(), strict=True)
    )  # fmt: skip
    found = zip(*(calls.column(name).to_pylist() for name in keys), strict=True)
    own = calls.column("kept_for").to_pylist()
    values = [known.get(key, value) for key, value in zip(found, own, strict=True)]
    place = calls.schema.get_field_index("kept_for")
    return calls.set_column(place, calls.schema.field(place), pa.array(values, calls.schema.field(place).type))


def moved_genotypes(archive: Archive, stored: StoredAnalysis, frequency: FrequencyOutcome) -> dict[str, Any]:
    """genotypes without the records that came back, and with those that the new frequencies removed."""
    import pyarrow as pa

    from filiation.archive.parts import arrow_table
    from filiation.archive.read import calls_table as archived_calls
    from filiation.archive.read import record_table
    from filiation.model.archive_tables import ARCHIVE_GENOTYPES, VCF_HEADER

    name = stored.family.name
    table = record_table(archive, name, "genotypes")
    calls = archived_calls(archive, name).to_pylist()
    back = {one.key for one in frequency.returned}

    def key(row: Mapping[str, Any]) -> str:
        return f"{row['contig']}-{row['pos']}-{row['ref']}-{row['alt']}"

    rows = [row for row in (table.to_pylist() if table is not None else []) if key(row) not in back]
    rows += [row | {"reason": frequency.removed[key(row)]} for row in calls if key(row) in frequency.removed]
    order = contig_order(stored.header)
    rows.sort(key=lambda row: (order.get(row["contig"], len(order)), row["pos"], row["ref"], row["alt"]))
    header = (table.schema.metadata or {}).get(VCF_HEADER.encode()) if table is not None else None
    text = header.decode() if header else stored.header
    found: pa.Table = arrow_table(ARCHIVE_GENOTYPES, rows, {VCF_HEADER: text})
    return {"genotypes": found}
