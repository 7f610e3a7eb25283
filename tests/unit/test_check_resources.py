"""Does `filiation check` see that public data are not what was received, or not what they are said to be?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from builders.inputs import joint_calls
from builders.vcf import header_lines
from builders.web import serve
from filiation.__main__ import main
from filiation.io.tables import write_table
from filiation.model.columns import PANEL, RESOURCES_MANIFEST
from filiation.resources import transfer

Check = Callable[..., str]
GENES = "hgnc_id\tsymbol\tname\tstatus\talias_symbol\tprev_symbol\tentrez_id\tensembl_gene_id\n"
GENES += "HGNC:5\tA1BG\talpha-1-B glycoprotein\tApproved\t\t\t1\tENSG00000121410\n"


@pytest.fixture
def genes(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """A gene table under data/, fetched as the resource hgnc; beside it the lock."""
    for name in transfer.JOB_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    row = {"name": "hgnc", "version": "latest", "file": "hgnc_complete_set.txt", "licence": "CC0 1.0"}
    row |= {"restriction": "none", "access": "open", "kind": "tsv", "used_for": "tests"}
    with serve(hgnc_complete_set__txt=GENES.encode()) as site:
        rows = [{**row, "address": f"{site.address}/hgnc_complete_set.txt"}]
        write_table("manifest.tsv", RESOURCES_MANIFEST, rows)
        assert main(["resources", "fetch", "hgnc", "--to", "data", "--manifest", "manifest.tsv"]) == 0
    return folder / "data" / "hgnc_complete_set.txt"


def settings(path: Path) -> dict[str, dict[str, str]]:
    """The configuration that names the gene table."""
    return {"resources": {"gene_table": str(path)}}


def test_public_data__as_received_are_named_with_their_source(check: Check, genes: Path) -> None:
    out = check(joint_calls(), code=0, options=("--deep",), **settings(genes))
    assert "hgnc latest, as received from http://127.0.0.1" in out


def test_public_data__cut_since_they_were_received(check: Check, genes: Path) -> None:
    genes.write_text(GENES[:-4], encoding="utf-8")
    out = check(joint_calls(), **settings(genes))
    assert f"{len(GENES) - 4} bytes" in out
    assert f"{len(GENES)} bytes, as received" in out
    assert "filiation resources fetch hgnc" in out


def test_public_data__changed_without_a_change_of_size_are_found_by_deep(check: Check, genes: Path) -> None:
    genes.write_text(GENES.replace("A1BG", "A1BX"), encoding="utf-8")
    check(joint_calls(), code=0, **settings(genes))
    assert "SHA-256" in check(joint_calls(), options=("--deep",), **settings(genes))


def test_public_data__half_downloaded(check: Check, genes: Path) -> None:
    genes.rename(genes.with_name(f"{genes.name}.part"))
    assert "only a part of it is there" in check(joint_calls(), **settings(genes))


def test_public_data__of_another_version_than_the_manifest(check: Check, genes: Path) -> None:
    lock = genes.with_name("manifest.lock.tsv")
    lock.write_text(lock.read_text().replace("\thgnc\tlatest\t", "\tmane\t1.3\t"), encoding="utf-8")
    out = check(joint_calls(), **settings(genes))
    assert "mane received as version 1.3" in out
    assert "resources/manifest.tsv declares" in out


def test_gene_table__that_is_none_is_a_fault(check: Check, genes: Path) -> None:
    own = genes.with_name("own.txt")
    own.write_text("gene\tmode\nBRCA1\tAD\n", encoding="utf-8")
    assert "no column hgnc_id" in check(joint_calls(), **settings(own))
    assert "gene table not found" in check(joint_calls(), **settings(genes.with_name("missing.txt")))


def test_frequencies__a_decimal_comma_with_two_alternate_alleles_is_no_pair_of_frequencies(
    check: Check, folder: Path
) -> None:
    lines = [*header_lines({"1": 1_000}, []), "1\t10\t.\tA\tC,G\t.\t.\tAF=0,001"]
    Path("af.vcf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = check(joint_calls(), frequencies=[{"name": "cohort", "vcf": "af.vcf"}])
    assert "AF=0,001 is not a number from 0 to 1" in out


def test_panel__its_genes_that_the_gene_models_cannot_show_are_told(check: Check, folder: Path) -> None:
    rows = [{**row, "pre_indication": "nbia" if row["role"] == "proband" else ""} for row in joint_calls()]
    genes = [("PANK2", "HGNC:15894"), ("PLA2G6", "HGNC:9039"), ("FTL", "HGNC:3999")]
    panel = [
        {"gene": symbol, "hgnc_id": hgnc_id, "tier": "core", "evidence": "x", "source": "x"}
        for symbol, hgnc_id in genes
    ]
    write_table("panels/nbia.tsv", PANEL, panel, {"pre_indication": "nbia"})
    lines = [
        "1\tensembl\tgene\t10\t90\t.\t+\t.\tID=gene:ENSG00000125779;Name=PANK2;biotype=protein_coding",
        "1\tensembl\tmRNA\t10\t90\t.\t+\t.\tID=transcript:T;Parent=gene:ENSG00000125779;biotype=protein_coding",
        "22\tensembl\tgene\t10\t90\t.\t+\t.\tID=gene:ENSG00000184381;Name=PLA2G6;biotype=protein_coding",
    ]
    Path("genes.gff3").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = {
        "reference": {"fasta": "genome.fa", "genes_gff3": "genes.gff3"},
        "prioritisation": {"panels": "panels"},
    }
    out = check(rows, code=0, options=("--deep",), **settings)
    assert "not analysable, 2 of 3 genes" in out
    assert "only on a contig that the genome does not have: PLA2G6" in out
    assert "not in the gene models: FTL" in out
