"""Is exactly this allele on the laboratory's list of artefacts that come back in every run?

The list is a table with the columns chrom, pos, ref, alt, entry: entry says in a few words what is known of it
(`seen in 41 of 60 families, homopolymer`). Lines that begin with # are comments.
"""

from __future__ import annotations

from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import open_text, require_file
from filiation.model.contigs import bare_name

COLUMNS = ("chrom", "pos", "ref", "alt", "entry")


def load_artefacts(path: str | Path) -> dict[tuple[str, int, str, str], str]:
    """{(contig without chr, 1-based position, ref, alt): entry}; InputError with the line for a faulty row."""
    source = require_file(path, "list of recurrent artefacts")
    found: dict[tuple[str, int, str, str], str] = {}
    names: list[str] = []
    with open_text(source) as handle:
        for number, line in enumerate(handle, 1):
            if line.isspace() or line.startswith("##"):
                continue
            cells = line.rstrip("\r\n").lstrip("#").split("\t")
            if not names:
                names = [cell.strip().lower() for cell in cells]
                if missing := [name for name in COLUMNS if name not in names]:
                    raise _fault(f"no column {', '.join(missing)}", f"{source}, line {number}")
                continue
            row = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            if (
                len(cells) < len(names)
                or not row["pos"].isdecimal()
                or not set(row["ref"] + row["alt"]) <= set("ACGTN")
            ):
                raise _fault(f"not an allele: {line.strip()[:60]!r}", f"{source}, line {number}")
            key = (bare_name(row["chrom"]), int(row["pos"]), row["ref"], row["alt"])
            if key in found:
                raise _fault(f"{'-'.join(map(str, key))} stands twice", f"{source}, line {number}")
            found[key] = row["entry"] or "listed"
    return found


def _fault(found: str, where: str) -> InputError:
    return InputError(
        found,
        where=where,
        expected=f"columns separated by tabs: {', '.join(COLUMNS)}; alleles as in a normalised VCF",
        repair="correct the row",
    )
