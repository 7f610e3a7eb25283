"""The candidates of a report as VCF 4.3: one record an allele, genotypes of all members, the report's words in INFO."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filiation import __version__
from filiation.io.files import atomic_text
from filiation.model.contigs import bare_name
from filiation.model.pedigree import Role
from filiation.report.catalogue import text
from filiation.report.data import ReportData, Row
from filiation.report.members_view import SIBLING_CALL

# VCF 4.3, 1.2: these characters are percent-encoded in INFO.
_SAFE = "!\"#$&'()*+-./<>?@[\\]^_`{|}~"
_INFO = (
    ("GENE", "gene", "String", "Gene"),
    ("HGNC", "hgnc_id", "String", "HGNC id of the gene"),
    ("HGVSC", "hgvs_c", "String", "HGVS on the transcript"),
    ("HGVSP", "hgvs_p", "String", "HGVS on the protein"),
    ("CONSEQUENCE", "consequence", "String", "Sequence Ontology term"),
    ("INHERITANCE", "inheritance", "String", "Inheritance class"),
    ("STATUS", "inheritance_status", "String", "supported or possible"),
    ("SHELF", "shelf", "String", "A, B or C"),
    ("RANK", "rank", "Integer", "Rank in the report"),
    ("ACMG_CLASS", "acmg_class", "String", "Class that the points alone would give, for a human to judge"),
    ("ACMG_POINTS", "acmg_points", "Integer", "Sum of the points"),
)
_CONTIG_ORDER = {name: number for number, name in enumerate([*map(str, range(1, 23)), "X", "Y", "M", "MT"])}


def write_vcf(path: str | Path, data: ReportData) -> int:
    """Write the candidates, sorted by position; a variant in several genes is one record. Returns the records."""
    family = data.family
    grouped: dict[tuple[str, int, str, str], list[Row]] = {}
    for row in data.candidates.rows:
        grouped.setdefault((row["chrom"], row["pos"], row["ref"], row["alt"]), []).append(row)
    keys = sorted(grouped, key=lambda key: (_CONTIG_ORDER.get(bare_name(key[0]), 99), key[0], key[1], key[2], key[3]))
    samples = list(family.samples)
    with atomic_text(path) as handle:
        handle.write("##fileformat=VCFv4.3\n")
        handle.write(f"##source=filiation {__version__}\n##filiation_document={text('band.work_document').fr}\n")
        if data.options.simulated:
            handle.write(f"##filiation_data={text('band.simulated').fr}\n")
        for name in dict.fromkeys(key[0] for key in keys):
            handle.write(f"##contig=<ID={name}>\n")
        for name, _, kind, meaning in _INFO:
            handle.write(f'##INFO=<ID={name},Number=.,Type={kind},Description="{meaning}">\n')
        handle.write('##FILTER=<ID=caller_objection,Description="The caller\'s own filter objected">\n')
        handle.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype as called">\n')
        handle.write('##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads of each allele">\n')
        handle.write('##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">\n')
        handle.write('##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">\n')
        handle.write(
            "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]) + "\n"
        )
        for key in keys:
            handle.write("\t".join(_record(key, grouped[key], data, samples)) + "\n")
    return len(keys)


def _record(key: tuple[str, int, str, str], rows: list[Row], data: ReportData, samples: list[str]) -> list[str]:
    info = []
    for name, column, _, _ in _INFO:
        values = [_encoded(row[column]) for row in rows]
        if any(value != "." for value in values):
            info.append(f"{name}={','.join(dict.fromkeys(values)) if name in ('RANK', 'SHELF') else ','.join(values)}")
    accepted = rows[0]["caller_filter"] in (None, "PASS", ".")
    calls = _calls(rows[0], data)
    return [
        key[0],
        str(key[1]),
        _identifier(rows),
        key[2],
        key[3],
        ".",
        "PASS" if accepted else "caller_objection",
        ";".join(info) or ".",
        "GT:AD:DP:GQ",
        *(calls.get(sample, "./.:.:.:.") for sample in samples),
    ]


def _identifier(rows: list[Row]) -> str:
    """dbSNP numbers in the form of the column ID."""
    numbers = re.findall(r"\brs\d+\b", ";".join(str(row.get("dbsnp_id") or "") for row in rows))
    return ";".join(dict.fromkeys(numbers)) or "."


def _encoded(value: Any) -> str:
    return "." if value is None else quote(str(value), safe=_SAFE)


def _calls(row: Row, data: ReportData) -> dict[str, str]:
    """GT:AD:DP:GQ of every member, by sample."""
    found = {}
    for role in (Role.PROBAND, Role.FATHER, Role.MOTHER):
        member = data.family.with_role(role)
        if member is None:
            continue
        names = ("genotype", "ref_depth", "alt_depth", "depth", "genotype_quality")
        genotype, ref, alt, depth, quality = (row[f"{role}_{name}"] for name in names)
        found[member.sample] = _call(genotype, ref, alt, depth, quality)
    for sample, genotype, depths, quality in SIBLING_CALL.findall(row["siblings"] or ""):
        ref, alt = [*(int(part) if part.isdecimal() else None for part in depths.split(",")), None, None][:2]
        found[sample] = _call(genotype, ref, alt, None, int(quality) if quality.isdecimal() else None)
    return found


def _call(genotype: str | None, ref: int | None, alt: int | None, depth: int | None, quality: int | None) -> str:
    def shown(value: int | None) -> str:
        return "." if value is None else str(value)

    reads = "." if ref is None and alt is None else f"{shown(ref)},{shown(alt)}"
    return f"{genotype or './.'}:{reads}:{shown(depth)}:{shown(quality)}"
