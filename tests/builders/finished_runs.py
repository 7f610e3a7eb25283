"""Families whose run is finished, under results/ as the workflow leaves them, made in a second each."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path

import yaml

from builders.trio import Trio, trio, write_clinvar, write_frequencies
from filiation.__main__ import main

DAY = "2026-01-15"
# A new missense on the panel's gene, one in a gene of no disease, two copies, one copy, one too frequent.
NEW, NEW_ELSEWHERE, TWO_COPIES, ONE_COPY, FREQUENT = 5_000_100, 5_100_100, 5_200_100, 5_300_100, 5_400_100
PANEL_LINES = (
    "##schema=panel/1",
    "##pre_indication=deficience-intellectuelle",
    "##version=1.0.0",
    "##date=2026-01-01",
    "gene\thgnc_id\ttier\tinheritance\tevidence\tsource",
    "SYNGAP1\tHGNC:11497\tcore\tAD\tmade up\ttest",
)


def command(*arguments: str | Path | int) -> str:
    """Run a `filiation` command in this process; what it said."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        code = main([str(argument) for argument in arguments])
    assert not code, said.getvalue()
    return said.getvalue()


def usual_calls(shift: int = 0) -> Trio:
    """A trio with one variant of each kind; `shift` moves all of them, so that families do not share them."""
    missense = {"consequence": "missense_variant"}
    return (
        trio("0/1", "0/0", "0/0")
        .at("1", NEW + shift, "A", "G", gene="SYNGAP1", **missense)
        .at("1", NEW_ELSEWHERE + shift, "A", "G", gene="OR4F5", **missense)
        .then("1/1", "0/1", "0/1")
        .at("1", TWO_COPIES + shift, "A", "G", gene="OR4F16", **missense)
        .then("0/1", "0/1", "0/0")
        .at("1", ONE_COPY + shift, "A", "G", gene="OR4F29", **missense)
        .at("1", FREQUENT + shift, "A", "G", gene="OR4F29", **missense)
    )


def write_public(folder: Path, clinvar: Sequence[str] = (), shifts: Sequence[int] = (0,)) -> dict[str, Path]:
    """ClinVar with some records, frequencies, a folder with one panel, gene models."""
    folder.mkdir(parents=True, exist_ok=True)
    panels = folder / "panels"
    panels.mkdir(exist_ok=True)
    (panels / "deficience-intellectuelle.tsv").write_text("\n".join(PANEL_LINES) + "\n", "utf-8")
    frequencies = [f"1 {FREQUENT + shift} . A G AF=0.2;nhomalt=900" for shift in shifts]
    # Something in ClinVar that nobody carries: an empty file has no index.
    known = ["1 4000000 1 A G CLNSIG=Benign;CLNREVSTAT=criteria_provided,_single_submitter", *clinvar]
    return {
        "clinvar": write_clinvar(folder / "clinvar.vcf.gz", sorted(known, key=lambda line: int(line.split()[1]))),
        "frequency": write_frequencies(folder / "frequency.vcf.gz", frequencies),
        "panels": panels,
    }


def finish_run(folder: Path, families: Sequence[str], public: dict[str, Path]) -> Path:
    """results/ of some families, taken from their calls to their candidates; returns that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["family\tsample\trole\tsex\taffected\tpre_indication\tvcf"]
    for name in families:
        for sample, role, sex in (("C", "proband", "male"), ("F", "father", "male"), ("M", "mother", "female")):
            ill = "yes" if role == "proband" else "no"
            rows.append(f"{name}\t{name}-{sample}\t{role}\t{sex}\t{ill}\tdeficience-intellectuelle\t{name}.vcf.gz")
    (folder / "samples.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    config = {
        "samples": "samples.tsv",
        "reference": {"assembly": "GRCh38"},
        "frequencies": [{"name": "population", "vcf": str(public["frequency"])}],
        "annotation": {"consequences": "existing", "clinvar_vcf": str(public["clinvar"])},
        "prioritisation": {"panels": str(public["panels"])},
    }
    # The recorded configuration names every default, an empty sheet of units among them.
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "units.tsv").write_text("sample\tunit\tfastq_1\tfastq_2\n", "utf-8")
    (folder / "config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    results = folder / "results"
    models = results / "reference" / "genes.gff3.gz"
    models.parent.mkdir(parents=True, exist_ok=True)
    models.write_text("##gff-version 3\n1\ttest\tCDS\t5000000\t6000000\t.\t+\t0\tID=CDS:1\n", "utf-8")
    with contextlib.chdir(folder):
        written = ("--output-config", "results/run/config.yaml", "--output-versions", "results/run/versions.tsv")
        command("record-run", "--config", "config.yaml", *written)
        for number, name in enumerate(families):
            calls = usual_calls(1000 * number)
            names = {member.sample: f"{name}-{member.role.value[0].upper()}" for member in calls.members}
            _steps(name, calls, {**names, "CHILD": f"{name}-C"}, public)
    return results


def _steps(name: str, calls: Trio, names: dict[str, str], public: dict[str, Path]) -> None:
    """The steps of one family, in the folder of the run."""
    home = Path("results") / name
    for step in ("normalised", "screened", "annotated", "prioritisation", "quality"):
        (home / step).mkdir(parents=True, exist_ok=True)
    child, father, mother = (names[sample] for sample in ("CHILD", "FATHER", "MOTHER"))
    ped = home / f"{name}.ped"
    rows = [(child, father, mother, 1, 2), (father, 0, 0, 1, 1), (mother, 0, 0, 2, 1)]
    ped.write_text("".join("\t".join([name, *map(str, row)]) + "\n" for row in rows), "utf-8")
    calls.written(Path(f"{name}.vcf.gz"))
    at = {step: home / step / f"{name}.bcf" for step in ("normalised", "screened", "annotated")}
    funnel = {step: home / step / f"{name}.funnel.tsv" for step in (*at, "prioritisation")}
    given = ("--pedigree", ped)
    renamed = [f"{theirs}={ours}" for theirs, ours in names.items()]
    command("normalise", *given, "--variants", f"{name}.vcf.gz", "--sample-name", *renamed,
            "--output", at["normalised"], "--funnel", funnel["normalised"])  # fmt: skip
    command("screen", *given, "--variants", at["normalised"], "--frequency", f"population={public['frequency']}",
            "--assembly", "GRCh38", "--threads", 1, "--output", at["screened"], "--funnel", funnel["screened"],
            "--excluded", home / "screened" / f"{name}.excluded.tsv.gz")  # fmt: skip
    command("annotate", "--variants", at["screened"], "--consequences", "existing", "--clinvar", public["clinvar"],
            "--family", name, "--output", at["annotated"], "--funnel", funnel["annotated"])  # fmt: skip
    table = home / "prioritisation"
    panel = public["panels"] / "deficience-intellectuelle.tsv"
    command("prioritise", *given, "--variants", at["annotated"], "--assembly", "GRCh38", "--panel", panel,
            "--candidates", table / f"{name}.candidates.tsv", "--removed", table / f"{name}.removed.tsv",
            "--funnel", funnel["prioritisation"])  # fmt: skip
