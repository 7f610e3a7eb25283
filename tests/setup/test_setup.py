"""Does setup.sh find, install or name what is missing, and do nothing when nothing is?

The machines are made up: a copy of the set-up in an empty folder, and a PATH of stand-ins that write down how
they were called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from filiation.config import REPOSITORY

TOOLS = (
    "bwa", "samtools", "bcftools", "bgzip", "tabix", "freebayes", "mosdepth", "art_illumina", "chromium", "pdftotext"
)  # fmt: skip
# Says that the library which sets the PDF is there.
LDCONFIG = "#!/bin/bash\necho 'libpangoft2-1.0.so.0 (libc6,x86-64)'\n"
BASICS = (
    "bash",
    "cat",
    "sha256sum",
    "grep",
    "awk",
    "sort",
    "tr",
    "rm",
    "ln",
    "mkdir",
    "chmod",
    "cp",
    "env",
    "touch",
)

# Enough of Python: says that it is 3.11, makes a folder with itself for `-m venv`, accepts the rest.
PYTHON = """#!/bin/bash
echo "python $*" >> "$CALLS"
case "$*" in
    *ensurepip*) [ ! -e "$MACHINE/no-ensurepip" ] ;;
    *"sys.exit(sys.version_info[:2] <"*) exit 1 ;;
    *-venv*) echo python3.11-venv ;;
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    "-m pip install"*) [ ! -e "$MACHINE/no-network" ] ;;
    *print*) echo 3.11.7 ;;
esac
"""
# `apt-get install` brings the commands of apt.txt; with `old-lists` it fails until `apt-get update` ran.
APT_GET = """#!/bin/bash
echo "apt-get $*" >> "$CALLS"
if [ "$1" = update ]; then
    rm -f "$MACHINE/old-lists"
    exit 0
fi
[ ! -e "$MACHINE/old-lists" ] || exit 100
rm -f "$MACHINE/no-ensurepip"
for package in "$@"; do
    while read -r name _ commands; do
        [ "$name" = "$package" ] || continue
        for command in ${commands%%:*}; do
            echo '#!/bin/bash' > "$MACHINE/$command"
            chmod +x "$MACHINE/$command"
        done
    done < setup/apt.txt
done
"""
CONDA = """#!/bin/bash
echo "mamba $*" >> "$CALLS"
[ ! -e "$MACHINE/no-network" ] || exit 1
mkdir -p .conda/bin
for command in python bwa samtools bcftools bgzip tabix freebayes mosdepth art_illumina chromium pdftotext; do
    cp "$MACHINE/any" ".conda/bin/$command"
done
"""


class Machine:
    """A made-up machine with a copy of the set-up."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "bin"
        self.project = folder / "project"
        self.calls_file = folder / "calls"
        self.calls_file.touch()
        self.path.mkdir()
        (self.project / "setup").mkdir(parents=True)
        for name in (
            "pyproject.toml",
            "environment.yml",
            "setup/setup.sh",
            "setup/apt.txt",
            "setup/constraints.txt",
        ):
            shutil.copy(REPOSITORY / name, self.project / name)
        for name in BASICS:
            (self.path / name).symlink_to(str(shutil.which(name)))
        self.command("any", '#!/bin/bash\necho "any $*" >> "$CALLS"\n')
        self.command("python3", PYTHON)
        self.command("ldconfig", LDCONFIG)
        self.user(0)

    def command(self, name: str, text: str = "#!/bin/bash\n") -> None:
        """Put a program on the PATH."""
        (self.path / name).write_text(text, encoding="utf-8")
        (self.path / name).chmod(0o755)

    def tools(self, *names: str) -> None:
        """Put external tools on the PATH."""
        for name in names:
            self.command(name)

    def user(self, number: int) -> None:
        """The user who runs the set-up; 0 is root."""
        self.command("id", f"#!/bin/bash\necho {number}\n")

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run the set-up; the calls file then holds this run's calls."""
        self.calls_file.write_text("")
        environment = {
            "PATH": str(self.path),
            "CALLS": str(self.calls_file),
            "MACHINE": str(self.path),
            "HOME": str(self.project),
        }
        return subprocess.run(
            [str(self.path / "bash"), "setup/setup.sh"],
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        """How the stand-ins were called in the last run."""
        return self.calls_file.read_text(encoding="utf-8").splitlines()

    def called(self, start: str) -> list[str]:
        """The calls that begin with a text."""
        return [call for call in self.calls if call.startswith(start)]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with Python and no tool."""
    return Machine(tmp_path)


def test_setup__tools_on_the_path_are_taken_as_they_are(machine: Machine) -> None:
    machine.tools(*TOOLS)
    machine.command("apt-get", APT_GET)
    machine.command("mamba", CONDA)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.called("apt-get") == machine.called("mamba") == []
    install = machine.called("python -m pip install")
    assert len(install) == 1
    assert "--constraint setup/constraints.txt" in install[0]


def test_setup__the_second_time_does_nothing_within_a_second(machine: Machine) -> None:
    machine.tools(*TOOLS)
    assert machine.run().returncode == 0
    start = time.monotonic()
    done = machine.run()
    assert time.monotonic() - start < 1
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.called("python -m") == []


@pytest.mark.parametrize("name", ["setup/constraints.txt", "pyproject.toml", "environment.yml"])
def test_setup__a_changed_pin_installs_again(machine: Machine, name: str) -> None:
    machine.tools(*TOOLS)
    assert machine.run().returncode == 0
    with open(machine.project / name, "a", encoding="utf-8") as handle:
        handle.write("# changed\n")
    assert machine.run().returncode == 0
    assert len(machine.called("python -m pip install")) == 1


def test_setup__conda_comes_before_apt_and_brings_python_too(machine: Machine) -> None:
    machine.command("mamba", CONDA)
    machine.command("apt-get", APT_GET)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert machine.called("apt-get") == []
    [made] = machine.called("mamba")
    assert made == f"mamba env create --prefix {machine.project}/.conda --file environment.yml"
    assert os.readlink(machine.project / ".venv") == ".conda"
    assert machine.called("any -m pip install --quiet --no-deps")
    assert machine.run().returncode == 0
    assert machine.called("mamba") == []


def test_setup__when_conda_fails_apt_is_tried(machine: Machine) -> None:
    machine.command("mamba", "#!/bin/bash\nexit 1\n")
    machine.command("apt-get", APT_GET)
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert "trying the other ways" in done.stderr
    assert (machine.path / "bcftools").exists()


def test_setup__apt_installs_only_what_is_missing(machine: Machine) -> None:
    machine.tools(*(name for name in TOOLS if name not in ("samtools", "tabix")))
    machine.command("apt-get", APT_GET)
    assert machine.run().returncode == 0
    [install] = machine.called("apt-get")
    assert install.endswith(" samtools tabix")


def test_setup__apt_refreshes_its_lists_once_after_a_failure(machine: Machine) -> None:
    machine.command("apt-get", APT_GET)
    (machine.path / "old-lists").touch()
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert [call.split()[1] for call in machine.called("apt-get")] == ["install", "update", "install"]


def test_setup__a_python_without_ensurepip_gets_its_package(machine: Machine) -> None:
    machine.tools(*TOOLS)
    machine.command("apt-get", APT_GET)
    (machine.path / "no-ensurepip").touch()
    done = machine.run()
    assert done.returncode == 0, done.stderr
    [install] = machine.called("apt-get")
    assert install.endswith(" python3.11-venv")


def test_setup__without_root_and_conda_it_names_each_tool_and_every_way(machine: Machine) -> None:
    machine.user(1000)
    machine.command("apt-get", APT_GET)
    machine.tools("bwa", "bcftools")
    done = machine.run()
    assert done.returncode == 2
    assert machine.called("apt-get") == []
    for name in ("samtools", "bgzip", "tabix", "freebayes", "mosdepth"):
        assert f"setup:   {name}\n" in done.stderr
    assert "setup:   bwa\n" not in done.stderr
    assert "mamba env create --prefix .conda --file environment.yml" in done.stderr
    assert "apt-get install --no-install-recommends freebayes libhts-dev mosdepth samtools tabix\n" in done.stderr
    assert "module load samtools" in done.stderr
    assert not (machine.project / ".venv").exists()


def test_setup__only_the_demonstration_needs_the_read_simulator(machine: Machine) -> None:
    machine.user(1000)
    machine.tools(*(name for name in TOOLS if name != "art_illumina"))
    done = machine.run()
    assert done.returncode == 0, done.stderr
    assert "art_illumina is missing" in done.stderr
    assert machine.run().stderr == ""


def test_setup__a_failed_installation_says_how_to_do_without_a_network(machine: Machine) -> None:
    machine.tools(*TOOLS)
    (machine.path / "no-network").touch()
    done = machine.run()
    assert done.returncode == 2
    assert len(machine.called("python -m pip install")) == 2
    assert "PIP_NO_INDEX=1 PIP_FIND_LINKS=" in done.stderr
    assert not (machine.project / ".venv" / ".filiation-setup").exists()


def test_setup__a_script_outside_its_repository_touches_nothing(machine: Machine) -> None:
    machine.tools(*TOOLS)
    (machine.project / "pyproject.toml").unlink()
    before = sorted(machine.project.rglob("*"))
    done = machine.run()
    assert done.returncode == 2
    assert "is not the repository" in done.stderr
    assert sorted(machine.project.rglob("*")) == before
    assert machine.calls == []


def test_continuous_integration__runs_make_test_and_nothing_hidden() -> None:
    for path in (REPOSITORY / ".ci" / "run", REPOSITORY / "setup" / "setup.sh"):
        assert os.access(path, os.X_OK), path
    lines = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "exec make test"
    assert not [line for line in lines if "pip " in line or "apt" in line or "pytest" in line]


def test_set_up_files__name_no_registry_host() -> None:
    names = ["Makefile", "environment.yml", ".ci/run", ".github/workflows/ci.yml", "pyproject.toml"]
    paths = [REPOSITORY / name for name in names] + sorted((REPOSITORY / "setup").glob("*.*"))
    assert len(paths) > 7
    for path in paths:
        assert "://" not in path.read_text(encoding="utf-8"), path
