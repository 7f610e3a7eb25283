"""What is planted in the simulated programme, in which family, at which release, and what must come of it?

Every plant says before anything is run which variant of which family changes, how, from which cause, and whether a
human must be told. Noise is planted beside it: what a month of ClinVar and of gnomAD brings mostly concerns nobody, or
nothing that could matter to the family. Noise must change no row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from programme_world import Book, Gene, PublicData, Trio, Variant

ONE_STAR, TWO_STARS = "criteria_provided,_single_submitter", "criteria_provided,_multiple_submitters,_no_conflicts"
NO_STAR = "no_assertion_criteria_provided"
CONFLICTING = "criteria_provided,_conflicting_classifications"
UNCERTAIN = ("Uncertain_significance", ONE_STAR)
# A disease that HPO annotates with intellectual disability, for the gene that becomes known as its cause.
NEW_DISEASE = "OMIM:616339"
COMMON, RARE = 0.03, 2e-6
# Below it a frequency may grow by half without meeting a limit of the rank (0.0001).
LEAST_TOLD = 5e-5


@dataclass(frozen=True)
class Expected:
    """One row that the changes table of a family must have at a release; decision: what the last RCP said of it."""

    release: int
    family: str
    variant: str
    change: str
    cause: str
    kind: str
    alert: bool
    decision: str = ""


@dataclass(frozen=True)
class Plant:
    """A kind of event: how the variant looks at the start, and what a release does to what is public.

    before : what the start of the programme makes of it. event : what the release changes.
    change, cause, alert : what the family's table must say.
    """

    kind: str
    gene: str
    term: str
    inheritance: str
    change: str
    cause: str
    alert: bool
    event: Callable[[PublicData, Variant], None]
    before: Callable[[PublicData, Variant], None] = lambda data, variant: None


def _says(significance: str, review: str) -> Callable[[PublicData, Variant], None]:
    def event(data: PublicData, variant: Variant) -> None:
        data.clinvar[variant.site] = (significance, review)

    return event


def _frequency(value: float) -> Callable[[PublicData, Variant], None]:
    def event(data: PublicData, variant: Variant) -> None:
        data.frequency[variant.site] = value

    return event


def _panel_adds(data: PublicData, variant: Variant) -> None:
    data.panel_added.append(variant.gene)


def _panel_drops(data: PublicData, variant: Variant) -> None:
    data.panel_added.remove(variant.gene)


def _disease_is_found(data: PublicData, variant: Variant) -> None:
    data.diseases.append((variant.gene, NEW_DISEASE))


PATHOGENIC = _says("Pathogenic", TWO_STARS)
MISSENSE, INTRON, STOP = "missense_variant", "intron_variant", "stop_gained"
# What makes a diagnosis: it must be found, and told.
DIAGNOSES = (
    Plant("clinvar_new_allele", "unknown", MISSENSE, "new", "upgraded", "clinvar", True, PATHOGENIC),
    Plant(
        "clinvar_uncertain_to_pathogenic", "unknown", MISSENSE, "new", "upgraded", "clinvar", True,
        _says("Likely_pathogenic", ONE_STAR), _says(*UNCERTAIN),
    ),
    Plant("clinvar_deep_intron", "dominant", INTRON, "new", "new", "clinvar", True, PATHOGENIC),
    Plant("clinvar_two_copies", "unknown", MISSENSE, "two_copies", "upgraded", "clinvar", True, PATHOGENIC),
    Plant("gene_disease_found", "unknown", STOP, "new", "upgraded", "hpo", True, _disease_is_found),
    Plant(
        "frequency_corrected_down", "recessive", STOP, "two_copies", "new", "frequency", True,
        _frequency(RARE), _frequency(COMMON),
    ),
)  # fmt: skip
# What a table must show and nobody must be called for.
OTHERS = (
    Plant(
        "clinvar_pathogenic_to_benign", "unknown", MISSENSE, "new", "vanished", "clinvar", False,
        _says("Likely_benign", ONE_STAR), PATHOGENIC,
    ),
    Plant(
        "clinvar_pathogenic_to_conflicting", "unknown", MISSENSE, "new", "downgraded", "clinvar", False,
        _says("Conflicting_classifications_of_pathogenicity", CONFLICTING), PATHOGENIC,
    ),
    Plant(
        "clinvar_uncertain_to_benign", "unknown", MISSENSE, "two_copies", "vanished", "clinvar", False,
        _says("Benign", TWO_STARS), _says(*UNCERTAIN),
    ),
    # A panel alone is no evidence: where a gene comes onto it for a disease, the link is the diagnosis.
    Plant("panel_adds_gene", "unknown", MISSENSE, "new", "upgraded", "panel", False, _panel_adds),
    Plant("panel_drops_gene", "unknown", MISSENSE, "new", "downgraded", "panel", False, _panel_drops, _panel_adds),
    Plant(
        "frequency_corrected_up", "unknown", MISSENSE, "two_copies", "vanished", "frequency", False,
        _frequency(COMMON),
    ),
)  # fmt: skip


@dataclass
class Programme:
    """Families at the start, families that come with each release, what is public at each, and the truth."""

    trios: list[Trio]
    arrivals: list[list[Trio]]
    events: list[list[Callable[[PublicData], None]]]
    start: PublicData
    expected: list[Expected]
    decisions: list[tuple[int, str, Variant, str]]


def make_programme(families: int, releases: int, seed: int, *, diagnoses: float = 0.006) -> Programme:
    """Families with background and plants; `diagnoses` planted diagnoses for a family and release, one at least.

    Every kind of plant is used at least once where `releases` is large enough. A family gets one plant at most, so
    that each expected row has one cause.
    """
    book, start = Book(seed), PublicData()
    trios = [Trio(f"P{number:05d}") for number in range(families)]
    programme = Programme(trios, [[] for _ in range(releases)], [[] for _ in range(releases)], start, [], [])
    free = [trios[i] for i in book.random.permutation(families)]
    wanted = max(1, round(diagnoses * families))
    turn = 0
    for release in range(releases):
        for _ in range(wanted):
            _plant(programme, book, free.pop(), DIAGNOSES[turn % len(DIAGNOSES)], release)
            turn += 1
        for number in range(2):
            _plant(programme, book, free.pop(), OTHERS[(2 * release + number) % len(OTHERS)], release)
    _plant_recurrence(programme, book, free, releases)
    _plant_decisions(programme, book, free, releases)
    common = book.common(start)
    for trio in [*trios, *(trio for arrivals in programme.arrivals for trio in arrivals)]:
        book.background(trio, start, common)
    _plant_noise(programme, book)
    return programme


def _plant(programme: Programme, book: Book, trio: Trio, plant: Plant, release: int) -> Variant:
    """Put one plant into a family."""
    variant = book.variant(book.reserve(plant.gene), plant.term, plant.inheritance)
    trio.variants.append(variant)
    plant.before(programme.start, variant)
    programme.events[release].append(partial(plant.event, variant=variant))
    programme.expected.append(
        Expected(release, trio.name, variant.key, plant.change, plant.cause, plant.kind, plant.alert)
    )
    return variant


def _plant_recurrence(programme: Programme, book: Book, free: list[Trio], releases: int) -> None:
    """A new missense of an archived child is found as new in a family that comes later: an artefact, or a hot spot."""
    for release in range(releases // 3, releases, max(1, releases // 3)):
        first = free.pop()
        variant = book.variant(book.reserve("unknown"), MISSENSE, "new")
        first.variants.append(variant)
        # On the panel it is on shelf A, which it leaves when it is taken for an artefact.
        _panel_adds(programme.start, variant)
        later = Trio(f"N{release:02d}001", [variant])
        programme.arrivals[release].append(later)
        programme.expected += [
            Expected(release, trio.name, variant.key, "downgraded", "cohort", "seen_new_elsewhere", False)
            for trio in (first, later)
        ]


def _plant_decisions(programme: Programme, book: Book, free: list[Trio], releases: int) -> None:
    """What an RCP has decided, and what the next release makes of it.

    A candidate is set aside and ClinVar repeats itself: nothing may be told again. A pathogenic one is retained, and
    ClinVar's submitters no longer agree: what the family was told is at stake, and a human must be called.
    """
    for release in range(0, releases - 1, max(1, releases // 3)):
        trio, variant = free.pop(), book.variant(book.reserve("unknown"), MISSENSE, "new")
        trio.variants.append(variant)
        programme.start.clinvar[variant.site] = UNCERTAIN
        programme.decisions.append((release, trio.name, variant, "set_aside"))
        repeats = _says("Uncertain_significance", TWO_STARS)
        programme.events[release + 1].append(partial(repeats, variant=variant))
        trio, variant = free.pop(), book.variant(book.reserve("unknown"), MISSENSE, "new")
        trio.variants.append(variant)
        PATHOGENIC(programme.start, variant)
        programme.decisions.append((release, trio.name, variant, "retained"))
        disagree = _says("Conflicting_classifications_of_pathogenicity", CONFLICTING)
        programme.events[release + 1].append(partial(disagree, variant=variant))
        programme.expected.append(
            Expected(
                release + 1, trio.name, variant.key, "downgraded", "clinvar", "retained_is_disputed", True, "retained"
            )
        )


def _plant_noise(programme: Programme, book: Book) -> None:
    """Each release: words on alleles that do not fit the family, that nobody carries, that stay uncertain.

    One background allele in four stands in ClinVar at the start. A month moves one in fifty of all background alleles:
    to or between uncertain and not provided, and single copies, which make no candidate, to pathogenic, as those of
    carriers of recessive genes are. Two genes of which every family has a single copy at most get their first disease:
    where one of thousands of families has both copies changed, that news would be no noise. 200 entries change that no
    family carries.
    """
    planted = {expected.variant for expected in programme.expected} | {v.key for _, _, v, _ in programme.decisions}
    carried, single, concerned = [], [], set()
    for trio in programme.trios:
        own = [variant for variant in trio.variants if variant.term != INTRON and variant.key not in planted]
        alone = single_copies(trio)
        carried += own
        single += [variant for variant in own if variant in alone]
    for trio in [*programme.trios, *(trio for arrivals in programme.arrivals for trio in arrivals)]:
        alone = single_copies(trio)
        concerned |= {variant.gene.symbol for variant in trio.variants if variant not in alone}
    quiet = [variant for variant in single if variant.gene.symbol not in concerned]
    for variant in carried:
        if book.random.random() < 0.25:
            programme.start.clinvar.setdefault(variant.site, UNCERTAIN)
    for events in programme.events:
        for number in book.random.choice(len(carried), max(2, len(carried) // 50), replace=False):
            word = [UNCERTAIN, ("Uncertain_significance", TWO_STARS), ("not_provided", NO_STAR)][number % 3]
            events.append(lambda data, site=carried[number].site, word=word: data.clinvar.__setitem__(site, word))
            value = programme.start.frequency.get(carried[number].site, 1.0)
            if number % 2 and value < LEAST_TOLD:
                events.append(
                    lambda data, site=carried[number].site, value=value: data.frequency.__setitem__(site, 1.5 * value)
                )
        for number in book.random.choice(len(single), max(2, len(single) // 200), replace=False):
            events.append(
                lambda data, site=single[number].site: data.clinvar.__setitem__(site, ("Pathogenic", TWO_STARS))
            )
        # Diseases are found of genes in which families carry one copy of something.
        for number in book.random.choice(len(quiet), 2, replace=False):
            events.append(partial(_disease_is_found, variant=quiet[number]))
        gene = book.gene("unknown")
        elsewhere = [book.variant(gene, MISSENSE, "new") for _ in range(200)]
        events.append(lambda data, found=tuple(elsewhere): _elsewhere(data, found))


def single_copies(trio: Trio) -> list[Variant]:
    """Variants that a child has from one parent, in genes in which it has nothing else: they make no candidate."""
    in_gene = Counter(variant.gene.symbol for variant in trio.variants)
    return [v for v in trio.variants if v.inheritance in ("paternal", "maternal") and in_gene[v.gene.symbol] == 1]


def _elsewhere(data: PublicData, variants: Sequence[Variant]) -> None:
    """Alleles that nobody carries."""
    for number, variant in enumerate(variants):
        words = (("Pathogenic", TWO_STARS), ("Benign", ONE_STAR), UNCERTAIN)
        data.clinvar[variant.site] = words[number % 3]


__all__ = ["Expected", "Gene", "Programme", "make_programme"]
