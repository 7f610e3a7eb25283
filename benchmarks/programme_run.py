"""How does a simulated family get into the archive, and what does a release of the programme do to it?

A family goes through the commands of the workflow, with the workflow's own choice of files and options, from its stored
calls to its candidates, and is then added to the archive. A release is a file that names what is new, and one command.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from programme_world import FREQUENCY, HPO_TERMS, PRE_INDICATION, Trio, write_calls, write_gene_models

from filiation.__main__ import main
from filiation.archive.store import open_archive
from filiation.config import load_config
from filiation.model.columns import CANDIDATES
from filiation.model.decisions import FILE_SCHEMA
from filiation.report.naming import run_name
from filiation.workflow_inputs import WorkflowInputs

CONFIG = "config.yaml"


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Paths of a configuration are those of the folder of the run."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def command(*arguments: object) -> str:
    """Run a `filiation` command in this process; what it said. SystemExit when it failed."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        code = main([str(argument) for argument in arguments])
    if code:
        raise SystemExit(f"filiation {' '.join(map(str, arguments))}\n{said.getvalue()[-3000:]}")
    return said.getvalue()


def write_run(folder: Path, trios: Sequence[Trio], public: dict[str, Path], archive: Path, date: str) -> None:
    """Configuration, sheet and stored calls of some families."""
    (folder / "stored").mkdir(parents=True, exist_ok=True)
    lines = ["family\tsample\trole\tsex\taffected\tpre_indication\thpo_terms\tvcf"]
    for trio in trios:
        calls = f"stored/{trio.name}.bcf"
        write_calls(folder / calls, trio)
        child, father, mother = trio.samples
        lines.append(f"{trio.name}\t{child}\tproband\tfemale\tyes\t{PRE_INDICATION}\t{';'.join(HPO_TERMS)}\t{calls}")
        lines.append(f"{trio.name}\t{father}\tfather\tmale\tno\t\t\t{calls}")
        lines.append(f"{trio.name}\t{mother}\tmother\tfemale\tno\t\t\t{calls}")
    (folder / "samples.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "config").mkdir()
    (folder / "config" / "units.tsv").write_text("sample\tunit\tfastq_1\tfastq_2\n", "utf-8")
    content = {
        "samples": "samples.tsv",
        "simulated": True,
        "reference": {"assembly": "GRCh38"},
        "frequencies": [{"name": FREQUENCY, "vcf": str(public["frequency"]), "af": "AF", "homozygotes": "nhomalt"}],
        "annotation": {"consequences": "existing", "clinvar_vcf": str(public["clinvar"])},
        "resources": {"hpo_gene_diseases": str(public["hpo_gene_diseases"])},
        "prioritisation": {"panels": str(public["panels"])},
        "report": {"pdf": False},
        "archive": {"path": str(archive), "date": date},
    }
    write_gene_models(folder / "results" / "reference" / "genes.gff3.gz", trios)
    (folder / CONFIG).write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")


def analyse(folder: Path, trios: Sequence[Trio]) -> None:
    """Take the families of a run from their stored calls into the archive."""
    with working_in(folder):
        run = WorkflowInputs(load_config(CONFIG))
        versions = ("--output-config", "results/run/config.yaml", "--output-versions", "results/run/versions.tsv")
        command("record-run", "--config", CONFIG, *versions)
        for trio in trios:
            _analyse(run, trio.name)
            for step in ("normalised", "screened", "annotated"):
                shutil.rmtree(Path("results") / trio.name / step)


def _analyse(run: WorkflowInputs, name: str) -> None:
    """The steps of one family, as workflow/rules has them."""
    home = Path("results") / name

    def at(step: str, kind: str) -> str:
        (home / step).mkdir(parents=True, exist_ok=True)
        return str(home / step / f"{name}.{kind}")

    pedigree = at("", "ped")
    command("write-pedigree", "--config", CONFIG, "--family", name, "--output", pedigree)
    calls = at("normalised", "bcf")
    given = ("--pedigree", pedigree)
    command("normalise", *given, "--variants", *run.family_calls(name), "--output", calls,
            "--funnel", at("normalised", "funnel.tsv"))  # fmt: skip
    command("quality", "--no-stop-on-fail", *given, "--variants", calls, *run.genome_options(),
            "--output", at("quality", "quality.tsv"), "--segments", at("quality", "segments.tsv"),
            "--profile", at("quality", "profile.tsv"))  # fmt: skip
    screened = at("screened", "bcf")
    command("screen", *given, "--variants", calls, *run.frequency_options(), *run.genome_options(), "--threads", 1,
            "--output", screened, "--funnel", at("screened", "funnel.tsv"),
            "--excluded", at("screened", "excluded.tsv.gz"))  # fmt: skip
    annotated = at("annotated", "bcf")
    command("annotate", "--variants", screened, *run.annotate_options(), "--family", name, "--output", annotated,
            "--funnel", at("annotated", "funnel.tsv"), "--shares", at("annotated", "shares.tsv"))  # fmt: skip
    command("prioritise", *given, "--variants", annotated, *run.genome_options(), *run.panel_option(name),
            *run.prioritise_options(name), "--quality", at("quality", "quality.tsv"),
            "--segments", at("quality", "segments.tsv"), "--funnel", at("prioritisation", "funnel.tsv"),
            "--candidates", at("prioritisation", "candidates.tsv"),
            "--removed", at("prioritisation", "removed.tsv"))  # fmt: skip
    command("archive", "add", run.config.archive.path, "--family", name, "--results", "results",
            *run.archive_options(), "--receipt", at("archive", "archived.json"))  # fmt: skip


def decide(folder: Path, archive: Path, family: str, variant: str, word: str, date: str) -> None:
    """Enter a decision of the RCP on a candidate of the family's latest analysis, as the page saves it."""
    with open_archive(archive) as opened:
        candidates = opened.table(family, CANDIDATES)
    row = next(row for row in candidates if f"{row['chrom']}-{row['pos']}-{row['ref']}-{row['alt']}" == variant)
    entry = {"variant": variant, "gene": row["gene"], "decision": word}
    if word == "set_aside":
        entry["reason"] = "phenotype"
    content = {
        "schema": FILE_SCHEMA,
        "family": family,
        "run": run_name(family, candidates),
        "decisions": [entry],
    }
    path = folder / f"{family}.decisions.json"
    path.write_text(json.dumps(content), "utf-8")
    command("decide", "--archive", archive, "--family", family, "--decisions", path, "--date", date,
            "--participant", "biologist", "--output", path.with_suffix(".tsv"))  # fmt: skip
