"""What does an allele do to a gene of the simulated genome?

A deliberately small second opinion (Sequence Ontology terms), used to choose the planted alleles and to
test them: the workflow's own annotator never sees it.
"""

from __future__ import annotations

import numpy as np

from filiation.demo.alleles import Allele, Sequence
from filiation.demo.genes import Gene, coding_sequence, translate

COMPLEMENT_BASE = {"A": "T", "C": "G", "G": "C", "T": "A"}


def _changed(allele: Allele) -> tuple[int, int]:
    """Reference bases that the allele changes; an insertion counts as the base that it follows."""
    if allele.is_snv or len(allele.alt) > len(allele.ref):
        return allele.position, allele.position + 1
    return allele.position + 1, allele.end


def _substitution(gene: Gene, sequence: Sequence, allele: Allele) -> str:
    """Consequence of one base for another inside the coding sequence."""
    index = int(np.flatnonzero(gene.coding_positions == allele.position)[0])
    coding = coding_sequence(gene, sequence)
    base = allele.alt if gene.strand == "+" else COMPLEMENT_BASE[allele.alt]
    mutated = coding[:index] + base + coding[index + 1 :]
    codon = 3 * (index // 3)
    before, after = translate(coding[codon : codon + 3]), translate(mutated[codon : codon + 3])
    if codon == 0:
        return "start_lost"
    if before == after:
        return "stop_retained_variant" if before == "*" else "synonymous_variant"
    if after == "*":
        return "stop_gained"
    return "stop_lost" if before == "*" else "missense_variant"


def consequence(gene: Gene, sequence: Sequence, allele: Allele) -> str:
    """Sequence Ontology term for one allele and one gene; `intergenic_variant` outside of it.

    Raises ValueError for a length change that crosses the border of a coding exon: nothing planted does.
    """
    start, end = _changed(allele)
    if allele.contig != gene.contig or end <= gene.start or start >= gene.end:
        return "intergenic_variant"
    for left, right in gene.introns:
        for edge, low in (("left", left), ("right", right - 2)):
            if start < low + 2 and end > low:
                return f"splice_{'donor' if (edge == 'left') == (gene.strand == '+') else 'acceptor'}_variant"
        if start >= left and end <= right:
            return "intron_variant"
    for left, right in gene.cds:
        if start >= left and end <= right:
            if allele.is_snv:
                return _substitution(gene, sequence, allele)
            difference = len(allele.alt) - len(allele.ref)
            if difference % 3:
                return "frameshift_variant"
            return "inframe_insertion" if difference > 0 else "inframe_deletion"
        if start < right and end > left:
            raise ValueError(f"{allele} crosses the border of a coding exon of {gene.symbol}")
    before_coding = end <= gene.cds[0][0]
    return "5_prime_UTR_variant" if before_coding == (gene.strand == "+") else "3_prime_UTR_variant"
