"""Judge archived families again with what is new, and say what changed and why.

A release file names new ClinVar, population frequencies, panels, gene-disease links, facts of genes, counts of the
laboratory, weights or rules. Stored calls are enough: no reads, no caller. A new analysis of a family is written only
where something that matters changed; the second run of a release writes nothing and says so. The work list names what
to read first over all families. docs/reanalysis.md tells of each step.

Examples:
  filiation reanalyse /data/archive --all --release 2026-12.yaml --date 2026-12-01 --jobs 8 --output-dir work-list
  filiation reanalyse /data/archive --family FAM001 --release 2026-12.yaml --output-dir work-list
  filiation reanalyse /data/archive --pre-indication nbia --release 2026-12.yaml --output-dir work-list
  filiation reanalyse /data/archive --all --release 2026-12.yaml --output-dir work-list --dry-run
  filiation reanalyse /data/archive --family FAM001 --release 2026-12.yaml --from-calls \\
      --config config/config.yaml --output-dir work-list
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filiation.archive.store import Archive
    from filiation.reanalysis.context import RunContext
    from filiation.reanalysis.programme import RunResult
    from filiation.reanalysis.release import Release

# Alerts that are named on stderr; the work list holds them all.
_TOLD = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation reanalyse`."""
    parser.add_argument("archive", help="folder of the archive")
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--family", nargs="+", default=[], metavar="ID", help="these families")
    chosen.add_argument("--list", metavar="FILE", help="families of a file, one id a line")
    chosen.add_argument("--pre-indication", metavar="SLUG", help="families of a pre-indication")
    chosen.add_argument("--all", action="store_true", help="every family of the archive")
    parser.add_argument("--release", required=True, metavar="YAML", help="what is new (filiation-release/1)")
    parser.add_argument("--date", default="", metavar="YYYY-MM-DD", help="day of the analysis; default: of the release")
    parser.add_argument("--output-dir", default="work-list", help="folder of the work list (default: work-list)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--rules", help="rules of what matters; default: the newest that ships")
    parser.add_argument("--language", default="fr", choices=["fr", "en"], help="language of the page (default: fr)")
    parser.add_argument(
        "--every-record", action="store_true", help="judge every record of every family, without asking the index"
    )
    stored = parser.add_mutually_exclusive_group()
    stored.add_argument(
        "--from-calls", action="store_true", help="run the ordinary steps on the stored calls, proved by checksum"
    )
    stored.add_argument(
        "--from-reads", action="store_true", help="run the ordinary steps on the stored CRAM, proved by checksum"
    )
    parser.add_argument("--config", help="configuration of that run: reference, annotation, frequencies")
    parser.add_argument("--no-reports", action="store_true", help="do not write the reports of changed families again")
    parser.add_argument("--dry-run", action="store_true", help="tell what would change; write nothing to the archive")


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    from filiation.archive.store import open_archive
    from filiation.reanalysis.programme import run_release
    from filiation.reanalysis.release import read_release

    _require_options(options)
    with open_archive(options.archive) as archive:
        names = _names(archive, options)
        release = read_release(options.release, archive.assembly, options.date)
        _require_new_name(archive, release)
    output = Path(options.output_dir)
    context = _context(options, release)
    if options.from_calls or options.from_reads:
        from filiation.cli._reanalyse_calls import CALLS, READS, call_again

        kind = READS if options.from_reads else CALLS
        result = call_again(context, names, Path(options.config), output, kind, options.jobs)
    else:
        result = run_release(context, names, output, jobs=options.jobs, all_records=options.every_record)
    rows = _work_list(result, context, output, options.language)
    if context.write:
        _register(context, rows)
    return _tell(result, rows, context, output)


def _require_options(options: argparse.Namespace) -> None:
    from filiation.errors import ConfigError

    if (options.from_calls or options.from_reads) and not options.config:
        raise ConfigError(
            "stored calls or reads without --config",
            expected="the configuration whose reference, annotation and frequencies the steps use",
            repair="add --config config/config.yaml",
        )
    if options.jobs < 1:
        raise ConfigError(f"--jobs {options.jobs}", expected="1 or more", repair="correct it")


def _names(archive: Archive, options: argparse.Namespace) -> list[str]:
    """Families asked for; an unknown one is an error that names the nearest."""
    from filiation.errors import FaultList, InputError, UserError
    from filiation.io.files import require_file
    from filiation.panels.catalogue import load_catalogue

    if options.all:
        return archive.names()
    if options.pre_indication:
        slug = load_catalogue().find(options.pre_indication).slug
        found = [record.name for record in archive.families(pre_indication=slug)]
        if not found:
            raise InputError(
                f"no family of pre-indication '{slug}' is in the archive",
                where=str(archive.path),
                expected="a pre-indication of its families",
                repair=f"filiation archive list {archive.path}",
            )
        return found
    wanted = options.family
    if options.list:
        text = require_file(options.list, "list of families").read_text("utf-8")
        wanted = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    known = set(archive.names())
    faults: list[UserError] = [archive.unknown_family(name) for name in wanted if name not in known]
    if faults:
        raise faults[0] if len(faults) == 1 else FaultList(faults)
    return list(dict.fromkeys(wanted))


def _require_new_name(archive: Archive, release: Release) -> None:
    """A release is known by its name: another content under a known name is refused."""
    from filiation.errors import ConfigError

    rows = archive.query("SELECT sha256, date FROM releases WHERE release = ?", [release.name])
    if rows and rows[0]["sha256"] != release.fingerprint:
        raise ConfigError(
            f"release '{release.name}' was judged on {rows[0]['date']} with other files",
            expected="one name for one release",
            repair="give the new release a name of its own (name: in the release file)",
        )


def _context(options: argparse.Namespace, release: Release) -> RunContext:
    from filiation.config import (
        RESOURCES,
        acmg_table_path,
        gene_table_path,
        rank_weights_path,
        reanalysis_rules_path,
        scoring_model_path,
    )
    from filiation.reanalysis.basis import Basis
    from filiation.reanalysis.context import RunContext
    from filiation.reanalysis.materiality import load_materiality

    return RunContext(
        Path(options.archive),
        release,
        load_materiality(options.rules or reanalysis_rules_path()),
        Basis(scoring_model_path(), rank_weights_path(), acmg_table_path(), gene_table_path()),
        RESOURCES / "panels",
        RESOURCES / "imprinted_genes.tsv",
        reports=None if options.no_reports or options.dry_run else Path(options.output_dir) / "reports",
        language=options.language,
        write=not options.dry_run,
    )


def _work_list(result: RunResult, context: RunContext, output: Path, language: str) -> list[dict[str, Any]]:
    """The rows of the work list, written as table and page."""
    from filiation.reanalysis.value import worth_of
    from filiation.report.work_list import Summary, ordered, write_work_list

    shown = ("consequence", "inheritance", "acmg_class", "clinvar_significance", "hpo_score")
    kept = ("chrom", "pos", "ref", "alt", "gene", "change", "before", "now", "cause", "detail", "first_seen",
            "evidence_date", "decision")  # fmt: skip
    rows = []
    for outcome in result.outcomes:
        for change, candidate in outcome.changes:
            worth = worth_of(change, candidate, context.rules)
            rows.append(
                {
                    **{name: change[name] for name in kept},
                    **{name: candidate.get(name) for name in shown},
                    "alert": worth.alert or None,
                    "value": round(worth.value, 6),
                    "worth": worth.text,
                    "family": outcome.family,
                    "pre_indication": outcome.pre_indication or None,
                }
            )
    rows = ordered(rows)
    release = context.release
    summary = Summary(
        release.name,
        release.date,
        result.asked,
        result.judged,
        len({row["family"] for row in rows}),
        tuple(resource.label for resource in release.resources),
        tuple((outcome.family, outcome.error) for outcome in result.errors),
    )
    write_work_list(rows, summary, output / f"{release.name}.tsv", output / f"{release.name}.html", language)
    analyses = {outcome.family: outcome.analysis for outcome in result.outcomes}
    return [{**row, "analysis": analyses[row["family"]]} for row in rows]


def _register(context: RunContext, rows: list[dict[str, Any]]) -> None:
    """Enter the release and its alerts into the archive; what is there already stays."""
    from filiation.archive.database import transaction
    from filiation.archive.store import open_archive

    release = context.release
    with open_archive(context.archive, write=True) as archive:
        known = archive.query("SELECT 1 FROM releases WHERE release = ?", [release.name])
        alerts = [row for row in rows if row["alert"] and row["analysis"]]
        there = archive.query("SELECT count(*) AS n FROM alerts WHERE release = ?", [release.name])[0]["n"]
        if known and there >= len(alerts):
            return
        with transaction(archive.connection, archive.path) as connection:
            connection.execute(
                "INSERT INTO releases VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (release.name, release.date, release.fingerprint, "done",
                 "; ".join(resource.label for resource in release.resources)),
            )  # fmt: skip
            connection.executemany(
                "INSERT INTO alerts SELECT family_number, ?, ?, ?, ?, ?, ?, ?, ? FROM families WHERE family = ?"
                " ON CONFLICT DO NOTHING",
                [
                    (
                        row["analysis"], f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}", row["gene"] or "",
                        release.name, release.date, row["alert"], row["value"], row["cause"] or "", row["family"],
                    )
                    for row in alerts
                ],
            )  # fmt: skip


def _tell(result: RunResult, rows: list[dict[str, Any]], context: RunContext, output: Path) -> int:
    """Say on stderr what was done; 1 when a family could not be judged."""
    chosen = ", ".join(f"{count} for {cause}" for cause, count in result.chosen.items())
    print(
        f"reanalyse: {result.asked} families, {result.judged} judged" + (f" (chosen: {chosen})" if chosen else ""),
        file=sys.stderr,
    )
    alerts = [row for row in rows if row["alert"]]
    for row in alerts[:_TOLD]:
        variant = f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"
        print(
            f"reanalyse: alert {row['family']} {row['gene'] or '.'} {variant} {row['change']} ({row['cause']}), "
            f"{row['before'] or '.'} -> {row['now'] or '.'}",
            file=sys.stderr,
        )
    name = context.release.name
    if not context.write:
        told = "dry run: nothing was written"
    elif result.written:
        told = f"{result.written} families have a new analysis"
    elif rows:
        told = f"release {name} is in the archive already: nothing was written"
    else:
        told = f"nothing that matters changed by release {name}: nothing was written"
    print(f"reanalyse: {told}; {len(rows)} changes, {len(alerts)} alerts in {output}", file=sys.stderr)
    for outcome in result.errors:
        print(f"reanalyse: {outcome.family} was not judged: {outcome.error}", file=sys.stderr)
    return 1 if result.errors else 0
