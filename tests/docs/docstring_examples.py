"""Run the examples in the docstrings of some modules, each in a folder and a process of its own; print what fails.

Processes, because `metadata.init` sets what holds for one; forked, because they need the same modules.
"""

from __future__ import annotations

import doctest
import importlib
import os
import sys
import tempfile


def main(*modules: str) -> int:
    """Print the names of the docstrings whose examples ran, and return how many failed."""
    failed = 0
    for name in modules:
        for found in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)):
            if found.examples:
                print(found.name, flush=True)
                failed += _failed(found)
    return failed


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
