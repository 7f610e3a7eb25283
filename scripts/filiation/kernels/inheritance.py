"""Which inheritance could a variant of the index case follow, given what every member shows?

Two questions in turn: what each member's data say of the allele (`carrier_states`), and which patterns that
leaves (`inheritance_patterns`). A member without data is UNKNOWN and excludes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from filiation.kernels._jit import inline, jit
from filiation.kernels.encoding import (
    AFFECTED,
    AFFECTION_UNKNOWN,
    FATHER,
    MISSING,
    MISSING_INT,
    MITOCHONDRIAL,
    MOTHER,
    PROBAND,
    SEX_FEMALE,
    SEX_MALE,
    UNAFFECTED,
    X,
    Y,
)

# What a member's data say of the alternate allele.
UNKNOWN, ABSENT, LOW_FRACTION, CARRIER, HOMOZYGOUS = -1, 0, 1, 2, 3

# Columns of the pattern table, in the order of model.inheritance.Inheritance.
(
    DE_NOVO,
    PARENTAL_MOSAIC,
    AUTOSOMAL_RECESSIVE,
    COMPOUND_HETEROZYGOUS,
    X_LINKED,
    Y_LINKED,
    MITOCHONDRIAL_PATTERN,
    DOMINANT_INHERITED,
    DOMINANT_UNKNOWN_ORIGIN,
) = range(9)
N_PATTERNS = 9

# Cells of the pattern table.
NO, POSSIBLE, SUPPORTED = 0, 1, 2


class EvidenceThresholds(NamedTuple):
    """Thresholds of the carrier states and patterns; meaning and source in resources/scoring/model-*.yaml.

    `reduced_penetrance` is no threshold but a question: may a healthy relative carry a dominant or X-linked allele?
    """

    min_depth: int
    min_genotype_quality: float
    sequencing_error_rate: float
    mosaic_p_value: float
    heterozygote_p_value: float
    max_mosaic_fraction: float
    max_reference_alt_fraction: float
    min_de_novo_posterior: float
    min_possible_de_novo_posterior: float
    suspected_mosaic_p_value: float
    reduced_penetrance: bool = False


def binomial_upper_tail(successes: int, trials: int, probability: float) -> float:
    """P(K ≥ successes) for a binomial; exact sum, in log space."""
    if successes <= 0:
        return 1.0
    log_p = np.log(probability)
    log_q = np.log(1.0 - probability)
    term = 0.0
    total = 0.0
    for k in range(trials + 1):
        if k == 0:
            term = trials * log_q
        else:
            term += np.log(trials - k + 1.0) - np.log(float(k)) + log_p - log_q
        if k >= successes:
            total += np.exp(term)
    return float(min(1.0, total))


binomial_upper_tail_jit = inline(binomial_upper_tail)


def carrier_states(
    genotype: np.ndarray,
    genotype_quality: np.ndarray,
    ref_depth: np.ndarray,
    alt_depth: np.ndarray,
    depth: np.ndarray,
    thresholds: EvidenceThresholds,
) -> np.ndarray:
    """What each member's data say of the allele: UNKNOWN, ABSENT, LOW_FRACTION, CARRIER or HOMOZYGOUS.

    v = variants, p = members. No call is UNKNOWN. A call without the allele is ABSENT only when it rests on
    data: at least `min_depth` reads where depth is known, at least `min_genotype_quality` where quality is
    known, and one of the two known; a 0/0 without reads is UNKNOWN. LOW_FRACTION: the share of alternate reads
    is at most `max_mosaic_fraction`, above sequencing error (binomial p-value under `mosaic_p_value`) and below a
    heterozygote (under `heterozygote_p_value`): a mosaic, or contamination. A call with the allele stands as called.

    Parameters
    ----------
    genotype : int8 (v, p); -1 missing.  genotype_quality : float32 (v, p), phred; NaN missing.
    ref_depth, alt_depth, depth : int32 (v, p), reads; -1 missing.

    Returns
    -------
    int8 (v, p).
    """
    n_variants, n_members = genotype.shape
    states = np.empty((n_variants, n_members), dtype=np.int8)
    for v in range(n_variants):
        for p in range(n_members):
            called = genotype[v, p]
            if called == MISSING:
                states[v, p] = UNKNOWN
                continue
            ref_reads = ref_depth[v, p]
            alt_reads = alt_depth[v, p]
            reads = ref_reads + alt_reads if ref_reads != MISSING_INT and alt_reads != MISSING_INT else 0
            low_fraction = False
            if called < 2 and alt_reads >= 2 and alt_reads <= thresholds.max_mosaic_fraction * reads:
                error = binomial_upper_tail_jit(alt_reads, reads, thresholds.sequencing_error_rate)
                # P(K ≤ alt) at one half equals P(K ≥ ref) by symmetry.
                heterozygote = binomial_upper_tail_jit(reads - alt_reads, reads, 0.5)
                low_fraction = error < thresholds.mosaic_p_value and heterozygote < thresholds.heterozygote_p_value
            if low_fraction:
                states[v, p] = LOW_FRACTION
                continue
            if called > 0:
                states[v, p] = HOMOZYGOUS if called == 2 else CARRIER
                continue
            total = depth[v, p] if depth[v, p] != MISSING_INT else reads
            depth_known = depth[v, p] != MISSING_INT or ref_reads != MISSING_INT
            quality = genotype_quality[v, p]
            quality_known = not np.isnan(quality)
            # Too many alternate reads for a clean reference, too few to call a mosaic.
            doubtful = alt_reads > max(1.0, thresholds.max_reference_alt_fraction * reads) and reads > 0
            if (
                (not depth_known and not quality_known)
                or (depth_known and total < thresholds.min_depth)
                or (quality_known and quality < thresholds.min_genotype_quality)
                or doubtful
            ):
                states[v, p] = UNKNOWN
            else:
                states[v, p] = ABSENT
    return states


carrier_states_jit = jit(carrier_states)


def _carries(state: int) -> bool:
    """Whether a state says that the allele is there in every cell."""
    return state in (CARRIER, HOMOZYGOUS)


carries = inline(_carries)


def _weaker(first: int, second: int) -> int:
    """The weaker of two cells."""
    return min(first, second)


weaker = inline(_weaker)


def _recessive_parent(state: int, affection: int) -> int:
    """What one parent says of a homozygous child: SUPPORTED carrier, POSSIBLE, or NO (healthy homozygote)."""
    if state == CARRIER:
        return SUPPORTED
    if state == HOMOZYGOUS:
        if affection == UNAFFECTED:
            return NO
        return SUPPORTED if affection == AFFECTED else POSSIBLE
    # Not a carrier: a deletion, disomy or allele drop-out can hide behind it. No data: open.
    return POSSIBLE


recessive_parent = inline(_recessive_parent)


def _de_novo_cell(posterior: float, first: int, second: int, thresholds: EvidenceThresholds) -> int:
    """SUPPORTED or POSSIBLE, by the posterior, when the parents who could have passed the allele have data and
    lack it; NO below the posterior that leaves it possible: then a false call or a missed parent is likelier.
    Without a posterior (sex of the child unknown) it stays POSSIBLE."""
    if first != ABSENT or second != ABSENT:
        return NO
    if np.isnan(posterior):
        return POSSIBLE
    if posterior >= thresholds.min_de_novo_posterior:
        return SUPPORTED
    return POSSIBLE if posterior >= thresholds.min_possible_de_novo_posterior else NO


de_novo_cell = inline(_de_novo_cell)


def _heterozygote_cells(
    row: np.ndarray, states: np.ndarray, affection: np.ndarray, posterior: float, thresholds: EvidenceThresholds
) -> None:
    """Fill the cells of one copy on an autosome, a pseudoautosomal region, or the X of a girl."""
    father, mother = states[FATHER], states[MOTHER]
    row[DE_NOVO] = de_novo_cell(posterior, father, mother, thresholds)
    if (father == LOW_FRACTION and not carries(mother)) or (mother == LOW_FRACTION and not carries(father)):
        # A mosaic in both parents at once is likelier a mapping artefact.
        row[PARENTAL_MOSAIC] = SUPPORTED if father == ABSENT or mother == ABSENT else POSSIBLE
    father_carries, mother_carries = carries(father), carries(mother)
    healthy_carrier = (father_carries and affection[FATHER] == UNAFFECTED) or (
        mother_carries and affection[MOTHER] == UNAFFECTED
    )
    affected_carrier = (father_carries and affection[FATHER] == AFFECTED) or (
        mother_carries and affection[MOTHER] == AFFECTED
    )
    if affected_carrier and not healthy_carrier:
        every_affected_carries = (affection[FATHER] != AFFECTED or father_carries) and (
            affection[MOTHER] != AFFECTED or mother_carries
        )
        # Two affected parents may have two causes: the one who lacks the allele makes it doubtful, not impossible.
        both_known = father != UNKNOWN and mother != UNKNOWN
        row[DOMINANT_INHERITED] = SUPPORTED if every_affected_carries and both_known else POSSIBLE
    unread = (father == UNKNOWN or mother == UNKNOWN) and not father_carries and not mother_carries
    # Two parents without the allele whose thin data a carrier could have as well: less evidence must not show more.
    doubted = father == ABSENT and mother == ABSENT and row[DE_NOVO] == NO
    if unread or doubted:
        row[DOMINANT_UNKNOWN_ORIGIN] = POSSIBLE
    undeclared = (father_carries and affection[FATHER] != UNAFFECTED and affection[FATHER] != AFFECTED) or (
        mother_carries and affection[MOTHER] != UNAFFECTED and affection[MOTHER] != AFFECTED
    )
    open_to_carriers = healthy_carrier and thresholds.reduced_penetrance
    if ((undeclared and not healthy_carrier) or open_to_carriers) and row[DOMINANT_INHERITED] == NO:
        row[DOMINANT_INHERITED] = POSSIBLE
    healthy_homozygote = (father == HOMOZYGOUS and affection[FATHER] == UNAFFECTED) or (
        mother == HOMOZYGOUS and affection[MOTHER] == UNAFFECTED
    )
    if not healthy_homozygote:
        # Half of a compound pair; whether a second half exists is asked gene by gene.
        row[COMPOUND_HETEROZYGOUS] = POSSIBLE


heterozygote_cells = inline(_heterozygote_cells)


def _homozygote_cells(row: np.ndarray, states: np.ndarray, affection: np.ndarray) -> None:
    """Fill the cells of two copies on an autosome, a pseudoautosomal region, or the X of a girl."""
    from_father = recessive_parent(states[FATHER], affection[FATHER])
    from_mother = recessive_parent(states[MOTHER], affection[MOTHER])
    if from_father != NO and from_mother != NO:
        row[AUTOSOMAL_RECESSIVE] = weaker(from_father, from_mother)


homozygote_cells = inline(_homozygote_cells)


def _suspected_mosaic_cell(
    row: np.ndarray, states: np.ndarray, affection: np.ndarray, parent: int, place: int, hemizygous: bool
) -> None:
    """A parent called a heterozygote on few reads leaves a parental mosaic possible; nothing else changes by it."""
    if parent == PROBAND or row[PARENTAL_MOSAIC] != NO or states[parent] != CARRIER or place in (Y, MITOCHONDRIAL):
        return
    if hemizygous:
        # His father does not pass it, but a healthy one with the allele speaks against it.
        alone = parent == MOTHER and not (carries(states[FATHER]) and affection[FATHER] == UNAFFECTED)
    else:
        alone = states[PROBAND] != HOMOZYGOUS and states[MOTHER if parent == FATHER else FATHER] == ABSENT
    if alone:
        row[PARENTAL_MOSAIC] = POSSIBLE


suspected_mosaic_cell = inline(_suspected_mosaic_cell)


def _hemizygous_boy_cells(
    row: np.ndarray, states: np.ndarray, affection: np.ndarray, posterior: float, thresholds: EvidenceThresholds
) -> None:
    """Fill the cells of a boy's X: his father cannot have passed it, a healthy father cannot carry it."""
    father, mother = states[FATHER], states[MOTHER]
    healthy_father = carries(father) and affection[FATHER] == UNAFFECTED
    if healthy_father and not thresholds.reduced_penetrance:
        return
    row[DE_NOVO] = de_novo_cell(posterior, mother, mother, thresholds)
    if mother == LOW_FRACTION:
        row[PARENTAL_MOSAIC] = SUPPORTED
    elif mother == CARRIER or (mother == HOMOZYGOUS and affection[MOTHER] == AFFECTED):
        row[X_LINKED] = SUPPORTED
    elif (
        mother == UNKNOWN
        or (mother == HOMOZYGOUS and affection[MOTHER] != UNAFFECTED)
        or (mother == ABSENT and row[DE_NOVO] == NO)
    ):
        row[X_LINKED] = POSSIBLE
    if healthy_father:
        row[X_LINKED] = weaker(row[X_LINKED], POSSIBLE)


hemizygous_boy_cells = inline(_hemizygous_boy_cells)


def _single_parent_cells(
    row: np.ndarray,
    states: np.ndarray,
    affection: np.ndarray,
    parent: int,
    column: int,
    posterior: float,
    thresholds: EvidenceThresholds,
) -> None:
    """Fill the cells of Y (from the father) and of the mitochondrial genome (from the mother)."""
    state = states[parent]
    row[DE_NOVO] = de_novo_cell(posterior, state, state, thresholds)
    if state == LOW_FRACTION:
        row[column] = SUPPORTED
    elif carries(state):
        # A healthy father with the same Y speaks against it; mothers are often carriers of a lower share.
        healthy_father = column == Y_LINKED and affection[parent] == UNAFFECTED
        if healthy_father:
            row[column] = POSSIBLE if thresholds.reduced_penetrance else NO
        else:
            row[column] = SUPPORTED
    elif state == UNKNOWN or (state == ABSENT and row[DE_NOVO] == NO):
        row[column] = POSSIBLE


single_parent_cells = inline(_single_parent_cells)


def _sibling_cells(row: np.ndarray, state: int, affection: int, contig_class: int, copies: int, reduced: bool) -> None:
    """Apply one brother or sister with data; `state` counts a man's only X or Y as every copy."""
    full = state == HOMOZYGOUS
    if affection == AFFECTED:
        if state == ABSENT:
            for column in (AUTOSOMAL_RECESSIVE, X_LINKED, DOMINANT_INHERITED, COMPOUND_HETEROZYGOUS, Y_LINKED):
                row[column] = NO
        elif copies == 2 and not full:
            row[AUTOSOMAL_RECESSIVE] = NO
    elif affection == UNAFFECTED:
        if full:
            row[AUTOSOMAL_RECESSIVE] = NO
            row[COMPOUND_HETEROZYGOUS] = NO
            row[X_LINKED] = weaker(row[X_LINKED], POSSIBLE) if reduced else NO
        if carries(state):
            left = POSSIBLE if reduced else NO
            row[DOMINANT_INHERITED] = weaker(row[DOMINANT_INHERITED], left)
            row[DOMINANT_UNKNOWN_ORIGIN] = weaker(row[DOMINANT_UNKNOWN_ORIGIN], left)
            if contig_class == Y:
                row[Y_LINKED] = weaker(row[Y_LINKED], left)


sibling_cells = inline(_sibling_cells)


def _apply_siblings(
    row: np.ndarray,
    states: np.ndarray,
    affection: np.ndarray,
    contig_class: int,
    copies: int,
    thresholds: EvidenceThresholds,
) -> None:
    """Take out the patterns that a brother or sister with data contradicts.

    An affected sibling without the allele excludes the inherited patterns (a mitochondrial share may be too low to
    be seen, and unknown origin includes de novo: both stay), one without two copies the recessive one; a healthy
    sibling with every copy the recessive, compound and X-linked ones, a healthy carrier the dominant ones and his
    brother's Y; under reduced penetrance a healthy sibling leaves the dominant, X and Y patterns possible. A sibling
    who carries what neither parent shows says that a parent is a germline mosaic: de novo stays, and so does that.
    """
    for p in range(3, states.shape[0]):
        state = states[p]
        if state == UNKNOWN:
            continue
        if carries(state) and row[DE_NOVO] != NO:
            # Of the mitochondrial genome a mother may pass what her own sample does not show.
            column = MITOCHONDRIAL_PATTERN if contig_class == MITOCHONDRIAL else PARENTAL_MOSAIC
            if row[column] == NO:
                row[column] = POSSIBLE
        if affection[p] != AFFECTION_UNKNOWN:
            sibling_cells(row, state, affection[p], contig_class, copies, thresholds.reduced_penetrance)


apply_siblings = inline(_apply_siblings)


def inheritance_patterns(
    states: np.ndarray,
    contig_class: np.ndarray,
    sex: np.ndarray,
    affection: np.ndarray,
    posterior: np.ndarray,
    suspected: np.ndarray,
    thresholds: EvidenceThresholds,
) -> np.ndarray:
    """Which patterns each variant could follow: NO, POSSIBLE or SUPPORTED for each of N_PATTERNS columns.

    v = variants, p = members: proband, father, mother, then siblings; a parent who was not sequenced has
    UNKNOWN everywhere. Autosomes and pseudoautosomal regions: one copy may be de novo, from a mosaic parent,
    dominant from an affected parent, of unknown origin when a parent has no data or both lack the allele on data too
    thin for a de novo posterior, or half of a compound pair;
    two copies are recessive. A boy's X needs one copy, however the caller writes it (0/1, 1/1 or 1); his father
    does not pass it. A girl's X follows the autosomal rules, and one copy from a healthy mother with one copy stays
    X-linked possible (skewed inactivation). A father or brother who carries it on his X or Y carries it on every
    copy he has, however called. Y: boys only. Mitochondrial: from the mother or new. With
    `thresholds.reduced_penetrance` a healthy relative who carries the allele leaves a dominant, X-linked or Y-linked
    pattern possible instead of excluding it; the recessive ones stay excluded.

    Parameters
    ----------
    states : int8 (v, p), from carrier_states.
    contig_class : int8 (v,).  sex, affection : int8 (p,).  posterior : float64 (v,), NaN not evaluable.
    suspected : int8 (v,), suspected_mosaic_parent: a carrier by the call, perhaps a mosaic by the reads. That leaves
        a parental mosaic possible, where the other parent lacks the allele, and takes nothing away.

    Returns
    -------
    int8 (v, N_PATTERNS); rows of variants that the proband does not carry are NO throughout.
    """
    n_variants = states.shape[0]
    patterns = np.zeros((n_variants, N_PATTERNS), dtype=np.int8)
    members = np.empty(states.shape[1], dtype=np.int8)
    for v in range(n_variants):
        proband = states[v, PROBAND]
        if proband != CARRIER and proband != HOMOZYGOUS and proband != LOW_FRACTION:
            continue
        row = patterns[v]
        place = contig_class[v]
        hemizygous = place == X and sex[PROBAND] == SEX_MALE
        for p in range(states.shape[1]):
            one_copy = place in (X, Y) and (p == FATHER or (p >= 3 and sex[p] == SEX_MALE))
            members[p] = HOMOZYGOUS if one_copy and carries(states[v, p]) else states[v, p]
        if place == MITOCHONDRIAL:
            single_parent_cells(row, members, affection, MOTHER, MITOCHONDRIAL_PATTERN, posterior[v], thresholds)
        elif place == Y:
            if sex[PROBAND] != SEX_FEMALE:
                single_parent_cells(row, members, affection, FATHER, Y_LINKED, posterior[v], thresholds)
        elif hemizygous:
            hemizygous_boy_cells(row, members, affection, posterior[v], thresholds)
        elif proband == HOMOZYGOUS:
            homozygote_cells(row, members, affection)
            if place == X and row[AUTOSOMAL_RECESSIVE] != NO:
                row[X_LINKED] = row[AUTOSOMAL_RECESSIVE]
                row[AUTOSOMAL_RECESSIVE] = NO
        else:
            heterozygote_cells(row, members, affection, posterior[v], thresholds)
            healthy_homozygote = members[MOTHER] == HOMOZYGOUS and affection[MOTHER] == UNAFFECTED
            inherited = carries(members[MOTHER]) and not healthy_homozygote
            if place == X and inherited and row[DOMINANT_INHERITED] == NO:
                row[X_LINKED] = POSSIBLE
        suspected_mosaic_cell(row, members, affection, suspected[v], place, hemizygous)
        apply_siblings(row, members, affection, place, 2 if proband == HOMOZYGOUS else 1, thresholds)
    return patterns


inheritance_patterns_jit = jit(inheritance_patterns)
