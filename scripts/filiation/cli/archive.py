"""Keep finished analyses, look at them, prove them whole, share them, erase them.

An archive is a folder on a file system that all nodes see; there is no server. An analysis is in it whole or not at
all. docs/archive.md tells what is kept and how large it is.

  create     an empty archive
  add        a family's finished run; the same run again is recognised and nothing is written
  list       the families, or those of one pre-indication
  show       one family: its analyses, consents, decisions and files; --locks: who is writing
  report     the report of one family again, in every form, from what is kept
  verify     compare every file, row and index with what was written
  consent    record what a family agreed to: research, incidental findings
  find       which families: analysed with an older panel, carriers in a gene, a parent read thinly at a place
  export     pseudonymised data of the families that agreed to research, for research
  forget     erase a family, with a certificate
  in-house   alleles counted in the archived families, as a VCF that `filiation annotate` reads
  compact    join the parts of the cohort index
  unlock     remove the lock that a dead node left
  adopt      register whole analyses that the database does not know, after an old copy of it was put back
  migrate    bring an archive of an older program to this one's schema

Examples:
  filiation archive create /data/archive --assembly GRCh38
  filiation archive add /data/archive --family FAM001 --results results
  filiation archive list /data/archive --pre-indication nbia
  filiation archive show /data/archive FAM001
  filiation archive report /data/archive FAM001 --output-dir again
  filiation archive verify /data/archive
  filiation archive consent /data/archive FAM001 --research yes --incidental no --date 2026-11-22
  filiation archive find /data/archive --panel nbia --before-version 2.0.0
  filiation archive find /data/archive --carriers-in PKD1
  filiation archive find /data/archive --parent-below 15 --at SCN1A
  filiation archive export /data/archive --output-dir export --date 2026-11-22
  filiation archive forget /data/archive FAM001 --requester family --date 2026-11-22 --certificate FAM001.erased
  filiation archive in-house /data/archive --output in_house.vcf.gz
  filiation archive compact /data/archive
  filiation archive unlock /data/archive FAM001 --reason 'node 7 was switched off'
  filiation archive adopt /data/archive
  filiation archive migrate /data/archive
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROLES = ("biologist", "geneticist", "genetic_counsellor", "data_manager", "prescriber")
REQUESTERS = ("family", "guardian", "prescriber", "data_protection_officer", "data_manager")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `filiation archive`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="|".join(ACTIONS))
    made = {name: actions.add_parser(name, help=text, allow_abbrev=False) for name, (_, text) in ACTIONS.items()}
    for one in made.values():
        one.add_argument("archive", help="folder of the archive")
    made["create"].add_argument("--assembly", required=True, choices=["GRCh38", "GRCh37", "other"], help="genome build")
    _add_options(made["add"])
    made["list"].add_argument("--pre-indication", default="", metavar="SLUG", help="families of this one only")
    for name in ("show", "report", "consent", "forget", "unlock"):
        family = {"nargs": "?"} if name == "show" else {}
        made[name].add_argument("family", help="family id", **family)  # type: ignore[arg-type]
    made["show"].add_argument("--locks", action="store_true", help="who is writing now, and locks removed by hand")
    report = made["report"]
    report.add_argument("--output-dir", required=True, help="folder; the files go to OUTPUT/FAMILY/")
    report.add_argument("--number", type=int, metavar="N", help="this analysis; default: the latest")
    report.add_argument("--language", choices=("fr", "en"), default="fr", help="language the page opens in")
    made["verify"].add_argument("--family", action="append", help="only this family; may be repeated")
    _consent_options(made["consent"])
    _find_options(made["find"])
    export = made["export"]
    export.add_argument("--output-dir", required=True, help="folder to make")
    export.add_argument("--family", action="append", help="only this family; may be repeated")
    export.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="day of the export; its year is written")
    export.add_argument(
        "--key", metavar="FILE", help="secret for pseudonyms that later exports repeat; default: new ones"
    )
    forget = made["forget"]
    forget.add_argument("--requester", required=True, choices=REQUESTERS, help="who asked; a role, no name")
    forget.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="day of the request")
    forget.add_argument("--certificate", required=True, metavar="PREFIX", help="PREFIX.json and PREFIX.txt to write")
    made["in-house"].add_argument("--output", required=True, metavar="VCF.GZ", help="bgzipped VCF to write, with .tbi")
    made["in-house"].add_argument("--exclude-family", help="leave this family out of the counts")
    made["in-house"].add_argument("--artefacts", metavar="TSV", help="also: alleles that are new in unrelated children")
    made["compact"].add_argument("--rebuild", action="store_true", help="make the index again from the families")
    made["unlock"].add_argument("--reason", required=True, help="why the owner can no longer be writing")


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--family", required=True, help="family id")
    parser.add_argument("--results", default="results", help="folder of the run's results (default: results)")
    parser.add_argument("--config", help="configuration of the run; default: RESULTS/run/config.yaml")
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="day of the analysis; default: today")
    parser.add_argument("--consents", metavar="TSV", help="table family, research, incidental_findings")
    parser.add_argument("--no-links", action="store_true", help="do not keep where CRAM and calls stand")
    parser.add_argument("--receipt", metavar="JSON", help="number and checksum of the analysis, to write")


def _consent_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--research", choices=["yes", "no"], help="use of pseudonymised data for research")
    parser.add_argument("--incidental", choices=["yes", "no"], help="to be told of incidental findings")
    parser.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="day of the consent or its withdrawal")
    parser.add_argument("--recorded-by", default="biologist", choices=ROLES, help="role of who records it; no name")


def _find_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--panel", help="families whose last analysis used this panel …")
    parser.add_argument("--before-version", metavar="VERSION", help="… in a version before this one")
    parser.add_argument("--carriers-in", metavar="GENE", help="families with a rare variant in this gene")
    parser.add_argument(
        "--parent-below", type=float, metavar="DEPTH", help="families with a parent read less than this …"
    )
    parser.add_argument("--at", metavar="GENE|CHROM:START-END", help="… in this gene or region")


def main(options: argparse.Namespace) -> int:
    """Run the action."""
    return ACTIONS[options.action][0](options)


def _create(options: argparse.Namespace) -> int:
    from filiation.archive.store import create_archive

    with create_archive(options.archive, options.assembly) as archive:
        print(f"archive create: an empty archive of {archive.assembly} in {archive.path}", file=sys.stderr)
    return 0


def _add(options: argparse.Namespace) -> int:
    from filiation.cli._archive_add import add

    return add(options)


def _list(options: argparse.Namespace) -> int:
    from filiation.archive.store import open_archive
    from filiation.panels.catalogue import load_catalogue

    with open_archive(options.archive) as archive:
        slug = load_catalogue().find(options.pre_indication).slug if options.pre_indication else ""
        rows = [
            [
                record.name,
                record.family.structure,
                record.family.pre_indication or ".",
                str(record.analyses),
                record.latest_date,
            ]
            for record in archive.families(pre_indication=slug)
        ]
    _print_table(["family", "structure", "pre_indication", "analyses", "last"], rows)
    print(f"archive list: {len(rows)} families", file=sys.stderr)
    return 0


def _print_table(names: list[str], rows: list[list[str]]) -> None:
    """Rows as aligned columns."""
    widths = [max(len(line[place]) for line in [names, *rows]) for place in range(len(names))]
    for line in [names, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _show(options: argparse.Namespace) -> int:
    from filiation.archive.lock import locks, unlocked
    from filiation.archive.show import family_text
    from filiation.archive.store import open_archive
    from filiation.errors import ConfigError

    with open_archive(options.archive) as archive:
        if options.locks:
            for family, content, state in locks(archive.path):
                owner = f"process {content.get('pid')} on {content.get('host')}"
                print(f"{family}: {owner}, since {content.get('since')}, {state}")
            for row in unlocked(archive):
                owner = f"process {row['pid']} on {row['host']}, since {row['since']}"
                print(f"{row['locked']}: lock of {owner} removed by hand on {row['date']}: {row['reason']}")
            return 0
        if not options.family:
            raise ConfigError(
                "no family is named", repair=f"filiation archive show {options.archive} FAMILY, or --locks"
            )
        print(family_text(archive, options.family))
    return 0


def _report(options: argparse.Namespace) -> int:
    from functools import partial

    from filiation.archive.store import open_archive
    from filiation.config import RESOURCES, acmg_table_path, gene_table_path, rank_weights_path, scoring_model_path
    from filiation.reanalysis.basis import Basis
    from filiation.reanalysis.kept_files import find
    from filiation.reanalysis.last_basis import Finder
    from filiation.reanalysis.report_again import write_archived_report

    shipped = Basis(scoring_model_path(), rank_weights_path(), acmg_table_path(), gene_table_path())
    with open_archive(options.archive) as archive:
        finder = Finder(partial(find, archive.path), shipped, RESOURCES / "panels", {})
        blind, folder = RESOURCES / "blind_genes.tsv", Path(options.output_dir)
        written = write_archived_report(
            archive, options.family, finder, blind, folder, options.language, options.number
        )
    print(f"archive report: {len(written)} files, first {written[0]}", file=sys.stderr)
    return 0


def _verify(options: argparse.Namespace) -> int:
    from filiation.archive.store import open_archive
    from filiation.archive.verify import FAIL, verify

    with open_archive(options.archive) as archive:
        families = archive.families(options.family)
        findings = verify(archive, options.family)
    for finding in findings:
        print(finding.text())
    failed = sum(finding.verdict == FAIL for finding in findings)
    told = f"{failed} FAIL, {len(findings) - failed} NOTE" if findings else "everything is as it was written"
    print(f"archive verify: {len(families)} families: {told}", file=sys.stderr)
    return 1 if failed else 0


def _unlock(options: argparse.Namespace) -> int:
    from filiation.archive.lock import unlock_recorded
    from filiation.archive.store import open_archive
    from filiation.errors import ConfigError
    from filiation.run_record import run_day

    reason = " ".join(options.reason.split())
    if not reason:
        raise ConfigError("the reason is empty", expected="why the owner can no longer be writing", repair="--reason …")
    with open_archive(options.archive, write=True) as archive:
        content = unlock_recorded(archive, options.family, reason, run_day())
    print(
        f"archive unlock: the lock of {options.family} (process {content.get('pid')} on {content.get('host')}) was "
        f"removed: {reason}; the archive keeps this record",
        file=sys.stderr,
    )
    return 0


def _migrate(options: argparse.Namespace) -> int:
    from filiation.archive.migrate import migrate

    before, steps = migrate(options.archive)
    if not steps:
        print(f"archive migrate: schema {before} is this program's; nothing to do", file=sys.stderr)
    for step in steps:
        print(f"archive migrate: schema {step.version}: {step.meaning}", file=sys.stderr)
    return 0


def _adopt(options: argparse.Namespace) -> int:
    from filiation.archive.adopt import adopt
    from filiation.archive.store import open_archive

    with open_archive(options.archive, write=True) as archive:
        adopted, left = adopt(archive)
    for family, number in adopted:
        print(f"{family}: analysis {number}")
    for text in left:
        print(f"left: {text}")
    print(f"archive adopt: {len(adopted)} analyses registered, {len(left)} folders left as they are", file=sys.stderr)
    return 0


def _consent(options: argparse.Namespace) -> int:
    from filiation.archive.consents import check_date, current_consents, record_consents
    from filiation.archive.store import open_archive
    from filiation.errors import ConfigError

    asked = {"research": options.research, "incidental": options.incidental}
    answers = {purpose: word == "yes" for purpose, word in asked.items() if word}
    if not answers:
        raise ConfigError("no answer is given", expected="--research or --incidental", repair="--research yes")
    with open_archive(options.archive, write=True) as archive:
        record_consents(archive, options.family, answers, check_date(options.date), options.recorded_by)
        now = current_consents(archive, options.family)
    words = {True: "yes", False: "no", None: "not recorded"}
    told = ", ".join(f"{purpose} {words[given]}" for purpose, given in now.items())
    print(f"archive consent: {options.family}: {told}", file=sys.stderr)
    return 0


def _find(options: argparse.Namespace) -> int:
    from filiation.archive.find import analysed_before, parents_below
    from filiation.archive.store import open_archive
    from filiation.errors import ConfigError

    asked = [
        bool(options.panel and options.before_version),
        bool(options.carriers_in),
        options.parent_below is not None and bool(options.at),
    ]
    if sum(asked) != 1:
        raise ConfigError(
            "one question at a time",
            expected="--panel NAME --before-version VERSION, or --carriers-in GENE, or --parent-below DEPTH --at PLACE",
            repair="filiation archive find --help",
        )
    with open_archive(options.archive) as archive:
        if asked[0]:
            rows = analysed_before(archive, options.panel, options.before_version)
        elif asked[1]:
            rows = _carriers(archive, options.carriers_in)
        else:
            rows = parents_below(archive, options.parent_below, options.at)
    if rows:
        _print_table(list(rows[0]), [["." if cell is None else str(cell) for cell in row.values()] for row in rows])
    families = {row["family"] for row in rows if row.get("source") != "unknown"}
    unknown = {row["family"] for row in rows if row.get("source") == "unknown"} - families
    told = f", {len(unknown)} without data there" if unknown else ""
    print(f"archive find: {len(families)} families{told}", file=sys.stderr)
    return 0


def _carriers(archive: Any, gene: str) -> list[dict[str, Any]]:
    """Rows of the cohort index in a gene, by any name that the gene has."""
    from filiation.cohort.index import families_with_gene
    from filiation.config import gene_table_path
    from filiation.genes.table import load_gene_table

    table = load_gene_table(gene_table_path())
    found = table.resolve(gene)
    rows: list[dict[str, Any]] = families_with_gene(archive, gene).to_pylist()
    if found.gene is not None and found.gene.symbol != gene:
        rows += families_with_gene(archive, found.gene.symbol).to_pylist()
    if not rows and not found.found:
        # A name that nobody knows and that stands in no family is a mistyped one: say which was meant.
        table.require(gene, "--carriers-in")
    return rows


def _export(options: argparse.Namespace) -> int:
    from filiation.archive.consents import check_date
    from filiation.archive.export import export, read_key
    from filiation.archive.store import open_archive

    key = read_key(options.key) if options.key else None
    with open_archive(options.archive) as archive:
        done = export(archive, options.output_dir, date=check_date(options.date), families=options.family, key=key)
    print(
        f"archive export: {done['families']} families, {done['families_refused']} refused without consent; what was "
        f"left out stands in {options.output_dir}/left_out.tsv",
        file=sys.stderr,
    )
    return 0


def _forget(options: argparse.Namespace) -> int:
    from filiation.archive.consents import check_date
    from filiation.archive.forget import forget, write_certificate
    from filiation.archive.store import open_archive

    day = check_date(options.date)
    with open_archive(options.archive, write=True) as archive:
        certificate = forget(archive, options.family, requester=options.requester, date=day)
    document, text = write_certificate(options.certificate, certificate)
    print(f"archive forget: {options.family} is erased; certificate in {document} and {text}", file=sys.stderr)
    return 0


def _in_house(options: argparse.Namespace) -> int:
    from filiation.archive.store import DESCRIPTION, NoArchive, open_archive
    from filiation.cohort.artefacts import write_artefacts
    from filiation.cohort.frequency import write_inhouse_vcf

    path = Path(options.archive)
    if not (path / DESCRIPTION).is_file() and (not path.exists() or not any(path.iterdir())):
        print(f"archive in-house: no archive in {path} yet: a VCF without records", file=sys.stderr)
        write_inhouse_vcf(NoArchive(path), options.output)
        return 0
    with open_archive(path) as archive:
        if options.exclude_family:
            archive.family(options.exclude_family)
        write_inhouse_vcf(archive, options.output, exclude_family=options.exclude_family)
        if options.artefacts:
            write_artefacts(archive, options.artefacts)
    return 0


def _compact(options: argparse.Namespace) -> int:
    from filiation.archive.lock import INDEX_LOCK, family_lock
    from filiation.archive.store import open_archive
    from filiation.cohort.compact import compact, rebuild

    with open_archive(options.archive, write=True) as archive, family_lock(archive.path, INDEX_LOCK):
        name = rebuild(archive) if options.rebuild else compact(archive)
    print(f"archive compact: the cohort index is joined, generation {name}", file=sys.stderr)
    return 0


ACTIONS: dict[str, tuple[Callable[[Any], int], str]] = {
    "create": (_create, "make an empty archive"),
    "add": (_add, "keep a family's finished run"),
    "list": (_list, "the families"),
    "show": (_show, "one family, or who is writing"),
    "report": (_report, "the report of one family again, in every form"),
    "verify": (_verify, "prove that everything is as it was written"),
    "consent": (_consent, "record what a family agreed to"),
    "find": (_find, "which families a question concerns"),
    "export": (_export, "pseudonymised data of consenting families"),
    "forget": (_forget, "erase a family, with a certificate"),
    "in-house": (_in_house, "alleles counted in the archived families, as a VCF"),
    "compact": (_compact, "join the parts of the cohort index"),
    "unlock": (_unlock, "remove the lock that a dead node left"),
    "adopt": (_adopt, "register whole analyses that the database does not know"),
    "migrate": (_migrate, "bring an older archive to this program's schema"),
}
