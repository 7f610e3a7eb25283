"""Makes `builders` and `reference` importable from every test, and tells of the runs on a cluster at the end.

pytest puts the folder of this file on the path.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders.series import write_series


@pytest.fixture(scope="session", autouse=True)
def locks_of_these_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The locks of families are those of one worker: the same family stands in several tests that run at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FILIATION_LOCKS", str(tmp_path_factory.mktemp("locks")))
        yield


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a test after the length of long bytes, not after them: gzip writes the second of the day into its head.

    Workers that collect in different seconds would not have the same tests, and none would be run.
    """
    return f"{argname} of {len(val)} bytes" if isinstance(val, bytes) and len(val) > 30 else None


def _shares_with_its_module(item: pytest.Item) -> bool:
    """Whether a test uses a fixture that is made once for its module, which each worker would make again."""
    known = getattr(item, "_fixtureinfo", None)
    return known is not None and any(found[-1].scope == "module" for found in known.name2fixturedefs.values())


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Keeps tests together that share a fixture of minutes, as those of one SLURM are that name their group.

    Stops where tests of one group would run on several workers at once, as pytest 9.2 lets pytest-xdist 3.8 do: groups
    are told to the scheduler by an ending of the test's name.
    """
    for item in items:
        if not item.get_closest_marker("xdist_group") and _shares_with_its_module(item):
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(config.rootpath))))
    yield
    if config.getoption("loadgroup", False):
        lost = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if lost:
            raise pytest.UsageError(
                f"pytest {pytest.__version__} and pytest-xdist do not keep the {len(lost)} tests of groups together "
                f"(as {lost[0]}): install pytest as pyproject.toml has it"
            )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which faults were tried on a cluster, what came of each; or, loudly, that there was no cluster."""
    write_series(terminalreporter)
