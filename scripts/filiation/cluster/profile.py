"""Where do the jobs of a run go: this machine, or a cluster, and under which options?

A profile is a folder with a `config.yaml` of Snakemake options. Two ship: `local`, the default, and `slurm`. A
laboratory copies one and gives the path of its copy. Every option is checked before anything is planned, because a
mistyped one would be an option of nobody, and its default would run.
"""

from __future__ import annotations

import getpass
import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filiation.config import WORKFLOW
from filiation.errors import ConfigError, nearest

SHIPPED = {"local": "default", "slurm": "slurm"}
# Commands that an executor starts by itself; without them nothing is submitted.
COMMANDS = {"slurm": ("sbatch", "squeue", "scancel", "scontrol", "sinfo")}
# Options that `filiation run` gives, or that make a restart unsafe: not of a profile.
_OURS = {
    "snakefile": "filiation run names the workflow",
    "directory": "give --directory to filiation run",
    "configfile": "give --config to filiation run",
    "cores": "give --cores to filiation run",
    "nolock": "two runs would write the same files",
    "keep-incomplete": "half-written files would be taken for finished ones",
    "ignore-incomplete": "half-written files would be taken for finished ones",
    "cleanup-metadata": "what was made by whom would be forgotten",
    "drop-metadata": "what was made by whom would be forgotten",
    "touch": "old files would be taken for new ones",
}

# Resources that Snakemake, its local executor and the one for SLURM ask for.
_RESOURCES = {
    *("mem", "mem_mb", "mem_mib", "disk", "disk_mb", "disk_mib", "runtime", "tmpdir", "nodes", "threads", "gpu"),
    *("slurm_account", "slurm_partition", "slurm_extra", "slurm_cluster", "cluster", "clusters", "qos", "constraint"),
    *("reservation", "gres", "gpu_model", "gpu_manufacturer", "mpi", "tasks", "tasks_per_node", "tasks_per_gpu"),
    *("cpus_per_task", "cpus_per_gpu", "mem_mb_per_cpu", "ntasks", "nodelist", "exclude", "licenses", "attempt"),
}


@dataclass(frozen=True)
class Profile:
    """The options of one profile, checked. executor : `local`, `slurm`, `cluster-generic` …"""

    folder: Path
    executor: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def on_cluster(self) -> bool:
        """Whether jobs leave this machine."""
        return self.executor not in ("local", "dryrun", "touch")

    @property
    def default_resources(self) -> dict[str, Any]:
        """Resources of a job whose rule says nothing, and what all jobs need: account, partition, tmpdir."""
        return resources(self.settings.get("default-resources"))

    @property
    def of_rules(self) -> list[str]:
        """Options that change threads and resources of single rules, as the command line takes them."""
        found = []
        for option in ("set-threads", "set-resources"):
            value = self.settings.get(option) or []
            if isinstance(value, dict):
                items = [
                    f"{rule}:{name}={amount}" if name else f"{rule}={amount}"
                    for rule, inner in value.items()
                    for name, amount in (inner.items() if isinstance(inner, dict) else [("", inner)])
                ]
            else:
                items = value.split() if isinstance(value, str) else [str(item) for item in value]
            found += [f"--{option}", *items] if items else []
        return found


def resources(value: Any) -> dict[str, Any]:
    """`default-resources` of a profile as a dict; Snakemake takes a mapping, or a list of NAME=VALUE."""
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, str):
        value = value.split()
    return dict(str(item).partition("=")[::2] for item in value or [])


def load_profile(name: str) -> Profile:
    """Read and check a profile; name : `local`, `slurm`, or the path of a folder with a config.yaml.

    Raises ConfigError for a folder without it, a file that is no YAML mapping, an unknown option (the nearest is
    named), an option that makes a restart unsafe, an executor that is not installed.
    """
    folder = WORKFLOW / "profiles" / SHIPPED[name] if name in SHIPPED else Path(name)
    folder = folder.parent if folder.name == "config.yaml" else folder
    path = folder / "config.yaml"
    if not path.is_file():
        near = "" if "/" in name else nearest(name, list(SHIPPED))
        raise ConfigError(
            f"no profile {name!r}",
            where="--profile",
            expected=f"{' or '.join(SHIPPED)}, or a folder with a config.yaml",
            repair=near or f"give the path of a folder, as in --profile {WORKFLOW / 'profiles' / 'slurm'}",
        )
    settings = _read(path)
    _refuse_unknown(settings, path)
    _refuse_unknown_names(settings, path)
    executor = str(settings.get("executor") or "local")
    _require_executor(executor, path)
    return Profile(folder.resolve(), executor, settings)


def _read(path: Path) -> dict[str, Any]:
    """The options of a profile file."""
    import yaml

    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigError("not readable as YAML", where=where, expected="one `option: value` a line") from None
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise ConfigError(
            f"a {type(settings).__name__} where options are expected",
            where=str(path),
            expected="one `option: value` a line",
        )
    return {str(key): value for key, value in settings.items()}


def _refuse_unknown(settings: dict[str, Any], path: Path) -> None:
    """Stop at an option that Snakemake does not have, and at one that is not the profile's to give."""
    known = _snakemake_options()
    for key in settings:
        if key in _OURS:
            raise ConfigError(f"option {key!r}: {_OURS[key]}", where=str(path), repair="leave it out")
        if key not in known:
            raise ConfigError(
                f"unknown option {key!r}",
                where=str(path),
                expected="a long option of snakemake or of its executor, without the dashes",
                repair=nearest(key, sorted(known)) or "see snakemake --help",
            )


def _refuse_unknown_names(settings: dict[str, Any], path: Path) -> None:
    """Stop at a rule that the workflow does not have, at a mistyped resource, and at a number that is none.

    Snakemake takes every name: the mistyped one would be nobody's, and the rule's own value, or the cluster's default
    account, would stand. A resource of the site's own is any name that is not near to one that is known.
    """
    rules = rule_names()
    own = {str(name) for name in resources(settings.get("resources"))}
    own |= set(re.findall(r"resources\.(\w+)", " ".join(map(str, settings.values()))))
    for option, rule, names in _entries(settings):
        where = f"{path}: {option}"
        if rule is not None and rule not in rules:
            raise ConfigError(
                f"no rule {rule!r}",
                where=where,
                expected="a rule of the workflow, as `filiation plan` names it",
                repair=nearest(rule, sorted(rules)) or "leave it out",
            )
        for name in names:
            near = nearest(name, sorted(_RESOURCES))
            if name not in _RESOURCES | own and near:
                raise ConfigError(
                    f"no resource {name!r}",
                    where=f"{where}: {rule}" if rule else where,
                    expected="what Snakemake or its executor asks for, or a name of the site's own that is like none",
                    repair=near,
                )
    for option in ("jobs", "retries", "local-cores", "latency-wait"):
        value = settings.get(option, 0)
        if not re.fullmatch(r"\d+", str(value)) and not (option == "jobs" and value in ("all", "unlimited")):
            raise ConfigError(f"{option}: {value!r}", where=str(path), expected="a whole number", repair=f"{option}: 2")


def _entries(settings: dict[str, Any]) -> Iterator[tuple[str, str | None, list[str]]]:
    """Option, rule and names of resources of each entry that names one; None for the resources of all rules."""
    yield "default-resources", None, list(resources(settings.get("default-resources")))
    for option in ("set-resources", "set-threads", "groups"):
        value = settings.get(option) or []
        if isinstance(value, dict):
            for rule, inner in value.items():
                yield option, str(rule), [str(name) for name in inner] if isinstance(inner, dict) else []
        else:
            for item in value.split() if isinstance(value, str) else value:
                rule, _, name = str(item).partition("=")[0].partition(":")
                yield option, rule, [name] if name else []


def rule_names() -> set[str]:
    """Every rule of the workflow, also those that only some configurations use."""
    files = [WORKFLOW / "Snakefile", *sorted((WORKFLOW / "rules").glob("*.smk"))]
    texts = [path.read_text(encoding="utf-8") for path in files if path.is_file()]
    return {
        name
        for text in texts
        for name in re.findall(r"^ *(?:rule|checkpoint|use rule \w+ as) (\w+)(?::| with:)", text, re.MULTILINE)
    }


def _snakemake_options() -> set[str]:
    """Every long option of snakemake and of its installed plug-ins."""
    from snakemake.cli import get_argument_parser

    options: set[str] = set()
    for action in get_argument_parser()._actions:
        options |= {text[2:] for text in action.option_strings if text.startswith("--")}
    return options


def _require_executor(executor: str, path: Path) -> None:
    """Stop when the plug-in of an executor, or a command that it starts, is not there."""
    from snakemake_interface_executor_plugins.registry import ExecutorPluginRegistry

    known = {"local", "dryrun", "touch", *ExecutorPluginRegistry().plugins}
    if executor not in known:
        raise ConfigError(
            f"executor {executor!r} is not installed",
            where=str(path),
            expected=f"one of {', '.join(sorted(known - {'dryrun', 'touch'}))}",
            repair=nearest(executor, sorted(known)) or f"pip install snakemake-executor-plugin-{executor}",
        )
    missing = [command for command in COMMANDS.get(executor, ()) if not shutil.which(command)]
    if missing:
        raise ConfigError(
            f"{', '.join(missing)} not found",
            where=f"{path}: executor: {executor}",
            expected="the commands of the cluster on PATH",
            repair="start from a login node of the cluster, load its module, or leave --profile out to run here",
        )


def job_name_prefix(directory: Path) -> str:
    """Name that all jobs of one working folder begin with, so that a later run finds those of a dead one.

    It holds no path and no family: job names are shown to everyone on the cluster.
    """
    seed = f"{getpass.getuser()}:{directory.resolve()}"
    return f"filiation-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"
