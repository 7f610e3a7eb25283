"""Why did each record of the whole genome not go on? One line per record that the screen removed, compressed.

The table is written in the same pass as the screen and holds the reason's name alone; `filiation explain` runs
the rules again for the values behind it. Bytes depend on the calls alone: BGZF carries neither time nor name.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from filiation import __version__
from filiation.errors import InputError
from filiation.io.files import atomic_path, check_bgzf_end, require_file
from filiation.io.raw.pieces import Piece
from filiation.io.tables import data_label
from filiation.kernels.table_text import reason_lines_jit
from filiation.model.columns import EXCLUDED

# Fastest level: twelve times smaller than the text already, at a third of the time of the default.
_MODE: Any = "wb1"


def _text(names: Sequence[str]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Names one behind the other as bytes, and where each ends."""
    encoded = [name.encode() for name in names]
    ends = np.cumsum([len(name) for name in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def removed_lines(piece: Piece, reason: npt.NDArray[np.int8], names: Sequence[str]) -> bytes:
    """A line for every record of a piece that has a reason (place in `names`; -1: none), in the order of the file."""
    sites = piece.sites
    ref, alt = sites.allele_views(piece.linked.data)
    text, _ = reason_lines_jit(
        *_text(piece.reader.header.contigs), sites.contig_index, sites.pos, *ref.arrays(), *alt.arrays(),
        *_text(names), reason,
    )  # fmt: skip
    return bytes(text.tobytes())


class ExclusionWriter:
    """Appends removed records to the table; made by `write_excluded`."""

    def __init__(self, sink: Any) -> None:
        self._sink = sink

    def write(self, lines: bytes) -> None:
        """Lines that `removed_lines` made."""
        if lines:
            self._sink.write(lines)


@contextmanager
def write_excluded(path: str | Path | None) -> Iterator[ExclusionWriter | None]:
    """A writer for the table, which appears under its name only when complete; None when no path is given."""
    if path is None:
        yield None
        return
    import pysam

    with atomic_path(path) as temporary, pysam.BGZFile(str(temporary), _MODE, None) as sink:
        lines = [f"##schema={EXCLUDED.label}", f"##program=filiation {__version__}"]
        if label := data_label():
            lines.append(f"##data={label}")
        lines.append("\t".join(EXCLUDED.names))
        sink.write(("\n".join(lines) + "\n").encode())
        yield ExclusionWriter(sink)


def read_excluded(path: str | Path) -> Iterator[dict[str, Any]]:
    """Rows of the table, one by one; a cut file or another schema is an InputError."""
    check_bgzf_end(require_file(path, "excluded table"), "excluded table")
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        label = next(handle, "").rstrip("\n").removeprefix("##schema=")
        if label != EXCLUDED.label:
            raise InputError(
                f"table of schema '{label}'",
                where=str(path),
                expected=f"schema '{EXCLUDED.label}'",
                repair="run `filiation screen --excluded` again with this version of filiation",
            )
        for line in handle:
            if line.startswith("##") or line.startswith("chrom\t"):
                continue
            chrom, pos, ref, alt, reason = line.rstrip("\n").split("\t")
            yield {"chrom": chrom, "pos": int(pos), "ref": ref, "alt": alt, "reason": reason}
