"""How large is the simulated family's genome, how variable, how deeply sequenced, and from which seed?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

# Raised whenever the same seed gives other data.
SIMULATOR_VERSION = "1.2.0"
DEFAULT_SEED = 2025

PROBAND = "demo-child"
FATHER = "demo-father"
MOTHER = "demo-mother"
MEMBERS = (PROBAND, FATHER, MOTHER)
AUTOSOMES = ("1", "2", "3")


@dataclass(frozen=True)
class Settings:
    """Everything that decides the simulated data; the defaults are the demonstration."""

    seed: int = DEFAULT_SEED
    # Lengths in bp. The mitochondrial length is that of the human one; the names are Ensembl's.
    length_1: int = 470_000
    length_2: int = 350_000
    length_3: int = 230_000
    length_x: int = 160_000
    length_y: int = 50_000
    length_mt: int = 16_569
    pseudoautosomal_length: int = 30_000
    shortest_intron: int = 500
    longest_intron: int = 1_600
    # Expected heterozygous sites per base in a founder: about 1 in 1,000, as in people.
    heterozygosity: float = 1e-3
    # About 250 times the human rate (1e-8), so that short contigs recombine: one crossover per 400 kb.
    crossovers_per_base: float = 2.5e-6
    segmental_duplication: int = 6_000
    depth: float = 30.0
    mitochondrial_depth: float = 200.0
    duplicate_fraction: float = 0.01
    mosaic_fraction: float = 0.12

    @classmethod
    def reduced(cls, seed: int = DEFAULT_SEED) -> Settings:
        """A genome of about 230 kb with every feature of the full one, for tests."""
        return cls(
            seed=seed,
            length_1=70_000,
            length_2=56_000,
            length_3=38_000,
            length_x=44_000,
            length_y=14_000,
            length_mt=4_000,
            pseudoautosomal_length=9_000,
            shortest_intron=250,
            longest_intron=400,
            crossovers_per_base=1.5e-5,
            segmental_duplication=2_000,
            mitochondrial_depth=60.0,
        )

    @property
    def contig_lengths(self) -> dict[str, int]:
        """{contig: length in bp} in the order of the FASTA."""
        return {
            "1": self.length_1,
            "2": self.length_2,
            "3": self.length_3,
            "X": self.length_x,
            "Y": self.length_y,
            "MT": self.length_mt,
        }

    def generator(self, purpose: str) -> np.random.Generator:
        """An independent random stream per purpose: changing one part of the simulation leaves the others."""
        return np.random.default_rng([self.seed, *purpose.encode()])

    def tool_seed(self, purpose: str) -> int:
        """A seed for an external program, derived like a stream (31 bits, never 0)."""
        return int(self.generator(purpose).integers(1, 2**31 - 1))

    def as_dict(self) -> dict[str, Any]:
        """Settings as plain values."""
        return asdict(self)

    def digest(self) -> str:
        """SHA-256 of simulator version and settings: equal digests mean equal data."""
        text = json.dumps({"simulator": SIMULATOR_VERSION, **self.as_dict()}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
