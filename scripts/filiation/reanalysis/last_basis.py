"""Which files was a family judged with the last time, and which with the release?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filiation.errors import InputError
from filiation.reanalysis.basis import Basis, checksum
from filiation.reanalysis.release import Release, Resource
from filiation.reanalysis.stored import StoredAnalysis, checksum_of

# Names under which the versions table of a run tells a file; the value of the file's name follows.
_MODELS = {"scoring_model": "model-", "rank_weights": "rank-", "acmg_table": "acmg-"}
_HPO, _PROTEINS, _FACTS = "resources.hpo_gene_diseases", "prioritisation.clinvar_proteins", "annotation.gene_facts."
_CLINVAR = "annotation.clinvar_vcf"


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
    """Files of the last analysis. A model that its versions table does not name is the one that ships."""
    rows, family, defaults = stored.resources, stored.family.name, finder.defaults
    models = {}
    for name, prefix in _MODELS.items():
        shipped = getattr(defaults, name)
        wanted = checksum_of(rows, prefix, "model")
        models[name] = finder.of(wanted, shipped, name.replace("_", " "), family) if wanted else shipped
    panel = None
    if wanted := _panel_checksum(stored):
        panel = finder.of(wanted, finder.panels / f"{stored.pre_indication}.tsv", "panel", family)
    facts = []
    for row in rows:
        if str(row["name"]).startswith(_FACTS):
            kind = str(row["name"]).removeprefix(_FACTS).partition(":")[0]
            facts.append((kind, finder.of(str(row["sha256"]), None, f"file of {kind}", family)))
    hpo, proteins = checksum_of(rows, _HPO), checksum_of(rows, _PROTEINS)
    return Basis(
        **models,
        gene_table=defaults.gene_table,
        panel=panel,
        hpo_gene_diseases=finder.of(hpo, None, "file of gene-disease links", family) if hpo else None,
        gene_facts=tuple(facts),
        clinvar_proteins=finder.of(proteins, None, "table of ClinVar's proteins", family) if proteins else None,
    )


def _panel_checksum(stored: StoredAnalysis) -> str:
    """Checksum of the family's panel; '' when it was judged without."""
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


def small_files(release: Release) -> list[Path]:
    """Files of a release that the archive keeps: all but ClinVar, frequencies and counts."""
    large = ("clinvar", "frequencies", "in_house", "recurrent_artefacts", "clinvar_proteins")
    return [resource.path for resource in release.resources if resource.key not in large]


def resources_after(
    rows: Sequence[Mapping[str, Any]], release: Release, pre_indication: str, causes: frozenset[str]
) -> list[dict[str, Any]]:
    """Rows of the versions table after a release: what is new takes the place of what it replaces."""
    found = [dict(row) for row in rows]
    for resource in release.resources:
        if resource.cause not in causes or (resource.key == "panels" and resource.name != pre_indication):
            continue
        name, kind, prefix = _named(resource)
        version = resource.version or None
        found = [row for row in found if not (str(row["name"]).startswith(prefix) and row["kind"] == kind)]
        found.append({"name": name, "kind": kind, "version": version, "sha256": resource.sha256})
    return found


def _named(resource: Resource) -> tuple[str, str, str]:
    """(name, kind, start of the names that it replaces) of a resource in the versions table."""
    file = resource.path.name
    if resource.key == "panels":
        return resource.name, "panel", resource.name
    if resource.key in _MODELS:
        return file, "model", _MODELS[resource.key]
    starts = {
        "clinvar": f"{_CLINVAR}:",
        "hpo_gene_diseases": f"{_HPO}:",
        "clinvar_proteins": f"{_PROTEINS}:",
        "gene_facts": f"{_FACTS}{resource.name}:",
        "frequencies": f"frequencies.{resource.name}:",
        "in_house": f"frequencies.{resource.name or 'in_house'}:",
        "recurrent_artefacts": "annotation.recurrent_artefacts:",
    }
    return f"{starts[resource.key]} {file}", "resource", starts[resource.key]
