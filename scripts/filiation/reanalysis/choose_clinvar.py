"""Which families carry an allele of which a new ClinVar says something else that matters?

The index says what ClinVar said of each allele when the family's latest analysis was made. A family that was compared
with a later ClinVar, which changed nothing for it, is compared with that one: the classified alleles of each ClinVar
that families were compared with are kept in the archive (ARCHIVE/releases/clinvar/<sha256>.parquet).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from filiation.archive.lock import whole_file
from filiation.calls.clinvar import ClinVarEntry
from filiation.cohort.layout import CLINVAR_CODES, CONTIGS, SURVIVED, clinvar_code, contig_code
from filiation.io.files import open_text
from filiation.reanalysis.compared import KIND, LastCompared
from filiation.reanalysis.context import RunContext
from filiation.reanalysis.materiality import Choice
from filiation.reanalysis.records import Allele

if TYPE_CHECKING:
    from filiation.archive.store import Archive

_PATHOGENIC = (CLINVAR_CODES["pathogenic"], CLINVAR_CODES["likely_pathogenic"])
_BENIGN = (CLINVAR_CODES["benign"], CLINVAR_CODES["likely_benign"])
_FOLDER = Path("releases") / "clinvar"
_COLUMNS = pa.schema([("pos", pa.int32()), ("ref", pa.string()), ("alt", pa.string()), ("level", pa.int8())])
# Contig code → pos, ref, alt, level.
Table = Mapping[int, pa.Table]


def clinvar_level(code: np.ndarray, stars: np.ndarray, choice: Choice) -> np.ndarray:
    """int8: what the rules make of a classification. 0 nothing; 1 conflicting; benign 2 or 3, likely pathogenic 4 or 5,
    pathogenic 6 or 7, the second with enough stars."""
    starred = ((stars >= choice.stars_min) & (stars <= 4)).astype(np.int8)
    found = np.zeros(len(code), dtype=np.int8)
    found[code == CLINVAR_CODES["conflicting"]] = 1
    benign = np.isin(code, _BENIGN)
    found[benign] = 2 + starred[benign]
    for place, known in ((4, _PATHOGENIC[1]), (6, _PATHOGENIC[0])):
        hit = code == known
        found[hit] = place + starred[hit]
    return found


def clinvar_table(path: Path, choice: Choice) -> dict[int, pa.Table]:
    """Classified alleles of a ClinVar VCF by contig code: pos, ref, alt, level. Alleles of level 0 are left out."""
    found: dict[int, tuple[list[Any], ...]] = {}
    row: list[Any]
    stars: dict[str, int] = {}
    codes: dict[str, int] = {}
    with open_text(path) as handle:
        for line in handle:
            if line.startswith("#"):
                continue
            chrom, pos, _, ref, alts, _, _, info = line.rstrip("\n").split("\t", 7)
            contig = contig_code(chrom)
            values = dict(item.partition("=")[::2] for item in info.split(";") if item.startswith("CLN"))
            word, review = values.get("CLNSIG", ""), values.get("CLNREVSTAT", "")
            if not contig or not word:
                continue
            if word not in codes:
                codes[word] = clinvar_code(word)
            if review not in stars:
                stars[review] = ClinVarEntry(word, review, "").stars
            columns = found.setdefault(contig, ([], [], [], [], []))
            for alt in alts.split(","):
                row = [int(pos), ref, alt, codes[word], stars[review]]
                for column, value in zip(columns, row, strict=True):
                    column.append(value)
    tables = {}
    for contig, (places, refs, others, code, star) in found.items():
        level = clinvar_level(np.array(code), np.array(star), choice)
        table = pa.table({"pos": places, "ref": refs, "alt": others, "level": level}).cast(_COLUMNS)
        tables[contig] = table.filter(pa.array(level > 0))
    return tables


def by_clinvar(archive: Archive, context: RunContext, last: LastCompared) -> tuple[set[str], set[Allele]]:
    """Families with a record that survived the screen and of which ClinVar says something else that matters than in
    their latest analysis, and than when they were last compared; and the alleles of those records."""
    import duckdb

    from filiation.cohort.view import open_view

    resource = context.release.one("clinvar")
    assert resource is not None
    new = clinvar_table(resource.path, context.rules.choice)
    view = open_view(archive)
    # Tables of the ClinVars that families were compared with since their latest analysis; each family's place there.
    olds: list[Table] = []
    compared_with = np.full(max(1, len(view.families)), -1, dtype=np.int32)
    for checksum, names in last.remembered_by_checksum("clinvar").items():
        old = new if checksum == resource.sha256 else _kept_table(context.archive, checksum)
        if old is not None:
            numbers = [number for name in names if (number := view.families.number(name)) is not None]
            compared_with[numbers] = len(olds)
            olds.append(old)
    families: set[str] = set()
    of_family: dict[int, set[Allele]] = {}
    columns = ["pos", "ref", "alt", "family", "flags", "clinvar", "clinvar_stars"]
    with duckdb.connect() as connection:
        for contig, first, last_place in view.windows():
            fresh = new.get(contig, _COLUMNS.empty_table())
            moved = [_moved(connection, old.get(contig, _COLUMNS.empty_table()), fresh) for old in olds]
            for rows in view.read(contig, first, last_place, columns):
                codes, stars = (rows.column(name).to_numpy() for name in ("clinvar", "clinvar_stars"))
                survived = pa.array(rows.column("flags").to_numpy() & SURVIVED > 0)
                stored = rows.select(["pos", "ref", "alt", "family"])
                level = clinvar_level(codes, stars, context.rules.choice)
                stored = stored.append_column("level", pa.array(level)).filter(survived)
                for pos, ref, alt, family in _differ(connection, stored, fresh):
                    of_family.setdefault(family, set()).add((CONTIGS[contig - 1], pos, ref, alt))
                    place = compared_with[family]
                    if place < 0 or (pos, ref, alt) in moved[place]:
                        families.add(view.families.ids[family])
    if context.write:
        _keep_table(context.archive, resource.sha256, new)
    numbers_chosen = [number for name in families if (number := view.families.number(name)) is not None]
    return families, set().union(*(of_family[number] for number in numbers_chosen))


def _differ(connection: Any, stored: pa.Table, fresh: pa.Table) -> list[tuple[int, str, str, int]]:
    """Rows of `stored` whose level is another in `fresh`, where an allele that is not in it has level 0."""
    connection.register("stored", stored)
    connection.register("fresh", fresh)
    found: list[tuple[int, str, str, int]] = connection.execute(
        "SELECT s.pos, s.ref, s.alt, s.family FROM stored s LEFT JOIN fresh f"
        " ON s.pos = f.pos AND s.ref = f.ref AND s.alt = f.alt WHERE s.level <> coalesce(f.level, 0)"
    ).fetchall()
    return found


def _moved(connection: Any, old: pa.Table, fresh: pa.Table) -> set[tuple[int, str, str]]:
    """Alleles of one contig with another level in `fresh` than in `old`; not in a table is level 0."""
    if old is fresh:
        return set()
    connection.register("old", old)
    connection.register("fresh", fresh)
    rows = connection.execute(
        "SELECT coalesce(o.pos, f.pos), coalesce(o.ref, f.ref), coalesce(o.alt, f.alt) FROM old o FULL JOIN fresh f"
        " ON o.pos = f.pos AND o.ref = f.ref AND o.alt = f.alt WHERE coalesce(o.level, 0) <> coalesce(f.level, 0)"
    ).fetchall()
    return set(rows)


def _path(archive: Path, checksum: str) -> Path:
    return archive / _FOLDER / f"{checksum}.parquet"


def _keep_table(archive: Path, checksum: str, table: Table) -> None:
    """Keep the classified alleles of a ClinVar."""
    path = _path(archive, checksum)
    if path.is_file():
        return
    parts = [
        rows.add_column(0, pa.field("contig", pa.uint8()), pa.array(np.full(rows.num_rows, contig, dtype=np.uint8)))
        for contig, rows in sorted(table.items())
    ]
    empty = pa.schema([pa.field("contig", pa.uint8()), *_COLUMNS]).empty_table()
    with whole_file(path) as temporary:
        pq.write_table(
            pa.concat_tables([empty, *parts]), temporary, compression="zstd", use_dictionary=["contig", "ref", "alt"],
            column_encoding={"pos": "DELTA_BINARY_PACKED"},
        )  # fmt: skip


def _kept_table(archive: Path, checksum: str) -> Table | None:
    """Those of an earlier ClinVar; None where they are not kept or cannot be read: families are then compared with
    their stored records, which costs more and misses nothing."""
    try:
        rows = pq.read_table(_path(archive, checksum))
    except (OSError, pa.ArrowException):
        return None
    contig = rows.column("contig").to_numpy()
    return {code: rows.filter(pa.array(contig == code)).drop_columns(["contig"]) for code in np.unique(contig).tolist()}


def forget_unused(archive: Archive, folder: Path) -> None:
    """Remove the kept alleles of ClinVars that no family was last compared with."""
    rows = archive.query(
        "SELECT DISTINCT sha256 FROM resources JOIN compared USING (set_number) WHERE kind = ? AND name = 'clinvar'",
        [KIND],
    )
    used = {f"{row['sha256']}.parquet" for row in rows}
    for path in sorted((folder / _FOLDER).glob("*.parquet")):
        if path.name not in used:
            path.unlink(missing_ok=True)
