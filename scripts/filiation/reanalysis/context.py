"""What does every family of one run have in common: the release, where files are, and what is open in this process?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from filiation.calls.frequencies import Source
from filiation.evidence.populations import CountSource
from filiation.frequencies.layout import is_compiled
from filiation.reanalysis import kept_files
from filiation.reanalysis.basis import Basis, checksum
from filiation.reanalysis.last_basis import Finder, input_checksum, role_of
from filiation.reanalysis.materiality import Materiality
from filiation.reanalysis.records import Allele
from filiation.reanalysis.release import PANEL, Release, Resource
from filiation.reanalysis.replay import OpenRelease, open_release
from filiation.reanalysis.stored import StoredAnalysis


@dataclass(frozen=True)
class Touched:
    """What the index says that the release touches; None: not asked, every record is judged.

    alleles : alleles of the cohort of which a source says something else that matters.
    """

    alleles: frozenset[Allele] = frozenset()


@dataclass(frozen=True)
class RunContext:
    """One release on one archive; it travels to the worker processes as it is.

    defaults : files that ship. panels : folder of the panels that ship. imprinted : table of imprinted genes.
    chosen : families that the index chose for something else than their frequencies.
    """

    archive: Path
    release: Release
    rules: Materiality
    defaults: Basis
    panels: Path
    imprinted: Path
    touched: Touched | None = None
    chosen: frozenset[str] = frozenset()
    reports: Path | None = None
    language: str = "fr"
    write: bool = True

    def finder(self) -> Finder:
        """Where files of the last analyses are looked for."""
        return Finder(partial(kept_files.find, self.archive), self.defaults, self.panels, self.release.previous)

    def open(self) -> OpenRelease:
        """The sources of the release, open in this process."""
        clinvar, artefacts = self.release.one("clinvar"), self.release.one("recurrent_artefacts")
        counts = [count_source(one) for one in self.release.of("in_house")]
        return open_release(
            clinvar.path if clinvar else None, counts, artefacts.path if artefacts else None, self.imprinted
        )

    def sources(self) -> list[Source]:
        """Sources of population frequencies of the release."""
        return [frequency_source(one) for one in self.release.of("frequencies")]

    def active(self, stored: StoredAnalysis, old: Basis, new: Basis) -> frozenset[str]:
        """Causes of the release that are new for a family: what it was judged with already is not."""
        found = set()
        for resource in self.release.resources:
            if resource.cause == PANEL:
                # By content: the archive keeps a copy of the panel that the family was judged with.
                if resource.name == stored.pre_indication and old.panel is not None:
                    found |= {PANEL} if checksum(old.panel) != resource.sha256 else set()
            elif input_checksum(stored, role_of(resource)) != resource.sha256:
                found.add(resource.cause)
        return frozenset(found)


def count_source(resource: Resource) -> CountSource:
    """The laboratory's own counts as annotation reads them; the fields that `filiation archive in-house` writes.

    Affected and unaffected carriers are counted apart where the file has both; one of the laboratory's own need not.
    """
    fields = {"af": "AF", "carriers": "CARRIERS", "families": "FAMILIES", **resource.fields}
    known: dict[str, str] = {name: fields[name] for name in ("af", "carriers", "families", "faf") if name in fields}
    split = {name: resource.fields.get(name, name.upper()) for name in ("affected", "unaffected")}
    if set(split.values()) <= _declared(resource.path):
        known |= split
    return CountSource(resource.name or "in_house", str(resource.path), **known)


def frequency_source(resource: Resource) -> Source:
    """A source of population frequencies as the screen reads it."""
    known = {name: resource.fields[name] for name in ("af", "homozygotes", "hemizygotes") if name in resource.fields}
    return Source(resource.name or resource.path.stem, str(resource.path), **known)


def with_compiled_frequencies(context: RunContext, folder: Path) -> RunContext:
    """The context with every source of frequencies as a side-car: a VCF is compiled once, not for each family.

    The release keeps name, version and checksum of the file that it names.
    """
    from filiation.frequencies.compile import compile_source
    from filiation.frequencies.source import Fields

    resources = []
    for resource in context.release.resources:
        if resource.key == "frequencies" and not is_compiled(resource.path):
            source = frequency_source(resource)
            sidecar = folder / f"{source.name}.filfreq"
            declared = _declared(resource.path)
            fields = Fields(
                source.af,
                source.homozygotes if source.homozygotes in declared else None,
                source.hemizygotes if source.hemizygotes in declared else None,
            )
            compile_source([resource.path], source.name, sidecar, fields=fields)
            resource = replace(resource, path=sidecar)
        resources.append(resource)
    return replace(context, release=replace(context.release, resources=tuple(resources)))


def _declared(path: Path) -> set[str]:
    from filiation.io.vcf_header import open_calls

    with open_calls(path) as handle:
        return set(handle.header.info)
