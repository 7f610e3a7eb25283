"""Does docs/dependencies.md list every dependency as it is pinned, with the licence that the package states?"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from types import ModuleType

import pytest

from filiation.config import REPOSITORY
from filiation.run_record import htslib_warnings, software_rows
from filiation.toolbox import TOOLS

# Words by which packages name a licence in their own records.
WORDS = {"MIT": "MIT", "BSD": "BSD", "Apache": "Apache", "MPL": "MPL|Mozilla", "PSF": "PSF|Python Software|matplotlib"}


def listing() -> ModuleType:
    """setup/dependencies.py as a module."""
    spec = importlib.util.spec_from_file_location("dependencies", REPOSITORY / "setup" / "dependencies.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_document__is_what_the_command_writes() -> None:
    written = (REPOSITORY / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert written == listing().document(), "run: python setup/dependencies.py > docs/dependencies.md"


def test_listing__names_every_dependency_and_no_other() -> None:
    module = listing()
    wanted = {**module.requirements("run"), **module.requirements("dev")}
    assert set(module.PACKAGES) == set(wanted)
    assert set(module.PROGRAMS) == {tool.name for tool in TOOLS}
    assert set(wanted) <= set(module.pins())
    assert all(why and licence for licence, why in module.PACKAGES.values())


@pytest.mark.parametrize("name", sorted(listing().PACKAGES))
def test_licence__is_the_one_that_the_package_states(name: str) -> None:
    try:
        told = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    stated = [told.get("License-Expression") or "", told.get("License") or ""]
    stated += [line for line in told.get_all("Classifier") or [] if line.startswith("License")]
    for file in importlib.metadata.files(name) or []:
        if re.search(r"(?i)licen[cs]e", file.name) and file.suffix in ("", ".txt", ".md", ".rst"):
            stated.append(file.read_text()[:300])
    licence = listing().PACKAGES[name][0]
    assert re.search(WORDS[licence.split("-")[0]], " ".join(stated)), f"{name}: {licence}, but it states {stated}"


def test_manifest__names_the_htslib_of_every_tool() -> None:
    rows = {row["name"]: row for row in software_rows()}
    for name in ("htslib of samtools", "htslib of bcftools", "htslib of pysam"):
        assert re.match(r"\d+\.\d+", str(rows[name]["version"])), rows.get(name)
        assert rows[name]["kind"] == "tool"


def test_manifest__warns_of_each_htslib_that_a_hostile_file_can_harm() -> None:
    rows: list[dict[str, str | None]] = [
        {"name": f"htslib of {version}", "kind": "tool", "version": version}
        for version in ("1.16", "1.21", "1.21.1", "1.22.1", "1.22.2", "1.23", "1.23.1", "1.24", "unknown")
    ]
    told = htslib_warnings(rows)
    assert [text.split(" is ")[1].split(":")[0] for text in told] == ["1.16", "1.21", "1.22.1", "1.23", "unknown"]
