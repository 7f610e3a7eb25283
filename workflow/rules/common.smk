"""Glue only: finds the package, checks configuration and sheets, constrains the wildcards.

Choices of files and options are methods of filiation.workflow_inputs.WorkflowInputs, here called RUN.
"""

import gc
import shlex
import sys
import tempfile
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Snakemake keeps every job until the end. To look through all of them for garbage again and again is a third of the
# time that the jobs of many families take to plan.
gc.set_threshold(100_000, 50, 100)

REPOSITORY = Path(workflow.basedir).resolve().parent
sys.path.insert(0, str(REPOSITORY / "scripts"))

from filiation import __version__ as PACKAGE_VERSION
from filiation.cluster.on_node import require_inputs
from filiation.config import parse_config
from filiation.errors import FiliationError
from filiation.workflow_inputs import WorkflowInputs

CONFIG_FILES = [str(path) for path in workflow.configfiles] or ["config/config.yaml"]
CONFIG_FILE = CONFIG_FILES[-1]
# Inside the working folder by its place there: what Snakemake keeps of a job shall not name the folders above.
if Path(CONFIG_FILE).is_relative_to(Path.cwd()):
    CONFIG_FILE = str(Path(CONFIG_FILE).relative_to(Path.cwd()))

try:
    if workflow.remote_exec:
        require_inputs(sys.argv)
    if len(CONFIG_FILES) > 1:
        raise FiliationError(
            f"several configuration files: {', '.join(CONFIG_FILES)}",
            expected="one file, which the run records as it is",
            repair="put everything into one file",
        )
    RUN = WorkflowInputs(parse_config(dict(config), CONFIG_FILE))
except FiliationError as error:
    raise WorkflowError(error.message())

# The environment of every step: our command first on PATH, then the user's, then the tools that were installed
# beside this interpreter; private files; no reference look-ups on the network; every file is written into the ledger;
# simulated data are labelled as such.
shell.prefix(
    "set -euo pipefail; umask 027; export REF_PATH=: FILIATION_LEDGER=1 "
    f"FILIATION_DATA_LABEL={shlex.quote(RUN.data_label)} FILIATION_PYTHON={shlex.quote(sys.executable)} "
    f"PATH={shlex.quote(str(REPOSITORY / 'workflow' / 'bin'))}:\"$PATH\":{shlex.quote(str(Path(sys.executable).parent))}; "
)

ENVIRONMENT = "../../environment.yml"
# Scratch of the steps that run beside the driver: that of a profile is the nodes' own, and may not be there.
OWN_TMPDIR = tempfile.gettempdir()


wildcard_constraints:
    family=RUN.one_of(RUN.families),
    sample=RUN.one_of(list(RUN.sheet.rows)),
    unit="[A-Za-z0-9_-]+",
    interval="[0-9]+",
