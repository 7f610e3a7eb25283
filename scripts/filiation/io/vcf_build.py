"""Is a source of evidence on the genome build of the calls?

Told by the lengths of its contigs, and, for files that declare none (ClinVar's), by the build that the header names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.io.vcf_header import open_calls
from filiation.model.contigs import bare_name, detect_assembly

_NAMED = {
    "GRCh38": re.compile("grch38|hg38", re.IGNORECASE),
    "GRCh37": re.compile("grch37|hg19|hs37|b37", re.IGNORECASE),
}
# Lines of a header that name the genome.
_KEYS = ("reference", "assembly")


def require_build(path: str | Path, what: str, lengths: Mapping[str, int]) -> None:
    """Stop when a VCF is of another genome build than the calls; a file that names no build passes.

    what : what the file is, for the message. lengths : contigs of the calls and their lengths.
    Raises InputError that names both builds, or the contig whose length differs.
    """
    with open_calls(require_file(path, what)) as handle:
        declared = {str(name): int(contig.length or 0) for name, contig in handle.header.contigs.items()}
        named = " ".join(str(line.value) for line in handle.header.records if line.key in _KEYS)
    ours, theirs = detect_assembly(dict(lengths)), detect_assembly(declared)
    if theirs == "other":
        said = [build for build, pattern in _NAMED.items() if pattern.search(named)]
        theirs = said[0] if len(said) == 1 else theirs
    if "other" not in (ours, theirs) and ours != theirs:
        raise _another_build(f"{what} of {theirs} for calls of {ours}: another build", path, ours)
    known = {bare_name(name): length for name, length in lengths.items()}
    for name, length in declared.items():
        own = known.get(bare_name(name), 0)
        if length and own and length != own:
            raise _another_build(f"contig {name} has {length:,} bases, {own:,} in the calls: another build", path, ours)


def _another_build(found: str, path: str | Path, ours: str) -> InputError:
    on = "the genome of the calls" if ours == "other" else ours
    return InputError(found, where=str(path), expected=f"a file on {on}", repair="give the file of the calls' build")
