"""Markdown of tables and of texts from code: what a help text or docstring says, as a page shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lineal.pages import PAGES, Page

_CODE = re.compile(r"(`[^`]*`)")
_FILE = re.compile(r"docs/((?:[\w-]+/)*([\w-]+)\.md)")
_SEE = re.compile(r"see: lineal docs ([\w-]+)")
_ADDRESS = re.compile(r"/docs/([\w/-]+)\.html(#[\w-]+)?")
_WORDS = re.compile(
    r"""(?<![\w/`.])(
        --?[a-z][a-z0-9.:-]*[a-z0-9](?![\w-])       # a flag or a term
        | (?:LINEAL|MLMD)_[A-Z_]+                    # a variable
        | [a-z]+(?:\+[a-z]+)?://[^\s,;)]*[\w/]       # an address
        | \{[a-z]+\}(?:/\{[a-z]+\})*                 # a placeholder
        | [a-zA-Z]+(?:_[a-zA-Z0-9]+)+                # a name of code
        | [a-z]+\.[A-Z]{3,}                          # a name with a place for another
    )""",
    re.VERBOSE,
)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; empty without rows."""
    lines = [f"| {' | '.join(_cell(text) for text in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}", *lines]) if lines else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Return a text as code, "" for an empty one."""
    shown = str(text)
    mark = "``" if "`" in shown else "`"
    return f"{mark}{shown}{mark}" if shown else ""


def prose(text: str) -> str:
    """Return a plain text with flags, variables and names of code set as code, and links to the pages that it names."""
    parts = _CODE.split(_linked(text))
    return "".join(part if part.startswith("`") else _WORDS.sub(r"`\1`", _escaped(part)) for part in parts)


def _linked(text: str) -> str:
    """Return a text with links in place of what it says for a terminal, of addresses on a server, and of files."""
    text = _SEE.sub(lambda see: f"see [{see[1]}]({_target(PAGES[see[1]])})" if see[1] in PAGES else see[0], text)
    text = _ADDRESS.sub(lambda of: f"[{of[1].rpartition('/')[2]}](/{of[1]}.md{of[2] or ''})", text)
    return _FILE.sub(lambda page: f"[{page[2]}](/{page[1]})", text)


def _target(page: Page) -> str:
    return f"/{page.path}.md" + (f"#{page.anchor}" if page.anchor else "")


def _escaped(text: str) -> str:
    return text.replace("*", "\\*").replace("<", "&lt;")


def sentence(text: str) -> str:
    """Return a text with a capital letter at its beginning and a full stop at its end."""
    text = " ".join(text.split())
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', ':', '!')) else '.'}" if text else ""


def blocks(*parts: str) -> str:
    """Return parts with an empty line between them, without the empty ones."""
    return "\n\n".join(part for part in parts if part)
