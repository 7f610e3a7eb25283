"""What does ClinVar say of exactly this allele?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filiation.errors import InputError
from filiation.io.files import require_file
from filiation.io.vcf_header import open_calls
from filiation.model.contigs import bare_name

# Review status → stars (ClinVar documentation, review status).
_STARS = {
    "practice_guideline": 4,
    "reviewed_by_expert_panel": 3,
    "criteria_provided,_multiple_submitters,_no_conflicts": 2,
    "criteria_provided,_multiple_submitters": 2,
    "criteria_provided,_conflicting_classifications": 1,
    "criteria_provided,_conflicting_interpretations": 1,
    "criteria_provided,_single_submitter": 1,
}


@dataclass(frozen=True)
class ClinVarEntry:
    """One ClinVar record: classification, review status, VariationID.

    conflict : what the submitters say where they differ, `Pathogenic(1)|Benign(2)`. dbsnp : its rs numbers.
    """

    significance: str
    review: str
    variation_id: str
    conflict: str = ""
    dbsnp: tuple[str, ...] = ()

    @property
    def stars(self) -> int:
        """Review stars, 0–4."""
        return _STARS.get(self.review, 0)

    @property
    def pathogenic(self) -> bool:
        """Pathogenic or likely pathogenic; conflicting classifications are neither."""
        word = self.significance.lower()
        return "pathogenic" in word and "conflict" not in word and "benign" not in word

    @property
    def benign(self) -> bool:
        """Benign or likely benign; conflicting classifications are neither."""
        word = self.significance.lower()
        return "benign" in word and "conflict" not in word and "pathogenic" not in word


def _joined(value: Any) -> str:
    """A ClinVar INFO value as the file has it: commas that the reader split on are put back."""
    if value is None:
        return ""
    return ",".join(str(part) for part in value) if isinstance(value, tuple | list) else str(value)


class ClinVar:
    """An opened ClinVar VCF; looks up exact alleles, whatever the contig style."""

    def __init__(self, handle: Any, where: str) -> None:
        self._handle = handle
        self.where = where
        self._contigs = {bare_name(name): name for name in handle.header.contigs}
        self._declared = frozenset(handle.header.info)
        # ClinVar writes the date of its release as ##fileDate=2025-03-01; '' when the file does not say.
        self.date = next((str(line.value) for line in handle.header.records if line.key == "fileDate"), "")

    def find(self, chrom: str, pos: int, ref: str, alt: str) -> ClinVarEntry | None:
        """The record of this allele, or None when ClinVar does not have it."""
        contig = self._contigs.get(bare_name(chrom))
        if contig is None:
            return None
        for record in self._handle.fetch(contig, pos - 1, pos):
            if record.pos == pos and record.ref == ref and alt in (record.alts or ()):
                return ClinVarEntry(
                    self._text(record, "CLNSIG"),
                    self._text(record, "CLNREVSTAT"),
                    str(record.id or ""),
                    self._text(record, "CLNSIGCONF"),
                    tuple(f"rs{word}" for word in self._text(record, "RS").split(",") if word.isdecimal()),
                )
        return None

    def _text(self, record: Any, name: str) -> str:
        """An INFO value as the file has it, '' where there is none or the header does not declare it."""
        return _joined(record.info.get(name)) if name in self._declared else ""


@contextmanager
def open_clinvar(path: str | Path) -> Iterator[ClinVar]:
    """Open a ClinVar VCF with its index; stops when it has no CLNSIG or no index."""
    require_file(path, "ClinVar VCF")
    if not any(Path(f"{path}{suffix}").is_file() for suffix in (".tbi", ".csi")):
        raise InputError(
            "no index beside the ClinVar VCF",
            where=str(path),
            expected=".tbi or .csi",
            repair=f"bcftools index --tbi {path}",
        )
    with open_calls(path) as handle:
        if "CLNSIG" not in handle.header.info:
            raise InputError(
                "INFO/CLNSIG is not declared",
                where=str(path),
                expected="a ClinVar VCF",
                repair="name the right file",
            )
        yield ClinVar(handle, str(path))
