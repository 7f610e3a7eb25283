"""Do files appear whole or not at all, and is a damaged one noticed?"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pysam
import pytest

from filiation.errors import InputError
from filiation.io.files import (
    atomic_path,
    atomic_text,
    check_bgzf_blocks,
    check_bgzf_end,
    compression,
    open_text,
    private_directory,
    require_file,
    sha256,
)


def bgzf(path: Path, content: bytes) -> Path:
    """A BGZF file."""
    with pysam.BGZFile(str(path), "wb", None) as handle:
        handle.write(content)
    return path


def test_atomic__a_failure_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "new" / "result.tsv"
    with atomic_text(target) as handle:
        handle.write("old\n")

    def fail_half_way() -> None:
        with atomic_text(target) as handle:
            handle.write("half")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        fail_half_way()
    assert target.read_text() == "old\n"
    assert os.listdir(target.parent) == ["result.tsv"]


def test_atomic__nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    target = tmp_path / "result.tsv"
    with atomic_path(target) as temporary:
        temporary.write_text("x")
        assert not target.exists()
        assert temporary.parent == target.parent, "a move within one file system"
    assert target.read_text() == "x"


def test_atomic_text__line_ends_do_not_depend_on_the_system(tmp_path: Path) -> None:
    with atomic_text(tmp_path / "a") as handle:
        handle.write("é\n")
    assert (tmp_path / "a").read_bytes() == "é\n".encode()


def test_private_directory__belongs_to_the_owner_and_goes_away() -> None:
    with private_directory("test") as folder:
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "x").write_text("x")
    assert not folder.exists()


def test_require_file__says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for path, word in ((tmp_path / "absent", "not found"), (tmp_path, "folder"), (tmp_path / "empty", "empty")):
        with pytest.raises(InputError, match=word):
            require_file(path, "stored calls")


def test_compression__is_told_by_content_not_by_name(tmp_path: Path) -> None:
    plain = tmp_path / "a.vcf.gz"
    plain.write_text("text")
    assert compression(plain) == "none"
    assert compression(bgzf(tmp_path / "b.vcf", b"text")) == "bgzf"
    (tmp_path / "c").write_bytes(gzip.compress(b"text"))
    assert compression(tmp_path / "c") == "gzip"
    (tmp_path / "d").write_bytes(b"\x1f")
    assert compression(tmp_path / "d") == "none"


def test_bgzf__a_whole_file_is_counted(tmp_path: Path) -> None:
    content = os.urandom(200_000)
    assert check_bgzf_blocks(bgzf(tmp_path / "a.gz", content), "calls") == len(content)


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_bgzf__a_cut_is_noticed(tmp_path: Path, keep: float) -> None:
    path = bgzf(tmp_path / "a.gz", os.urandom(200_000))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(InputError, match="truncated"):
        check_bgzf_end(path, "calls")
    with pytest.raises(InputError, match="truncated"):
        check_bgzf_blocks(path, "calls")


def test_bgzf__a_changed_byte_is_noticed_with_its_place(tmp_path: Path) -> None:
    path = bgzf(tmp_path / "a.gz", b"ACGT" * 100_000)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(bytes(whole))
    with pytest.raises(InputError, match="at byte"):
        check_bgzf_blocks(path, "calls")
    path.write_bytes(b"garbage that is no block" + bytes(whole[-28:]))
    with pytest.raises(InputError, match="at byte 0"):
        check_bgzf_blocks(path, "calls")


def test_bgzf__a_piece_lost_between_two_blocks_and_a_good_end_is_noticed(tmp_path: Path) -> None:
    path = bgzf(tmp_path / "a.gz", os.urandom(200_000))
    whole = path.read_bytes()
    path.write_bytes(whole[:70_000] + whole[80_000:])
    check_bgzf_end(path, "calls")
    with pytest.raises(InputError, match="damaged"):
        check_bgzf_blocks(path, "calls")


def test_open_text__plain_gzip_and_many_members(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\n\xff\n")
    assert open_text(tmp_path / "a").read() == "one\n\\xff\n"
    (tmp_path / "b").write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    with open_text(tmp_path / "b") as handle:
        assert handle.read() == "one\ntwo\n"


def test_sha256__of_known_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# Named: gzip writes the second into its head, and the workers of the tests would have tests of different names.
@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8bto\x00\x00\nch0", gzip.compress(b"line\n" * 9000, mtime=0)[:-9], b"\x1f\x8b"],
    ids=["head and text", "cut", "head alone"],
)
def test_open_text__gzip_that_is_cut_or_none_at_all_names_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "regions.bed"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"regions\.bed"), open_text(path) as handle:
        list(handle)
    with pytest.raises(InputError, match=r"regions\.bed"), open_text(path) as handle:
        handle.read()
