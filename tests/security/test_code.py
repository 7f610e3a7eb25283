"""Does our own code ever evaluate text, unpickle, load unsafe YAML, call a shell, or unpack an archive by its names?"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from filiation.config import REPOSITORY

PYTHON = sorted((REPOSITORY / "scripts").rglob("*.py"))
RULES = sorted((REPOSITORY / "workflow").rglob("*.smk")) + [REPOSITORY / "workflow" / "Snakefile"]
TEMPLATES = sorted((REPOSITORY / "scripts").rglob("templates/*"))
FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load",
    "yaml.full_load", "pickle.load", "pickle.loads", "marshal.loads", "tempfile.mktemp", "np.fromregex",
    "pd.read_pickle", "pd.eval", "subprocess.getoutput", "subprocess.getstatusoutput",
}  # fmt: skip
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "telnetlib", "ftplib"}
UNPACKING = ("extractall", "extract", "unpack_archive")


def calls(tree: ast.AST) -> list[tuple[str, ast.Call]]:
    """Every call with the name that is called, as written."""
    return [(ast.unparse(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def faults_of(text: str) -> list[str]:
    """What in a module is forbidden."""
    tree = ast.parse(text)
    faults = []
    for name, call in calls(tree):
        if name in FORBIDDEN_CALLS:
            faults.append(f"line {call.lineno}: {name}")
        for keyword in call.keywords:
            value = ast.unparse(keyword.value)
            if keyword.arg == "shell" and value != "False":
                faults.append(f"line {call.lineno}: shell={value}")
            if keyword.arg == "allow_pickle" and value != "False":
                faults.append(f"line {call.lineno}: allow_pickle={value}")
            if keyword.arg == "autoescape" and value == "False":
                faults.append(f"line {call.lineno}: autoescape=False")
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        faults += [f"line {node.lineno}: import {name}" for name in names if name.split(".")[0] in FORBIDDEN_MODULES]
    return faults


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)", "import pickle", "from joblib import load", "yaml.load(text)", "np.load(path, allow_pickle=True)",
        "subprocess.run(command, shell=True)", "subprocess.run(command, shell=flag)", "os.system('x')",
        "Environment(autoescape=False)", "compile(text, '', 'exec')",
    ],
)  # fmt: skip
def test_linter__finds_each_kind(line: str) -> None:
    assert faults_of(line)


def test_linter__lets_the_safe_forms_pass() -> None:
    assert faults_of("yaml.safe_load(text); re.compile('x'); np.load(path); subprocess.run(['x'], shell=False)") == []


def test_code__nothing_is_evaluated_unpickled_or_given_to_a_shell() -> None:
    assert len(PYTHON) > 300
    found = {str(path.relative_to(REPOSITORY)): faults_of(path.read_text(encoding="utf-8")) for path in PYTHON}
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_code__archives_are_never_unpacked_by_their_own_names() -> None:
    """Members are opened and read; where they would be written by name, `../` in a name would leave the folder."""
    for path in PYTHON:
        for name, call in calls(ast.parse(path.read_text(encoding="utf-8"))):
            called = name.rpartition(".")[2]
            if called in UNPACKING and re.search(r"(?i)zip|tar|archive|shutil", name):
                raise AssertionError(f"{path}, line {call.lineno}: {name}")


def shell_texts(path: Path) -> list[tuple[int, str]]:
    """What stands between the quotes of every `shell:` of a rule file, with the number of its line."""
    text = path.read_text(encoding="utf-8")
    found = re.finditer(
        r'^\s+shell:\s*\n?((?:\s*r?f?(?:"""(?:.|\n)*?"""|"(?:[^"\\\n]|\\.)*")\s*)+)', text, re.MULTILINE
    )
    return [(text[: match.start()].count("\n") + 1, match[1]) for match in found]


def test_rules__no_bare_wildcard_reaches_a_shell() -> None:
    seen = 0
    for path in RULES:
        for line, text in shell_texts(path):
            seen += 1
            for field in re.findall(r"(?<!\{)\{([^{}]+)\}(?!\})", text):
                outside = field.startswith(("wildcards", "input", "output", "log"))
                assert field.endswith(":q") or not outside, f"{path}, line {line}: {{{field}}}"
    assert seen > 20


def test_templates__no_text_is_declared_safe_but_our_own() -> None:
    """`|safe` is for what our own code drew: pictures, style and script; never a value that came from outside."""
    allowed = re.compile(r"\{\{-?\s*[\w.()]+\s*\|\s*safe")
    for path in TEMPLATES:
        if path.suffix in (".html", ".j2", ".jinja"):
            for use in re.findall(r"\{\{[^}]*\|\s*safe[^}]*\}\}", path.read_text(encoding="utf-8")):
                assert allowed.match(use), f"{path}: {use}"
