"""Of which alleles do new counts of the laboratory, or a new list of artefacts, say something else that matters?

A count matters when it crosses a limit of the weights. The alleles beyond a limit are kept with the archive for each
file of counts, so that the next one can be compared without the old file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from filiation.archive.lock import whole_file
from filiation.evidence.artefacts import load_artefacts
from filiation.io.files import open_text
from filiation.model.contigs import bare_name
from filiation.prioritisation.weights import Limits
from filiation.reanalysis.basis import Tools
from filiation.reanalysis.compared import LastCompared
from filiation.reanalysis.context import RunContext, count_source
from filiation.reanalysis.last_basis import role_of

if TYPE_CHECKING:
    from filiation.archive.store import Archive

# ARCHIVE/releases/counts/<sha256 of the file of counts>.tsv
_FOLDER = Path("releases") / "counts"


def buckets(path: Path, field: str, limits: Limits) -> dict[str, int]:
    """Allele (`contig-pos-ref-alt` without chr) → how far its carriers go beyond the limits; others are left out.

    A family is left out of its own counts, so that an allele stands one carrier below, too: 2 for each limit that is
    passed without it, 1 for one that is passed with it alone.
    """
    wanted = f"{field}="
    edges = (limits.inhouse_carriers, limits.inhouse_carriers_recessive)
    found: dict[str, int] = {}
    with open_text(path) as handle:
        for line in handle:
            if line.startswith("#"):
                continue
            chrom, pos, _, ref, alts, _, _, info = line.rstrip("\n").split("\t")[:8]
            cells = next((item[len(wanted) :] for item in info.split(";") if item.startswith(wanted)), "")
            values = cells.split(",") if cells else []
            for number, alt in enumerate(alts.split(",")):
                text = values[number if len(values) > 1 else 0] if values else "."
                carriers = 0.0 if text in (".", "") else float(text)
                bucket = sum((carriers >= edge) + (carriers - 1 >= edge) for edge in edges)
                if bucket:
                    found[f"{bare_name(chrom)}-{pos}-{ref}-{alt}"] = bucket
    return found


def _kept_path(archive: Path, checksum: str) -> Path:
    return archive / _FOLDER / f"{checksum}.tsv"


def keep_buckets(archive: Path, checksum: str, found: Mapping[str, int]) -> None:
    """Keep the alleles beyond the limits of a file of counts."""
    path = _kept_path(archive, checksum)
    if not path.is_file():
        with whole_file(path) as temporary:
            temporary.write_text("".join(f"{key}\t{bucket}\n" for key, bucket in sorted(found.items())), "utf-8")


def _kept_buckets(archive: Path, checksum: str) -> dict[str, int]:
    """Those of an earlier file; none where nothing was kept: then only what is beyond a limit now is new."""
    path = _kept_path(archive, checksum)
    if not path.is_file():
        return {}
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return {key: int(bucket) for key, bucket in rows}


def by_cohort(archive: Archive, context: RunContext, tools: Tools, last: LastCompared) -> set[str]:
    """Families that ever had a candidate of which the counts or the list of artefacts say something else.

    Each family is compared with the counts and the list of the last release that judged it, or found that it need not
    be.
    """
    release = context.release
    found: set[str] = set()
    for resource in release.of("in_house"):
        limits = tools.weights(context.defaults).limits
        new = buckets(resource.path, count_source(resource).carriers, limits)
        for checksum, families in last.by_checksum(role_of(resource)).items():
            old = _kept_buckets(context.archive, checksum)
            changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
            found |= families & with_candidate_alleles(archive, changed)
        if context.write:
            keep_buckets(context.archive, resource.sha256, new)
    if artefacts := release.one("recurrent_artefacts"):
        listed, finder = _artefact_keys(artefacts.path), context.finder()
        for checksum, families in last.by_checksum(role_of(artefacts)).items():
            path = (finder.previous.get(checksum) or finder.kept(checksum)) if checksum else None
            changed = listed ^ (_artefact_keys(path) if path is not None else set())
            found |= families & with_candidate_alleles(archive, changed)
    return found


def _artefact_keys(path: Path) -> set[str]:
    return {"-".join(str(part) for part in allele) for allele in load_artefacts(path)}


def with_candidate_alleles(archive: Archive, keys: set[str]) -> set[str]:
    """Families that ever had one of the alleles as a candidate."""
    if not keys:
        return set()
    rows = archive.connection.execute("SELECT family, variant FROM first_seen JOIN families USING (family_number)")
    return {row[0] for row in rows if row[1].removeprefix("chr") in keys}
