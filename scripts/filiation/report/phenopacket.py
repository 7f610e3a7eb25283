"""The report as a GA4GH Phenopacket v2 `Family`: who was read, which signs, which variants are proposed.

Interpretations stay UNKNOWN_STATUS and UNDER_INVESTIGATION: the meeting concludes, not the program. Zygosity is in
GENO, sexes and signs in the terms of the standard. Source: phenopacket-schema 2.0.
"""

from __future__ import annotations

import re
from typing import Any

from filiation import __version__
from filiation.model.pedigree import Affection, Member, Role, Sex
from filiation.report.data import ReportData, Row

_SEX = {Sex.MALE: "MALE", Sex.FEMALE: "FEMALE", Sex.UNKNOWN: "UNKNOWN_SEX"}
_PEDIGREE_SEX = {Sex.MALE: "MALE", Sex.FEMALE: "FEMALE", Sex.UNKNOWN: "UNKNOWN_SEX"}
_AFFECTED = {Affection.AFFECTED: "AFFECTED", Affection.UNAFFECTED: "UNAFFECTED", Affection.UNKNOWN: "MISSING"}
_ZYGOSITY = {
    "heterozygous": {"id": "GENO:0000135", "label": "heterozygous"},
    "homozygous": {"id": "GENO:0000136", "label": "homozygous"},
    "hemizygous": {"id": "GENO:0000134", "label": "hemizygous"},
}
_ACMG = {
    "pathogenic": "PATHOGENIC",
    "likely_pathogenic": "LIKELY_PATHOGENIC",
    "uncertain": "UNCERTAIN_SIGNIFICANCE",
    "likely_benign": "LIKELY_BENIGN",
    "benign": "BENIGN",
}


def family_packet(data: ReportData) -> dict[str, Any]:
    """The `Family` message as JSON; a date that the run does not give is the epoch, never the clock."""
    family = data.family
    created = f"{data.date[:10]}T00:00:00Z" if data.date else "1970-01-01T00:00:00Z"
    return {
        "id": family.name,
        "proband": _phenopacket(family.proband, data, created, proband=True),
        "relatives": [
            _phenopacket(member, data, created, proband=False)
            for member in family.members
            if member.sample != family.proband.sample
        ],
        "pedigree": {"persons": [_person(member, data) for member in family.members]},
        "metaData": _meta(data, created),
    }


def _meta(data: ReportData, created: str) -> dict[str, Any]:
    return {
        "created": created,
        "createdBy": f"filiation {__version__}",
        "phenopacketSchemaVersion": "2.0",
        "resources": [
            {
                "id": "hp",
                "name": "Human Phenotype Ontology",
                "url": "http://purl.obolibrary.org/obo/hp.owl",
                "version": next((row["version"] or "" for row in data.versions.rows if row["name"] == "hpo"), ""),
                "namespacePrefix": "HP",
                "iriPrefix": "http://purl.obolibrary.org/obo/HP_",
            },
            {
                "id": "geno",
                "name": "Genotype Ontology",
                "url": "http://purl.obolibrary.org/obo/geno.owl",
                "version": "",
                "namespacePrefix": "GENO",
                "iriPrefix": "http://purl.obolibrary.org/obo/GENO_",
            },
        ],
    }


def _person(member: Member, data: ReportData) -> dict[str, Any]:
    family = data.family
    child = member.role in (Role.PROBAND, Role.SIBLING)
    return {
        "familyId": family.name,
        "individualId": member.sample,
        "paternalId": family.father.sample if child and family.father else "0",
        "maternalId": family.mother.sample if child and family.mother else "0",
        "sex": _PEDIGREE_SEX[member.sex],
        "affectedStatus": _AFFECTED[member.affection],
    }


def _phenopacket(member: Member, data: ReportData, created: str, *, proband: bool) -> dict[str, Any]:
    packet: dict[str, Any] = {
        "id": f"{data.family.name}.{member.sample}",
        "subject": {"id": member.sample, "sex": _SEX[member.sex]},
        "metaData": _meta(data, created),
    }
    if not proband:
        return packet
    rows = {row["term"]: row for row in data.phenotype if row["status"] != "label"}
    packet["phenotypicFeatures"] = [
        {
            "type": {"id": term, "label": rows.get(term, {}).get("label_en") or term},
            **(
                {"excluded": True}
                if rows.get(term, {}).get("status") == "absent" and term not in data.options.hpo_terms
                else {}
            ),
        }
        for term in dict.fromkeys([*data.options.hpo_terms, *rows])
    ]
    packet["interpretations"] = [
        {
            "id": data.family.name,
            "progressStatus": "IN_PROGRESS",
            "diagnosis": {
                "disease": {"id": "MONDO:0000001", "label": "disease"},
                "genomicInterpretations": [_interpretation(row, member, data) for row in data.candidates.rows],
            },
            "summary": "Work document for the RCP d'aval: variants proposed for discussion, none concluded.",
        }
    ]
    return packet


def _interpretation(row: Row, member: Member, data: ReportData) -> dict[str, Any]:
    """One candidate: its VCF record, its HGVS names, the zygosity of the index case, the class suggested."""
    key = f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}"
    hgvs = [row[name] for name in ("hgvs_g", "hgvs_c", "hgvs_p") if row[name]]
    descriptor: dict[str, Any] = {
        "id": key,
        "vcfRecord": {
            "genomeAssembly": data.assembly or "unknown",
            "chrom": row["chrom"],
            "pos": str(row["pos"]),
            "ref": row["ref"],
            "alt": row["alt"],
        },
        "expressions": [{"syntax": f"hgvs.{name.rpartition(':')[2][:1] or 'g'}", "value": name} for name in hgvs],
        "moleculeContext": "genomic",
    }
    references = [f"dbSNP:{number}" for number in re.findall(r"\brs\d+\b", row.get("dbsnp_id") or "")]
    if re.fullmatch(r"ga4gh:VA\.[\w-]{32}", row.get("vrs_id") or ""):
        references.insert(0, row["vrs_id"])
    if references:
        descriptor["xrefs"] = references
    if row["gene"]:
        descriptor["geneContext"] = {"valueId": row["hgnc_id"] or row["gene_id"] or row["gene"], "symbol": row["gene"]}
    if zygosity := _zygosity(row):
        descriptor["allelicState"] = _ZYGOSITY[zygosity]
    return {
        "subjectOrBiosampleId": member.sample,
        "interpretationStatus": "UNKNOWN_STATUS",
        "variantInterpretation": {
            "acmgPathogenicityClassification": _ACMG.get(row["acmg_class"] or "", "NOT_PROVIDED"),
            "variationDescriptor": descriptor,
        },
    }


def _zygosity(row: Row) -> str:
    """Zygosity of the index case, '' when its genotype does not say."""
    genotype = (row["proband_genotype"] or "").replace("|", "/")
    alleles = genotype.split("/")
    if not genotype or "." in alleles:
        return ""
    if "proband=hemizygous" in (row["inheritance_reason"] or "").split() or (len(alleles) == 1 and alleles != ["0"]):
        return "hemizygous"
    if len(set(alleles)) == 1:
        return "homozygous" if alleles[0] != "0" else ""
    return "heterozygous"
