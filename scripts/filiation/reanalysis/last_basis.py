"""Which files was a family judged with the last time, and which with the release?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filiation.errors import InputError
from filiation.reanalysis.basis import Basis, checksum
from filiation.reanalysis.release import FREQUENCY, Release, Resource
from filiation.reanalysis.stored import StoredAnalysis, checksum_of

# Names under which the versions table of a run tells a file; the value of the file's name follows.
_MODELS = {"scoring_model": "model-", "rank_weights": "rank-", "acmg_table": "acmg-"}
_HPO, _PROTEINS, _FACTS = "resources.hpo_gene_diseases", "prioritisation.clinvar_proteins", "annotation.gene_facts."
# Kind of the rows that name a file by its role.
INPUT = "input"
# Role of the release that an analysis was made for; its checksum is that of `Release.fingerprint`.
RELEASE_ROLE = "release"


@dataclass(frozen=True)
class Finder:
    """Finds a file by its checksum: kept in the archive, shipped with the program, or named by the release.

    defaults : files that ship. panels : folder of the panels that ship.
    """

    kept: Callable[[str], Path | None]
    defaults: Basis
    panels: Path
    previous: Mapping[str, Path]

    def of(self, wanted: str, shipped: Path | None, what: str, family: str) -> Path:
        """The file of a checksum; InputError when nobody has it."""
        if shipped is not None and shipped.is_file() and checksum(shipped) == wanted:
            return shipped
        found = self.previous.get(wanted) or self.kept(wanted)
        if found is None:
            raise InputError(
                f"the {what} that family {family} was judged with is not kept",
                expected=f"a file of SHA-256 {wanted}",
                repair="name it under previous: of the release file",
            )
        return found


def last_basis(stored: StoredAnalysis, finder: Finder) -> Basis:
    """Files of the last analysis. A model that it does not name is the one that ships."""
    family, defaults = stored.family.name, finder.defaults

    def found(role: str, prefix: str, kind: str, shipped: Path | None = None) -> Path | None:
        wanted = input_checksum(stored, role) or checksum_of(stored.resources, prefix, kind)
        return finder.of(wanted, shipped, role.replace("_", " "), family) if wanted else shipped

    models = {name: found(name, prefix, "model", getattr(defaults, name)) for name, prefix in _MODELS.items()}
    wanted = input_checksum(stored, "panel") or _panel_checksum(stored)
    shipped = finder.panels / f"{stored.pre_indication}.tsv"
    return replace(
        defaults,
        **{name: path for name, path in models.items() if path is not None},
        panel=finder.of(wanted, shipped, "panel", family) if wanted else None,
        hpo_gene_diseases=found("hpo_gene_diseases", _HPO, "resource"),
        gene_facts=tuple(_facts(stored, finder)),
        clinvar_proteins=found("clinvar_proteins", _PROTEINS, "resource"),
    )


def input_checksum(stored: StoredAnalysis, role: str) -> str:
    """SHA-256 of the file that had a role in the last analysis; '' when it does not say."""
    return next(
        (str(row.get("sha256") or "") for row in stored.resources if row["kind"] == INPUT and row["name"] == role), ""
    )


def _facts(stored: StoredAnalysis, finder: Finder) -> list[tuple[str, Path]]:
    """Files of gene facts by kind."""
    found = {}
    for row in stored.resources:
        name, kind = str(row["name"]), ""
        if row["kind"] == INPUT and name.startswith("gene_facts:"):
            kind = name.removeprefix("gene_facts:")
        elif name.startswith(_FACTS):
            kind = name.removeprefix(_FACTS).partition(":")[0]
        if kind and kind not in found:
            found[kind] = finder.of(str(row["sha256"]), None, f"file of {kind}", stored.family.name)
    return list(found.items())


def _panel_checksum(stored: StoredAnalysis) -> str:
    """Checksum of the family's panel in its table of versions; '' when it was judged without."""
    for row in stored.resources:
        if row["kind"] == "panel" and row["name"] == stored.pre_indication:
            return str(row.get("sha256") or "")
    return ""


def new_basis(old: Basis, release: Release, pre_indication: str) -> Basis:
    """The files of the last analysis with those of the release in their place."""
    values: dict[str, Any] = {}
    for key in ("scoring_model", "rank_weights", "acmg_table", "hpo_gene_diseases", "clinvar_proteins"):
        if found := release.one(key):
            values[key] = found.path
    if panel := release.panel(pre_indication):
        values["panel"] = panel.path
    if facts := release.of("gene_facts"):
        given = {one.name: one.path for one in facts}
        kinds = dict.fromkeys((*dict(old.gene_facts), *given))
        values["gene_facts"] = tuple((kind, given.get(kind) or dict(old.gene_facts)[kind]) for kind in kinds)
    return replace(old, **values)


def small_files(release: Release, pre_indication: str) -> list[Path]:
    """Files of a release that the archive keeps for a family: all but ClinVar, frequencies, counts and other panels."""
    large = ("clinvar", "frequencies", "in_house", "clinvar_proteins")
    return [
        one.path
        for one in release.resources
        if one.key not in large and (one.key != "panels" or one.name == pre_indication)
    ]


def remembered_files(release: Release) -> list[Path]:
    """Files of a release that are kept to compare the next one with: links, facts, panels, the list of artefacts."""
    wanted = ("hpo_gene_diseases", "gene_facts", "panels", "recurrent_artefacts")
    return [one.path for one in release.resources if one.key in wanted]


def resources_after(
    rows: Sequence[Mapping[str, Any]], release: Release, pre_indication: str, causes: frozenset[str]
) -> list[dict[str, Any]]:
    """Resources after a release: what is new takes the place of what it replaces, by role and in the versions table."""
    found = [dict(row) for row in rows]
    if FREQUENCY in causes:
        # A release names every source that a family is screened with.
        found = [row for row in found if row["kind"] != INPUT or not str(row["name"]).startswith("frequency:")]
    for resource in release.resources:
        if resource.cause not in causes or (resource.key == "panels" and resource.name != pre_indication):
            continue
        for name, kind, replaced in _named(resource):
            found = [row for row in found if not (row["kind"] == kind and _is_replaced(str(row["name"]), replaced))]
            found.append({"name": name, "kind": kind, "version": resource.version, "sha256": resource.sha256})
    found = [row for row in found if (row["kind"], row["name"]) != (INPUT, RELEASE_ROLE)]
    return [*found, {"name": RELEASE_ROLE, "kind": INPUT, "version": release.name, "sha256": release.fingerprint}]


def role_of(resource: Resource) -> str:
    """Role under which a resource stands among the inputs of an analysis."""
    named = {"gene_facts": "gene_facts:", "frequencies": "frequency:", "panels": "panel", "in_house": "cohort"}
    role = named.get(resource.key, resource.key)
    return f"{role}{resource.name}" if role.endswith(":") else role


def _is_replaced(name: str, replaced: str) -> bool:
    """Whether a row goes: its name is `replaced`, or begins with it where that ends as a start does."""
    return name.startswith(replaced) if replaced.endswith((":", "-")) else name == replaced


def _named(resource: Resource) -> list[tuple[str, str, str]]:
    """(name, kind, name or start of the names that it replaces): as input, and as row of the versions table."""
    file, role = resource.path.name, role_of(resource)
    found = [(role, INPUT, role)]
    if resource.key == "panels":
        return [*found, (resource.name, "panel", resource.name)]
    if resource.key in _MODELS:
        return [*found, (file, "model", _MODELS[resource.key])]
    starts = {
        "clinvar": "annotation.clinvar_vcf:",
        "hpo_gene_diseases": f"{_HPO}:",
        "clinvar_proteins": f"{_PROTEINS}:",
        "gene_facts": f"{_FACTS}{resource.name}:",
        "frequencies": f"frequencies.{resource.name}:",
        "in_house": f"frequencies.{resource.name or 'in_house'}:",
        "recurrent_artefacts": "annotation.recurrent_artefacts:",
    }
    return [*found, (f"{starts[resource.key]} {file}", "resource", starts[resource.key])]
