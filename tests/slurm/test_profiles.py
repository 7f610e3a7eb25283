"""Do the profiles that docs/operations.md shows do what it says: scratch of the node, modules, another scheduler?

On the scheduler of shell scripts and on one that is made up here; plug-ins that are no requirement may be missing.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from builders.fake_slurm import Trial
from filiation.cluster.profile import load_profile
from filiation.config import REPOSITORY

pytestmark = [pytest.mark.workflow, pytest.mark.slow]
# Takes a job script and starts it as a job of its own; says its number.
QSUB = '#!/bin/bash\nsetsid bash "${@: -1}" > /dev/null 2>&1 < /dev/null & echo $!\n'


def shown(executor: str) -> dict[str, object]:
    """The options of the example in docs/operations.md that names an executor."""
    text = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    (found,) = [block for block in blocks if isinstance(block, dict) and block.get("executor") == executor]
    return found


def test_profile__scratch_and_modules_are_those_of_the_node(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    modules = tmp_path / "modules.sh"
    modules.write_text("module() { SAMTOOLS_MODULE=$2; export SAMTOOLS_MODULE; }\n")
    trial = Trial(
        tmp_path / "run",
        "none",
        options={
            "default-resources": {"mem_mb": 1000, "runtime": 10, "tmpdir": f"{tmp_path}/scratch/$SLURM_JOB_ID"},
            "precommand": f". {modules} && module load samtools/1.21",
        },
    )
    trial.prepare()
    wrong = trial.wrong(trial.run())
    record_property("series", "; ".join(trial.stood_still()))
    assert wrong == []
    scratch, module = (trial.folder / "logs" / "piece.log").read_text().split()
    numbers = sorted(path.name for path in (trial.folder / "slurm" / "jobs").iterdir())
    assert Path(scratch).parent == tmp_path / "scratch"
    assert Path(scratch).name in numbers
    assert module == "samtools/1.21"
    # Made on the node; nothing was made under the name with the variable.
    assert sorted(path.name for path in (tmp_path / "scratch").iterdir()) == numbers


@pytest.mark.skipif(
    importlib.util.find_spec("snakemake_executor_plugin_cluster_generic") is None,
    reason="pip install snakemake-executor-plugin-cluster-generic",
)
def test_profile__another_scheduler_runs_the_workflow(tmp_path: Path) -> None:
    options = shown("cluster-generic")
    assert load_profile_of(tmp_path / "shown", options) == "cluster-generic"
    qsub = tmp_path / "qsub"
    qsub.write_text(QSUB)
    qsub.chmod(0o755)
    submit = str(options["cluster-generic-submit-cmd"]).replace("qsub", str(qsub))
    trial = Trial(
        tmp_path / "run",
        "none",
        options={"executor": "cluster-generic", "cluster-generic-submit-cmd": submit},
    )
    trial.prepare()
    assert trial.wrong(trial.run()) == []


def load_profile_of(folder: Path, options: dict[str, object]) -> str:
    """The executor of a profile with these options, each of which is checked."""
    folder.mkdir()
    (folder / "config.yaml").write_text(yaml.safe_dump(options), encoding="utf-8")
    return load_profile(str(folder)).executor
