"""What does the recheck in the reads change: how many new alleles and decoys has the screen, how many the two together?

Plants new alleles and decoys 1.2 kb apart on small random contigs (`KINDS`), simulates read pairs of a trio, and runs
bwa, `filiation call`, `normalise`, `screen` and `recheck` on them. Asked in the reads is every allele of the child that
the screen keeps with a posterior of 0.0001 or more. Four ways to call are compared:

- screen: posterior 0.5 and more, "supported";
- rejection: those of them that the reads confirm as new;
- and rescue, possible: all from a posterior of 0.01 on, "possible", that the reads confirm;
- and rescue, all: all that were asked and are confirmed.

Found are planted new alleles; false is every other allele called. As many sites of each kind are planted, so that
precision is that of this mixture and of no genome: what counts is the change, and which kind it comes from. Reads have
base qualities of 12, 25 and 37 with the errors that these promise; fragments are 400 bases long, without duplicates.
A parent with stray reads has the allele in 2 % of the fragments, a mosaic one in 10 to 20 %. The source of frequencies
knows none of the alleles. Artefacts of the child alone are put into its reads: with base qualities of 12 to 18, on one
strand, near the ends of reads, or in reads that nothing marks, which nobody can tell from a new allele. All choices are
ours.

    python benchmarks/recheck_chain.py [--quick] [--each N] [--depth N] [--seed N] [--directory DIR] [--json FILE]

--quick: 8 sites of each kind in the place of 40.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "scripts"))

MEMBERS = ("child", "father", "mother")
SPACING, SITES_A_CONTIG, READ = 1200, 40, 150
FRAGMENT = (400, 60, 200, 590)
QUALITIES, QUALITY_SHARES = np.array([12, 25, 37]), (0.03, 0.10, 0.87)
ASKED_FROM, POSSIBLE_FROM, CALLED_FROM = 1e-4, 0.01, 0.5
# An allele this near to a planted site is the planted one, however it is written.
NEAR = 25
REPEATS = ("A" * 10, "CA" * 9, "CTT" * 7)


@dataclass(frozen=True)
class Kind:
    """A kind of site. share : fragments with the allele, child, father, mother (lowest and highest).

    new : the child's allele is new.  change : substitution, neighbours, indel or repeat.  depth : reads of the father
    against the others'.  artefact : what is put into the child's reads.  copy : the share is that of a copy of the
    surroundings that the reference lacks.
    """

    name: str
    new: bool
    share: tuple[tuple[float, float], ...]
    change: str = "substitution"
    depth: float = 1.0
    artefact: str = ""
    copy: bool = False


HALF, NONE = (0.5, 0.5), (0.0, 0.0)
NEW, FROM_FATHER, NOBODY = (HALF, NONE, NONE), (HALF, HALF, NONE), (NONE, NONE, NONE)
KINDS = (
    Kind("substitution", True, NEW),
    Kind("two neighbouring bases", True, NEW, "neighbours"),
    Kind("1 to 6 bases more or less", True, NEW, "indel"),
    Kind("one unit of a tandem repeat", True, NEW, "repeat"),
    Kind("stray reads in a parent", True, (HALF, (0.02, 0.02), NONE)),
    Kind("a quarter of the child's reads", True, ((0.25, 0.25), NONE, NONE)),
    Kind("inherited, father read 6x", False, FROM_FATHER, depth=0.2),
    Kind("inherited unit of a repeat", False, FROM_FATHER, "repeat"),
    Kind("father a mosaic", False, (HALF, (0.1, 0.2), NONE)),
    Kind("copy that the reference lacks", False, ((0.1, 0.3),) * 3, copy=True),
    Kind("child alone, poor bases", False, NOBODY, artefact="poor"),
    Kind("child alone, one strand", False, NOBODY, artefact="strand"),
    Kind("child alone, ends of reads", False, NOBODY, artefact="ends"),
    Kind("child alone, nothing marks it", False, NOBODY, artefact="unmarked"),
)


@dataclass(frozen=True)
class Site:
    """A planted site; `local` is the reference around it, `changed` the same with the allele, `position` (0-based) its
    place there; `between` (0 to 1) is where its shares lie between lowest and highest, of all members alike."""

    kind: Kind
    contig: str
    start: int
    local: np.ndarray
    position: int
    ref: bytes
    changed: np.ndarray
    between: float


def bases(random: np.random.Generator, n: int) -> np.ndarray:
    """Random sequence, ASCII."""
    return np.frombuffer(b"ACGT", np.uint8)[random.integers(0, 4, n)].copy()


def other_base(random: np.random.Generator, base: int) -> bytes:
    """A base that is not this one."""
    return bytes([random.choice([b for b in b"ACGT" if b != base])])


def draw_change(random: np.random.Generator, kind: Kind, sequence: np.ndarray, at: int) -> tuple[bytes, bytes]:
    """Reference and alternate allele of a site; a repeat is written into the sequence."""
    if kind.change == "repeat":
        tract = REPEATS[random.integers(len(REPEATS))].encode()
        sequence[at + 1 : at + 1 + len(tract)] = np.frombuffer(tract, np.uint8)
        unit = len(tract) // {10: 10, 18: 9, 21: 7}[len(tract)]
        ref = sequence[at : at + 1 + unit].tobytes()
        return (ref, ref[:1]) if random.random() < 0.5 else (ref[:1], ref)
    if kind.change == "indel":
        length = int(random.integers(1, 7))
        ref = sequence[at : at + 1 + length].tobytes()
        return (ref, ref[:1]) if random.random() < 0.5 else (ref[:1], ref[:1] + bases(random, length).tobytes())
    length = 2 if kind.change == "neighbours" else 1
    ref = sequence[at : at + length].tobytes()
    return ref, b"".join(other_base(random, base) for base in ref)


def with_allele(
    random: np.random.Generator, kind: Kind, local: np.ndarray, at: int, ref: bytes, alt: bytes
) -> np.ndarray:
    """The surroundings with the allele; a copy that the reference lacks differs at one base in 60 beside."""
    text = local.tobytes()
    changed = bytearray(text[:at] + alt + text[at + len(ref) :])
    if kind.copy:
        for place in np.flatnonzero(random.random(len(changed)) < 1 / 60):
            if abs(place - at) > NEAR:
                changed[place : place + 1] = other_base(random, changed[place])
    return np.frombuffer(bytes(changed), np.uint8)


def plant(random: np.random.Generator, each: int) -> tuple[dict[str, np.ndarray], list[Site]]:
    """The genome and its sites, kinds in random order."""
    kinds = [kind for kind in KINDS for _ in range(each)]
    random.shuffle(kinds)
    genome: dict[str, np.ndarray] = {}
    sites = []
    for first in range(0, len(kinds), SITES_A_CONTIG):
        chosen = kinds[first : first + SITES_A_CONTIG]
        contig = f"chr{1 + first // SITES_A_CONTIG}"
        genome[contig] = sequence = bases(random, SPACING * (len(chosen) + 1))
        middles = [SPACING * number + SPACING // 2 for number in range(len(chosen))]
        changes = [draw_change(random, kind, sequence, at) for kind, at in zip(chosen, middles, strict=True)]
        for kind, at, (ref, alt) in zip(chosen, middles, changes, strict=True):
            start = at - SPACING // 2
            local = sequence[start : start + 2 * SPACING]
            changed = with_allele(random, kind, local, SPACING // 2, ref, alt)
            sites.append(Site(kind, contig, start, local, SPACING // 2, ref, changed, float(random.random())))
    return genome, sites


_COMPLEMENT = np.zeros(256, np.uint8)
_COMPLEMENT[list(b"ACGT")] = list(b"TGCA")


def reads_of(random: np.random.Generator, site: Site, member: int, depth: float) -> Iterator[tuple[bytes, ...]]:
    """Read pairs that begin at a site's surroundings: bases and qualities (phred) of the two mates."""
    low, high = site.kind.share[member]
    share = low + site.between * (high - low)
    copies = depth * (site.kind.depth if member == 1 else 1.0) / (1 - share if site.kind.copy else 1.0)
    n = int(random.poisson(copies * SPACING / (2 * READ)))
    mean, spread, least, most = FRAGMENT
    length = np.clip(random.normal(mean, spread, n), least, most).astype(int)
    start = random.integers(0, SPACING, n)
    carries = random.random(n) < share
    false = other_base(random, site.ref[0])[0]
    marked = float(random.uniform(0.25, 0.45))
    for number in range(n):
        fragment = (site.changed if carries[number] else site.local)[start[number] : start[number] + length[number]]
        if len(fragment) < 2 * READ // 2 + READ:
            continue
        mates = []
        at = site.position - start[number]
        for reverse in (False, True):
            read = _COMPLEMENT[fragment[-READ:][::-1]] if reverse else fragment[:READ].copy()
            quality = random.choice(QUALITIES, READ, p=QUALITY_SHARES)
            wrong = np.flatnonzero(random.random(READ) < 10 ** (-quality / 10))
            for place in wrong:
                read[place : place + 1] = np.frombuffer(other_base(random, read[place]), np.uint8)
            place = len(fragment) - 1 - at if reverse else at
            if member == 0 and 0 <= place < READ and put_artefact(random, site.kind.artefact, place, reverse, marked):
                read[place] = _COMPLEMENT[false] if reverse else false
                if site.kind.artefact == "poor":
                    quality[place] = random.integers(12, 19)
            mates += [read.tobytes(), bytes(quality.astype(np.uint8) + 33)]
        yield tuple(mates if random.random() < 0.5 else mates[2:] + mates[:2])


def put_artefact(random: np.random.Generator, artefact: str, place: int, reverse: bool, share: float) -> bool:
    """Whether this read of the child shows the artefact."""
    if not artefact:
        return False
    if artefact == "strand":
        return not reverse and random.random() < 2 * share
    if artefact == "ends":
        return min(place, READ - 1 - place) < 15
    return bool(random.random() < share)


def run(command: Sequence[str | Path]) -> str:
    """Run a program; its output."""
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return done.stdout.decode("utf-8")


def write_reads(folder: Path, sites: list[Site], depth: float, seed: int) -> list[Path]:
    """The sorted BAM of every member."""
    import pysam

    written = []
    for member, name in enumerate(MEMBERS):
        random = np.random.default_rng([seed, 1 + member])
        paths = [folder / f"{name}_{mate}.fq" for mate in (1, 2)]
        with open(paths[0], "wb") as first, open(paths[1], "wb") as second:
            for number, site in enumerate(sites):
                for pair, mates in enumerate(reads_of(random, site, member, depth)):
                    for handle, bases_of, quality in ((first, *mates[:2]), (second, *mates[2:])):
                        handle.write(b"@r%d.%d\n%b\n+\n%b\n" % (number, pair, bases_of, quality))
        sam, bam = folder / f"{name}.sam", folder / f"{name}.bam"
        group = f"@RG\\tID:{name}\\tSM:{name}"
        sam.write_text(run(["bwa", "mem", "-R", group, folder / "genome.fa", *paths]), encoding="utf-8")
        pysam.sort("-o", str(bam), str(sam))
        pysam.index(str(bam))
        sam.unlink()
        written.append(bam)
    return written


def write_frequencies(folder: Path, genome: dict[str, np.ndarray]) -> None:
    """An indexed source of frequencies that has looked at every contig and knows one common allele of each."""
    rows = [
        f"{name}\t1\t.\t{chr(one[0])}\t{'CA'[int(one[0] == ord('C'))]}\t.\t.\tAF=0.2\n" for name, one in genome.items()
    ]
    head = ["##fileformat=VCFv4.2\n", '##INFO=<ID=AF,Number=A,Type=Float,Description="frequency">\n']
    head += [f"##contig=<ID={name},length={len(one)}>\n" for name, one in genome.items()]
    text = folder / "frequencies.vcf"
    text.write_text("".join(head) + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n" + "".join(rows), encoding="utf-8")
    run(["bcftools", "view", "-Ob", "-o", folder / "f.bcf", text])
    run(["bcftools", "index", folder / "f.bcf"])


def chain(folder: Path, genome: dict[str, np.ndarray], reads: list[Path]) -> dict[tuple[str, ...], tuple[float, str]]:
    """(chrom, pos, ref, alt) of every allele that was asked in the reads: posterior of the screen, verdict."""
    import pysam

    filiation = [sys.executable, "-m", "filiation"]
    reference, calls, normal, screened = (folder / name for name in ("genome.fa", "calls.bcf", "n.bcf", "s.bcf"))
    (folder / "all.bed").write_text("".join(f"{name}\t0\t{len(one)}\n" for name, one in genome.items()), "utf-8")
    pedigree = folder / "trio.ped"
    pedigree.write_text("F\tchild\tfather\tmother\t1\t2\nF\tfather\t0\t0\t1\t1\nF\tmother\t0\t0\t2\t1\n", "utf-8")
    family = ["--pedigree", pedigree, "--reference", reference]
    write_frequencies(folder, genome)
    run([*filiation, "call", "--reads", *reads, "--reference", reference, "--interval", folder / "all.bed"]
        + ["--output", calls])  # fmt: skip
    run([*filiation, "normalise", *family, "--variants", calls, "--output", normal, "--funnel", folder / "n.tsv"])
    run([*filiation, "screen", *family, "--variants", normal, "--assembly", "other", "--output", screened]
        + ["--frequency", f"known={folder / 'f.bcf'}", "--funnel", folder / "s.tsv"])  # fmt: skip
    posterior = {}
    with pysam.VariantFile(str(screened)) as handle:
        for record in handle:
            alleles = record.samples["child"].allele_indices
            chance = record.info.get("DE_NOVO_POSTERIOR")
            if 1 in alleles and chance is not None and chance >= ASKED_FROM:
                posterior[record.chrom, str(record.pos), record.ref, record.alts[0]] = chance
    sites = ["-".join(site) for site in posterior]
    table = run([*filiation, "recheck", *family, "--assembly", "other", "--reads", *reads, "--variants", normal]
                + ["--site", *sites])  # fmt: skip
    header, *rows = [line.split("\t") for line in table.splitlines() if not line.startswith("##")]
    found = [dict(zip(header, row, strict=True)) for row in rows]
    verdict = {tuple(row[name] for name in ("chrom", "pos", "ref", "alt")): row["verdict"] for row in found}
    return {site: (chance, verdict[site]) for site, chance in posterior.items()}


WAYS = {
    "screen": lambda posterior, verdict: posterior >= CALLED_FROM,
    "rejection": lambda posterior, verdict: posterior >= CALLED_FROM and verdict == "confirmed_de_novo",
    "and rescue, possible": lambda posterior, verdict: posterior >= POSSIBLE_FROM and verdict == "confirmed_de_novo",
    "and rescue, all": lambda posterior, verdict: verdict == "confirmed_de_novo",
}


def judge(sites: list[Site], asked: dict[tuple[str, ...], tuple[float, str]]) -> dict[str, dict[str, float]]:
    """Recall, precision, and what was called by kind (sites found where new, alleles where not), of each way."""
    planted = {(site.contig, site.start // SPACING): site for site in sites}
    totals = Counter(site.kind.name for site in sites)
    new = sum(site.kind.new for site in sites)
    results: dict[str, dict[str, float]] = {}
    for way, says in WAYS.items():
        found: set[tuple[str, int]] = set()
        false: Counter[str] = Counter()
        for (chrom, pos, _, _), (posterior, verdict) in asked.items():
            if not says(posterior, verdict):
                continue
            place = (chrom, (int(pos) - 1) // SPACING)
            site = planted.get(place)
            if site and site.kind.new and abs(int(pos) - 1 - site.start - site.position) <= NEAR:
                found.add(place)
            else:
                false[site.kind.name if site else "elsewhere"] += 1
        by_kind = Counter(planted[place].kind.name for place in found)
        called = len(found) + sum(false.values())
        results[way] = {"recall": len(found) / new, "precision": len(found) / max(called, 1)}
        results[way] |= {f"found: {kind.name}": by_kind[kind.name] for kind in KINDS if kind.new}
        results[way] |= {f"false: {name}": false[name] for name in [k.name for k in KINDS if not k.new] + ["elsewhere"]}
        results[way]["false: beside a new one"] = sum(false[kind.name] for kind in KINDS if kind.new)
    results["planted"] = {name: float(count) for name, count in totals.items()}
    return results


def print_table(results: dict[str, dict[str, float]]) -> None:
    """One row a kind, one column a way."""
    print(f"{'':<42} {'planted':>8}" + "".join(f"{way:>22}" for way in WAYS))
    for name in ("recall", "precision"):
        print(f"{name:<42} {'':>8}" + "".join(f"{100 * results[way][name]:>20.1f} %" for way in WAYS))
    for name in [key for key in results["screen"] if ":" in key]:
        planted = results["planted"].get(name.split(": ")[1], 0)
        print(f"{name:<42} {planted:>8.0f}" + "".join(f"{results[way][name]:>22.0f}" for way in WAYS))


def main() -> int:
    """Simulate, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="8 sites of each kind")
    parser.add_argument("--each", type=int, default=40, help="sites of each kind")
    parser.add_argument("--depth", type=float, default=30, help="reads of each member")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--directory", type=Path, help="keep the files there")
    parser.add_argument("--json", type=Path, help="write the numbers as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.directory or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        genome, sites = plant(np.random.default_rng([options.seed, 0]), 8 if options.quick else options.each)
        text = "".join(f">{name}\n{sequence.tobytes().decode()}\n" for name, sequence in genome.items())
        (folder / "genome.fa").write_text(text, encoding="ascii")
        run(["samtools", "faidx", folder / "genome.fa"])
        run(["bwa", "index", folder / "genome.fa"])
        asked = chain(folder, genome, write_reads(folder, sites, options.depth, options.seed))
    results = judge(sites, asked)
    verdicts = Counter(verdict for _, verdict in asked.values())
    print(f"{len(sites)} sites at {options.depth:g}x; asked in the reads: {len(asked)} alleles, {dict(verdicts)}")
    print_table(results)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
