"""Public data: fetch what the manifest declares, verify it, show what is there; compile population frequencies.

`fetch` brings resources of resources/manifest.tsv into a folder. A transfer that was stopped goes on where it was; a
file of another checksum, another build or another version than declared is refused and kept aside. Where the
manifest knows no checksum, the one of what was received is recorded in manifest.lock.tsv beside the files. It is the
only command that may use a network, and refuses to do so within a cluster job: there, and on machines without a
network, give --from-mirror. `verify` compares every file with manifest and lock. `status` shows what is there, its
version and age, and which keys of a configuration point to it; with files, it checks compiled frequencies byte by
byte. `prepare` makes what is fetched without an index searchable by position: REVEL, AlphaMissense.

`compile` turns one or several VCF (one per contig, say) into a checksummed side-car of at most 6 bytes an allele.
Any INFO field can be the frequency. Regions given with --coverage are those that the source has looked at: outside
them an allele is `not_covered`, which is not `not_found`.

Examples:
  filiation resources status
  filiation resources fetch hgnc hgnc_withdrawn clinvar_grch38 --to /data/resources
  filiation resources fetch --all --build GRCh38 --from-mirror /mnt/mirror --to /data/resources
  filiation resources verify --in /data/resources
  filiation resources prepare revel --in /data/resources
  filiation resources status --in /data/resources --config config/config.yaml
  filiation resources compile --vcf gnomad.genomes.v4.1.sites.chr*.vcf.bgz --name gnomad4.1 --af AF_joint \\
      --output gnomad4.1.filfreq
  filiation resources compile --vcf cohort.vcf.gz --name cohort2026 --hemizygotes AC_XY --coverage callable.bed \\
      --output cohort2026.filfreq
  filiation resources status gnomad4.1.filfreq
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filiation.resources.manifest import Resource


def _say(line: str) -> None:
    print(f"resources: {line}", file=sys.stderr)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation resources`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="fetch|verify|status|prepare|compile")
    _add_manifest_arguments(actions)
    build = actions.add_parser("compile", help="make a side-car from VCF or BCF", allow_abbrev=False)
    build.add_argument("--vcf", nargs="+", required=True, help="VCF or BCF, sorted; several: one for each contig")
    build.add_argument("--name", required=True, help="name and release, as the report shows it: gnomad4.1")
    build.add_argument("--af", default="AF", help="INFO field of the allele frequency (default AF)")
    build.add_argument(
        "--homozygotes", help="INFO field of the homozygote count (default nhomalt, where the header declares it)"
    )
    build.add_argument("--hemizygotes", help="INFO field of the hemizygote count on X and Y: AC_XY, AC_Hemi")
    build.add_argument("--coverage", help="BED or VCF of the regions that the source has looked at")
    build.add_argument("--output", required=True, help="side-car to write (.filfreq)")


def _add_manifest_arguments(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """fetch, verify and status."""
    fetch = actions.add_parser("fetch", help="bring resources into a folder", allow_abbrev=False)
    fetch.add_argument("names", nargs="*", metavar="NAME", help="resources of the manifest")
    fetch.add_argument("--all", action="store_true", help="every resource that is open and not restricted")
    fetch.add_argument("--build", choices=("GRCh38", "GRCh37"), help="with --all: of this build, and of none")
    fetch.add_argument("--to", required=True, metavar="FOLDER", help="folder of the files and of the lock")
    fetch.add_argument("--from-mirror", metavar="FOLDER", help="take the files from a folder, without a network")
    fetch.add_argument("--update", action="store_true", help="ask again for resources of version `latest`")
    fetch.add_argument(
        "--accept-licence",
        action="append",
        default=[],
        metavar="NAME",
        help="a resource whose licence forbids some uses, and whose terms you have read",
    )
    verify = actions.add_parser("verify", help="compare every file with manifest and lock", allow_abbrev=False)
    verify.add_argument("names", nargs="*", metavar="NAME", help="resources; default: all that are in the folder")
    status = actions.add_parser(
        "status", help="what is there; with files: check side-cars byte by byte", allow_abbrev=False
    )
    status.add_argument("files", nargs="*", metavar="SIDE-CAR", help="compiled frequencies")
    status.add_argument("--config", metavar="YAML", help="configuration whose keys are shown beside the files")
    verify.add_argument("--in", dest="folder", required=True, metavar="FOLDER", help="folder of the files")
    status.add_argument("--in", dest="folder", metavar="FOLDER", help="folder of the files")
    prepare = actions.add_parser("prepare", help="make a fetched file searchable by position", allow_abbrev=False)
    prepare.add_argument("name", metavar="NAME", help="revel, alphamissense or gnomad_coverage")
    prepare.add_argument("--in", dest="folder", required=True, metavar="FOLDER", help="folder that it was fetched to")
    prepare.add_argument("--build", choices=("GRCh38", "GRCh37"), default="GRCh38", help="for REVEL (default GRCh38)")
    for parser in (fetch, verify, status, prepare):
        parser.add_argument("--manifest", metavar="TSV", help="manifest; default: resources/manifest.tsv")


def _manifest(options: argparse.Namespace) -> dict[str, Resource]:
    from filiation.config import RESOURCES
    from filiation.resources.manifest import read_manifest

    return read_manifest(options.manifest or RESOURCES / "manifest.tsv")


def _wanted(options: argparse.Namespace) -> list[Resource]:
    """The resources to fetch; a restricted one only by name and with its licence accepted."""
    from filiation.errors import ConfigError
    from filiation.resources.manifest import select

    manifest = _manifest(options)
    if options.all:
        builds = (None, options.build) if options.build else (None, "GRCh38", "GRCh37")
        free = [
            resource
            for resource in manifest.values()
            if resource.restriction == "none" and resource.access == "open" and resource.build in builds
        ]
        left = [resource.name for resource in manifest.values() if resource not in free]
        _say(f"--all: {len(free)} resources; not among them (build, licence or access): {', '.join(left) or 'none'}")
        named = select(manifest, options.names)
        return [*free, *(resource for resource in named if resource not in free)]
    if not options.names:
        raise ConfigError("no resource named", expected="names, or --all", repair="filiation resources status")
    return select(manifest, options.names)


def _fetch(options: argparse.Namespace) -> int:
    from filiation.errors import ConfigError, FiliationError
    from filiation.resources.manifest import read_lock, write_lock
    from filiation.resources.transfer import fetch

    resources = _wanted(options)
    for resource in resources:
        if resource.restriction != "none" and resource.name not in options.accept_licence:
            raise ConfigError(
                f"{resource.name}: {resource.licence}",
                expected="terms that you have read and that allow your use",
                repair=f"--accept-licence {resource.name}",
            )
        if resource.access == "manual" and not options.from_mirror:
            raise ConfigError(
                f"{resource.name} is not offered to programs",
                expected=f"{', '.join(item.file for item in resource.files())} in a folder",
                repair=f"fetch it by hand from {resource.address}, then --from-mirror FOLDER",
            )
    lock = read_lock(options.to)
    faults: list[FiliationError] = []
    for resource in resources:
        for item in resource.files():
            try:
                received = fetch(
                    item, options.to, lock=lock, mirror=options.from_mirror, update=options.update, progress=_say
                )
            except FiliationError as fault:
                # The others are fetched all the same: a folder is filled in as few calls as can be.
                faults.append(fault)
                _say(fault.message())
                continue
            lock[item.file] = received.entry
            write_lock(options.to, lock)
            _say(f"{item.file}: {received.state}, {received.entry.size:,} bytes, sha256 {received.entry.sha256}")
            _say(f"{item.file}: {_proof(received.compared_with)}")
    if faults:
        _say(f"{len(faults)} files could not be brought here")
        return max(fault.exit_code for fault in faults)
    return 0


def _proof(compared_with: str) -> str:
    """What stands behind a file that was received."""
    if compared_with:
        return f"agrees with {compared_with}"
    return (
        "no checksum was known beforehand. This first copy is now locked: it is what later fetches and verify compare "
        "with; compare it once with a copy from elsewhere"
    )


def _verify(options: argparse.Namespace) -> int:
    from filiation.resources.manifest import read_lock, select
    from filiation.resources.verify import ABSENT, DAMAGED, PARTIAL, UNRECORDED, verify_folder, verify_recorded

    manifest = _manifest(options)
    named = select(manifest, options.names) if options.names else list(manifest.values())
    states = verify_folder(named, options.folder, _say)
    recorded = read_lock(options.folder)
    bad = 0
    for entry in states:
        # Without names, what was never fetched is no fault.
        if entry.state == ABSENT and not options.names and entry.item.file not in recorded:
            continue
        print(f"{entry.item.file}\t{entry.state}")
        if entry.fault:
            print(f"  {entry.fault.message()}")
        bad += entry.state in (ABSENT, PARTIAL, DAMAGED)
        if entry.state == UNRECORDED:
            print("  no checksum in manifest or lock: `filiation resources fetch` records it")
    for name, state in ({} if options.names else verify_recorded(manifest, options.folder)).items():
        print(f"{name}\t{state}")
        bad += state in (ABSENT, DAMAGED)
    if bad:
        _say(f"{bad} files absent, partial or damaged")
    return 2 if bad else 0


def _prepare(options: argparse.Namespace) -> int:
    from filiation.resources.manifest import select
    from filiation.resources.prepare import prepare

    (resource,) = select(_manifest(options), [options.name])
    path = prepare(resource, options.folder, options.build, _say)
    _say(f"configure {path}")
    return 0


def _status(options: argparse.Namespace) -> int:
    if options.files:
        return _status_of_compiled(options)
    import datetime

    from filiation.config import load_config
    from filiation.frequencies.layout import is_compiled
    from filiation.resources.verify import age_in_days, configured_files, folder_states, keys_of, undeclared

    manifest = _manifest(options)
    configured = configured_files(load_config(options.config).model_dump()) if options.config else {}
    states = folder_states(manifest.values(), options.folder or "/nonexistent")
    print("\t".join(("resource", "file", "state", "version", "age_days", "build", "restriction", "keys")))
    for entry in states:
        if entry.item.is_index:
            continue
        resource = entry.item.resource
        age = age_in_days(entry.entry, datetime.date.today())
        cells = (
            resource.name,
            entry.item.file,
            entry.state if options.folder else ".",
            entry.entry.version if entry.entry else resource.version,
            "." if age is None else str(age),
            resource.build or ".",
            resource.restriction,
            ", ".join(keys_of(entry.item, configured)) or ".",
        )
        print("\t".join(cells))
    for key, path in undeclared(configured, manifest.values()).items():
        kind = (
            "compiled frequencies: filiation resources status " + path if is_compiled(path) else "not in the manifest"
        )
        print(f"{key}\t{path}\t{kind}")
    return 0


def _compile(options: argparse.Namespace) -> int:
    from filiation.frequencies.compile import compile_source
    from filiation.frequencies.report import header_lines
    from filiation.frequencies.source import DEFAULT_HOMOZYGOTES, Fields

    header = compile_source(
        options.vcf,
        options.name,
        options.output,
        fields=Fields(options.af, options.homozygotes or DEFAULT_HOMOZYGOTES, options.hemizygotes),
        optional_homozygotes=options.homozygotes is None,
        coverage=options.coverage,
        progress=_say,
    )
    for line in header_lines(header):
        print(line, file=sys.stderr)
    return 0


def _status_of_compiled(options: argparse.Namespace) -> int:
    from filiation.frequencies.layout import verify
    from filiation.frequencies.report import header_lines
    from filiation.io.files import require_file

    for path in options.files:
        header = verify(require_file(path, "compiled frequencies"))
        print(f"{path}: whole")
        for line in header_lines(header):
            print(f"  {line}")
    return 0


def main(options: argparse.Namespace) -> int:
    """Run the step."""
    actions = {"fetch": _fetch, "verify": _verify, "status": _status, "prepare": _prepare, "compile": _compile}
    return actions[options.action](options)
