"""Does every part of the package know only the parts below it, and does it keep the house rules?"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from filiation.__main__ import COMMANDS
from filiation.config import REPOSITORY

PACKAGE = REPOSITORY / "scripts" / "filiation"
RULES = REPOSITORY / "workflow" / "rules"
LONGEST_FILE = 500

BASE = {"errors", "model", "io"}
# Kernels that read bytes serve `io.raw` alone.
BYTE_KERNELS = ("alternates", "damage", "inflate", "decode_bcf", "decode_vcf", "sites_bcf", "sites_vcf")
# Part of the package → parts it may import. `kernels.encoding` is the integer codes alone, without numba.
MAY_IMPORT: dict[str, set[str]] = {
    "acmg": BASE,
    # What is kept of a family; the cohort index adds up what each family gives, in the same commit.
    "archive": BASE | {"calls", "cohort", "evidence", "genes", "kernels", "prioritisation", "scoring"},
    "cohort": BASE | {"archive", "calls", "evidence", "frequencies", "genes", "kernels"},
    # A release is judged again by the modules that judged the first time.
    "reanalysis": BASE
    | {
        "acmg",
        "archive",
        "calls",
        "cohort",
        "evidence",
        "frequencies",
        "genes",
        "panels",
        "phenotype",
        "prioritisation",
        "report",
        "scoring",
    },
    "validation": BASE | {"run_record"},
    "errors": set(),
    "model": {"errors"},
    "toolbox": set(),
    "kernels": set(),
    "config_sources": set(),
    "config_sections": {"config_sources"},
    "config": {"config_sections", "config_sources", "errors"},
    # The sheets name pre-indications: their catalogue tells an alias, a cancer and a near miss apart.
    "io": {
        "errors",
        "model",
        "config",
        "panels.catalogue",
        "kernels.encoding",
        *(f"kernels.{name}" for name in BYTE_KERNELS),
    },
    "reads": BASE | {"kernels"},
    # The side-car of population frequencies: its format (io), the packing and look-up (kernels).
    "frequencies": BASE | {"kernels"},
    "calls": BASE | {"evidence", "frequencies"},
    "genes": BASE,
    "resources": BASE,
    "evidence": BASE | {"genes"},
    "phenotype": BASE | {"config", "genes"},
    "filters": BASE,
    "panels": BASE | {"genes"},
    "demo": BASE,
    "scoring": BASE | {"calls", "frequencies", "kernels"},
    "quality": BASE | {"kernels"},
    "prioritisation": BASE | {"acmg", "calls", "evidence", "filters", "genes", "panels", "phenotype", "scoring"},
    "report": BASE | {"panels"},
    "checks": BASE
    | {
        "archive",
        "config",
        "calls",
        "evidence",
        "frequencies",
        "genes",
        "notification",
        "panels",
        "phenotype",
        "reads",
        "resources",
        "scoring",
        "toolbox",
    },
    "schemas": BASE | {"config", "report.document"},
    "doctor": BASE | {"toolbox"},
    "run_record": BASE | {"config", "frequencies", "toolbox"},
    "cluster": BASE | {"config"},
    "workflow_progress": {"cluster"},
    # The checksum of reads (kernels) is counted from the files.
    "ledger": BASE | {"kernels"},
    # How a lock's holder is known to be dead: as in the archive.
    "run_safety": BASE | {"archive.lock", "ledger"},
    "workflow_command": BASE | {"cluster", "config", "workflow_progress"},
    "workflow_run": BASE
    | {
        "cluster",
        "config",
        "ledger",
        "run_safety",
        "toolbox",
        "workflow_command",
        "workflow_inputs",
        "workflow_plan",
        "workflow_progress",
    },
    "workflow_inputs": BASE | {"config", "panels"},
    "workflow_plan": BASE | {"cluster", "config", "workflow_command", "workflow_inputs"},
    "notification": BASE | {"config_sections"},
}
# Packages from outside that a part may import; parts that are not named here may import any dependency.
MAY_IMPORT_FROM_OUTSIDE: dict[str, set[str]] = {
    "errors": set(),
    "toolbox": set(),
    "model": {"numpy"},
    "kernels": {"numpy", "numba", "llvmlite"},
    "config_sections": {"pydantic"},
    "config_sources": {"pydantic"},
    "config": {"pydantic", "yaml"},
    "schemas": {"pydantic", "yaml"},
    "report": {"babel", "jinja2", "markupsafe", "weasyprint", "xlsxwriter"},
}
HEAVY = {"numba", "pandas", "pysam", "cyvcf2", "pyranges", "numpy", "snakemake", "jinja2", "pyhpo"}


# Modules of the standard library and outside that open connections, and the two modules that may import them: one
# fetches public data when it is called for that, one tells that a run has ended when it is asked to.
NETWORK = {"urllib.request", "http.client", "http.server", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
MAY_USE_THE_NETWORK = {"resources/transfer.py", "notification.py"}


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The part of the package a module belongs to: its folder, or its name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> set[str]:
    """Full names of everything a syntax tree imports, at any depth."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import of {node.module}: write the whole name"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def parse(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def breaches(part: str, names: set[str]) -> list[str]:
    """The imports that a part of the package may not make."""
    found = []
    for name in sorted(names):
        steps = name.split(".")
        if steps[0] == "filiation":
            target = steps[1] if len(steps) > 1 else ""
            allowed = MAY_IMPORT[part] | {part, "__version__"}
            if target not in allowed and ".".join(steps[1:3]) not in allowed:
                found.append(name)
        elif steps[0] not in sys.stdlib_module_names | MAY_IMPORT_FROM_OUTSIDE.get(part, {steps[0]}):
            found.append(name)
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports__a_module_knows_only_the_parts_below_it(path: Path) -> None:
    part = part_of(path)
    if part in ("__init__", "__main__", "cli"):
        return
    assert part in MAY_IMPORT, f"say in MAY_IMPORT what the new part '{part}' may import"
    assert breaches(part, imported(parse(path))) == []


def test_imports__the_table_refuses_what_it_should() -> None:
    assert breaches("kernels", {"filiation.model.pedigree.Sex", "pandas", "numpy"}) == [
        "filiation.model.pedigree.Sex",
        "pandas",
    ]
    assert breaches("io", {"filiation.kernels.de_novo.posterior"}) == ["filiation.kernels.de_novo.posterior"]
    assert breaches("io", {"filiation.kernels.encoding.MISSING"}) == []
    assert breaches("report", {"filiation.cli.report.main"}) == ["filiation.cli.report.main"]


def test_imports__the_command_line_starts_without_heavy_packages() -> None:
    for path in [PACKAGE / "__main__.py", *sorted((PACKAGE / "cli").glob("*.py"))]:
        at_top = ast.Module([node for node in parse(path).body if not isinstance(node, ast.FunctionDef)], [])
        names = imported(at_top)
        heavy = {name for name in names if name.split(".")[0] in HEAVY}
        kernels = {name for name in names if name.startswith("filiation.kernels")}
        assert not heavy | kernels, f"{path.name}: import inside the function that needs it"


def test_imports__only_commands_and_their_check_read_the_configuration_file() -> None:
    readers = {part_of(path) for path in modules() if "load_config(" in path.read_text(encoding="utf-8")}
    assert readers - {"config", "cli", "checks"} == set()
    assert "cli" in readers


def forbidden_calls(tree: ast.AST) -> list[str]:
    """Calls that would execute text or unpack objects."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in (
            "eval",
            "exec",
            "os.system",
            "os.popen",
            "yaml.load",
            "yaml.unsafe_load",
            "yaml.full_load",
        ):
            found.append(called)
        for keyword in node.keywords:
            if keyword.arg == "shell" and ast.unparse(keyword.value) != "False":
                found.append("shell=True")
    found += sorted(name for name in imported(tree) if name.split(".")[0] in ("pickle", "marshal", "shelve", "dill"))
    return found


def test_safety__nothing_executes_text_or_unpacks_objects() -> None:
    assert modules()
    for path in modules():
        assert forbidden_calls(parse(path)) == [], path


def test_safety__the_search_finds_what_it_looks_for() -> None:
    text = "import pickle\neval('1')\nyaml.load(x)\nos.system('ls')\nsubprocess.run('ls', shell=True)\n"
    assert forbidden_calls(ast.parse(text)) == ["eval", "yaml.load", "os.system", "shell=True", "pickle"]
    assert forbidden_calls(ast.parse("yaml.safe_load(x)\nmodel.evaluate(y)\n")) == []


def test_style__no_file_is_over_500_lines() -> None:
    files = [
        path
        for folder in ("scripts", "tests", "workflow")
        for path in (REPOSITORY / folder).rglob("*")
        if path.suffix in (".py", ".smk") or path.name == "Snakefile"
    ]
    lengths = {str(path.relative_to(REPOSITORY)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert len(lengths) > 20
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def undocumented(tree: ast.Module) -> list[str]:
    """Public functions, methods and classes of a module without a docstring, and the module itself."""
    found = [] if ast.get_docstring(tree) else ["the module"]
    bodies: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    while bodies:
        prefix, body = bodies.pop()
        for node in body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                found.append(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                bodies.append((f"{node.name}.", node.body))
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_style__everything_public_says_what_it_answers(path: Path) -> None:
    assert undocumented(parse(path)) == []


@pytest.mark.parametrize("command", list(COMMANDS))
def test_commands__each_has_a_module_with_help_and_examples(command: str) -> None:
    path = PACKAGE / "cli" / f"{COMMANDS[command][0]}.py"
    assert path.is_file(), f"no module for `filiation {command}`"
    tree = parse(path)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {"add_arguments", "main"} <= functions
    _, marker, examples = (ast.get_docstring(tree) or "").partition("Examples:")
    assert marker, "the docstring is the help text: it needs an `Examples:` block"
    assert f"filiation {command}" in examples


def test_commands__every_module_of_the_command_line_is_reachable() -> None:
    known = {module for module, _ in COMMANDS.values()} | {"__init__"}
    assert {path.stem for path in (PACKAGE / "cli").glob("[!_]*.py")} - known == set()


def rule_texts() -> dict[str, str]:
    """{rule name: its text} of all files of workflow/rules."""
    rules: dict[str, str] = {}
    for path in sorted(RULES.glob("*.smk")):
        name, depth = "", 0
        for line in path.read_text(encoding="utf-8").splitlines():
            indent = len(line) - len(line.lstrip())
            if line.lstrip().startswith(("rule ", "checkpoint ")):
                name, depth = line.split()[1].rstrip(":"), indent
            elif line.strip() and indent <= depth:
                name = ""
            if name:
                rules[name] = rules.get(name, "") + line + "\n"
    return rules


def test_workflow__every_rule_calls_a_command_in_a_shell_line() -> None:
    assert rule_texts(), "workflow/rules holds no rule yet"
    for name, text in rule_texts().items():
        keywords = {line.strip().rstrip(":") for line in text.splitlines() if line.strip().endswith(":")}
        assert not keywords & {"script", "run", "notebook", "wrapper"}, f"rule {name} hides its command"
        if "shell" in keywords:
            assert any(f" {command} " in text or f" {command}\n" in text for command in COMMANDS) or (
                "conda" in keywords or "container" in keywords
            ), f"rule {name} calls none of our commands"


def test_workflow__every_step_of_a_family_has_its_rule() -> None:
    own = {
        "demo",
        "check",
        "decide",
        "genes",
        "panels",
        "phenotype",
        "reanalyse",
        "run",
        "doctor",
        "plan",
        "status",
        "verify",
        "explain",
        "resources",
        "schemas",
        "validate",
    }
    texts = " ".join(rule_texts().values())
    missing = [name for name in COMMANDS if name not in own and f" {name} " not in texts]
    assert missing == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports__only_two_modules_can_open_a_connection(path: Path) -> None:
    names = imported(ast.parse(path.read_text(encoding="utf-8")))
    used = {name for name in names for module in NETWORK if name == module or name.startswith(f"{module}.")}
    assert not used or str(path.relative_to(PACKAGE)) in MAY_USE_THE_NETWORK, used
