"""Can these gene models annotate this genome: same contig names, transcripts with a biotype, coding parts?

`bcftools csq` reads GFF3 in Ensembl style. Without `biotype=` on the transcripts it succeeds and annotates
nothing; that is stopped here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filiation.errors import InputError
from filiation.io.files import atomic_path, open_text, require_file
from filiation.model.contigs import bare_name

_REPAIR = "use the GFF3 of Ensembl for this build (Homo_sapiens.<build>.<release>.gff3.gz)"


@dataclass
class GeneModels:
    """Counts of what was kept, and of what was left out with the reason."""

    transcripts: int = 0
    coding_transcripts: int = 0
    other_contigs: Counter[str] = field(default_factory=Counter)
    beyond_contig: int = 0


def prepare_gene_models(gff3: str | Path, lengths: dict[str, int], output: str | Path) -> GeneModels:
    """Write the gene models of the genome's contigs, under the genome's contig names, bgzipped.

    `lengths` are the genome's contigs. Lines on contigs that the genome lacks are left out and counted;
    transcripts that end beyond their contig (a truncated genome) are left out whole and counted. InputError
    when no transcript has the Ensembl form (`ID=transcript:…`), a biotype, and coding parts.
    """
    import pysam

    source = require_file(gff3, "gene models (GFF3)")
    names = {bare_name(contig): contig for contig in lengths}
    models = GeneModels()
    seen = _Seen()
    cut = _transcripts_beyond(source, names, lengths)
    models.beyond_contig = len(cut)
    with atomic_path(output) as temporary:
        with pysam.BGZFile(str(temporary), "wb", None) as packed:
            packed.write(b"##gff-version 3\n")
            for fields in _features(source):
                contig = fields[0] if fields[0] in lengths else names.get(bare_name(fields[0]))
                if contig is None:
                    models.other_contigs[fields[0]] += 1
                    continue
                if int(fields[4]) > lengths[contig] or not cut.isdisjoint(_ids(fields[8])):
                    continue
                seen.add(fields)
                packed.write("\t".join([contig, *fields[1:]]).encode() + b"\n")
        _check(seen, models, source)
    models.transcripts = len(seen.with_biotype)
    models.coding_transcripts = len(seen.with_biotype & seen.coding)
    return models


class _Seen:
    """The transcripts met on the genome's contigs: all, those with a biotype, those with a CDS."""

    def __init__(self) -> None:
        self.lines = 0
        self.transcripts: set[str] = set()
        self.with_biotype: set[str] = set()
        self.coding: set[str] = set()

    def add(self, fields: list[str]) -> None:
        """Take one feature into account."""
        self.lines += 1
        if fields[2] == "CDS":
            self.coding.update(_ids(fields[8]))
            return
        found = re.search(r"(?:^|;)ID=(transcript:[^;]+)", fields[8])
        if found:
            self.transcripts.add(found.group(1))
            if re.search(r"(?:^|;)biotype=[^;]", fields[8]):
                self.with_biotype.add(found.group(1))


def _ids(attributes: str) -> set[str]:
    """The transcript that a feature is (ID) or belongs to (Parent)."""
    found: set[str] = set()
    for value in re.findall(r"(?:^|;)(?:ID|Parent)=([^;]+)", attributes):
        found.update(name for name in value.split(",") if name.startswith("transcript:"))
    return found


def _features(source: Path) -> Iterator[list[str]]:
    """Feature lines as nine fields; comments are skipped, a FASTA at the end is not read."""
    with open_text(source) as handle:
        for number, line in enumerate(handle, 1):
            if line.startswith("##FASTA"):
                return
            if line.startswith("#") or not line.strip():
                continue
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) != 9 or not (fields[3].isdecimal() and fields[4].isdecimal()):
                raise InputError(
                    f"{len(fields)} fields, start and end '{'-'.join(fields[3:5])}'",
                    where=f"{source}, line {number}",
                    expected="GFF3: nine fields separated by tabs, start and end whole numbers",
                    repair=_REPAIR,
                )
            yield fields


def _transcripts_beyond(source: Path, names: dict[str, str], lengths: dict[str, int]) -> set[str]:
    """Transcripts of which some part ends beyond its contig."""
    beyond: set[str] = set()
    for fields in _features(source):
        contig = names.get(bare_name(fields[0]))
        if contig is not None and int(fields[4]) > lengths[contig]:
            beyond |= _ids(fields[8])
    return beyond


def _check(seen: _Seen, models: GeneModels, source: Path) -> None:
    """Stop where the annotation would be silently empty."""
    if not seen.lines:
        contigs = ", ".join(list(models.other_contigs)[:5]) or "none"
        raise InputError(
            f"no gene model on a contig of the genome (contigs of the GFF3: {contigs})",
            where=str(source),
            expected="gene models of the same genome",
            repair=_REPAIR,
        )
    if not seen.transcripts:
        raise InputError(
            "no feature with ID=transcript:…",
            where=str(source),
            expected="GFF3 in Ensembl style",
            repair=_REPAIR,
        )
    if not seen.with_biotype:
        raise InputError(
            f"{len(seen.transcripts)} transcripts, none with biotype=; every consequence would be empty",
            where=str(source),
            expected="biotype=protein_coding (or another biotype) on each transcript",
            repair=_REPAIR,
        )
    if not seen.with_biotype & seen.coding:
        raise InputError(
            f"{len(seen.with_biotype)} transcripts with a biotype, none with a CDS",
            where=str(source),
            expected="CDS features with Parent=transcript:…",
            repair=_REPAIR,
        )
