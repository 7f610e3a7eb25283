"""Does a national programme of re-analysis find what is planted, say why, and call nobody for nothing?

Families of the simulated programme go through the real workflow into an archive. Then month after month ClinVar, the
population's frequencies, panels and links between genes and diseases change as planned before anything is run
(`programme_plants`): a few changes are diagnoses, some are news without a call, most concern nobody. New families come,
whose variants show what is recurrent; the RCP decides. Each release is one `filiation reanalyse --all`.

Printed: recall and precision of the changed rows and of their causes, against the plan (goal 100 %); alerts per 100
families and release (goal: at most 1); the share of the planted diagnoses among the alerts (goal: 99 %); decisions
carried; whether a second run of each release writes nothing; for some families of each release, whether the
re-analysis gives the rows that a fresh run with the new files gives; seconds and memory. What thousands of families
cost is measured by programme_scale.py; killed writers by tests/tools/test_archive_kill.py (`make test-kill`).

    python benchmarks/programme.py                     240 families, 12 releases
    python benchmarks/programme.py --quick             24 families, 3 releases with every kind of plant, for the tests
    python benchmarks/programme.py --json programme.json --fresh 5
    python benchmarks/programme.py --direct --whole-genomes --families 2000 --fresh 0 --jobs 2

With --direct a few families go through the workflow and all others are written after their pattern
(`programme_direct`): thousands of families in minutes.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from process_measure import measure
from programme_direct import analyse_directly
from programme_fresh import compare_with_fresh
from programme_plants import Expected, Programme, make_programme
from programme_run import analyse, command, decide, write_run
from programme_world import FREQUENCY, PublicData, write_public_data

from filiation.archive.store import open_archive
from filiation.archive.verify import verify
from filiation.config import REPOSITORY
from filiation.io.tables import read_table
from filiation.model.report_tables import CHANGES, WORK_LIST

Row = dict[str, Any]
UNCHANGED = "unchanged"


@dataclass
class Month:
    """What one release did, and what it cost."""

    name: str
    seconds: float = 0.0
    cpu: float = 0.0
    mib: float = 0.0
    judged: int = 0
    rows: list[Row] = field(default_factory=list)
    second_run_wrote: int = 0
    fresh_rows: int = 0
    fresh_differences: list[str] = field(default_factory=list)


def key_of(row: Row) -> str:
    """`chrom-pos-ref-alt`."""
    return f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"


def date_of(release: int) -> str:
    """The fifteenth of each month, from January 2026 (the start) on."""
    return f"{2026 + (release + 1) // 12}-{(release + 1) % 12 + 1:02d}-15"


def write_release(folder: Path, archive: Path, public: dict[str, Path], name: str, date: str) -> Path:
    """The release file of a month, with the counts of the archived families as they are now."""
    command("archive", "in-house", archive, "--output", folder / "in_house.vcf.gz",
            "--artefacts", folder / "artefacts.tsv")  # fmt: skip
    entry = {"name": FREQUENCY, "path": str(public["frequency"]), "af": "AF", "homozygotes": "nhomalt"}
    release = {
        "schema": "filiation-release/1",
        "name": name,
        "date": date,
        "clinvar": {"path": str(public["clinvar"]), "version": date},
        "frequencies": [{**entry, "version": date}],
        "panels": str(public["panels"]),
        "hpo_gene_diseases": {"path": str(public["hpo_gene_diseases"]), "version": date},
        "in_house": {"path": "in_house.vcf.gz", "version": date, "af": "AF", "carriers": "CARRIERS",
                     "families": "FAMILIES"},
        "recurrent_artefacts": {"path": "artefacts.tsv", "version": date},
        "annotation": {"consequences": "existing"},
    }  # fmt: skip
    path = folder / "release.yaml"
    path.write_text(yaml.safe_dump(release, sort_keys=False), "utf-8")
    return path


def run_month(
    folder: Path, archive: Path, programme: Programme, data: PublicData, release: int, options: argparse.Namespace
) -> Month:
    """Apply the events of a month, add the families that come, judge all, and again where a second run is due."""
    date, name = date_of(release), f"release-{release + 1:02d}"
    home = folder / name
    for event in programme.events[release]:
        event(data)
    public = write_public_data(home, data, date, f"1.{release + 1}.0")
    arrivals = programme.arrivals[release]
    if arrivals:
        # They are analysed with what was public when they came.
        before = folder / (f"release-{release:02d}" if release else "start")
        paths = {key: before / path.relative_to(home) for key, path in public.items()}
        write_run(folder / f"arrivals-{release + 1:02d}", arrivals, paths, archive, date)
        analyse(folder / f"arrivals-{release + 1:02d}", arrivals)
    command("archive", "compact", archive)
    path = write_release(home, archive, public, name, date)
    arguments = ("reanalyse", archive, "--all", "--release", path, "--date", date, "--output-dir", home / "work-list",
                 "--jobs", str(options.jobs))  # fmt: skip
    cost = measure([sys.executable, "-m", "filiation", *arguments], home, scripts=REPOSITORY / "scripts")
    month = Month(name, cost["wall"], cost["cpu"], cost["mib"])
    said = (home / "stderr").read_text("utf-8")
    month.judged = int(re.findall(r"families, (\d+) judged", said)[-1])
    month.rows = read_table(home / "work-list" / f"{name}.tsv", WORK_LIST).rows
    with open_archive(archive) as opened:
        stored = opened.query("SELECT count(*) AS n FROM analyses")[0]["n"]
        told = Counter((row["family"], key_of(row), row["change"], row["cause"]) for row in month.rows)
        archived = Counter(
            (record.name, key_of(row), row["change"], row["cause"])
            for record in opened.families()
            if record.latest_date == date and record.name not in {trio.name for trio in arrivals}
            for row in opened.table(record.name, CHANGES)
            if row["change"] != UNCHANGED
        )
    arrived = Counter({key: count for key, count in told.items() if key[0] in {trio.name for trio in arrivals}})
    if told - arrived != archived:
        raise SystemExit(f"{name}: the work list is not what the archive holds: {told - archived} {archived - told}")
    if (release + 1) % options.twice:
        return month
    command(*arguments)
    with open_archive(archive) as opened:
        month.second_run_wrote = opened.query("SELECT count(*) AS n FROM analyses")[0]["n"] - stored
    again = read_table(home / "work-list" / f"{name}.tsv", WORK_LIST).rows
    if again != month.rows:
        raise SystemExit(f"{name}: the second run tells other changes than the first")
    if options.fresh:
        month.fresh_rows, month.fresh_differences = compare_with_fresh(
            home, archive, programme.trios, public, date, _looked_at(month.rows, programme, release, options.fresh)
        )
    return month


def _looked_at(rows: Sequence[Row], programme: Programme, release: int, fresh: int) -> list[str]:
    """Some families that changed and some that did not."""
    own = {trio.name for trio in programme.trios}
    changed = list(dict.fromkeys(row["family"] for row in rows if row["family"] in own))[:fresh]
    others = [trio.name for trio in programme.trios if trio.name not in changed]
    return [*changed, *others[release * fresh : (release + 1) * fresh]]


def judge(programme: Programme, months: Sequence[Month]) -> dict[str, Any]:
    """The plan against what was told."""
    planned = {(e.release, e.family, e.variant): e for e in programme.expected if e.release < len(months)}
    told = {(number, row["family"], key_of(row)): row for number, month in enumerate(months) for row in month.rows}
    found = {place: row for place, row in told.items() if place in planned}
    right = {place for place, row in found.items() if row["change"] == planned[place].change}
    caused = {place for place in right if found[place]["cause"] == planned[place].cause}
    alerts = {place for place, row in told.items() if row["alert"]}
    wanted = {place for place, expected in planned.items() if expected.alert}
    decided = {place for place, expected in planned.items() if expected.decision}
    carried = {place for place in decided if place in told and planned[place].decision in str(told[place]["decision"])}
    families = len(programme.trios)
    return {
        "families": families,
        "releases": len(months),
        "planned_changes": len(planned),
        "told_changes": len(told),
        "recall_of_changes": len(right) / max(1, len(planned)),
        "precision_of_changes": len(right) / max(1, len(told)),
        "recall_of_causes": len(caused) / max(1, len(planned)),
        "precision_of_causes": len(caused) / max(1, len(told)),
        "planned_alerts": len(wanted),
        "alerts": len(alerts),
        "diagnoses_among_the_alerts": len(alerts & wanted) / max(1, len(wanted)),
        "alerts_without_a_plan": len(alerts - wanted),
        "alerts_per_100_families_and_release": 100 * len(alerts) / families / max(1, len(months)),
        "decisions_carried": f"{len(carried)} of {len(decided)}",
        "missing": [_words(planned[place]) for place in sorted(set(planned) - right)],
        "wrong_cause": [f"{_words(planned[p])}, told {found[p]['cause']}" for p in sorted(right - caused)],
        "unplanned": [_told_words(place, told[place]) for place in sorted(set(told) - right)],
        "alerts_missing": [_words(planned[place]) for place in sorted(wanted - alerts)],
        "alerts_unplanned": [_told_words(place, told[place]) for place in sorted(alerts - wanted)],
    }


def _words(expected: Expected) -> str:
    return f"release {expected.release + 1} {expected.family} {expected.variant} {expected.kind}: {expected.change}"


def _told_words(place: tuple[int, str, str], row: Row) -> str:
    return f"release {place[0] + 1} {place[1]} {place[2]} {row['change']} ({row['cause']}): {row['detail']}"


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The whole programme; everything that was measured."""
    programme = make_programme(options.families, options.releases, options.seed, diagnoses=options.diagnoses)
    archive, data = folder / "archive", copy.deepcopy(programme.start)
    public = write_public_data(folder / "start", data, "2026-01-15", "1.0.0")
    started = time.perf_counter()
    if options.direct:
        analyse_directly(
            folder / "run", programme.trios, programme.start, public, archive, "2026-01-15",
            whole_genomes=options.whole_genomes,
        )  # fmt: skip
    else:
        write_run(folder / "run", programme.trios, public, archive, "2026-01-15")
        analyse(folder / "run", programme.trios)
    building = time.perf_counter() - started
    print(f"{len(programme.trios)} families analysed and archived in {building:.0f} s", flush=True)
    months = []
    for release in range(options.releases):
        month = run_month(folder, archive, programme, data, release, options)
        months.append(month)
        alerts = sum(row["alert"] is not None for row in month.rows)
        print(
            f"{month.name}: {month.judged} judged, {len(month.rows)} changes, {alerts} alerts, {month.seconds:.1f} s, "
            f"{month.mib:.0f} MiB; second run wrote {month.second_run_wrote}; "
            f"{month.fresh_rows} rows as in a fresh run, {len(month.fresh_differences)} not",
            flush=True,
        )
        for text in month.fresh_differences:
            print(f"    {text}", flush=True)
        for at, family, variant, word in programme.decisions:
            if at == release:
                decide(folder / month.name, archive, family, variant.key, word, date_of(release))
        if options.json:
            # A long run that is stopped has told what it found so far.
            options.json.write_text(json.dumps(summary(programme, months), indent=1) + "\n", "utf-8")
    with open_archive(archive) as opened:
        findings = verify(opened)
    return {**summary(programme, months), "verify": [finding.text() for finding in findings]}


def summary(programme: Programme, months: Sequence[Month]) -> dict[str, Any]:
    """What the releases so far found, and what they cost."""
    return {
        **judge(programme, months),
        "second_runs_that_wrote": sum(month.second_run_wrote > 0 for month in months),
        "rows_compared_with_a_fresh_run": sum(month.fresh_rows for month in months),
        "rows_that_differ": [text for month in months for text in month.fresh_differences],
        "seconds_per_release": [round(month.seconds, 2) for month in months],
        "cpu_seconds_per_release": [round(month.cpu, 2) for month in months],
        "mib_per_release": [round(month.mib) for month in months],
        "families_judged_per_release": [month.judged for month in months],
    }


def show(result: dict[str, Any]) -> None:
    """The result in words."""
    for name, value in result.items():
        if isinstance(value, list) and value and isinstance(value[0], str):
            print(f"{name}: {len(value)}")
            for line in value[:20]:
                print(f"    {line}")
        else:
            print(f"{name}: {f'{value:.4f}' if isinstance(value, float) else value}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=int, default=240)
    parser.add_argument("--releases", type=int, default=12)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--fresh", type=int, default=2, help="families of each kind compared with a fresh run, a month")
    parser.add_argument(
        "--direct", action="store_true", help="all but some families are written after the pattern of those (see above)"
    )
    parser.add_argument(
        "--whole-genomes", action="store_true", help="with --direct: each family has about 3,400 records more"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes of a release")
    parser.add_argument("--twice", type=int, default=1, help="every how many releases a second run is made")
    parser.add_argument("--diagnoses", type=float, default=0.006, help="planted diagnoses for a family and release")
    parser.add_argument("--quick", action="store_true", help="24 families, 3 releases, 2 diagnoses in each")
    parser.add_argument("--keep", type=Path, help="folder to work in and to keep")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.quick:
        options.families, options.releases, options.fresh, options.diagnoses = 24, 3, 1, 2 / 24
    folder = options.keep or Path(tempfile.mkdtemp(prefix="programme-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        result = run(options, folder.resolve())
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    show(result)
    if options.json:
        # What `filiation validate` reads.
        goals = {
            "changes_with_cause": 100 * result["recall_of_causes"],
            "unplanned_changes": len(result["unplanned"]),
            "planted_changes": result["planned_changes"],
        }
        options.json.write_text(json.dumps(result | {"goals": goals}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
