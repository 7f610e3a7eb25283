"""A text parser of ours under atheris, which looks for inputs that reach new code. Optional: `pip install atheris`.

    PYTHONPATH=scripts:tests python -m builders.coverage_fuzz ped -max_total_time=3600 -dict=… CORPUS

The first word names the parser (`builders.text_mutants.PARSERS`); what follows is libFuzzer's. Whatever is neither
refused with a message of ours nor read as a plain parse reads it ends the run, with the input in a file.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main(name: str, options: list[str]) -> None:
    """Fuzz one parser until libFuzzer's options end it."""
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["filiation"]):
        from builders.text_mutants import OUTCOMES, PARSERS, try_mutant
    file, text, _, _ = PARSERS[name]
    folder = Path(tempfile.mkdtemp(prefix="coverage-fuzz-"))
    path = folder / file
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "sound").write_text(text, encoding="utf-8")

    def try_bytes(content: bytes) -> None:
        path.write_bytes(content)
        outcome = try_mutant(name, path)
        if outcome not in OUTCOMES:
            raise AssertionError(outcome)

    atheris.Setup([sys.argv[0], *options, str(corpus)], try_bytes)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
