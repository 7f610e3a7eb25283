"""Does a fetch resume, refuse what is not the declared file, work without a network, and never lose what came?"""

from __future__ import annotations

import gzip
import hashlib
import io
import urllib.error
import urllib.request
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.web import Site, serve
from filiation.__main__ import main
from filiation.config import RESOURCES
from filiation.errors import ConfigError, InputError, ToolError
from filiation.io.tables import write_table
from filiation.model.columns import RESOURCES_MANIFEST
from filiation.resources import transfer
from filiation.resources.manifest import LOCK, ROLLING, LockEntry, Resource, read_lock, read_manifest

DATA = b"#chrom\tvalue\n" + b"".join(b"chr1\t%d\n" % n for n in range(20_000))
VCF38 = b"##fileformat=VCFv4.2\n##contig=<ID=chr1,length=248956422>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
VCF37 = VCF38.replace(b"248956422", b"249250621")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries at once, and no cluster job around the test."""
    monkeypatch.setattr(transfer.time, "sleep", lambda seconds: None)
    for name in transfer.JOB_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def resource(site: Site | None = None, file: str = "a.tsv", **given: Any) -> Resource:
    """A resource of one file on the site."""
    facts: dict[str, Any] = {
        "name": "a", "version": "1.0", "file": file, "address": f"{site.address if site else 'http://127.0.0.1:9'}/{file}",
        "parts": (), "index": None, "sha256": None, "size": None, "licence": "CC0 1.0", "restriction": "none",
        "access": "open", "date": None, "build": None, "kind": "tsv", "used_for": "tests",
    }  # fmt: skip
    return Resource(**{**facts, **given})


def get(found: Resource, folder: Path, lock: dict[str, LockEntry] | None = None, **options: Any) -> transfer.Received:
    """Fetch the first file of a resource."""
    return transfer.fetch(next(found.files()), folder, lock=lock or {}, **options)


def manifest_of(path: Path, *resources: Resource) -> Path:
    """A manifest file with these resources."""
    rows = [{**vars(found), "parts": ",".join(found.parts) or None} for found in resources]
    write_table(path, RESOURCES_MANIFEST, rows)
    return path


def test_fetch__records_what_was_received(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site:
        received = get(resource(site), tmp_path)
    assert (tmp_path / "a.tsv").read_bytes() == DATA
    assert received.entry.sha256 == hashlib.sha256(DATA).hexdigest()
    assert (received.entry.version, received.entry.size) == ("1.0", len(DATA))
    assert received.entry.source_date == "Mon, 02 Nov 2026 10:00:00 GMT"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tsv"]


def test_fetch__a_cut_transfer_keeps_what_came_and_a_second_call_goes_on_there(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site:
        site.cut_after = 50_000
        with pytest.raises(ToolError, match="could not be fetched") as fault:
            get(resource(site), tmp_path)
        assert "goes on after 150,000 bytes" in str(fault.value)
        assert not (tmp_path / "a.tsv").exists()
        site.cut_after = None
        site.asked.clear()
        get(resource(site), tmp_path)
    assert site.asked == [("/a.tsv", "bytes=150000-")]
    assert (tmp_path / "a.tsv").read_bytes() == DATA


def test_fetch__a_source_that_changed_between_two_calls_is_fetched_whole(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site:
        site.cut_after = 50_000
        with pytest.raises(ToolError):
            get(resource(site), tmp_path)
        site.cut_after, site.tag, site.files["/a.tsv"] = None, '"two"', DATA.replace(b"chr1", b"chr2")
        get(resource(site), tmp_path)
    assert (tmp_path / "a.tsv").read_bytes() == DATA.replace(b"chr1", b"chr2")


@pytest.mark.parametrize("change", ["no ranges", "the part holds all", "the note is lost"])
def test_fetch__resumes_only_where_the_server_can_and_the_part_is_known(tmp_path: Path, change: str) -> None:
    with serve(a__tsv=DATA) as site:
        site.cut_after = 50_000
        with pytest.raises(ToolError):
            get(resource(site), tmp_path)
        site.cut_after = None
        if change == "no ranges":
            site.ranges = False
        elif change == "the part holds all":
            (tmp_path / "a.tsv.part").write_bytes(DATA)
        else:
            (tmp_path / "a.tsv.part.source").unlink()
        get(resource(site), tmp_path)
    assert (tmp_path / "a.tsv").read_bytes() == DATA


def test_fetch__a_wrong_checksum_is_refused_and_kept_aside(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site, pytest.raises(InputError, match="SHA-256") as fault:
        get(resource(site, sha256="0" * 64), tmp_path)
    assert "a.tsv.refused" in str(fault.value)
    assert (tmp_path / "a.tsv.refused").read_bytes() == DATA
    assert not (tmp_path / "a.tsv").exists()


def test_fetch__a_fixed_version_must_come_again_bit_for_bit(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site:
        lock = {"a.tsv": get(resource(site), tmp_path).entry}
        (tmp_path / "a.tsv").unlink()
        site.files["/a.tsv"] = DATA + b"chr1\t1\n"
        with pytest.raises(InputError, match="as it was received before"):
            get(resource(site), tmp_path, lock)
        # A resource that its source replaces in place may change; without --update the old one stays.
        rolling = resource(site, version="latest")
        get(rolling, tmp_path, lock)
        assert (tmp_path / "a.tsv").read_bytes() == DATA + b"chr1\t1\n"


def test_fetch__asks_again_for_latest_only_when_told(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site:
        rolling = resource(site, version="latest")
        lock = {"a.tsv": get(rolling, tmp_path).entry}
        assert get(rolling, tmp_path, lock).state == "here already"
        assert len(site.asked) == 1
        assert get(rolling, tmp_path, lock, update=True).state == "received"
        assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("content", "file", "kind", "said"),
    [
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a.tsv", "tsv", "web page"),
        (gzip.compress(DATA)[:-30], "a.tsv.gz", "tsv", "cut or damaged"),
        (b"PK\x03\x04 no archive", "a.zip", "zip", "zip archive cut"),
        (b'<?xml version="1.0"?>\n<JDBOR date="2026-06-23"><DisorderList>', "a.xml", "xml", "does not end"),
        (DATA, "a.tsv.gz", "tsv", "not compressed"),
        (b"", "a.tsv", "tsv", "empty"),
    ],
)
def test_fetch__what_is_not_whole_data_is_refused(
    tmp_path: Path, content: bytes, file: str, kind: str, said: str
) -> None:
    with serve(**{file.replace(".", "__"): content}) as site, pytest.raises(InputError, match=said):
        get(resource(site, file, kind=kind), tmp_path)
    assert not (tmp_path / file).exists()
    assert (tmp_path / f"{file}.refused").exists()


def test_fetch__data_of_another_build_or_version_are_refused(tmp_path: Path) -> None:
    with serve(a__vcf=VCF37, b__tsv=b"## CADD GRCh38-v1.6 (c) ...\n#Chrom\tPos\n") as site:
        with pytest.raises(InputError, match="data of GRCh37"):
            get(resource(site, "a.vcf", kind="vcf", build="GRCh38"), tmp_path)
        with pytest.raises(InputError, match=r"version 1\.6"):
            get(resource(site, "b.tsv", version="1.7", build="GRCh38"), tmp_path)
        site.files["/a.vcf"] = VCF38
        get(resource(site, "a.vcf", kind="vcf", build="GRCh38"), tmp_path)


def test_fetch__a_server_that_is_busy_is_asked_again_and_a_missing_file_is_not(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site:
        site.failures = 2
        get(resource(site), tmp_path)
        site.asked.clear()
        with pytest.raises(ToolError, match="404"):
            get(resource(site, "missing.tsv"), tmp_path)
        assert len(site.asked) == 1


@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 5_000), cuts=st.lists(st.integers(1, 2_000), max_size=6), data=st.data())
def test_fetch__however_often_it_is_cut_the_file_is_the_source(
    size: int, cuts: list[int], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    content = b"#" + data.draw(st.binary(min_size=size, max_size=size))
    with serve(a__tsv=content) as site:
        for cut in cuts:
            site.cut_after = cut
            if not (folder / "a.tsv").exists():
                with suppress(ToolError):
                    get(resource(site), folder)
        site.cut_after = None
        get(resource(site), folder)
    assert (folder / "a.tsv").read_bytes() == content


def test_fetch__an_encrypted_address_is_not_left_for_a_plain_one() -> None:
    handler = transfer._SameProtection()
    request = urllib.request.Request("https://example.org/a.tsv")
    headers = Message()
    assert handler.redirect_request(request, io.BytesIO(), 302, "Found", headers, "https://example.com/a.tsv")
    with pytest.raises(urllib.error.HTTPError, match="unprotected"):
        handler.redirect_request(request, io.BytesIO(), 302, "Found", headers, "http://example.com/a.tsv")


def test_fetch__without_a_network_it_names_the_mirror(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="--from-mirror"):
        get(resource(), tmp_path)


def test_fetch__never_opens_a_connection_within_a_cluster_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    with serve(a__tsv=DATA) as site, pytest.raises(ConfigError, match="login node"):
        get(resource(site), tmp_path)
    assert site.asked == []


@pytest.mark.parametrize("place", ["a.tsv", "a/a.tsv", "127.0.0.1:9/a.tsv"])
def test_mirror__is_read_flat_by_name_or_by_address_and_without_a_network(tmp_path: Path, place: str) -> None:
    source = tmp_path / "mirror" / place
    source.parent.mkdir(parents=True)
    source.write_bytes(DATA)
    received = get(resource(), tmp_path / "here", mirror=tmp_path / "mirror")
    assert (tmp_path / "here" / "a.tsv").read_bytes() == DATA
    assert received.entry.sha256 == hashlib.sha256(DATA).hexdigest()


def test_mirror__a_cut_copy_is_refused_by_the_lock_of_the_mirror(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    with serve(a__tsv=DATA) as site:
        manifest = manifest_of(tmp_path / "manifest.tsv", resource(site))
        assert main(["resources", "fetch", "a", "--to", str(mirror), "--manifest", str(manifest)]) == 0
    (mirror / "a.tsv").write_bytes(DATA[:-100])
    with pytest.raises(InputError, match="SHA-256"):
        get(resource(), tmp_path / "here", mirror=mirror)
    with pytest.raises(InputError, match="not in the mirror"):
        get(resource(file="b.tsv"), tmp_path / "here", mirror=mirror)


def test_fetch__a_file_address_needs_no_network(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(DATA)
    get(resource(address=f"file://{tmp_path}/a.tsv"), tmp_path / "here")
    assert (tmp_path / "here" / "a.tsv").read_bytes() == DATA


def test_fetch__a_file_copied_by_hand_is_checked_and_recorded(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(DATA)
    received = get(resource(), tmp_path)
    assert received.state == "found here, recorded"
    (tmp_path / "a.tsv").write_bytes(DATA[:-1])
    with pytest.raises(InputError, match="as received"):
        get(resource(), tmp_path, {"a.tsv": received.entry})


def test_command__fetch_verify_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, here = tmp_path / "data", str(tmp_path / "data")
    with serve(a__vcf=VCF38, b__tsv=DATA) as site:
        site.files["/a.vcf.tbi"] = b"index"
        first = resource(site, "a.vcf", index=".tbi", kind="vcf", build="GRCh38", version="latest")
        second = resource(site, "b.tsv", name="b", restriction="non_commercial", licence="free for non-commercial use")
        manifest = str(manifest_of(tmp_path / "manifest.tsv", first, second))
        assert main(["resources", "fetch", "--all", "--to", here, "--manifest", manifest]) == 0
        assert "not among them (build, licence or access): b" in capsys.readouterr().err
        assert main(["resources", "fetch", "b", "--to", here, "--manifest", manifest]) == 2
        assert "free for non-commercial use" in capsys.readouterr().err
        accepted = ["--accept-licence", "b"]
        assert main(["resources", "fetch", "b", *accepted, "--to", here, "--manifest", manifest]) == 0
    assert sorted(read_lock(folder)) == ["a.vcf", "a.vcf.tbi", "b.tsv"]
    config = tmp_path / "config.yaml"
    config.write_text(f"annotation: {{clinvar_vcf: {folder}/a.vcf}}\nresources: {{gene_table: /x/own.txt}}\n")
    capsys.readouterr()
    assert main(["resources", "status", "--in", here, "--manifest", manifest, "--config", str(config)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("a\ta.vcf\there\t")
    assert lines[1].endswith("annotation.clinvar_vcf")
    assert lines[-1] == "resources.gene_table\t/x/own.txt\tnot in the manifest"
    assert main(["resources", "verify", "--in", here, "--manifest", manifest]) == 0
    (folder / "b.tsv").write_bytes(DATA.replace(b"7", b"8"))
    (folder / "a.vcf").rename(folder / "a.vcf.part")
    capsys.readouterr()
    assert main(["resources", "verify", "--in", here, "--manifest", manifest]) == 2
    out = capsys.readouterr().out
    assert "a.vcf\tpartial" in out
    assert "b.tsv\tdamaged" in out
    assert "SHA-256" in out


def test_command__one_missing_file_does_not_stop_the_others(tmp_path: Path) -> None:
    with serve(b__tsv=DATA) as site:
        manifest = manifest_of(tmp_path / "m.tsv", resource(site), resource(site, "b.tsv", name="b"))
        assert main(["resources", "fetch", "a", "b", "--to", str(tmp_path / "d"), "--manifest", str(manifest)]) == 1
    assert (tmp_path / "d" / "b.tsv").is_file()
    assert list(read_lock(tmp_path / "d")) == ["b.tsv"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fetch", "--to", "x"], "no resource named"),
        (["fetch", "clinvar_grch39", "--to", "x"], "clinvar_grch38"),
        (["fetch", "spliceai", "--accept-licence", "spliceai", "--to", "x"], "by hand"),
        (["fetch", "revel", "--to", "x"], "--accept-licence revel"),
        (["verify", "gnomad", "--in", "x"], "no resource 'gnomad'"),
    ],
)
def test_command__a_wrong_request_says_what_to_write(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resources", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_verify__a_file_of_another_version_than_the_manifest_is_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    with serve(a__tsv=DATA) as site:
        manifest = manifest_of(tmp_path / "1.tsv", resource(site))
        assert main(["resources", "fetch", "a", "--to", str(folder), "--manifest", str(manifest)]) == 0
        newer = manifest_of(tmp_path / "2.tsv", resource(site, version="2.0"))
    assert main(["resources", "verify", "--in", str(folder), "--manifest", str(manifest)]) == 0
    assert main(["resources", "verify", "--in", str(folder), "--manifest", str(newer)]) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sha256": "abc"}, "not 64 hexadecimal"),
        ({"file": "../a.tsv"}, "no plain file name"),
        ({"address": "gopher://x/a"}, "address"),
        ({"build": "hg38"}, "build"),
        ({"restriction": "secret"}, "restriction"),
        ({"licence": ""}, "no licence"),
        ({"address": "http://example.org/a.tsv"}, "http without a sha256"),
        ({"parts": ("a", "b"), "sha256": "0" * 64, "file": "{part}.tsv"}, "one checksum for several files"),
    ],
)
def test_manifest__a_row_that_contradicts_itself_stops(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_manifest(manifest_of(tmp_path / "m.tsv", resource(**change)))
    with pytest.raises(InputError, match="stands twice"):
        read_manifest(manifest_of(tmp_path / "m.tsv", resource(), resource()))


def test_lock__a_damaged_lock_stops(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site:
        manifest = manifest_of(tmp_path / "m.tsv", resource(site))
        main(["resources", "fetch", "a", "--to", str(tmp_path), "--manifest", str(manifest)])
    lock = tmp_path / LOCK
    lock.write_text(lock.read_text().replace(hashlib.sha256(DATA).hexdigest(), "cut"))
    with pytest.raises(InputError, match="restore the lock"):
        read_lock(tmp_path)


def test_shipped_manifest__is_sound_and_says_what_each_licence_allows() -> None:
    from filiation.config import RESOURCES

    manifest = read_manifest(RESOURCES / "manifest.tsv")
    for name in ("gnomad_joint", "clinvar_grch38", "cadd_snv", "revel", "spliceai", "hgnc", "hpo", "orphanet_genes"):
        assert name in manifest
    assert {manifest[name].restriction for name in ("cadd_snv", "revel", "spliceai")} == {"non_commercial"}
    assert manifest["panelapp_uk"].restriction == "agreement"
    files = [item.file for found in manifest.values() for item in found.files()]
    assert len(files) == len(set(files))
    assert [item.file for item in manifest["gnomad_joint"].files()].count("gnomad.joint.v4.1.sites.chrX.vcf.bgz") == 1
    assert len(list(manifest["gnomad_joint"].files())) == 48


def test_fetch__compares_with_the_md5_that_a_source_publishes(tmp_path: Path) -> None:
    with serve(a__tsv=DATA) as site:
        right = resource(site, md5=hashlib.md5(DATA, usedforsecurity=False).hexdigest())
        assert get(right, tmp_path).compared_with == "the md5 that its source publishes"
        (tmp_path / "a.tsv").unlink()
        with pytest.raises(InputError, match="as its source publishes it"):
            get(resource(site, md5="0" * 32), tmp_path)
    assert (tmp_path / "a.tsv.refused").is_file()


def test_fetch__says_plainly_that_a_first_copy_without_checksum_is_locked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(a__tsv=DATA) as site:
        manifest = manifest_of(tmp_path / "manifest.tsv", resource(site))
        command = ["resources", "fetch", "a", "--manifest", str(manifest), "--to", str(tmp_path / "data")]
        assert main(command) == 0
        assert "no checksum was known beforehand. This first copy is now locked" in capsys.readouterr().err
        assert main(command) == 0
        assert "agrees with the copy received before" in capsys.readouterr().err


def test_manifest__every_row_has_a_licence_and_every_checksum_a_form() -> None:
    manifest = read_manifest(RESOURCES / "manifest.tsv")
    assert len(manifest) >= 36
    assert all(row.licence and row.used_for for row in manifest.values())
    undated = {name for name, row in manifest.items() if row.date is None and row.version != ROLLING}
    # Their sources state no day; the lock records the one that the server gives.
    assert undated == {"genes_grch38", "mane", "spliceai_mane", "giab_low_complexity", "giab_segmental_duplications"}
    assert {name for name, row in manifest.items() if row.md5} == {"reference_grch38", "gnomad_coverage"}
