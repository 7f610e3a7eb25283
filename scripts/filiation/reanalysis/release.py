"""What is new in a release, in which version, and does it fit the archive? Checked before a family is touched.

A release file names only what is new; whatever it does not name stays as each family was last judged. Paths are those
of the file's folder. `previous` names files of the last analyses by hand where the archive kept none of that checksum.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import Any

import yaml

from filiation.errors import ConfigError, InputError, nearest
from filiation.io.files import require_file
from filiation.reanalysis.basis import checksum

SCHEMA = "filiation-release/1"
CLINVAR, FREQUENCY, PANEL, HPO, GENE_FACTS = "clinvar", "frequency", "panel", "hpo", "gene_facts"
COHORT, RULE, SOFTWARE, NEW_CALL = "cohort", "rule", "software", "new_call"
# Causes in the order in which a reader weighs them.
CAUSES = (CLINVAR, HPO, GENE_FACTS, PANEL, FREQUENCY, COHORT, RULE, SOFTWARE, NEW_CALL)
# Key of a release file → cause that its change is told under.
CAUSE_OF = {
    "clinvar": CLINVAR,
    "clinvar_proteins": CLINVAR,
    "frequencies": FREQUENCY,
    "panels": PANEL,
    "hpo_gene_diseases": HPO,
    "gene_facts": GENE_FACTS,
    "in_house": COHORT,
    "recurrent_artefacts": COHORT,
    "rank_weights": RULE,
    "acmg_table": RULE,
    "scoring_model": RULE,
}
_OTHER_KEYS = ("schema", "name", "date", "assembly", "annotation", "previous")
_ANNOTATION_KEYS = ("consequences", "reference", "genes_gff3", "mane_summary", "gene_table")


@dataclass(frozen=True)
class Resource:
    """One new file. key : entry of the release; name : pre-indication, kind of facts or name of a frequency source."""

    key: str
    path: Path
    version: str
    sha256: str
    name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def cause(self) -> str:
        """Cause that a change by it is told under."""
        return CAUSE_OF[self.key]

    @property
    def label(self) -> str:
        """`clinvar 2026-12-01`."""
        return " ".join(filter(None, (self.name or self.key, self.version)))


@dataclass(frozen=True)
class Release:
    """What is new, checked. annotation : how records that come back are annotated; previous : files by checksum."""

    name: str
    date: str
    assembly: str
    resources: tuple[Resource, ...]
    annotation: Mapping[str, str] = field(default_factory=dict)
    previous: Mapping[str, Path] = field(default_factory=dict)

    @property
    def causes(self) -> frozenset[str]:
        """Causes that the release can be the reason of."""
        return frozenset(resource.cause for resource in self.resources)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is new: the same files give the same, wherever they lie."""
        content = sorted((one.key, one.name, one.version, one.sha256) for one in self.resources)
        return sha256_of(json.dumps(content).encode()).hexdigest()

    def of(self, key: str) -> list[Resource]:
        """Resources of one entry."""
        return [resource for resource in self.resources if resource.key == key]

    def one(self, key: str) -> Resource | None:
        """The resource of an entry that holds one; None when it is not new."""
        return next(iter(self.of(key)), None)

    def panel(self, pre_indication: str) -> Resource | None:
        """New panel of a pre-indication."""
        return next((one for one in self.of("panels") if one.name == pre_indication), None)

    def version_of(self, cause: str) -> str:
        """Versions of what is new under a cause."""
        return ", ".join(resource.label for resource in self.resources if resource.cause == cause)


def read_release(path: str | Path, assembly: str, date: str = "") -> Release:
    """Read and check a release file against an archive of `assembly`; nothing of the archive is touched.

    Raises ConfigError for a key that is not understood, InputError for a file that is missing, is not what its
    checksum says, is of another build, or cannot be read as what it is named.
    """
    where = str(require_file(path, "release file"))
    try:
        data = yaml.safe_load(Path(path).read_text("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"not valid YAML: {' '.join(str(error).split())}", where=where, repair="correct the line named"
        ) from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        found = data.get("schema") if isinstance(data, dict) else type(data).__name__
        raise ConfigError(
            f"schema {found!r}", where=where, expected=f"schema: {SCHEMA}", repair="see docs/reanalysis.md"
        )
    _refuse_unknown(data, (*CAUSE_OF, *_OTHER_KEYS), where)
    _require_build(str(data.get("assembly") or assembly), assembly, where, "the release")
    base = Path(path).parent
    resources = tuple(_resources(data, base, where))
    if not resources:
        raise ConfigError("nothing is new", where=where, expected=f"one of {', '.join(CAUSE_OF)}")
    annotation = data.get("annotation") or {}
    _refuse_unknown(annotation, _ANNOTATION_KEYS, f"{where}, annotation")
    release = Release(
        str(data.get("name") or Path(path).stem),
        _day(date or str(data.get("date") or ""), where),
        assembly,
        resources,
        {key: str(_placed(base, value)) if key != "consequences" else value for key, value in annotation.items()},
        {checksum(file): file for file in (_placed(base, item) for item in data.get("previous") or [])},
    )
    for resource in resources:
        _prove(resource, release)
    return release


def _day(text: str, where: str) -> str:
    """The date of the release as YYYY-MM-DD."""
    try:
        return Date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(
            f"date {text!r}", where=where, expected="YYYY-MM-DD", repair="give --date, or date: in the release file"
        ) from None


def _refuse_unknown(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in data:
        if key not in known:
            raise ConfigError(
                f"unknown key '{key}'",
                where=where,
                expected=f"one of {', '.join(known)}",
                repair=nearest(str(key), list(known)) or "remove it",
            )


def _placed(base: Path, value: Any) -> Path:
    return require_file(base / str(value), "file named by the release")


def _resources(data: Mapping[str, Any], base: Path, where: str) -> list[Resource]:
    """Every entry, in the order of CAUSE_OF."""
    found = []
    for key in CAUSE_OF:
        entry = data.get(key)
        if entry is None:
            continue
        for item in _entries(key, entry, base, where):
            given = dict(item)
            path = _placed(base, given.pop("path", given.pop("vcf", "")))
            stated, version = given.pop("sha256", ""), str(given.pop("version", ""))
            name = str(given.pop("name", given.pop("kind", "")))
            resource = Resource(key, path, version, checksum(path), name, {k: str(v) for k, v in given.items()})
            if stated and stated != resource.sha256:
                raise InputError(
                    f"SHA-256 {resource.sha256[:12]}… of {path.name}",
                    where=f"{where}, {key}",
                    expected=f"{stated[:12]}…, as the release states",
                    repair="download the file again, or correct the checksum",
                )
            found.append(resource)
    return found


def _entries(key: str, entry: Any, base: Path, where: str) -> list[dict[str, Any]]:
    """One entry as a list of mappings: a path alone, a mapping, a list; panels also a folder, or files by slug."""
    if key == "panels" and isinstance(entry, str) and (base / entry).is_dir():
        return [{"path": path.relative_to(base) if path.is_relative_to(base) else path, "name": path.stem}
                for path in sorted((base / entry).glob("*.tsv"))]  # fmt: skip
    if key == "panels" and isinstance(entry, dict):
        return [{"name": slug, **(item if isinstance(item, dict) else {"path": item})} for slug, item in entry.items()]
    items = entry if isinstance(entry, list) else [entry]
    found = [{"path": item} if isinstance(item, str) else item for item in items]
    if not all(isinstance(item, dict) and ("path" in item or "vcf" in item) for item in found):
        raise ConfigError(
            f"{key}: {entry!r}",
            where=where,
            expected="a path, or a mapping with path, version and sha256",
            repair="see docs/reanalysis.md",
        )
    return [dict(item) for item in found]


def _require_build(found: str, wanted: str, where: str, what: str) -> None:
    if "other" not in (found, wanted) and found != wanted:
        raise InputError(
            f"{what} is of {found}",
            where=where,
            expected=f"{wanted}, the build of the archive",
            repair="give the file of the archive's build; nothing was changed",
        )


def _prove(resource: Resource, release: Release) -> None:
    """Read a resource far enough to know that it is what it is named, and of the archive's build."""
    from filiation.acmg.table import load_acmg_table
    from filiation.evidence.gene_facts import GeneFactFile, load_gene_facts
    from filiation.panels.load import load_panel
    from filiation.phenotype.diseases import read_gene_diseases
    from filiation.prioritisation.weights import load_rank_weights
    from filiation.scoring.model import load_scoring_model

    if resource.key in ("clinvar", "in_house", "frequencies"):
        _prove_vcf(resource, release)
    elif resource.key == "gene_facts":
        load_gene_facts([GeneFactFile(resource.name, str(resource.path))])
    else:
        readers: dict[str, Any] = {
            "panels": load_panel,
            "hpo_gene_diseases": read_gene_diseases,
            "rank_weights": load_rank_weights,
            "acmg_table": load_acmg_table,
            "scoring_model": load_scoring_model,
        }
        if reader := readers.get(resource.key):
            reader(resource.path)


def _prove_vcf(resource: Resource, release: Release) -> None:
    """A VCF with its index, or a side-car of frequencies, of the archive's build.

    ClinVar declares no lengths of contigs: it names its build as ##reference=GRCh38.
    """
    from filiation.frequencies.layout import is_compiled, read_header
    from filiation.io.vcf import header_contigs
    from filiation.io.vcf_header import open_calls
    from filiation.model.contigs import detect_assembly

    where = str(resource.path)
    if resource.key == "frequencies" and is_compiled(resource.path):
        _require_build(read_header(resource.path).build, release.assembly, where, resource.label)
        return
    if not any(Path(f"{where}{suffix}").is_file() for suffix in (".tbi", ".csi")):
        raise InputError(
            "no index beside the file", where=where, expected=".tbi or .csi", repair=f"bcftools index --tbi {where}"
        )
    named = ""
    with open_calls(where) as handle:
        named = next((str(line.value) for line in handle.header.records if line.key == "reference"), "")
        if resource.key == "clinvar" and "CLNSIG" not in handle.header.info:
            raise InputError("INFO/CLNSIG is not declared", where=where, expected="a ClinVar VCF",
                             repair="name the right file")  # fmt: skip
    found = next((build for build in ("GRCh37", "GRCh38") if build in named), "")
    _require_build(found or detect_assembly(header_contigs(where)), release.assembly, where, resource.label)
