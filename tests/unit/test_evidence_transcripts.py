"""Is the right transcript shown, and is an effect on another never hidden?"""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.gene_models import gff3, put, sequence, transcript
from filiation.calls.consequences import csq_layout, in_parentheses, transcript_items
from filiation.config import REPOSITORY, gene_table_path, noncoding_genes_path
from filiation.errors import InputError
from filiation.evidence.effects import TranscriptItem, gene_effects, load_noncoding_diseases, mitochondrial_term
from filiation.evidence.hgvs import Namer
from filiation.evidence.transcripts import TranscriptIndex, load_transcripts, read_mane
from filiation.genes.table import load_gene_table

MANE_HEADER = (
    "#NCBI_GeneID\tEnsembl_Gene\tHGNC_ID\tsymbol\tname\tRefSeq_nuc\tRefSeq_prot\tEnsembl_nuc\tEnsembl_prot\t"
    "MANE_status\tGRCh38_chr\tchr_start\tchr_end\tchr_strand\n"
)
REAL_MODELS = REPOSITORY.parent / "shared/data/annotation/gene_slices_grch38/Homo_sapiens.GRCh38.116.MTtoM.gff3.gz"
REAL_MANE = REPOSITORY.parent / "shared/data/annotation/gene_slices_grch38/MANE.GRCh38.v1.5.summary.txt.gz"


def mane_row(ensembl: str, refseq: str, status: str = "MANE Select") -> str:
    """One row of the MANE summary."""
    return f"GeneID:1\tENSG1.1\tHGNC:1\tGENE1\tname\t{refseq}\tNP_1.1\t{ensembl}\tENSP1.2\t{status}\t1\t1\t9\t+\n"


def two_transcripts() -> list:  # type: ignore[type-arg]
    """The same gene: a short transcript, and a long one that reads 30 bases more of the first exon."""
    return [
        transcript([(100, 200), (300, 400)], [(120, 200), (300, 380)], name="ENST1"),
        transcript([(90, 230), (300, 400)], [(120, 230), (300, 380)], name="ENST2"),
    ]


def load(tmp_path: Path, tags: dict[str, str], mane: str = ""):  # type: ignore[no-untyped-def]
    """Transcripts from a GFF3, by name."""
    models = tmp_path / "genes.gff3"
    models.write_text(gff3(two_transcripts(), tags=tags))
    table = None
    if mane:
        (tmp_path / "mane.txt").write_text(MANE_HEADER + mane)
        table = read_mane(tmp_path / "mane.txt")
    found = load_transcripts(models, {"chr1": [150]}, table, contigs=["chr1"])
    return {item.name: item for item in found}


def item(name: str, term: str) -> TranscriptItem:
    """What the annotator says of one transcript."""
    return TranscriptItem("GENE1", "", name, (term,))


def test_status__comes_from_the_tags_of_the_gene_models(tmp_path: Path) -> None:
    found = load(tmp_path, {"ENST1": "gencode_basic,Ensembl_canonical,MANE_Select", "ENST2": "MANE_Plus_Clinical"})
    assert found["ENST1"].status == "MANE_Select"
    assert found["ENST2"].status == "MANE_Plus_Clinical"
    assert found["ENST1"].contig == "chr1", "under the name that the family's files use"
    assert (found["ENST1"].accession, found["ENST1"].protein) == ("ENST1.2", "ENSP1.2")


def test_mane_table__gives_the_refseq_name_to_the_same_version_only(tmp_path: Path) -> None:
    rows = mane_row("ENST1.2", "NM_1.5") + mane_row("ENST2.9", "NM_2.1", "MANE Plus Clinical")
    found = load(tmp_path, {}, rows)
    assert (found["ENST1"].status, found["ENST1"].shown_accession) == ("MANE_Select", "NM_1.5")
    assert (found["ENST2"].status, found["ENST2"].shown_accession) == ("MANE_Plus_Clinical", "ENST2.2")


def test_mane_table__that_is_cut_stops_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mane.txt"
    path.write_text(MANE_HEADER + mane_row("ENST1.2", "NM_1.5")[:40])
    with pytest.raises(InputError, match="line 2"):
        read_mane(path)
    path.write_text("a\tb\n")
    with pytest.raises(InputError, match="line 1"):
        read_mane(path)


def test_effect__mane_select_is_shown_and_the_worst_transcript_is_told_beside_it(tmp_path: Path) -> None:
    found = load(tmp_path, {"ENST1": "MANE_Select"})
    genome = put(sequence(600), 120, "ATG")
    index, namer = TranscriptIndex(found.values()), Namer(lambda contig, start, end: genome[start:end])
    ref = genome[210]
    (effect,) = gene_effects([item("ENST2", "stop_gained")], "chr1", 210, ref, "ACGT"["ACGT".index(ref) - 1],
                             index=index, namer=namer)  # fmt: skip
    assert (effect.transcript, effect.status, effect.term) == ("ENST1.2", "MANE_Select", "intron_variant")
    assert effect.worst_term == "stop_gained", "what decides whether the record is looked at"
    assert [other.transcript for other in effect.others] == ["ENST2.2"]
    assert effect.hgvs_c.startswith("ENST1.2:c.80+11")
    assert (effect.exon, effect.intron) == ("", "1/1")


def test_effect__plus_clinical_is_told_even_where_it_is_no_worse(tmp_path: Path) -> None:
    found = load(tmp_path, {"ENST1": "MANE_Select", "ENST2": "MANE_Plus_Clinical"})
    items = [item("ENST1", "missense_variant"), item("ENST2", "missense_variant")]
    (effect,) = gene_effects(items, "chr1", 150, "A", "C", index=TranscriptIndex(found.values()))
    assert effect.transcript == "ENST1.2"
    assert effect.other_transcripts == "ENST2.2:MANE_Plus_Clinical:missense_variant:.:."


def test_effect__without_gene_models_the_annotator_is_believed() -> None:
    items = [item("ENST7.1", "missense_variant"), item("ENST8.1", "stop_gained")]
    (effect,) = gene_effects(items, "1", 150, "A", "C")
    assert (effect.transcript, effect.term, effect.worst_term) == ("ENST8.1", "stop_gained", "stop_gained")
    assert effect.hgvs_c == "", "unknown, not invented"


def test_effect__two_genes_are_both_told_the_worse_first() -> None:
    items = [
        TranscriptItem("A", "", "T1", ("intron_variant",)),
        TranscriptItem("B", "", "T2", ("frameshift_variant",)),
    ]
    assert [effect.gene for effect in gene_effects(items, "1", 10, "AC", "A")] == ["B", "A"]


@pytest.mark.parametrize(
    ("start", "term"),
    [
        (200, "splice_donor_variant"),
        (204, "splice_donor_5th_base_variant"),
        (202, "splice_donor_region_variant"),
        (207, "splice_region_variant"),
        (240, "intron_variant"),
        (284, "splice_polypyrimidine_tract_variant"),
        (293, "splice_region_variant"),
        (299, "splice_acceptor_variant"),
        (105, "5_prime_UTR_variant"),
        (390, "3_prime_UTR_variant"),
    ],
)
def test_place__names_the_ends_of_an_intron(start: int, term: str) -> None:
    model = two_transcripts()[0]
    assert model.term_at(start, start + 1) == term
    minus = transcript(
        [(500 - right, 500 - left) for left, right in model.exons],
        [(500 - right, 500 - left) for left, right in model.cds],
        strand="-",
    )
    assert minus.term_at(499 - start, 500 - start) == term


def test_rna_gene__of_a_known_disease_is_marked() -> None:
    diseases = load_noncoding_diseases(noncoding_genes_path())
    assert "ReNU" in diseases["RNU4-2"]
    assert diseases["RNU2-2P"] == diseases["RNU2-2"], "the former symbol, as older gene models have it"
    items = [TranscriptItem("RNU4-2", "", "", ("non_coding_transcript_exon_variant",))]
    (effect,) = gene_effects(items, "12", 10, "A", "C", noncoding_diseases=diseases)
    assert effect.snrna_disease_gene


def test_rna_genes__have_the_ids_of_hgnc() -> None:
    table = load_gene_table(gene_table_path())
    rows = [line.split("\t") for line in noncoding_genes_path().read_text().splitlines() if not line.startswith("#")]
    for symbol, hgnc_id, others, *_ in rows[1:]:
        resolution = table.resolve(symbol if symbol != "RNU2-2" else others)
        assert resolution.gene is not None, symbol
        assert resolution.gene.hgnc_id == hgnc_id, symbol


def test_vep__status_names_and_numbers_are_read() -> None:
    fields = (
        "Allele Consequence SYMBOL Gene Feature_type Feature EXON INTRON HGVSc HGVSp Protein_position CANONICAL "
        "MANE_SELECT MANE_PLUS_CLINICAL"
    )
    layout = csq_layout(f"Consequence annotations. Format: {fields.replace(' ', '|')}", "test")
    text = (
        "T|missense_variant|G1|ENSG1|Transcript|ENST1.4|2/5||ENST1.4:c.5A>T|ENSP1.1:p.Lys2Met|2/90|YES|NM_1.2|,"
        "T|synonymous_variant|G1|ENSG1|Transcript|ENST2.1|2/4||ENST2.1:c.5A>T|ENSP2.1:p.Val2%3D|2/80|||NM_2.2,"
        "T|regulatory_region_variant|||RegulatoryFeature|ENSR1||||||||"
    )
    found = transcript_items(text, "CSQ", layout, ref="A", alt="T")
    assert [(one.transcript, one.status) for one in found] == [
        ("ENST1.4", "MANE_Select"),
        ("ENST2.1", "MANE_Plus_Clinical"),
    ]
    assert found[0].hgvs_p == "ENSP1.1:p.(Lys2Met)", "predicted, so in parentheses"
    assert found[1].hgvs_p == "ENSP2.1:p.(Val2=)"
    assert (found[0].protein_position, found[0].protein_length) == (2, 90)


def test_protein_names__in_parentheses_once() -> None:
    assert in_parentheses("p.Lys2Glu") == "p.(Lys2Glu)"
    assert in_parentheses("NP_1.1:p.(Lys2Glu)") == "NP_1.1:p.(Lys2Glu)"
    assert in_parentheses("NP_1.1:p.?") == "NP_1.1:p.?"
    assert in_parentheses("") == ""


def test_mitochondrial_terms__follow_the_protein() -> None:
    assert mitochondrial_term("ENSP1:p.(Trp3=)") == "synonymous_variant"
    assert mitochondrial_term("p.(Trp3Ter)") == "stop_gained"
    assert mitochondrial_term("p.(Ala3LeufsTer5)") == "frameshift_variant"
    assert mitochondrial_term("p.(Ala3Thr)") == "missense_variant"


@pytest.mark.real_data
@pytest.mark.skipif(not REAL_MODELS.exists(), reason="no ../shared/data beside the repository")
def test_real_gene_models__mane_tags_and_the_mane_table_say_the_same() -> None:
    table = read_mane(REAL_MANE)
    wide = {name: list(range(0, 250_000_000, 500)) for name in [*map(str, range(1, 23)), "X"]}
    tagged = {item.name: item for item in load_transcripts(REAL_MODELS, wide)}
    told = {item.name: item for item in load_transcripts(REAL_MODELS, wide, table)}
    shared = [name for name in table if name in tagged]
    assert len(shared) >= 10
    for name in shared:
        assert tagged[name].status == "MANE_Select" == told[name].status
        assert told[name].shown_accession == table[name].refseq
