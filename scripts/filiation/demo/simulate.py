"""How is the simulated trio made, and when is it left as it is?

The stamp data/simulation.json holds the digest of simulator version and settings, and the SHA-256 of every
file that was written. A second call with the same seed reads them again: when all agree nothing is done;
when a file is missing or differs, everything is made again. The stamp is written last, so that an
interrupted simulation has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filiation.demo.family import Transmission, draw_transmission
from filiation.demo.files import CONFIG, FASTQ_FOLDER, WRITTEN_BY, write_config, write_data
from filiation.demo.genes import Gene, exon_intervals, place_genes, write_genes
from filiation.demo.genome import Genome, make_genome, mask_pseudoautosomal
from filiation.demo.planted import Planted, plant
from filiation.demo.population import Family, make_family, make_sites
from filiation.demo.reads import sequence_family
from filiation.demo.settings import SIMULATOR_VERSION, Settings
from filiation.errors import ConfigError
from filiation.io.files import atomic_text, sha256
from filiation.io.tools import tool_version

STAMP = "data/simulation.json"


@dataclass(frozen=True)
class World:
    """Everything that is simulated before the first read."""

    genome: Genome
    genes: list[Gene]
    planted: list[Planted]
    transmission: Transmission
    family: Family


def make_world(settings: Settings) -> World:
    """Genome, genes, planted cases and family, in memory; the same settings give the same world."""
    genes = place_genes(settings)
    genome = make_genome(settings, exon_intervals(genes))
    write_genes(genome, genes, settings)
    mask_pseudoautosomal(genome)
    planted = plant(genome, genes, settings)
    transmission = draw_transmission(settings)
    sites = make_sites(genome, genes, planted, settings)
    return World(genome, genes, planted, transmission, make_family(sites, transmission, settings))


def is_complete(directory: Path, settings: Settings) -> bool:
    """Whether the folder holds exactly what these settings give, byte for byte."""
    stamp = directory / STAMP
    if not stamp.is_file():
        return False
    try:
        content = json.loads(stamp.read_text(encoding="utf-8"))
        digest, files = content["digest"], content["files"]
    except (ValueError, KeyError, TypeError):
        return False
    if digest != settings.digest():
        return False
    return all((directory / name).is_file() and sha256(directory / name) == sum_ for name, sum_ in files.items())


def check_folder(directory: Path) -> None:
    """Refuse a folder whose configuration is somebody's own; raises ConfigError."""
    config = directory / CONFIG
    if config.is_file() and not config.read_text(encoding="utf-8", errors="replace").startswith(WRITTEN_BY):
        raise ConfigError(
            f"{config} was not written by the demonstration",
            expected="a new folder, or one that `filiation demo` made",
            repair="give another folder with --directory",
        )


def simulate(
    directory: Path, settings: Settings, *, caller: str, threads: int, say: Callable[[str], None] = print
) -> Path:
    """Make the demonstration in `directory` unless it is there already; returns its config.yaml.

    Raises ConfigError for a folder that is not the demonstration's, ToolError when ART is missing or fails.
    """
    check_folder(directory)
    if is_complete(directory, settings):
        say(f"{directory}: simulated data are complete (seed {settings.seed}); nothing to simulate")
        return write_config(directory, caller)
    (directory / STAMP).unlink(missing_ok=True)
    say(f"{directory}: simulating genome and family (seed {settings.seed})")
    world = make_world(settings)
    files = write_data(directory, world.genome, world.genes, world.planted, world.family, settings)
    say(f"{directory}: simulating reads of three members, {settings.depth:g}x, two lanes each")
    fastq = directory / FASTQ_FOLDER
    files += sequence_family(fastq, world.family, world.genome, world.planted, settings, threads)
    stamp = {
        "simulated": True,
        "digest": settings.digest(),
        "simulator": SIMULATOR_VERSION,
        "art_illumina": tool_version("art_illumina"),
        "settings": settings.as_dict(),
        "files": {str(path.relative_to(directory)): sha256(path) for path in files},
    }
    with atomic_text(directory / STAMP) as handle:
        handle.write(json.dumps(stamp, indent=2, sort_keys=True) + "\n")
    return write_config(directory, caller)
