"""Small archives in a moment: families with a few records and tables, in memory, added by the archive's own writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filiation.archive.parts import arrow_table
from filiation.archive.store import Archive, create_archive
from filiation.archive.write import AnalysisInput, add_analysis
from filiation.model.archive_tables import ARCHIVE_CALLS, ARCHIVE_EXCLUDED, ARCHIVE_GENOTYPES, VCF_HEADER
from filiation.model.columns import CANDIDATES, REMOVED
from filiation.model.pedigree import Affection, Family, Member, Role, Sex
from filiation.model.report_tables import GENE_COVERAGE
from filiation.model.table_schema import TableSchema

DAY = "2026-01-15"
CONTIGS = {"chr1": 248_956_422, "chr2": 242_193_529, "chrX": 156_040_895}
INFO = (
    '##INFO=<ID=DE_NOVO_POSTERIOR,Number=1,Type=Float,Description="probability">',
    '##INFO=<ID=INHERITANCE,Number=.,Type=String,Description="patterns">',
)
FORMAT = (
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
)


def trio(name: str = "FAM001", *, pre_indication: str = "nbia", hpo: Sequence[str] = ("HP:0001249",)) -> Family:
    """A girl who is ill and her healthy parents; sample ids begin with the family's."""
    return Family(
        name,
        (
            Member(f"{name}-child", Role.PROBAND, Sex.FEMALE, Affection.AFFECTED),
            Member(f"{name}-father", Role.FATHER, Sex.MALE, Affection.UNAFFECTED),
            Member(f"{name}-mother", Role.MOTHER, Sex.FEMALE, Affection.UNAFFECTED),
        ),
        pre_indication,
        tuple(hpo),
    )


def vcf_header(family: Family, contigs: Mapping[str, int] = CONTIGS) -> str:
    """Header of the family's calls."""
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *family.samples]
    lines = [
        "##fileformat=VCFv4.2",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        *(f"##contig=<ID={name},length={length}>" for name, length in contigs.items()),
        *INFO,
        *FORMAT,
        "\t".join(columns),
    ]
    return "\n".join(lines) + "\n"


def call(pos: int, *, contig: str = "chr1", ref: str = "A", alt: str = "C", **changes: Any) -> dict[str, Any]:
    """A row of archive_calls/1: new in the child, missense in GENE1, unless changed."""
    row = {
        "contig": contig, "pos": pos, "ref": ref, "alt": alt, "record_id": ".", "qual": 50.0, "filter": "PASS",
        "kept_for": 3, "gene": ["GENE1"], "hgnc_id": ["."], "consequence": "missense_variant", "population_af": None,
        "population_source": "not_found", "clinvar": "not_found", "clinvar_stars": None,
        "inheritance": "de_novo:supported", "de_novo_posterior": 0.99, "proband_state": 2, "father_state": 0,
        "mother_state": 0, "info": "DE_NOVO_POSTERIOR=0.99;INHERITANCE=de_novo:supported", "format": "GT:AD:DP",
        "samples": ["0/1:15,15:30", "0/0:30,0:30", "0/0:30,0:30"],
    }  # fmt: skip
    return {**row, **changes}


def removed_genotype(pos: int, **changes: Any) -> dict[str, Any]:
    """A row of archive_genotypes/1: a common variant near a gene."""
    kept = {name: value for name, value in call(pos).items() if name in ARCHIVE_GENOTYPES.names}
    return {**kept, "kept_for": 2, "reason": "frequent_in_population", **changes}


def candidate(pos: int, *, gene: str = "GENE1", rank: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of candidates/2 with what the archive looks at."""
    row = {"rank": rank, "shelf": "A", "chrom": "chr1", "pos": pos, "ref": "A", "alt": "C", "gene": gene}
    return {**row, "inheritance": "de_novo", "score": 10.0, **changes}


def coverage(family: Family, gene: str, depths: Mapping[str, float]) -> list[dict[str, Any]]:
    """Rows of gene_coverage/1: mean depth of a gene by role."""
    return [
        {
            "gene": gene, "hgnc_id": "HGNC:1", "role": member.role.value, "sample": member.sample, "bases": 1000,
            "mean_depth": depths[member.role.value], "note": "coding",
        }
        for member in family.members
        if member.role.value in depths
    ]  # fmt: skip


def analysis(
    family: Family,
    calls: Sequence[Mapping[str, Any]] = (),
    *,
    date: str = DAY,
    genotypes: Sequence[Mapping[str, Any]] = (),
    excluded: Sequence[Mapping[str, Any]] = (),
    candidates: Sequence[Mapping[str, Any]] | None = None,
    gene_coverage: Sequence[Mapping[str, Any]] = (),
    contigs: Mapping[str, int] = CONTIGS,
    **changes: Any,
) -> AnalysisInput:
    """An analysis to add; candidates: one for each call unless given."""
    header = {VCF_HEADER: vcf_header(family, contigs)}
    rows = candidates if candidates is not None else [candidate(row["pos"], rank=n) for n, row in enumerate(calls, 1)]
    tables: dict[TableSchema, Sequence[Mapping[str, Any]]] = {CANDIDATES: rows, REMOVED: []}
    if gene_coverage:
        tables[GENE_COVERAGE] = gene_coverage
    given: dict[str, Any] = {
        "panel": "nbia",
        "panel_version": "1.0.0",
        "settings": {"assembly": "GRCh38"},
        "resources": [{"name": "clinvar", "kind": "input", "version": "2026-01", "sha256": "0" * 64}],
        "parts": {
            "calls": arrow_table(ARCHIVE_CALLS, list(calls), header),
            "genotypes": arrow_table(ARCHIVE_GENOTYPES, list(genotypes), header),
            "excluded": arrow_table(ARCHIVE_EXCLUDED, list(excluded)),
        },
        "tables": tables,
    }
    return AnalysisInput(family, date, **{**given, **changes})


def make_archive(path: Path, families: Sequence[str] = ("FAM001", "FAM002"), *, assembly: str = "GRCh38") -> Archive:
    """An archive, open for writing, whose families have two calls each, one of them shared by all."""
    archive = create_archive(path, assembly)
    for number, name in enumerate(families):
        add_analysis(
            archive, analysis(trio(name), [call(1_000), call(2_000 + number)], genotypes=[removed_genotype(500)])
        )
    return archive


def tree(folder: Path) -> dict[str, bytes]:
    """{path: bytes} of every file of a folder but the database, whose pages depend on the order of writers."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("archive.sqlite")
    }
