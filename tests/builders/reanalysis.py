"""A family as the archive holds it, in memory, and the release that is judged on it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from builders.trio import Trio
from filiation.archive.calls import Places, calls_table
from filiation.calls.frequencies import Source
from filiation.config import RESOURCES, acmg_table_path, gene_table_path, rank_weights_path, scoring_model_path
from filiation.io.files import open_text
from filiation.prioritisation.candidates import prioritise
from filiation.reanalysis.basis import Basis, Tools
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
    from dataclasses import replace

    return [replace(one, reason=reasons[one.key]) for one in read_back(normalised)[1] if one.key in reasons]


def opened(clinvar: Path | None = None) -> OpenRelease:
    """A release of which ClinVar is new, open."""
    return open_release(clinvar, [], None, RESOURCES / "imprinted_genes.tsv")


def judge(family: StoredAnalysis, release: OpenRelease, old: Basis, new: Basis, **changes: Any) -> Judge:
    """A judge of the family that judges every record, unless told otherwise."""
    return Judge(family, old, new, release, **{"whole": True, **changes})
