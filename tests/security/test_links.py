"""Is a CRAM's reference never fetched, and is nothing of ours read or written through a link that somebody planted?"""

from __future__ import annotations

import http.server
import os
import tempfile
import threading
from pathlib import Path

import pysam
import pytest

from builders.inputs import GENOME
from builders.stored_reads import write_cram, write_fasta, write_member_bam
from filiation.__main__ import main
from filiation.io.files import atomic_text, private_directory


@pytest.fixture
def server() -> object:
    """A server that counts who asks it for a sequence."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            return

    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}/%s", asked
    served.shutdown()


def test_cram__the_reference_is_never_fetched(
    server: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address, asked = server
    monkeypatch.chdir(tmp_path)
    write_fasta(Path("genome.fa"), GENOME)
    write_member_bam(Path("a.bam"), ["FATHER"], GENOME)
    write_cram(Path("a.cram"), Path("a.bam"), Path("genome.fa"))
    write_fasta(Path("other.fa"), {"chr9": "ACGT" * 100})
    Path("genome.fa").unlink()
    for path in tmp_path.glob("genome.fa*"):
        path.unlink()
    monkeypatch.setenv("REF_PATH", address)
    monkeypatch.setenv("REF_CACHE", str(tmp_path / "cache/%2s/%2s/%s"))
    outputs = ["--fastq-1", "1.fastq.gz", "--fastq-2", "2.fastq.gz", "--metrics", "m.tsv"]
    assert main(["extract-reads", "--reads", "a.cram", "--sample", "FATHER", "--reference", "other.fa", *outputs]) == 2
    assert "a.cram" in capsys.readouterr().err
    assert asked == []
    assert not (tmp_path / "cache").exists()
    assert not Path("1.fastq.gz").exists()
    with pysam.AlignmentFile("a.bam") as reads:
        assert sum(1 for _ in reads) == 60


def test_scratch__a_planted_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    target = tmp_path / "theirs"
    target.mkdir(mode=0o777)
    (tmp_path / "filiation-normalise-aaaaaaaa").symlink_to(target)
    with private_directory("normalise") as folder:
        assert not folder.is_symlink()
        assert folder.stat().st_mode & 0o077 == 0
        assert folder.stat().st_uid == os.getuid()
        (folder / "x").write_text("ours")
    assert list(target.iterdir()) == []


def test_output__that_is_a_link_is_replaced_and_its_target_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "theirs.txt"
    target.write_text("theirs")
    output = tmp_path / "ours.txt"
    output.symlink_to(target)
    with atomic_text(output) as handle:
        handle.write("ours")
    assert target.read_text() == "theirs"
    assert output.read_text() == "ours"
    assert not output.is_symlink()


def test_output__a_link_planted_at_the_temporary_name_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "theirs.txt"
    target.write_text("theirs")
    output = tmp_path / "ours.txt"
    (tmp_path / f".ours.txt.{os.getpid()}.part").symlink_to(target)
    with atomic_text(output) as handle:
        handle.write("ours")
    assert target.read_text() == "theirs"
    assert output.read_text() == "ours"
