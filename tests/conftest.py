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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which faults were tried on a cluster, what came of each; or, loudly, that there was no cluster."""
    write_series(terminalreporter)
