"""Small files of the forms that panels are built from: Orphanet XML and CSV, an HPO folder, a gene table, PanelApp."""

from __future__ import annotations

import json
from pathlib import Path

# (id, symbol, location, previous symbols, alias symbols)
GENES = (
    ("HGNC:15804", "PANK2", "20p13", "", "HARP|NBIA1"),
    ("HGNC:28912", "WDR45", "Xp11.23", "", "WIPI4"),
    ("HGNC:3999", "FTL", "19q13.33", "", ""),
    ("HGNC:9039", "PLA2G6", "22q13.1", "", "PARK14"),
    ("HGNC:25801", "CPLANE1", "5p13.2", "C5orf42", "JBTS17"),
    ("HGNC:10853", "SHOX", "Xp22.33 and Yp11.3", "", ""),
    ("HGNC:7488", "MT-ND4", "mitochondria", "", "ND4"),
    ("HGNC:18154", "SEPTIN1", "16p11.2", "SEPT1", ""),
    ("HGNC:1", "ONE", "1p1", "", "SHARED"),
    ("HGNC:2", "TWO", "1p2", "", "SHARED"),
)


def write_gene_table(path: Path) -> Path:
    """An HGNC table of GENES, and the list of withdrawn entries beside it."""
    columns = (
        "hgnc_id symbol name status locus_group locus_type location alias_symbol prev_symbol ensembl_gene_id entrez_id "
        "mane_select"
    )
    lines = ["\t".join(columns.split())]
    for hgnc_id, symbol, location, previous, aliases in GENES:
        cells = [hgnc_id, symbol, symbol.lower(), "Approved", "protein-coding gene", "gene with protein product"]
        lines.append("\t".join([*cells, location, aliases, previous, "", "", ""]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = "HGNC_ID\tSTATUS\tWITHDRAWN_SYMBOL\tMERGED_INTO_REPORT(S) (i.e HGNC_ID|SYMBOL|STATUS)"
    withdrawn = f"{columns}\nHGNC:3\tEntry Withdrawn\tGONE\t\n"
    path.with_name("withdrawn.txt").write_text(withdrawn, encoding="utf-8")
    return path


LINKS = (
    # code, disorder, symbol, HGNC number, association, status
    ("157850", "Pantothenate kinase-associated neurodegeneration", "PANK2", "15804", "", "Assessed"),
    ("329284", "Beta-propeller protein-associated neurodegeneration", "WDR45", "28912", "", "Assessed"),
    ("157846", "Neuroferritinopathy", "FTL", "3999", "", "Not yet assessed"),
    ("475", "Joubert syndrome", "C5orf42", "", "", "Assessed"),
    ("475", "Joubert syndrome", "ONE", "1", "Modifying germline mutation in", "Assessed"),
)
CAUSAL = "Disease-causing germline mutation(s) in"


def write_orphanet_csv(path: Path) -> Path:
    """LINKS as the CSV form of en_product6."""
    lines = ["orpha_code,disorder_name,gene_symbol,gene_type,association_type,association_status"]
    for code, name, symbol, _, association, status in LINKS:
        lines.append(f"{code},{name},{symbol},gene with protein product,{association or CAUSAL},{status}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_orphanet_xml(path: Path) -> Path:
    """LINKS as en_product6 XML."""
    disorders = []
    for code, name, symbol, number, association, status in LINKS:
        reference = f"<ExternalReference><Source>HGNC</Source><Reference>{number}</Reference></ExternalReference>"
        disorders.append(
            f"<Disorder><OrphaCode>{code}</OrphaCode><Name>{name}</Name><DisorderGeneAssociationList>"
            f"<DisorderGeneAssociation><Gene><Symbol>{symbol}</Symbol><GeneType><Name>gene with protein product</Name>"
            f"</GeneType><ExternalReferenceList>{reference if number else ''}</ExternalReferenceList></Gene>"
            f"<DisorderGeneAssociationType><Name>{association or CAUSAL}</Name></DisorderGeneAssociationType>"
            f"<DisorderGeneAssociationStatus><Name>{status}</Name></DisorderGeneAssociationStatus>"
            "</DisorderGeneAssociation></DisorderGeneAssociationList></Disorder>"
        )
    path.write_text(f"<JDBOR><DisorderList>{''.join(disorders)}</DisorderList></JDBOR>", encoding="utf-8")
    return path


def write_classification(path: Path, edges: dict[str, list[str]], root: str) -> Path:
    """en_product3 XML of a tree {group: children}."""

    def node(code: str) -> str:
        children = "".join(node(child) for child in edges.get(code, []))
        inner = f"<ClassificationNodeChildList>{children}</ClassificationNodeChildList>" if children else ""
        return f"<ClassificationNode><Disorder><OrphaCode>{code}</OrphaCode></Disorder>{inner}</ClassificationNode>"

    text = f"<JDBOR><ClassificationNodeRootList>{node(root)}</ClassificationNodeRootList></JDBOR>"
    path.write_text(text, encoding="utf-8")
    return path


ONTOLOGY = """format-version: 1.2

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0012675
name: Iron accumulation in brain
is_a: HP:0000001 ! All

[Term]
id: HP:0012678
name: Iron accumulation in substantia nigra
is_a: HP:0012675 ! Iron accumulation in brain

[Term]
id: HP:0002134
name: Abnormal basal ganglia morphology
alt_id: HP:0009999
is_a: HP:0000001 ! All

[Term]
id: HP:0000002
name: obsolete sign
is_obsolete: true
replaced_by: HP:0002134

[Typedef]
id: part_of
name: part of
"""
SIGNS = (
    # symbol, term, frequency, disease
    ("PLA2G6", "HP:0012678", "3/4", "OMIM:1"),
    ("PLA2G6", "HP:0000007", "-", "OMIM:1"),
    ("FTL", "HP:0012675", "HP:0040283", "OMIM:2"),
    ("FTL", "HP:0000006", "-", "OMIM:2"),
    ("SHOX", "HP:0012675", "HP:0040284", "OMIM:3"),
    ("TWO", "HP:0012675", "-", "OMIM:4"),
    ("WIPI4", "HP:0002134", "HP:0040282", "OMIM:5"),
    ("SHARED", "HP:0012675", "1/1", "OMIM:6"),
)


def write_hpo_folder(folder: Path) -> Path:
    """ONTOLOGY and SIGNS as the three files of an HPO release."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hp.obo").write_text(ONTOLOGY, encoding="utf-8")
    (folder / "phenotype.hpoa").write_text("#description: x\n#version: 2026-01-01\n", encoding="utf-8")
    lines = ["ncbi_gene_id\tgene_symbol\thpo_id\thpo_name\tfrequency\tdisease_id"]
    lines += [f"1\t{symbol}\t{term}\t.\t{frequency}\t{disease}" for symbol, term, frequency, disease in SIGNS]
    (folder / "genes_to_phenotype.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def panelapp_gene(symbol: str, hgnc_id: str, mode: str = "BIALLELIC, autosomal", level: str = "3") -> dict[str, object]:
    """One gene as PanelApp's API writes it."""
    return {
        "gene_data": {"gene_symbol": symbol, "hgnc_id": hgnc_id},
        "entity_name": symbol,
        "confidence_level": level,
        "mode_of_inheritance": mode,
    }


def write_panelapp_json(path: Path, genes: list[dict[str, object]]) -> Path:
    """One panel of PanelApp's API."""
    path.write_text(json.dumps({"id": 180, "name": "A panel", "version": "1.2", "genes": genes}), encoding="utf-8")
    return path
