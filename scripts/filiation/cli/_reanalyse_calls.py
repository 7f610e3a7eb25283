"""How is a family judged again from its stored calls or reads? By the ordinary steps, on files that were proved."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from filiation.archive.store import Archive, open_archive
from filiation.archive.write import AnalysisInput, Link, add_analysis
from filiation.cli._archive_add import _input
from filiation.config import RunConfig, load_config, parse_config
from filiation.errors import FaultList, FiliationError, InputError, UserError
from filiation.io.files import atomic_text, sha256
from filiation.io.sheet import load_sheets
from filiation.model.columns import CANDIDATES, REMOVED
from filiation.model.pedigree import Affection, Family
from filiation.model.report_tables import CHANGES
from filiation.prioritisation.candidates import Prioritised
from filiation.reanalysis.compare import compare
from filiation.reanalysis.context import RunContext
from filiation.reanalysis.family import FamilyOutcome, add_decisions_elsewhere, history_of, judge_of, with_candidates
from filiation.reanalysis.last_basis import INPUT, RELEASE_ROLE
from filiation.reanalysis.programme import RunResult
from filiation.reanalysis.release import NEW_CALL, Release
from filiation.reanalysis.replay import Judge
from filiation.reanalysis.standing import UNCHANGED, change_of, key_of
from filiation.reanalysis.store import panel_changes

if TYPE_CHECKING:
    from filiation.archive.records import AnalysisRecord

CALLS, READS = "calls", "cram"
_AFFECTED = {Affection.AFFECTED: "yes", Affection.UNAFFECTED: "no"}


def call_again(
    context: RunContext, names: Sequence[str], config: Path, output: Path, kind: str, cores: int
) -> RunResult:
    """Run the workflow on the stored calls (or reads) of the families, and archive what changed.

    config : the run's configuration; what the release names takes the place of what it names. kind : CALLS or READS.
    """
    from filiation.workflow_run import run_workflow

    folder = (output / f"from-{kind}").absolute()
    with open_archive(context.archive, write=context.write) as archive:
        linked = {name: proved_links(archive.analysis(name), archive.family(name).family, kind) for name in names}
        families = [archive.family(name).family for name in names]
        folder.mkdir(parents=True, exist_ok=True)
        settings = {name: archive.analysis(name).settings for name in names}
        configuration = write_run(folder, config, context.release, families, linked, kind, context, settings)
        if code := run_workflow(configuration, folder, cores):
            raise FiliationError(
                f"a step of the workflow failed (exit code {code})",
                where=str(folder),
                expected="every step done",
                repair="read the log that is named above, then repeat the command: finished steps are kept",
            )
        result = RunResult(asked=len(names))
        opened = context.open()
        for name in names:
            given = _given(folder, archive, name, context)
            judge, causes = judge_of(archive, name, context, opened)
            result.outcomes.append(_outcome(archive, given, judge, causes, context))
        opened.close()
    return result


def proved_links(record: AnalysisRecord, family: Family, kind: str) -> dict[str, Path]:
    """{sample: stored file} of a family; every file must be there and be what was archived."""
    links = [link for link in record.manifest["links"] if link["kind"] == kind]
    faults: list[UserError] = []
    for link in links:
        path = Path(link["path"])
        if not path.is_file():
            faults.append(InputError("stored file is not there", where=link["path"], expected="the archived file",
                                     repair="bring it back, or judge the family from the archive alone"))  # fmt: skip
        elif path.stat().st_size != link["size"] or sha256(path) != link["sha256"]:
            faults.append(InputError("stored file has changed since it was archived", where=link["path"],
                                     expected=f"SHA-256 {link['sha256']}",
                                     repair="bring the archived file back from a copy"))  # fmt: skip
    if faults:
        raise faults[0] if len(faults) == 1 else FaultList(faults)
    paths = [Path(link["path"]) for link in links]
    found = {sample: path for sample in family.samples for path in paths if kind == CALLS or path.stem == sample}
    if set(found) != set(family.samples):
        raise InputError(
            f"no stored {kind} of {', '.join(sample for sample in family.samples if sample not in found)}",
            where=f"family {family.name}, analysis {record.number}",
            expected="links that `filiation archive add` keeps",
            repair="judge the family from the archive alone, or run it from its sheet: filiation run",
        )
    return found


def write_run(
    folder: Path,
    config: Path,
    release: Release,
    families: Sequence[Family],
    linked: dict[str, dict[str, Path]],
    kind: str,
    context: RunContext,
    settings: Mapping[str, Mapping[str, Any]],
) -> Path:
    """config.yaml and samples.tsv of a run on the stored files, with what is new in the release.

    settings : of each family's last analysis, for the ages and earlier examinations that its report shows.
    """
    column = "vcf" if kind == CALLS else "bam"
    names = ("family", "sample", "role", "sex", "affected", "pre_indication", "hpo_terms", "hpo_absent")
    lines = ["\t".join((*names, "age_at_sampling", "previous_tests", column))]
    for family in families:
        told = settings[family.name]
        for member in family.members:
            first = member is family.proband
            about = (
                family.pre_indication if first else "",
                ";".join(family.hpo_terms) if first else "",
                ";".join(family.hpo_absent) if first else "",
                f"{age:g}" if (age := (told.get("ages") or {}).get(member.sample)) is not None else "",
                str(told.get("previous_tests") or "") if first else "",
            )
            cells = (
                family.name, member.sample, member.role.value, member.sex.value,
                _AFFECTED.get(member.affection, "unknown"), *about, str(linked[family.name][member.sample]),
            )  # fmt: skip
            lines.append("\t".join(cell or "." for cell in cells))
    with atomic_text(folder / "samples.tsv") as handle:
        handle.write("\n".join(lines) + "\n")
    content = _absolute(load_config(config).model_dump(exclude_defaults=True))
    for key in ("units", "pedigree", "archive"):
        content.pop(key, None)
    content["samples"] = str(folder / "samples.tsv")
    _take_release(content, release, context, folder)
    parse_config(content, str(folder / "config.yaml"))
    with atomic_text(folder / "config.yaml") as handle:
        handle.write(yaml.safe_dump(json.loads(json.dumps(content)), sort_keys=False))
    return folder / "config.yaml"


def _absolute(value: Any) -> Any:
    """The same configuration with every path that exists made absolute: the run has a folder of its own."""
    if isinstance(value, dict):
        return {key: _absolute(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_absolute(item) for item in value]
    return str(Path(value).absolute()) if isinstance(value, str) and value and os.path.exists(value) else value


def _take_release(content: dict[str, Any], release: Release, context: RunContext, folder: Path) -> None:
    """Put what is new into a configuration."""
    places = {
        "clinvar": ("annotation", "clinvar_vcf"),
        "recurrent_artefacts": ("annotation", "recurrent_artefacts"),
        "hpo_gene_diseases": ("resources", "hpo_gene_diseases"),
        "rank_weights": ("prioritisation", "rank_weights"),
        "acmg_table": ("prioritisation", "acmg_table"),
        "scoring_model": ("prioritisation", "scoring_model"),
        "clinvar_proteins": ("prioritisation", "clinvar_proteins"),
    }
    for key, (group, name) in places.items():
        if resource := release.one(key):
            content.setdefault(group, {})[name] = str(resource.path.absolute())
    if facts := release.of("gene_facts"):
        listed = {item["kind"]: item for item in content.get("annotation", {}).get("gene_facts", [])}
        listed |= {one.name: {"kind": one.name, "path": str(one.path.absolute())} for one in facts}
        content.setdefault("annotation", {})["gene_facts"] = list(listed.values())
    if sources := release.of("frequencies"):
        kept = [item for item in content.get("frequencies", []) if item.get("kind") == "in-house"]
        content["frequencies"] = [
            {"name": one.name or one.path.stem, "vcf": str(one.path.absolute()), **one.fields} for one in sources
        ] + kept
    if panels := release.of("panels"):
        target = folder / "panels"
        target.mkdir(exist_ok=True)
        base = Path(content.get("prioritisation", {}).get("panels") or context.panels)
        for path in [*sorted(base.glob("*.tsv")), *(one.path for one in panels)]:
            name = next((one.name for one in panels if one.path == path), path.stem)
            (target / f"{name}.tsv").write_bytes(path.read_bytes())
        content.setdefault("prioritisation", {})["panels"] = str(target)


def _given(folder: Path, archive: Archive, name: str, context: RunContext) -> AnalysisInput:
    """What the archive keeps of the run that was just made."""
    config: RunConfig = load_config(folder / "config.yaml")
    options = argparse.Namespace(
        results=str(folder / "results"), family=name, no_links=False, config=str(folder / "config.yaml")
    )
    given = _input(options, config, load_sheets(config, folder), archive.family(name).family, context.release.date)
    release = context.release
    role = {"name": RELEASE_ROLE, "kind": INPUT, "version": release.name, "sha256": release.fingerprint}
    given.resources = [*given.resources, role]
    given.kind = "reanalysis"
    # The family's stored files are those that it was archived with, not the copies of this run.
    stored = [Link(**link) for link in archive.analysis(name).manifest["links"] if link["kind"] in (CALLS, READS)]
    given.links = [*(link for link in given.links if link.kind not in (CALLS, READS)), *stored]
    return given


@dataclass
class CalledAgain:
    """Judges a family whose calls are new too. With everything new the run says; without the calls its archive.

    The new calls with a part of the rest were never run. A row that the rest leaves as all of it would is what the run
    shows; any other is what the archive shows with that part.
    """

    archived: Judge
    causes: frozenset[str]
    run: Prioritised

    def judged(self, causes: Iterable[str]) -> Prioritised:
        """The family with what is new under some causes."""
        wanted = frozenset(causes)
        known = wanted - {NEW_CALL}
        if NEW_CALL not in wanted:
            return self.archived.judged(known)
        if known == self.causes:
            return self.run
        part, whole, run = (
            {key_of(row): row for row in result.candidates}
            for result in (self.archived.judged(known), self.archived.judged(self.causes), self.run)
        )
        rows = []
        for key in dict.fromkeys((*run, *part)):
            same = change_of(part.get(key), whole.get(key)) == UNCHANGED
            row = run.get(key) if same else part.get(key)
            if row is not None:
                rows.append(row)
        return Prioritised(rows, [], {})


def _outcome(
    archive: Archive, given: AnalysisInput, judge: Judge, causes: frozenset[str], context: RunContext
) -> FamilyOutcome:
    """Changes of one family, stored where there are any."""
    stored, name = judge.stored, given.family.name
    run = Prioritised([dict(row) for row in given.tables[CANDIDATES]], [dict(row) for row in given.tables[REMOVED]], {})
    both = CalledAgain(judge, causes, run)
    history = history_of(archive, name, context.release)
    rows = compare(stored.candidates, both, causes | {NEW_CALL}, history)
    add_decisions_elsewhere(archive, name, rows)
    changed = [row for row in rows if row["change"] != UNCHANGED]
    outcome = FamilyOutcome(name, stored.pre_indication, unchanged=len(rows) - len(changed))
    outcome.changes = with_candidates(changed, run, stored)
    if changed and context.write:
        tools = judge.release.tools
        header = panel_changes(tools.panel(judge.old), tools.panel(judge.new))
        given.tables = {**given.tables, CHANGES: rows}
        given.headers = {**given.headers, CHANGES: {"before": str(stored.number), **header}}
        outcome.number = outcome.analysis = add_analysis(archive, given).number
    return outcome
