"""Are fetched scores searchable by the position of their build after `filiation resources prepare`, unchanged?"""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from filiation.__main__ import main
from filiation.errors import InputError
from filiation.evidence.scores import ScoreFile, open_scores
from filiation.resources.manifest import read_lock
from filiation.resources.prepare import prepare_revel

REVEL = """chr,hg19_pos,grch38_pos,ref,alt,aaref,aaalt,REVEL,Ensembl_transcriptid
1,100,300,G,A,T,M,0.027,ENST1
1,100,300,G,C,T,R,0.914,ENST1
1,101,200,G,T,T,K,0.5,ENST1
1,102,.,A,T,T,K,0.6,ENST1
2,50,40,A,C,T,P,1,ENST2
"""
ALPHA = """# Copyright 2023
# licence
#CHROM\tPOS\tREF\tALT\tgenome\tuniprot_id\ttranscript_id\tprotein_variant\tam_pathogenicity\tam_class
chr1\t300\tG\tA\thg38\tP\tT\tV2L\t0.2937\tlikely_benign
"""


def archive(path: Path, text: str = REVEL) -> Path:
    """REVEL's zip with its table."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("revel_with_transcript_ids", text)
    return path


def test_revel__is_found_by_the_position_of_its_build(tmp_path: Path) -> None:
    archive(tmp_path / "revel-v1.3_all_chromosomes.zip")
    assert main(["resources", "prepare", "revel", "--in", str(tmp_path)]) == 0
    made = tmp_path / "revel-1.3.GRCh38.tsv.gz"
    with open_scores([ScoreFile("REVEL1.3", "revel", str(made))], "GRCh38") as scores:
        asked = [("chr1", 300, "G", "C"), ("chr1", 200, "G", "T"), ("2", 40, "A", "C"), ("chr1", 100, "G", "A")]
        found = [scores.find("revel", *allele) for allele in asked]
    assert [score.value if score else None for score in found] == [0.914, 0.5, 1.0, None]
    # The other build's positions are not in the file: it cannot be asked with them.
    with pytest.raises(InputError, match="hg19_pos"), open_scores([ScoreFile("REVEL", "revel", str(made))], "GRCh37"):
        pass
    assert set(read_lock(tmp_path)) == {made.name, f"{made.name}.tbi"}


def test_revel__rows_without_a_position_are_counted(tmp_path: Path) -> None:
    source = archive(tmp_path / "revel.zip")
    made = prepare_revel(source, tmp_path / "a.tsv.gz", "GRCh38")
    assert (made.rows, made.without_position) == (4, 1)
    assert prepare_revel(source, tmp_path / "b.tsv.gz", "GRCh37").without_position == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (REVEL.replace("grch38_pos", "pos"), "no column grch38_pos"),
        (REVEL.replace("0.914", "0,914"), "10 cells"),
        (REVEL.replace("0.914", "nan"), "REVEL 'nan'"),
        (REVEL.replace("0.914", ""), "REVEL ''"),
        (REVEL[:-10], "7 cells"),
        (REVEL + "1,100,300,G,A,T,M,0.027,ENST1\n", "contig 1 begins a second time"),
    ],
)
def test_revel__a_damaged_table_stops(tmp_path: Path, text: str, said: str) -> None:
    source = archive(tmp_path / "revel.zip", text)
    with pytest.raises(InputError, match=said):
        prepare_revel(source, tmp_path / "a.tsv.gz", "GRCh38")
    assert not (tmp_path / "a.tsv.gz").exists()


def test_revel__a_cut_archive_stops(tmp_path: Path) -> None:
    source = archive(tmp_path / "revel.zip")
    source.write_bytes(source.read_bytes()[:-40])
    with pytest.raises(InputError, match="cut or damaged"):
        prepare_revel(source, tmp_path / "a.tsv.gz", "GRCh38")


def test_alphamissense__plain_gzip_becomes_searchable(tmp_path: Path) -> None:
    (tmp_path / "AlphaMissense_hg38.tsv.gz").write_bytes(gzip.compress(ALPHA.encode()))
    assert main(["resources", "prepare", "alphamissense", "--in", str(tmp_path)]) == 0
    made = tmp_path / "bgzip.AlphaMissense_hg38.tsv.gz"
    with open_scores([ScoreFile("AM", "alphamissense", str(made))], "GRCh38") as scores:
        score = scores.find("alphamissense", "1", 300, "G", "A")
    assert score is not None
    assert score.value == 0.2937
    assert gzip.decompress(made.read_bytes()) == ALPHA.encode()


def test_verify__sees_a_prepared_file_that_was_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(tmp_path / "revel-v1.3_all_chromosomes.zip")
    main(["resources", "prepare", "revel", "--in", str(tmp_path)])
    made = tmp_path / "revel-1.3.GRCh38.tsv.gz"
    assert main(["resources", "verify", "--in", str(tmp_path)]) == 0
    made.write_bytes(made.read_bytes()[:-28])
    capsys.readouterr()
    assert main(["resources", "verify", "--in", str(tmp_path)]) == 2
    assert f"{made.name}\tdamaged" in capsys.readouterr().out


def test_prepare__what_needs_none_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hp.obo").write_text("format-version: 1.2\n", encoding="utf-8")
    assert main(["resources", "prepare", "hpo", "--in", str(tmp_path)]) == 2
    assert "needs no preparation" in capsys.readouterr().err
