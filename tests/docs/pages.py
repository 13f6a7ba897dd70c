"""The programs of the pages that newcomers read first, as texts: what is run here is what they copy."""

from __future__ import annotations

import json
import re
from functools import cache

from docs._extension import reference_of_lineal
from tests.services import REPOSITORY

PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONSOLE_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
TUTORIAL = "lineal tutorial"
# What a newcomer runs in the first hour, in the order of reading.
FIRST_HOUR = ("README.md", "docs/get-started/notebook.md", TUTORIAL, "examples/tutorial.ipynb")
WITH_LINEAL_ALONE = FIRST_HOUR[2:]
"""Those that need no other package."""
OF_THE_SDK = ("docs/sdk.md", *(f"docs/sdk/{page.name}" for page in sorted((REPOSITORY / "docs" / "sdk").glob("*.md"))))
"""The guide to the SDK: the page that leads to the others, and these."""


@cache
def page_of(path: str) -> str:
    """Return the Markdown of a page in docs/, with the parts of it that are made from code."""
    return reference_of_lineal.expanded((REPOSITORY / "docs" / path).read_text())


def section_of(path: str, title: str) -> str:
    """Return the text below a heading of the second level on a page."""
    parts = page_of(path).split("\n## ")[1:]
    return next(part for part in parts if part.partition("\n")[0] == title)


def program_of(page: str) -> str:
    """Return the Python of a page, of a notebook, or of the command `lineal tutorial` on the store of the pages."""
    if page == TUTORIAL:
        return "from lineal.cli import main\nmain(['tutorial', '--db', 'sqlite:///metadata.db'])"
    text = (REPOSITORY / page).read_text()
    if page.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return "\n".join(PYTHON_BLOCK.findall(text))


def commands_of(page: str, first_word: str) -> list[str]:
    """Return the commands of a page's console blocks that begin with a word, without the prompt and the comment."""
    lines = "\n".join(CONSOLE_BLOCK.findall((REPOSITORY / page).read_text())).splitlines()
    commands = (line.removeprefix("$ ").partition("  #")[0].strip() for line in lines if line.startswith("$ "))
    return [command for command in commands if command.split()[0] == first_word]
