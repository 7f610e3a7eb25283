"""Where does the processor time of `filiation screen` go? One run in one thread, with a clock around each part.

    python benchmarks/trio_profile.py SCREEN-ARGUMENTS…

prints {part: CPU seconds} as JSON. Parts are exclusive: what a part calls is taken out of it.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

SECONDS: Counter[str] = Counter()
_OPEN: list[float] = []


def clocked(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that books its own CPU time under a name."""

    def run(*arguments: Any, **named: Any) -> Any:
        started = time.process_time()
        _OPEN.append(0.0)
        try:
            return function(*arguments, **named)
        finally:
            took = time.process_time() - started
            SECONDS[name] += took - _OPEN.pop()
            if _OPEN:
                _OPEN[-1] += took

    return run


def main(arguments: list[str]) -> int:
    """Run the screen with its parts clocked."""
    import filiation.io.raw.pieces as pieces
    import filiation.io.raw.source as source
    import filiation.scoring.screen as screen
    from filiation.__main__ import main as filiation

    SECONDS["interpreter and imports"] = time.process_time()
    parts: list[tuple[str, Any, str]] = [
        ("header, and the machinery of the first kernel", screen, "read_file_header"),
        ("reading compressed bytes", source.BgzfSource, "take"),
        ("inflation with CRC", source.BgzfSource, "inflate"),
        ("record boundaries", pieces.CallsReader, "link"),
        ("sites, genotypes, alleles as keys: all records", pieces.CallsReader, "ask_proband"),
        ("frequency look-up: records with the allele", screen, "frequency_of_alleles"),
        ("whole records: the rare", pieces.Piece, "members_of"),
        ("posterior, patterns: the rare", screen, "_decide"),
        ("writing the survivors", screen.EvidenceFields, "records"),
    ]
    for name, holder, attribute in parts:
        setattr(holder, attribute, clocked(name, getattr(holder, attribute)))
    filiation(["screen", *arguments, "--threads", "1"])
    SECONDS["everything else"] = time.process_time() - sum(SECONDS.values())
    print(json.dumps(SECONDS))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
