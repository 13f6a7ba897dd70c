"""The site as `make site` built it. `make test-site` builds it first."""

from __future__ import annotations

import pytest

from lineal import pages
from tests.site.html_pages import Site

ELSEWHERE = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def site() -> Site:
    """The built site."""
    folder = pages.built_site()
    assert folder is not None, "the site is not built: run make test-site"
    return Site(folder)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ELSEWHERE] = {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the addresses outside the site: nobody follows them here, and a person may."""
    found = config.stash[ELSEWHERE]
    if found:
        terminalreporter.section(f"{len(found)} addresses outside the site, not followed")
        for address, page in sorted(found.items()):
            terminalreporter.line(f"{address}  ({page})")
