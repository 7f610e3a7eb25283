"""What does the archive say of a family, of one of its analyses, of a consent or a decision?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from filiation.model.pedigree import Affection, Family, Member, Role, Sex


@dataclass(frozen=True)
class FamilyRecord:
    """One family as it was last added; `number` is its place in the cohort index and never given twice."""

    number: int
    family: Family
    added: str
    analyses: int
    latest: int
    latest_date: str

    @property
    def name(self) -> str:
        """Family id."""
        return self.family.name


@dataclass(frozen=True)
class AnalysisRecord:
    """One analysis of a family; `manifest` is the content of its record.json."""

    family: str
    number: int
    kind: str
    date: str
    program: str
    pre_indication: str
    panel: str
    panel_version: str
    record_sha256: str
    content_sha256: str
    calls: int
    genotypes: int
    bytes: int
    manifest: dict[str, Any]

    @property
    def parts(self) -> dict[str, dict[str, Any]]:
        """{name of a part: file, stored_in (number of the analysis that holds it), bytes, sha256, rows, schema}."""
        return {part["name"]: part for part in self.manifest["parts"]}

    @property
    def settings(self) -> dict[str, Any]:
        """What the analysis ran with."""
        return dict(self.manifest["settings"])

    @property
    def inputs(self) -> dict[str, dict[str, str]]:
        """{role: the file that had it}: clinvar, frequency:NAME, panel, rank_weights, acmg_table, scoring_model …"""
        return {row["name"]: row for row in self.resources if row["kind"] == "input"}

    @property
    def resources(self) -> list[dict[str, str]]:
        """Everything whose version can change a result: name, kind, version, sha256."""
        return list(self.manifest["resources"])


@dataclass(frozen=True)
class Consent:
    """What a family agreed to on a day; the newest of a purpose holds, and none recorded is no consent."""

    family: str
    purpose: str
    given: bool
    date: str
    recorded_by: str


@dataclass(frozen=True)
class DecisionRecord:
    """A decision of the RCP d'aval; `analysis` is the number of the analysis that was decided on."""

    family: str
    variant: str
    gene: str
    date: str
    analysis: int
    decision: str
    acmg_class: str
    reason: str
    note: str
    participants: str
    run: str


@dataclass(frozen=True)
class FirstSeen:
    """Date and number of the first analysis that showed a variant of a gene to the family's readers."""

    variant: str
    gene: str
    date: str
    analysis: int


def family_document(family: Family) -> dict[str, Any]:
    """A family as it stands in record.json."""
    return {
        "id": family.name,
        "pre_indication": family.pre_indication,
        "hpo_terms": list(family.hpo_terms),
        "hpo_absent": list(family.hpo_absent),
        "members": [
            {
                "sample": member.sample,
                "role": member.role.value,
                "sex": member.sex.value,
                "affection": member.affection.value,
            }
            for member in family.members
        ],
    }


def family_of_document(document: dict[str, Any]) -> Family:
    """The family that `family_document` wrote."""
    return Family(
        document["id"],
        tuple(
            Member(entry["sample"], Role(entry["role"]), Sex(entry["sex"]), Affection(entry["affection"]))
            for entry in document["members"]
        ),
        document["pre_indication"],
        tuple(document["hpo_terms"]),
        tuple(document["hpo_absent"]),
    )


def variant_key(row: dict[str, Any]) -> str:
    """`chrom-pos-ref-alt` of a row of a table."""
    return f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"
