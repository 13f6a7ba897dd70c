"""Run the examples in docstrings and on pages, each in a folder and a process of its own; print what fails.

Processes, because `metadata.init` sets what holds for one; forked, because they need the same modules.
"""

from __future__ import annotations

import doctest
import importlib
import os
import re
import sys
import tempfile
from pathlib import Path

_FENCE = re.compile(r"^```pycon\n(.*?)^```", re.MULTILINE | re.DOTALL)


def main(*places: str) -> int:
    """Print the names of the docstrings and fences whose examples ran, and return how many failed."""
    failed = 0
    for place in places:
        for found in _of_page(Path(place)) if place.endswith(".md") else _of_module(place):
            if found.examples:
                print(found.name, flush=True)
                failed += _failed(found)
    return failed


def _of_module(name: str) -> list[doctest.DocTest]:
    return doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name))


def _of_page(page: Path) -> list[doctest.DocTest]:
    fences = _FENCE.findall(page.read_text())
    return [doctest.DocTestParser().get_doctest(text, {}, f"{page.stem}.md", str(page), 0) for text in fences]


def _failed(found: doctest.DocTest) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        child = os.fork()
        if child == 0:
            os.chdir(folder)
            result = doctest.DocTestRunner().run(found)
            sys.stdout.flush()
            os._exit(min(result.failed, 1))
        return os.waitpid(child, 0)[1] != 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
