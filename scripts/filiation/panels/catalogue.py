"""Which pre-indications of the French plan exist, under which names, and what is known of each?

`resources/pre_indications.yaml` holds one entry a pre-indication. Every fact carries its source and how sure we are
(`read` in that source, `memory`: from knowledge of the field, to be checked). Keys are closed: a mistyped one is a
fault that names line and entry.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from filiation.errors import ConfigError, FaultList, UserError, nearest
from filiation.io.files import require_file

# libyaml where it is there: ten times faster, the same safe constructor.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# The catalogue that ships.
SHIPPED = Path(__file__).resolve().parents[3] / "resources" / "pre_indications.yaml"
KINDS = ("rare_disease", "oncogenetics", "cancer")
CONFIDENCES = ("read", "memory")
FAMILY_STRUCTURES = (
    "trio",
    "trio_or_other_relatives",
    "trio_with_affected_relatives",
    "duo_minimum_trio_if_possible",
    "solo_or_affected_relatives",
    "solo_or_tumour_normal",
    "tumour_normal_pair",
)
INHERITANCE = (
    "AD",
    "AD_de_novo",
    "AD_reduced_penetrance",
    "AR",
    "XL",
    "MT",
    "imprinting",
    "copy_number",
    "repeat_expansion",
    "mosaic",
    "somatic",
    "oligogenic",
)
# How a blind spot escapes short reads, or this analysis of blood.
MECHANISMS = (
    "repeat_expansion",
    "tandem_repeat",
    "paralogue",
    "methylation",
    "mosaic",
    "somatic",
    "somatic_reversion",
    "heteroplasmy",
    "copy_number",
    "structural",
    "deep_intronic",
    "non_coding",
)
# How often a sign under an HPO root must be present in a disease for its genes to be taken: least share of patients.
# `any`: 5 % or more, or not stated (wide; for specific signs). `none`: the root describes, it does not choose genes.
ROOT_RULES: dict[str, float | None] = {"very_frequent": 0.80, "half": 0.50, "frequent": 0.30, "any": 0.05, "none": None}
DEFAULT_ROOT_RULE = "half"
FACTS = (
    "name_fr",
    "name_en",
    "aliases",
    "categories",
    "filiere",
    "valid_from",
    "valid_to",
    "hpo_roots",
    "orpha_groups",
    "family_structures",
    "inheritance",
    "required_documents",
    "blind_spots",
    "notes",
)
_REQUIRED = ("name_fr", "name_en", "categories", "family_structures", "inheritance", "valid_from")
_SINGLE = ("name_fr", "name_en", "filiere", "valid_from", "valid_to")
_CLOSED = {"family_structures": FAMILY_STRUCTURES, "inheritance": INHERITANCE}
_IDS = {"hpo_roots": re.compile(r"HP:\d{7}"), "orpha_groups": re.compile(r"ORPHA:\d+")}
# From which likeness (0 to 1) a name is near, how much less than the nearest is as near, how many are told, and which
# words say something.
_NEAR, _AS_NEAR, _MOST_NAMED, _WORD_LENGTH_MIN = 0.6, 0.15, 3, 4
_PANEL_KEYS = ("orphanet_names", "root_rules", "phenotype_driven", "ddg2p_roots")


@dataclass(frozen=True, slots=True)
class Fact:
    """What is said, by whom, and whether it was read there."""

    values: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A locus whose disease-causing variants short-read sequencing of blood may miss, and why."""

    locus: str
    mechanism: str

    def __str__(self) -> str:
        return f"{self.locus}: {self.mechanism}"


@dataclass(frozen=True, slots=True)
class PanelRule:
    """How the default panel is built: Orphanet names, the rule of each HPO root, and whether genes mean anything.

    ddg2p_roots : HPO terms, each with its label; diseases of DDG2P with a sign under one of them bring their genes.
    """

    orphanet_names: tuple[str, ...] = ()
    root_rules: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    phenotype_driven: str = ""
    ddg2p_roots: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreIndication:
    """One pre-indication; `facts` holds source and confidence of every field."""

    slug: str
    kind: str
    name_fr: str
    name_en: str
    aliases: tuple[str, ...]
    categories: tuple[str, ...]
    filiere: str
    valid_from: str
    valid_to: str
    hpo_roots: tuple[str, ...]
    orpha_groups: tuple[str, ...]
    family_structures: tuple[str, ...]
    inheritance: tuple[str, ...]
    required_documents: tuple[str, ...]
    blind_spots: tuple[BlindSpot, ...]
    notes: tuple[str, ...]
    rule: PanelRule
    facts: Mapping[str, tuple[Fact, ...]]
    labels: Mapping[str, str]

    @property
    def in_scope(self) -> bool:
        """Whether a germline trio analysis answers it: every kind but cancer."""
        return self.kind != "cancer"


@dataclass(frozen=True)
class Catalogue:
    """All pre-indications by slug, with the version of the catalogue."""

    path: str
    version: str
    date: str
    sources: Mapping[str, str]
    entries: Mapping[str, PreIndication]

    def find(self, name: str) -> PreIndication:
        """The pre-indication of a slug, official name or alias; case, accents and punctuation do not count.

        Raises ConfigError for an unknown one (the nearest is named) and for a cancer, which is somatic.
        """
        entry = self.entries.get(name) or self._names().get(_plain(name))
        if entry is None:
            raise ConfigError(
                f"unknown pre-indication '{name}'",
                where=self.path,
                expected=f"one of {len(self.germline())} pre-indications",
                repair=self.suggestion(name) or "filiation panels list",
            )
        if not entry.in_scope:
            raise somatic_error(entry)
        return entry

    def suggestion(self, name: str) -> str:
        """The slug of an alias or official name, else up to three nearest pre-indications, '' when nothing is near."""
        names = self._names()
        known = names.get(_plain(name))
        if known:
            return f"write the slug '{known.slug}' ({known.name_fr})"
        near: dict[str, float] = {}
        for known_name, entry in names.items():
            near[entry.slug] = max(near.get(entry.slug, 0.0), _likeness(_plain(name), known_name))
        best = sorted(near, key=lambda slug: -near[slug])[:_MOST_NAMED]
        told = [slug for slug in best if near[slug] >= max(_NEAR, near[best[0]] - _AS_NEAR)]
        words = " or ".join(f"'{slug}' ({self.entries[slug].name_fr})" for slug in told)
        return f"did you mean {words}?" if told else ""

    def germline(self) -> list[PreIndication]:
        """The pre-indications in scope, in the order of the catalogue."""
        return [entry for entry in self.entries.values() if entry.in_scope]

    def _names(self) -> dict[str, PreIndication]:
        """Plain form of every slug, name and alias → its entry."""
        found: dict[str, PreIndication] = {}
        for entry in self.entries.values():
            for name in (entry.slug, entry.name_fr, entry.name_en, *entry.aliases):
                found.setdefault(_plain(name), entry)
        return found


def _likeness(asked: str, known: str) -> float:
    """How near a name is to a known one, 0 to 1: as a whole, or word by word, since people write one word of many.

    Words of three letters and less (de, du, and) say nothing.
    """
    whole = difflib.SequenceMatcher(None, asked, known).ratio()
    words = [word for word in asked.split() if len(word) >= _WORD_LENGTH_MIN]
    others = [word for word in known.split() if len(word) >= _WORD_LENGTH_MIN]
    if not words or not others:
        return whole
    best = [max(difflib.SequenceMatcher(None, word, other).ratio() for other in others) for word in words]
    return max(whole, sum(best) / len(best))


def somatic_error(entry: PreIndication) -> ConfigError:
    """What a user is told who asks for a cancer pre-indication."""
    return ConfigError(
        f"pre-indication '{entry.slug}' ({entry.name_fr}) is a tumour analysis: somatic, out of scope",
        expected="a germline pre-indication: rare disease or oncogenetics",
        repair="use the laboratory's somatic pipeline; `filiation panels list` shows the germline ones",
    )


def _plain(name: str) -> str:
    """Lower case, without accents; runs of anything else than letters and digits are one space."""
    folded = (
        unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("’", " "))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    return re.sub(r"[^a-z0-9]+", " ", folded).strip()


def load_catalogue(path: str | Path | None = None) -> Catalogue:
    """The catalogue that ships, or another file of the same form; raises FaultList with every fault."""
    path = require_file(path or SHIPPED, "catalogue of pre-indications")
    status = path.stat()
    return _load(path, (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=4)
def _load(path: Path, _stamp: tuple[int, int]) -> Catalogue:
    """The catalogue of a file, read once per process."""
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        document = loader.get_single_node()
        data = loader.construct_document(document) if document else None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"not valid YAML: {' '.join(str(error).split())}", where=str(path), repair="correct the line named"
        ) from None
    faults: list[UserError] = []
    reader = _Reader(str(path), _entry_lines(document), faults)
    if not isinstance(data, dict) or set(data) != {"version", "date", "sources", "entries"}:
        raise ConfigError(
            "not a catalogue", where=str(path), expected="keys version, date, sources, entries and no other"
        )
    entries: dict[str, PreIndication] = {}
    for number, item in enumerate(data["entries"]):
        entry = reader.entry(number, item, data["sources"])
        if entry is not None and entry.slug in entries:
            reader.fault(number, f"slug '{entry.slug}' stands twice", "slugs that are unique")
        elif entry is not None:
            entries[entry.slug] = entry
    if faults:
        raise FaultList(faults)
    return Catalogue(str(path), str(data["version"]), str(data["date"]), data["sources"], entries)


def _entry_lines(document: Any) -> list[int]:
    """Line of every item of `entries`, counted from 1."""
    if not isinstance(document, yaml.MappingNode):
        return []
    for key, value in document.value:
        if key.value == "entries" and isinstance(value, yaml.SequenceNode):
            return [node.start_mark.line + 1 for node in value.value]
    return []


@dataclass
class _Reader:
    """Turns the items of the file into entries, and collects what is wrong with them."""

    path: str
    lines: list[int]
    faults: list[UserError]
    slug: str = ""

    def fault(self, number: int, found: str, expected: str, repair: str = "") -> None:
        """Keep a fault of one entry, with its line."""
        line = self.lines[number] if number < len(self.lines) else "?"
        where = f"{self.path}, line {line}, entry {self.slug or number + 1}"
        self.faults.append(ConfigError(found, where=where, expected=expected, repair=repair))

    def entry(self, number: int, item: Any, sources: Mapping[str, str]) -> PreIndication | None:
        """One entry, None when it has a fault."""
        before = len(self.faults)
        self.slug = str(item.get("slug", "")) if isinstance(item, dict) else ""
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.slug):
            self.fault(number, f"slug {self.slug!r}", "small letters, digits and single hyphens")
            return None
        for key in item:
            if key not in ("slug", "kind", "panel", *FACTS):
                known = ["slug", "kind", "panel", *FACTS]
                self.fault(number, f"unknown key '{key}'", ", ".join(known), nearest(str(key), known) or "remove it")
        if item.get("kind") not in KINDS:
            self.fault(number, f"kind {item.get('kind')!r}", f"one of {', '.join(KINDS)}")
        facts = {name: self._facts(number, name, item.get(name), sources) for name in FACTS}
        for name in _REQUIRED:
            if not facts[name]:
                self.fault(number, f"'{name}' is missing", "every entry has it")
        rule = self._rule(number, item.get("panel"), facts)
        if len(self.faults) > before:
            return None
        return _build(self.slug, str(item["kind"]), facts, rule)

    def _facts(self, number: int, name: str, given: Any, sources: Mapping[str, str]) -> tuple[Fact, ...]:
        """The facts of one field: one mapping {value, source, confidence} or a list of them."""
        found = []
        for part in given if isinstance(given, list) else [] if given is None else [given]:
            if not isinstance(part, dict) or set(part) != {"value", "source", "confidence"}:
                self.fault(number, f"'{name}' is {part!r}", "{value: …, source: …, confidence: …} and no other key")
                continue
            values = part["value"] if isinstance(part["value"], list) else [part["value"]]
            if not values or any(not isinstance(value, str) or not value.strip() for value in values):
                self.fault(number, f"'{name}' has value {part['value']!r}", "text, or a list of texts")
                continue
            if part["source"] not in sources:
                repair = nearest(str(part["source"]), list(sources)) or "declare it under `sources`"
                self.fault(number, f"'{name}' has source {part['source']!r}", ", ".join(sources), repair)
            if part["confidence"] not in CONFIDENCES:
                self.fault(number, f"'{name}' has confidence {part['confidence']!r}", " or ".join(CONFIDENCES))
            self._values(number, name, values)
            found.append(Fact(tuple(values), str(part["source"]), str(part["confidence"])))
        return tuple(found)

    def _values(self, number: int, name: str, values: list[str]) -> None:
        """Closed words, ids with their label, and blind spots `locus: mechanism`."""
        for value in values:
            if name in _CLOSED and value not in _CLOSED[name]:
                choices = list(_CLOSED[name])
                self.fault(number, f"'{name}' has '{value}'", ", ".join(choices), nearest(value, choices))
            if name in _IDS and not (_IDS[name].fullmatch(value.split(" ")[0]) and " " in value):
                self.fault(number, f"'{name}' has '{value}'", "an id, a space and its label")
            if name == "blind_spots":
                mechanism = value.rpartition(": ")[2]
                if mechanism not in MECHANISMS or ": " not in value:
                    repair = nearest(mechanism, list(MECHANISMS))
                    self.fault(number, f"blind spot '{value}'", f"locus: one of {', '.join(MECHANISMS)}", repair)
            if name in ("valid_from", "valid_to") and not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?|unknown", value):
                self.fault(number, f"'{name}' is '{value}'", "YYYY, YYYY-MM, YYYY-MM-DD or unknown")

    def _rule(self, number: int, given: Any, facts: Mapping[str, tuple[Fact, ...]]) -> PanelRule:
        """The rule of the panel; its expression compiles, its roots are those of the entry."""
        given = given or {}
        if not isinstance(given, dict) or set(given) - set(_PANEL_KEYS):
            self.fault(number, f"'panel' is {given!r}", f"keys {', '.join(_PANEL_KEYS)}")
            return PanelRule()
        names = given.get("orphanet_names") or []
        if not isinstance(names, list) or any(not isinstance(name, str) or not name for name in names):
            self.fault(number, f"orphanet_names is {names!r}", "a list of expressions on names of disorders")
            names = []
        for name in names:
            try:
                re.compile(name)
            except re.error as error:
                self.fault(number, f"orphanet_names: '{name}' is not an expression ({error})", "a regular expression")
        roots = given.get("root_rules") or {}
        known = [value.split(" ")[0] for fact in facts["hpo_roots"] for value in fact.values]
        for root, word in roots.items():
            if root not in known or word not in ROOT_RULES:
                self.fault(
                    number, f"root rule {root}: {word!r}", f"a root of the entry, and one of {', '.join(ROOT_RULES)}"
                )
        wide = given.get("ddg2p_roots") or []
        if not isinstance(wide, list) or any(not re.fullmatch(r"HP:\d{7} .+", str(root)) for root in wide):
            self.fault(number, f"ddg2p_roots is {wide!r}", "a list of HPO ids, each with a space and its label")
            wide = []
        return PanelRule(
            tuple(names),
            MappingProxyType(dict(roots)),
            str(given.get("phenotype_driven") or ""),
            tuple(str(root) for root in wide),
        )


def _build(slug: str, kind: str, facts: Mapping[str, tuple[Fact, ...]], rule: PanelRule) -> PreIndication:
    """The typed entry of facts that were found sound."""

    def values(name: str) -> tuple[str, ...]:
        return tuple(value for fact in facts[name] for value in fact.values)

    labels: dict[str, str] = {}
    ids: dict[str, tuple[str, ...]] = {}
    for name in _IDS:
        pairs = [value.split(" ", 1) for value in values(name)]
        labels.update((identifier, label) for identifier, label in pairs)
        ids[name] = tuple(identifier for identifier, _ in pairs)
    single = {name: next(iter(values(name)), "") for name in _SINGLE}
    spots = [value.rpartition(": ") for value in values("blind_spots")]
    return PreIndication(
        slug=slug,
        kind=kind,
        aliases=values("aliases"),
        categories=values("categories"),
        family_structures=values("family_structures"),
        inheritance=values("inheritance"),
        required_documents=values("required_documents"),
        blind_spots=tuple(BlindSpot(locus, mechanism) for locus, _, mechanism in spots),
        notes=values("notes"),
        rule=rule,
        facts=MappingProxyType(dict(facts)),
        labels=MappingProxyType(labels),
        hpo_roots=ids["hpo_roots"],
        orpha_groups=ids["orpha_groups"],
        name_fr=single["name_fr"],
        name_en=single["name_en"],
        filiere=single["filiere"],
        valid_from=single["valid_from"],
        valid_to=single["valid_to"],
    )
