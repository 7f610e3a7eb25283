"""A family as the archive holds it, in memory, and the release that is judged on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from builders.trio import Trio
from filiation.archive.calls import Places, calls_table, excluded_table, genotypes_table
from filiation.archive.store import Archive
from filiation.archive.write import AnalysisInput, add_analysis
from filiation.calls.frequencies import Source
from filiation.config import RESOURCES, acmg_table_path, gene_table_path, rank_weights_path, scoring_model_path
from filiation.io.files import open_text, sha256
from filiation.model.columns import CANDIDATES, REMOVED
from filiation.prioritisation.candidates import prioritise
from filiation.reanalysis.basis import Basis, Tools
from filiation.reanalysis.kept_files import keep
from filiation.reanalysis.records import Record
from filiation.reanalysis.replay import Judge, OpenRelease, open_release
from filiation.reanalysis.screening import read_back
from filiation.reanalysis.stored import StoredAnalysis, header_of, records_of
from filiation.scoring.model import load_scoring_model
from filiation.scoring.screen import screen_calls

PATHOGENIC = "CLNSIG=Pathogenic;CLNREVSTAT=criteria_provided,_multiple_submitters,_no_conflicts"
UNCERTAIN = "CLNSIG=Uncertain_significance;CLNREVSTAT=criteria_provided,_single_submitter"
BENIGN = "CLNSIG=Benign;CLNREVSTAT=criteria_provided,_single_submitter"


def basis(**changes: Any) -> Basis:
    """The files that ship, with changes."""
    values = {
        "scoring_model": scoring_model_path(),
        "rank_weights": rank_weights_path(),
        "acmg_table": acmg_table_path(),
        "gene_table": gene_table_path(),
    }
    return Basis(**{**values, **changes})


def stored(
    family: Trio,
    folder: Path,
    *,
    clinvar: Path | None = None,
    sources: Sequence[Source] = (),
    judged_with: Basis | None = None,
) -> StoredAnalysis:
    """The family after screen, annotation and rules, as an archive would give it back."""
    folder.mkdir(exist_ok=True)
    annotated, _ = family.annotated(folder, sources, clinvar)
    normalised = folder / "normalised.bcf"
    model = load_scoring_model(scoring_model_path())
    screen_calls(normalised, family.family, model, sources, folder / "s.bcf", excluded=folder / "excluded.tsv.gz")
    table = calls_table(annotated, family.family, Places())
    ranking = Tools().ranking(judged_with or basis(), family.family, [], set(), {})
    result = prioritise(annotated, family.family, model, ranking)
    removed = _removed(normalised, folder / "excluded.tsv.gz")
    return StoredAnalysis(
        family.family, 1, "2026-01-01", "filiation", header_of(table, "calls"), records_of(table), removed,
        result.candidates,
    )  # fmt: skip


def _removed(normalised: Path, excluded: Path) -> list[Record]:
    """Every record that the screen removed, with its reason."""
    reasons = {}
    with open_text(excluded) as handle:
        for line in handle:
            cells = line.rstrip("\n").split("\t")
            if not line.startswith("#") and cells[0] != "chrom":
                reasons["-".join(cells[:4])] = cells[4]
    return [replace(one, reason=reasons[one.key]) for one in read_back(normalised)[1] if one.key in reasons]


def opened(clinvar: Path | None = None) -> OpenRelease:
    """A release of which ClinVar is new, open."""
    return open_release(clinvar, [], None, RESOURCES / "imprinted_genes.tsv")


def judge(family: StoredAnalysis, release: OpenRelease, old: Basis, new: Basis, **changes: Any) -> Judge:
    """A judge of the family that judges every record, unless told otherwise."""
    return Judge(family, old, new, release, **{"whole": True, **changes})


def archived(
    archive: Archive,
    name: str,
    calls: Trio,
    folder: Path,
    *,
    clinvar: Path | None = None,
    sources: Sequence[Source] = (),
    panel: Path | None = None,
    hpo_terms: tuple[str, ...] = (),
) -> None:
    """Add a family to an archive as `archive add` does after a run, with the files that it was judged with."""
    folder.mkdir(exist_ok=True)
    family = replace(calls.family, name=name, pre_indication="nbia", hpo_terms=hpo_terms)
    annotated, _ = calls.annotated(folder, sources, clinvar)
    normalised, excluded = folder / "normalised.bcf", folder / "excluded.tsv.gz"
    model = load_scoring_model(scoring_model_path())
    screen_calls(normalised, calls.family, model, sources, folder / "s.bcf", excluded=excluded)
    judged_with = basis(panel=panel)
    result = prioritise(annotated, family, model, Tools().ranking(judged_with, family, [], set(), {}))
    table = excluded_table(excluded)
    why = np.full(table.num_rows, 2, dtype=np.uint8)
    roles = {"scoring_model": judged_with.scoring_model, "rank_weights": judged_with.rank_weights,
             "acmg_table": judged_with.acmg_table, "panel": panel, "clinvar": clinvar}  # fmt: skip
    resources = [
        {"name": role, "kind": "input", "version": "2026-01", "sha256": sha256(path)}
        for role, path in roles.items()
        if path is not None
    ]
    if panel is not None:
        keep(archive.path, panel)
    add_analysis(
        archive,
        AnalysisInput(
            family,
            "2026-01-15",
            panel="nbia",
            panel_version="1",
            settings={"reduced_penetrance": [], "pseudoautosomal_bed": ""},
            resources=resources,
            parts={
                "calls": calls_table(annotated, family, Places()),
                "genotypes": genotypes_table(normalised, family, table, why, model),
            },
            tables={CANDIDATES: result.candidates, REMOVED: result.removed},
        ),
    )


def write_release(path: Path, **new: Any) -> Path:
    """A release file; paths stand as they are given."""
    content = {"schema": "filiation-release/1", "name": path.stem, "date": "2026-12-01", **new}
    path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    return path
