"""What would a caller write of trios whose every allele has a known origin?

Sites of six origins: new in the child, inherited, inherited with few reads of the carrier parent, systematic artefact
(all members show the allele at one share), sporadic artefact (the child's reads alone), new in a part of the child's
cells. Each site has a weight,
expected sites in a genome over sites drawn, so that rare origins are seen often and count as little as they are.

Nothing here is read from the scoring model: rates are those of KINDS, each with its source below. Reads differ from
what the model thinks: depths scatter more than Poisson, errors and the balance of heterozygotes differ between sites
in other ways, reads of insertions and deletions favour the reference, artefacts have other shares, one parental allele
in 500,000 drops out altogether, and the caller computes PL from base qualities as if reads were independent. Sequencing
errors have low base qualities; of artefacts, half of the sites do, and the others' reads look like any read.

Rates of a genome (both parents' gametes, 3e9 positions):
- substitutions 1.27e-8 (Besenbacher et al. 2015, doi 10.1038/ncomms6969), at CpG 9.72e-8 (Campbell et al. 2012,
  doi 10.1038/ng.2418); two transitions for one transversion elsewhere;
- insertions and deletions 1.0e-9: between 2.94 a genome (Kloosterman et al. 2015, doi 10.1101/gr.185041.114) and 1.5e-9
  (Besenbacher et al. 2015); split by length and repeats: own choice, after Montgomery et al. 2013
  (doi 10.1101/gr.148718.112), nearly half in 4 % of the genome;
- neighbouring bases together: own choice, 1.2 a genome;
- after fertilisation, 6.5 % of all new ones (Acuna-Hidalgo et al. 2015, doi 10.1016/j.ajhg.2015.05.008), in 2 to
  40 % of the reads (own choice);
- systematic artefacts: 20,000 to 30,000 false heterozygotes after filters (Li 2014, doi 10.1093/bioinformatics/btu356,
  one in 100 to 200 kb); split: own choice, most false insertions and deletions in repeats;
- sporadic artefacts: own choice; one substitution and 0.6 insertions and deletions outside repeats; the consensus of
  three callers has 0.6 to 2 % false calls of all kinds (doi 10.26508/lsa.202403039);
- those are the artefacts which nothing marks. A caller writes more: on the stored GATK trios there are three times as
  many false substitutions for each inherited one (benchmarks/de_novo_grounding.py), of which 30 % show nothing unusual
  of strand, mapping or position, and more false insertions and deletions (`Scenario`);
- half of the systematic artefacts stand in the frequency sources, at the frequency with which they are called: they
  recur in everyone (Freeman et al. 2020, doi 10.1101/gr.255349.119); the half that does not (other machines, sources
  without the records that failed their filters) is own choice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
from de_novo_site_fields import draw_site_fields

REPOSITORY = Path(__file__).resolve().parents[1]

DE_NOVO, INHERITED, INHERITED_FEW_READS, SYSTEMATIC, SPORADIC, CHILD_MOSAIC = range(6)
ORIGINS = (
    "new",
    "inherited",
    "inherited, few reads",
    "systematic artefact",
    "sporadic artefact",
    "mosaic of the child",
)
SHARES = (0.28, 0.20, 0.25, 0.15, 0.09, 0.03)
# Inherited sites that no source knows, for each new one: 18,500 substitutions a person, five times the singletons among
# 53,831 genomes (Taliun et al. 2021, doi 10.1038/s41586-021-03205-y). They are young, so kinds stand as they arise.
ABSENT = 240.0
MOSAIC_SHARE = 0.065
MOSAIC_READS = (0.02, 0.4)
RATE_NAMES = ("new", "systematic", "sporadic")
# Of reads with base qualities of 12, 25 and 37.
QUALITY_SHARES = {"true": (0.03, 0.10, 0.87), "false": (0.35, 0.35, 0.30)}
# Share of alternate reads from which half of the callers' genotypes are heterozygous.
CALLED_FROM = 0.17
DROP_OUT = 2e-6
FEW_READS = 6
OVERDRAWN = 40
# Shares of alternate reads of systematic artefacts (beta). Those that look new: least reads and greatest share of reads
# of the child; how often parents with 0, 1 and 2 reads are drawn.
SYSTEMATIC_SHARES, NEAR_CHILD, NEAR_PARENTS = (1.3, 5.0), (3, 0.6), (0.6, 0.25, 0.15)
# A boy's X against a genome: one maternal gamete of 1.55e8 positions for two of 3e9. That mothers pass fewer new
# alleles than fathers do is left out.
X_SHARE = 0.5 * 1.55e8 / 3e9
# Code of the X outside its pseudoautosomal regions, as filiation.kernels.encoding has it.
X_CLASS = 2
# Common sites: their number at frequency f is this over f (neutral spectrum), 3 million heterozygous in a person.
SPECTRUM = 1.5e6
LOWEST, HIGHEST = 1e-5, 0.3


@dataclass(frozen=True)
class Kind:
    """One kind of change: alleles that stand for it, its surroundings, and what a genome holds of it.

    places : positions and alleles.  new, systematic, sporadic : expected sites in a genome.
    common : share of the inherited sites that sources know, against all.
    """

    ref: str
    alt: str
    before: str
    following: str
    places: float
    new: float
    common: float
    systematic: float
    sporadic: float
    repeat: bool = False

    @property
    def indel(self) -> bool:
        """Insertion or deletion."""
        return len(self.ref) != len(self.alt)


_FILL = "GCATGACTCGATCAGTACGTCAGATCGTACTAGCATCGATCAGCATGCTAGCTAGACTGACTA"
# Of 76.2 new substitutions 11.7 lie at CpG (9.72e-8, two gametes, 6e7 positions).
KINDS = (
    Kind("A", "G", "T", "ACT" + _FILL, 2.9e9, 43.0, 0.48, 6600, 0.33),
    Kind("C", "T", "T", "CGT" + _FILL, 6e7, 11.7, 0.17, 400, 0.01),
    Kind("A", "C", "T", "ACT" + _FILL, 6e9, 21.5, 0.33, 13000, 0.66),
    Kind("AC", "GT", "T", "ACT" + _FILL, 3e9, 1.2, 0.02, 200, 0.05),
    Kind("CA", "C", "T", "CAG" + _FILL, 2.9e9, 1.6, 0.036, 900, 0.2),
    Kind("CA", "C", "T", "CAAAAAAAAG" + _FILL, 1.2e8, 1.4, 0.036, 6000, 60.0, True),
    Kind("CTGA", "C", "T", "CTGACG" + _FILL, 3e9, 1.6, 0.024, 900, 0.2),
    Kind("CTGA", "C", "T", "CTGATGATGATGAG" + _FILL, 3e7, 0.4, 0.012, 1500, 1.0, True),
    Kind("C", "CTGACGAGT", "T", "CAG" + _FILL, 3e9, 1.0, 0.012, 900, 0.2),
)


@dataclass(frozen=True)
class Scenario:
    """What is assumed of artefacts.

    substitutions, indels, repeats : artefacts of substitutions, of insertions and deletions outside and in repeats,
        for each one of KINDS.  marked : they show faults of strand, mapping and position as measured, else none does.
    low_quality : share whose reads have low base qualities.  visible : share of the systematic ones that the frequency
        sources have.
    """

    substitutions: float
    indels: float
    repeats: float
    marked: bool
    low_quality: float = 0.5
    visible: float = 0.5

    def times(self, kind: Kind) -> float:
        """Artefacts of a kind, for each one of KINDS."""
        return self.repeats if kind.repeat else self.indels if kind.indel else self.substitutions


# As measured on the stored trios, and as the simulator was before: fewer artefacts, none of them marked.
SCENARIOS = {"measured": Scenario(3.3, 1.0, 6.0, True), "unmarked": Scenario(1.0, 1.0, 1.0, False)}
MEASURED = SCENARIOS["measured"]


@dataclass
class Simulated:
    """Sites of one depth: the batch as a reader would give it, the truth and its weight."""

    batch: Any
    origin: np.ndarray
    kind: np.ndarray
    weight: np.ndarray
    frequency: np.ndarray
    reference: Any
    alt_bins: np.ndarray

    @property
    def new(self) -> np.ndarray:
        """Whether the allele arose in the child, in all of its cells or in a part."""
        return (self.origin == DE_NOVO) | (self.origin == CHILD_MOSAIC)


class SimulatedReference:
    """Stands for the reference: the flank of a site is that of its kind."""

    def __init__(self, kind: np.ndarray) -> None:
        self._kind = kind

    def beside(self, _chrom: object, pos: np.ndarray, width: int) -> np.ndarray:
        """Rows as ReferenceFlanks gives them; site number = position - 1."""
        rows = [np.frombuffer((k.before + k.following).ljust(width, "A")[:width].encode(), np.uint8) for k in KINDS]
        return np.array(rows)[self._kind[pos - 1]]


@numba.vectorize(["float64(float64)"])
def gammaln(x: float) -> float:
    """Natural log of the gamma function."""
    return math.lgamma(x)


def _frequencies(random: np.random.Generator, n: int, absent_share: float) -> np.ndarray:
    """Population frequencies of sites: NaN = absent from the sources, else from the spectrum of carriers."""
    frequency = random.uniform(LOWEST, HIGHEST, n)
    frequency[random.random(n) < absent_share] = np.nan
    return frequency


def _beta_binomial(k: np.ndarray, n: np.ndarray, a: Any, b: Any) -> np.ndarray:
    """Probability of k of n."""
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return np.asarray(
        np.exp(
            choose
            + gammaln(a + k)
            + gammaln(b + n - k)
            - gammaln(a + b + n)
            - (gammaln(a) + gammaln(b) - gammaln(a + b))
        )
    )


def draw_depths(random: np.random.Generator, coverage: float | np.ndarray, n: int) -> np.ndarray:
    """Reads of three members: Poisson around a mean (of all or each) that differs by site (10 %) and member (12 %)."""
    site = random.gamma(100, 1 / 100, (n, 1))
    member = random.gamma(70, 1 / 70, (n, 3))
    return random.poisson(coverage * site * member)


def phred_of_reads(
    random: np.random.Generator, ref: np.ndarray, alt: np.ndarray, false_alt: np.ndarray, indel: np.ndarray, repeat: Any
) -> tuple[np.ndarray, np.ndarray]:
    """PL of a caller that trusts base qualities and independence, and its sum of qualities by allele (QS); false
    alternate reads have low qualities."""
    qualities = np.array([12.0, 25.0, 37.0])
    gap = np.where(repeat, 15.0, 30.0)
    log = np.zeros((*ref.shape, 3))
    quality_sum = np.zeros((*ref.shape, 2))
    alt_bins = np.zeros((*ref.shape, 3))
    for counts, share, alternate in ((ref, "true", False), (alt - false_alt, "true", True), (false_alt, "false", True)):
        bins = random.multinomial(counts, QUALITY_SHARES[share])
        for b, quality in enumerate(qualities):
            phred = np.where(indel, gap, quality)[:, None]
            error = 10 ** (-phred / 10)
            same, other = np.log10(1 - error), np.log10(np.where(indel[:, None], error, error / 3))
            n = bins[:, :, b]
            if alternate:
                alt_bins[:, :, b] += n
            quality_sum[:, :, int(alternate)] += n * phred
            log[:, :, 0] += n * (other if alternate else same)
            log[:, :, 1] += n * np.log10(0.5)
            log[:, :, 2] += n * (same if alternate else other)
    return np.rint(-10 * (log - log.max(axis=2, keepdims=True))), quality_sum, alt_bins


def expected_sites(origin: int, known: bool, scenario: Scenario = MEASURED) -> np.ndarray:
    """Sites of each kind in a genome; inherited and new ones at places that the frequency sources know, or not."""
    column = dict(zip((DE_NOVO, SYSTEMATIC, SPORADIC), RATE_NAMES, strict=True))
    new = np.array([kind.new for kind in KINDS])
    common = 2 * SPECTRUM * (HIGHEST - LOWEST) * np.array([kind.common for kind in KINDS])
    if origin in column and not known:
        times = [1.0 if origin == DE_NOVO else scenario.times(kind) for kind in KINDS]
        return np.array([getattr(kind, column[origin]) for kind in KINDS]) * times
    if origin == CHILD_MOSAIC:
        return new * MOSAIC_SHARE / (1 - MOSAIC_SHARE)
    if not known:
        return ABSENT * new
    if origin != DE_NOVO:
        return common
    # A place that the population has already mutates as often as any other of its kind.
    places = common * math.log(HIGHEST / LOWEST) / (2 * (HIGHEST - LOWEST))
    return new * np.minimum(1.0, places / np.array([kind.places for kind in KINDS]))


def simulate(coverage: float, n: int, seed: int, scenario: Scenario = MEASURED, *, boys_x: bool = False) -> Simulated:
    """n sites of a trio at one depth.

    boys_x : all sites lie on the X of a boy, outside its pseudoautosomal regions: he and his father have one copy and
    half of the reads, his mother may have passed the allele. Weights are then sites of such an X (X_SHARE of a genome).
    """
    random = np.random.default_rng([seed, int(coverage)])
    origin = random.choice(len(SHARES), n, p=SHARES)
    frequency = _frequencies(random, n, 0.5)
    few = (origin == INHERITED_FEW_READS) | (origin == INHERITED)
    # A new allele may stand at a place where the population has it already: frequencies as of places, not of carriers.
    at_known = (origin == DE_NOVO) & (random.random(n) < 0.15)
    frequency[~few] = np.nan
    frequency[at_known] = LOWEST * (HIGHEST / LOWEST) ** random.random(int(at_known.sum()))
    known = ~np.isnan(frequency)
    kind = np.zeros(n, dtype=np.int64)
    weight = np.zeros(n)
    for code in range(len(SHARES)):
        for common_site in (False, True):
            chosen = np.flatnonzero((origin == code) & (known == common_site))
            if not len(chosen):
                continue
            totals = expected_sites(code, common_site, scenario) * (X_SHARE if boys_x else 1.0)
            # Half of the draws follow the genome, half are even over the kinds, so that rare kinds are seen.
            draw = 0.5 * totals / totals.sum() + 0.5 / len(KINDS)
            kind[chosen] = random.choice(len(KINDS), len(chosen), p=draw)
            weight[chosen] = totals[kind[chosen]] / (len(chosen) * draw[kind[chosen]])
    return _reads(random, coverage, origin, kind, weight, frequency, scenario, boys_x)


def _reads(
    random: np.random.Generator,
    coverage: float,
    origin: np.ndarray,
    kind: np.ndarray,
    weight: np.ndarray,
    frequency: np.ndarray,
    scenario: Scenario,
    boys_x: bool,
) -> Simulated:
    """Depths, allelic depths, PL and genotypes of the sites."""
    n = len(origin)
    indel = np.array([k.indel for k in KINDS])[kind]
    repeat = np.array([k.repeat for k in KINDS])[kind]
    copies = np.array([0.5, 0.5, 1.0]) if boys_x else np.ones(3)
    depth = draw_depths(random, coverage * copies, n)
    shape = 1 / 0.013 - 1
    mean = np.where(indel, 0.455, 0.485)
    balance = random.beta(mean[:, None] * shape, (1 - mean[:, None]) * shape, (n, 3))
    error = random.gamma(0.5, np.where(repeat, 0.008, 0.0012)[:, None], (n, 3)) / 0.5
    share = np.minimum(error, 0.3)
    child_carries = (origin == DE_NOVO) | (origin == INHERITED) | (origin == INHERITED_FEW_READS)
    share[child_carries, 0] = 1 - share[child_carries, 0] if boys_x else balance[child_carries, 0]
    parent = random.integers(1, 3, n)
    if boys_x:
        parent[:] = 2
    carrier = np.flatnonzero((origin == INHERITED) | (origin == INHERITED_FEW_READS))
    share[carrier, parent[carrier]] = balance[carrier, parent[carrier]]
    # A few parents have two copies, as the frequency says; both parents carry a common allele now and then.
    f = np.nan_to_num(frequency, nan=0.0)
    both = carrier[random.random(len(carrier)) < (1 if boys_x else 2) * f[carrier]]
    share[both, 3 - parent[both]] = 1 - share[both, 3 - parent[both]] if boys_x else balance[both, 3 - parent[both]]
    mosaic = np.flatnonzero(origin == CHILD_MOSAIC)
    share[mosaic, 0] = random.uniform(*MOSAIC_READS, len(mosaic)) * (2 if boys_x else 1)
    dropped = carrier[random.random(len(carrier)) < DROP_OUT]
    share[dropped, parent[dropped]] = 0.0
    own = np.flatnonzero(origin == SPORADIC)
    share[own, 0] = random.beta(1.3, 3.5, len(own))
    alt = random.binomial(depth, share)
    weight = weight.copy()
    sites = np.flatnonzero(origin == SYSTEMATIC)
    shown = _systematic(random, coverage * copies, sites, depth, alt, weight)
    frequency = frequency.copy()
    frequency[sites] = _frequency_of_artefacts(random, shown, scenario.visible)
    _few_reads(random, origin, parent, depth, alt, weight, mean, shape)
    # Reads look like any read where the allele is there, and in the artefacts of which only their place is wrong.
    true_share = child_carries[:, None] & np.array([True, False, False])
    true_share[carrier, parent[carrier]] = True
    true_share[both, 3 - parent[both]] = True
    artefact = (origin == SYSTEMATIC) | (origin == SPORADIC)
    ordinary = artefact & (random.random(n) >= scenario.low_quality)
    true_share[ordinary & (origin == SYSTEMATIC)] = True
    true_share[ordinary, 0] = True
    true_share[mosaic, 0] = True
    false_alt = np.where(true_share, 0, alt)
    ref = depth - alt
    phred, quality_sum, alt_bins = phred_of_reads(random, ref, alt, false_alt, indel, repeat)
    ordered = np.sort(phred, axis=2)
    genotype = phred.argmin(axis=2).astype(np.int8)
    genotype[depth == 0] = -1
    phred[depth == 0] = np.nan
    quality = np.minimum(99, ordered[:, :, 1]).astype(np.float32)
    alleles = [(k.ref, k.alt) for k in KINDS]
    batch = SimpleNamespace(
        contigs=["1"],
        contig_index=np.zeros(n, dtype=np.int32),
        contig_class=np.full(n, X_CLASS if boys_x else 0, dtype=np.int8),
        pos=np.arange(1, n + 1),
        ref=[alleles[k][0] for k in kind],
        alt=[alleles[k][1] for k in kind],
        is_snv=np.array([len(k.ref) == len(k.alt) == 1 for k in KINDS])[kind],
        genotype=genotype,
        ref_depth=ref.astype(np.int32),
        alt_depth=alt.astype(np.int32),
        depth=depth.astype(np.int32),
        genotype_quality=quality,
        phred=phred,
        quality_sum=quality_sum,
        log10_likelihood=np.full(phred.shape, np.nan),
        records=None,
        site_fields=draw_site_fields(random, artefact, origin == SYSTEMATIC, indel, scenario.marked),
    )
    return Simulated(batch, origin, kind, weight, frequency, SimulatedReference(kind), alt_bins)


def _systematic(
    random: np.random.Generator, coverage: Any, sites: np.ndarray, depth: np.ndarray, alt: np.ndarray, weight: Any
) -> np.ndarray:
    """Artefacts of all members, in three parts, each weighted by its probability.

    Half of the sites look most like new ones (`_passing_for_new`). Of the others, OVERDRAWN times as many are drawn:
    those that still could pass (some reads in the child, few in the parents) fill nine tenths, a sample of the rest the
    others. Returns the share of alternate reads that all people show at each site.
    """
    near, sites = sites[: len(sites) // 2], sites[len(sites) // 2 :]
    of_near = _passing_for_new(random, coverage, near, depth, alt, weight)
    weight[near] *= (len(near) + len(sites)) / len(near)
    n = len(sites) * OVERDRAWN
    reads = draw_depths(random, coverage, n)
    share = random.beta(*SYSTEMATIC_SHARES, n)
    a, b = _scattered(share)
    false = random.binomial(reads, random.beta(a[:, None], b[:, None], (n, 3)))
    taken_already = (false[:, 0] >= NEAR_CHILD[0]) & (false[:, 0] <= np.floor(NEAR_CHILD[1] * reads[:, 0]))
    taken_already &= (false[:, 1:] < len(NEAR_PARENTS)).all(axis=1)
    alike = (false[:, 0] >= 3) & (false[:, 0] > 0.1 * reads[:, 0])
    alike &= (false[:, 1:] <= np.maximum(1, 0.07 * reads[:, 1:])).all(axis=1)
    first = np.flatnonzero(alike & ~taken_already)[: len(sites) * 9 // 10]
    rest = np.flatnonzero(~alike & ~taken_already)[: len(sites) - len(first)]
    taken = np.concatenate([first, rest])
    depth[sites], alt[sites] = reads[taken], false[taken]
    weight[sites] *= (len(near) + len(sites)) / len(sites)
    weight[sites[: len(first)]] *= (alike & ~taken_already).mean() * len(sites) / len(first)
    weight[sites[len(first) :]] *= (~alike & ~taken_already).mean() * len(sites) / len(rest)
    return np.concatenate([of_near, share[taken]])


def _scattered(share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Parameters of the beta-binomial of one member's reads where all members show this share."""
    scatter = 1 / 0.01 - 1
    return np.maximum(share * scatter, 1e-3), (1 - share) * scatter


def _passing_for_new(
    random: np.random.Generator, coverage: Any, sites: np.ndarray, depth: np.ndarray, alt: np.ndarray, weight: Any
) -> np.ndarray:
    """Artefacts of all members that look new by their reads (NEAR_CHILD, NEAR_PARENTS): drawn by the reads and weighted
    by the probability of these. Returns their shares."""
    n = len(sites)
    reads = draw_depths(random, coverage, n)
    # Few reads are drawn more often than many: the child's go with a square, the parents' with NEAR_PARENTS.
    least, share = NEAR_CHILD
    choices = np.floor(share * reads[:, 0]).astype(np.int64) - least + 1
    possible = choices > 0
    choices = np.maximum(choices, 1)
    step = np.floor(choices * random.random(n) ** 2).astype(np.int64)
    drawn_as = np.sqrt((step + 1) / choices) - np.sqrt(step / choices)
    drawn = np.column_stack([least + step, random.choice(len(NEAR_PARENTS), (n, 2), p=NEAR_PARENTS)])
    drawn_as *= np.array(NEAR_PARENTS)[drawn[:, 1:]].prod(axis=1)
    possible &= (drawn <= reads).all(axis=1)
    drawn = np.minimum(drawn, reads)
    # The probability of such reads sums over the shares that all may have, and one of these is drawn given the reads.
    roots = (np.arange(50) + 0.5) / 50
    shares = roots**2
    alpha, beta = SYSTEMATIC_SHARES
    prior = roots * shares ** (alpha - 1) * (1 - shares) ** (beta - 1)
    given = np.tile(prior / prior.sum(), (n, 1))
    for a, b, column in zip(*_scattered(shares), given.T, strict=True):
        for member in range(3):
            column *= _beta_binomial(drawn[:, member], reads[:, member], a, b)
    total = given.sum(axis=1)
    chosen = (np.cumsum(given, axis=1) < (random.random(n) * total)[:, None]).sum(axis=1)
    weight[sites] *= np.where(possible, total / drawn_as, 0.0)
    depth[sites], alt[sites] = reads, drawn
    return shares[np.minimum(chosen, len(shares) - 1)]


def _frequency_of_artefacts(random: np.random.Generator, share: np.ndarray, visible: float) -> np.ndarray:
    """Population frequency at which artefacts of a share are called at 30 reads (half of the calls' rate, as callers
    write heterozygotes); NaN for those that the sources do not have, or that nobody of 100,000 people shows."""
    reads = random.binomial(30, share[:, None], (len(share), 200))
    called = (reads >= CALLED_FROM * 30).mean(axis=1) / 2
    frequency = np.where(called > 0, called, 0.5 * share**5)
    hidden = (random.random(len(share)) >= visible) | (frequency < LOWEST)
    return np.where(hidden, np.nan, np.minimum(frequency, 0.5))


def _few_reads(
    random: np.random.Generator,
    origin: np.ndarray,
    parent: np.ndarray,
    depth: np.ndarray,
    alt: np.ndarray,
    weight: np.ndarray,
    mean: np.ndarray,
    shape: float,
) -> None:
    """Carrier parents with 0 to FEW_READS alternate reads are drawn evenly and weighted by their probability; the
    other inherited sites lose such draws."""
    for code in (INHERITED, INHERITED_FEW_READS):
        sites = np.flatnonzero(origin == code)
        total = depth[sites, parent[sites]]
        if code == INHERITED_FEW_READS:
            most = np.minimum(FEW_READS, total)
            drawn = random.integers(0, most + 1)
            a, b = mean[sites] * shape, (1 - mean[sites]) * shape
            alt[sites, parent[sites]] = drawn
            weight[sites] *= _beta_binomial(drawn, total, a, b) * (most + 1)
        else:
            weight[sites[alt[sites, parent[sites]] <= FEW_READS]] = 0.0


def likelihoods(batch: Any, model: Any) -> np.ndarray:
    """Genotype likelihoods as the screen has them."""
    from filiation.kernels.genotype import genotype_log_likelihoods_jit

    values, _ = genotype_log_likelihoods_jit(
        batch.phred,
        batch.log10_likelihood,
        batch.ref_depth,
        batch.alt_depth,
        batch.genotype,
        batch.genotype_quality,
        model.threshold["sequencing_error_rate"],
    )
    return np.asarray(values)
