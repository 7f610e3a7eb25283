"""Which share of a member's reads is somebody else's, and whose are they?

The reads of one member are explained as a mixture of its own genotype and a source's. What genotypes to expect
comes from the family itself, without population frequencies: a member's own from Mendel's rules and the others'
genotypes; a stranger's from the number of alternates among the parents' four chromosomes, because an allele that
differs from the reference has, under the neutral spectrum, a frequency density of 1/p. So k alternates of n
chromosomes give the next one the probability k/(n+1). Only sites at which another member carries the alternate are
used: a site that is in the file because of foreign reads alone would count itself.

Sources: Watterson 1975 (doi 10.1016/0040-5809(75)90020-9) for the spectrum; Jun et al. 2012 (verifyBamID, doi
10.1016/j.ajhg.2012.09.004) for the mixture; Lu et al. 2023 (CHARR, doi 10.1016/j.ajhg.2023.10.011) for homozygous
sites as the ones that tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import comb, lgamma

import numpy as np
import numpy.typing as npt

from filiation.kernels.contamination import reads_log_likelihood_jit
from filiation.model.pedigree import Family, Member, Role
from filiation.quality.thresholds import ContaminationThresholds
from filiation.quality.verdict import CheckRow, Verdict

# Genotype code of an absent or missing relative in the group of a site.
ABSENT = 3
# Reads are counted up to this depth; deeper sites are halved until they fit.
DEEPEST = 127
GROUPS = (ABSENT + 1) ** 2
_SIZE = DEEPEST + 1
# Genotypes that Mendel's rules forbid happen all the same: wrong calls, uniparental disomy, wrong parents.
_MENDELIAN_EXCEPTION = 0.01
_COARSE = np.array([0, 0.0025, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4])
# Heterozygotes lean to the reference and spread more than binomially: pseudo-reads of a beta-binomial, share of
# alternate reads, and share of sites that say nothing; the likeliest of each is taken.
_PSEUDO_READS = (10.0, 20.0, 40.0, 80.0, 200.0)
_LEANS = (0.5, 0.485, 0.47, 0.45)
_NOISE = (0.0005, 0.002, 0.005, 0.01, 0.03)
_ERRORS = np.array([0.0002, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016])


@dataclass(frozen=True)
class Contamination:
    """Estimate of one member. `source` is a sample, 'outside the family', or '' when it cannot be told."""

    fraction: float
    low: float
    high: float
    error_rate: float
    sites: int
    support: float
    source: str = ""


def relatives_of(family: Family, member: Member) -> tuple[str, str]:
    """The two whose genotypes group a member's sites: a child's parents, a parent's partner and the proband.

    '' for one who was not sequenced.
    """
    father, mother = family.father, family.mother
    names = father.sample if father else "", mother.sample if mother else ""
    if member.role is Role.FATHER:
        return names[1], family.proband.sample
    if member.role is Role.MOTHER:
        return names[0], family.proband.sample
    return names


class ReadTally:
    """Counts sites of one member by the genotypes of two relatives and by the member's own reads."""

    def __init__(self) -> None:
        self.counts = np.zeros(GROUPS * _SIZE * _SIZE, dtype=np.int64)

    def add(
        self,
        first: npt.NDArray[np.int8],
        second: npt.NDArray[np.int8],
        ref: npt.NDArray[np.int32],
        alt: npt.NDArray[np.int32],
        own: npt.NDArray[np.int8],
        position: npt.NDArray[np.int64],
    ) -> None:
        """Add autosomal SNVs. Where neither relative is known, only the member's own homozygous alternates count."""
        known = (first >= 0) | (second >= 0)
        carried = np.where(known, (first > 0) | (second > 0), own == 2)
        used = carried & (ref >= 0) & (alt >= 0) & (ref + alt > 0)
        group = np.where(first < 0, ABSENT, first).astype(np.int64) * (ABSENT + 1) + np.where(
            second < 0, ABSENT, second
        )
        ref, alt, odd = ref[used].astype(np.int64), alt[used].astype(np.int64), position[used] & 1
        while len(ref) and (ref + alt).max() > DEEPEST:
            deep = ref + alt > DEEPEST
            # Halves round up and down in turn, so that a single read keeps its weight on average.
            ref = np.where(deep, (ref + odd) >> 1, ref)
            alt = np.where(deep, (alt + odd) >> 1, alt)
            odd = 1 - odd
        index = (group[used] * _SIZE + ref) * _SIZE + alt
        places, counts = np.unique(index, return_counts=True)
        self.counts[places] += counts

    def cells(self) -> npt.NDArray[np.int64]:
        """(n, 4): group, reference reads, alternate reads, sites."""
        index = np.flatnonzero(self.counts)
        return np.stack(
            [index // (_SIZE * _SIZE), index // _SIZE % _SIZE, index % _SIZE, self.counts[index]], axis=1
        ).astype(np.int64)


def _given(child: int, father: int, mother: int) -> float:
    """Probability of a child's genotype given its parents'."""
    a, b = father / 2, mother / 2
    return ((1 - a) * (1 - b), a * (1 - b) + (1 - a) * b, a * b)[child]


@cache
def joint_prior() -> npt.NDArray[np.float64]:
    """Weight of the genotypes of father, mother, child and a stranger at a site, float64 (3, 3, 3, 3).

    k alternates among the six chromosomes of the three unrelated people weigh B(k, 7 - k), the frequency density
    1/p integrated over p; a site without any alternate is in no file.
    """
    weight = np.zeros((3, 3, 3, 3))
    for father, mother, child, stranger in product(range(3), repeat=4):
        k = father + mother + stranger
        if k:
            spectrum = np.exp(lgamma(k) + lgamma(7 - k) - lgamma(7))
            draws = comb(2, father) * comb(2, mother) * comb(2, stranger)
            weight[father, mother, child, stranger] = draws * spectrum * _given(child, father, mother)
    return weight


def group_priors(role: Role, source: int | None) -> npt.NDArray[np.float64]:
    """Probability (group, own genotype, source's genotype) for a member of a role.

    source : None for a stranger, 0 or 1 for the first or second relative, whose genotype the group names; in
    groups where that is missing, and in groups without any site, all is zero.
    """
    order = {Role.FATHER: (1, 2, 0), Role.MOTHER: (0, 2, 1)}.get(role, (0, 1, 2))
    weight = joint_prior().transpose(*order, 3)
    prior = np.zeros((GROUPS, 3, 3))
    for first, second in product(range(ABSENT + 1), repeat=2):
        block = weight
        block = block[first : first + 1] if first != ABSENT else block
        block = block[:, second : second + 1] if second != ABSENT else block
        both = block.sum(axis=(0, 1))
        if first == second == ABSENT:
            both = both * np.array([0, 0, 1])[:, None]
        if both.sum() == 0:
            continue
        both = both / both.sum()
        known = first, second
        if source is not None:
            if known[source] == ABSENT:
                continue
            both = both.sum(axis=1)[:, None] * (np.arange(3) == known[source])[None, :]
        if not first == second == ABSENT:
            both = (1 - _MENDELIAN_EXCEPTION) * both + _MENDELIAN_EXCEPTION * both.sum(axis=0)[None, :] / 3
        prior[first * (ABSENT + 1) + second] = both
    return prior


@dataclass(frozen=True)
class _Sites:
    """Cells with what does not depend on the share of foreign reads."""

    cells: npt.NDArray[np.int64]
    coefficient: npt.NDArray[np.float64]
    heterozygous: npt.NDArray[np.float64]
    noise: float

    def of(self, cells: npt.NDArray[np.bool_]) -> _Sites:
        """Some of the cells."""
        return _Sites(self.cells[cells], self.coefficient[cells], self.heterozygous[cells], self.noise)

    def surface(
        self, prior: npt.NDArray[np.float64], fractions: npt.NDArray[np.float64], errors: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """Log-likelihood (shares, error rates)."""
        return np.asarray(
            reads_log_likelihood_jit(
                self.cells, self.coefficient, self.heterozygous, prior, fractions, errors, self.noise
            )
        )


@cache
def _log_gamma_from(start: float) -> npt.NDArray[np.float64]:
    """Logarithm of the gamma function at start, start + 1, …, for every count of reads."""
    return np.array([lgamma(n + start) for n in range(2 * DEEPEST + 1)])


def _beta_binomial(cells: npt.NDArray[np.int64], reads: float, share: float) -> npt.NDArray[np.float64]:
    """Logarithm of the probability of the reads of a heterozygote, without the binomial coefficient."""
    a, b = reads * share, reads * (1 - share)
    alt, ref, whole = _log_gamma_from(a), _log_gamma_from(b), _log_gamma_from(a + b)
    beta = alt[cells[:, 2]] + ref[cells[:, 1]] - whole[cells[:, 1] + cells[:, 2]]
    return np.asarray(beta - alt[0] - ref[0] + whole[0])


def fitted_sites(cells: npt.NDArray[np.int64], prior: npt.NDArray[np.float64]) -> _Sites:
    """The cells with the likeliest spread, lean and noise of the member's own heterozygotes."""
    ref, alt = cells[:, 1], cells[:, 2]
    factorial = _log_gamma_from(1.0)
    coefficient = factorial[ref + alt] - factorial[ref] - factorial[alt]
    shares, errors = np.array([0.003, 0.02, 0.05, 0.1]), np.array([0.001, 0.003])

    def sites(reads: float, lean: float, noise: float) -> tuple[float, _Sites]:
        made = _Sites(cells, coefficient, np.exp(coefficient + _beta_binomial(cells, reads, lean)), noise)
        return float(made.surface(prior, shares, errors).max()), made

    chosen = [40.0, 0.485, 0.005]
    for place, choices in enumerate((_PSEUDO_READS, _LEANS, _NOISE, _PSEUDO_READS)):
        tried = [[value if n == place % 3 else kept for n, kept in enumerate(chosen)] for value in choices]
        chosen = max(tried, key=lambda values: sites(*values)[0])
    return sites(*chosen)[1]


@dataclass(frozen=True)
class _Fit:
    fraction: float
    error_rate: float
    log_likelihood: float
    low: float
    high: float
    null: float


def _fit(sites: _Sites, prior: npt.NDArray[np.float64], drop: float) -> _Fit:
    """The likeliest share on ever finer grids; `drop` nats below the top are the ends of the interval."""
    # Sites that are heterozygous beyond doubt weigh the same whatever the share.
    fewer = np.minimum(sites.cells[:, 1], sites.cells[:, 2])
    clear = (fewer > 6) & (fewer > 0.25 * (sites.cells[:, 1] + sites.cells[:, 2]))
    rest = float(sites.of(clear).surface(prior, np.array([0.01]), np.array([0.002]))[0, 0])
    open_sites = sites.of(~clear)

    def surface(fractions: npt.NDArray[np.float64], errors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return open_sites.surface(prior, fractions, errors) + rest

    null = float(surface(np.zeros(1), np.geomspace(1e-4, 0.05, 60)).max())
    values = surface(_COARSE, _ERRORS)
    c, e = divmod(int(np.argmax(values)), values.shape[1])
    below, above = _COARSE[max(c - 1, 0)], _COARSE[min(c + 1, len(_COARSE) - 1)]
    best, rate, top, step = float(_COARSE[c]), float(_ERRORS[e]), float(values[c, e]), 2.5
    for _ in range(3):
        fractions = np.linspace(below, above, 7)
        errors = np.minimum(rate * step ** np.array([-0.66, -0.33, 0.0, 0.33, 0.66]), 0.1)
        values = surface(fractions, errors)
        c, e = divmod(int(np.argmax(values)), values.shape[1])
        best, rate, top = float(fractions[c]), float(errors[e]), max(top, float(values[c, e]))
        width = (above - below) / 6
        below, above, step = max(best - width, 0.0), best + width, step**0.5
    around = np.linspace(max(best - 0.01, 0), best + 0.01, 41)
    inside = around[surface(around, np.array([rate]))[:, 0] >= top - drop]
    low, high = (float(inside[0]), float(inside[-1])) if len(inside) else (best, best)
    return _Fit(best, rate, max(top, null), low, high, null)


def estimate(family: Family, member: Member, tally: ReadTally, limits: ContaminationThresholds) -> Contamination | None:
    """Share and source of foreign reads in one member, None with too few sites."""
    cells = tally.cells()
    if len(cells) == 0:
        return None
    stranger = group_priors(member.role, None)
    cells = cells[stranger.sum(axis=(1, 2))[cells[:, 0]] > 0]
    sites = int(cells[:, 3].sum())
    if sites < limits.sites_min:
        return None
    drop = limits.interval_standard_errors**2 / 2
    fitted = fitted_sites(cells, stranger)
    whole = _fit(fitted, stranger, drop)
    support = whole.log_likelihood - whole.null
    result = Contamination(whole.fraction, whole.low, whole.high, whole.error_rate, sites, support)
    relatives = relatives_of(family, member)
    if support < limits.support_min or whole.fraction < limits.source_fraction_min or not any(relatives):
        return result
    known = np.ones(len(cells), dtype=bool)
    for place, name in enumerate(relatives):
        codes = cells[:, 0] // (ABSENT + 1) if place == 0 else cells[:, 0] % (ABSENT + 1)
        known &= (codes != ABSENT) | (not name)
    compared = fitted.of(known)
    fits: Mapping[str, _Fit] = {"outside the family": _fit(compared, stranger, drop)} | {
        name: _fit(compared, group_priors(member.role, place), drop) for place, name in enumerate(relatives) if name
    }
    ranked = sorted(fits, key=lambda name: -fits[name].log_likelihood)
    first, second = fits[ranked[0]], fits[ranked[1]]
    if first.log_likelihood - second.log_likelihood < limits.source_support_min:
        return result
    return Contamination(first.fraction, first.low, first.high, first.error_rate, sites, support, source=ranked[0])


def contamination_row(member: Member, found: Contamination | None, limits: ContaminationThresholds) -> CheckRow:
    """The estimate in percent, its interval, its source, and what it means."""
    expected = f"below {100 * limits.fraction_warn:g} %; the run stops at {100 * limits.fraction_fail:g} %"
    if found is None:
        words = f"fewer than {limits.sites_min:g} sites with allelic depths at which a relative carries the alternate"
        return CheckRow("contamination", member.sample, "not estimated", expected, Verdict.UNKNOWN, words)
    observed = (
        f"{100 * found.fraction:.2f} % foreign reads ({100 * found.low:.2f} to {100 * found.high:.2f}); "
        f"read errors {100 * found.error_rate:.2f} %; {found.sites} sites"
    )
    sure = found.support >= limits.support_min
    if not sure or found.fraction < limits.fraction_warn:
        return CheckRow("contamination", member.sample, observed, expected, Verdict.OK, "no foreign DNA to speak of")
    verdict = Verdict.FAIL if found.fraction >= limits.fraction_fail else Verdict.WARN
    origin = {"": "whose they are cannot be told", "outside the family": "from somebody outside the family"}
    whose = origin.get(found.source, f"from {_named(found.source)}")
    effect = (
        "false heterozygotes and false mosaics are expected: take a new sample or a new library"
        if verdict is Verdict.FAIL
        else "mosaics and low allele balances of this member are doubtful"
    )
    words = f"{100 * found.fraction:.1f} % of the reads of {member.role} {member.sample} are foreign, {whose}; {effect}"
    return CheckRow("contamination", member.sample, observed, expected, verdict, words)


def _named(source: str) -> str:
    return f"the family's own {source}"
