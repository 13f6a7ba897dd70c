"""What the site needs besides Sphinx: colours for queries, names above files, and links to files outside docs/.

What stays out: what the pages say, how they look (furo), and changes of the built pages (finishing.py).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import finishing
from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Number, String, Text
from sphinx import search
from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).parent.parent.resolve()
REPOSITORY = DOCS.parent
PAGES = {
    REPOSITORY / "CONTRIBUTING.md": DOCS / "contributors" / "contributing.md",
    REPOSITORY / "SECURITY.md": DOCS / "contributors" / "security.md",
    REPOSITORY / "CHANGELOG.md": DOCS / "contributors" / "changes.md",
    REPOSITORY / "README.md": DOCS / "index.md",
}
"""Files outside docs/ that the site has as pages."""
FENCES_OF_QUERIES = ("artifacts", "executions", "contexts", "search")
"""Languages that the tests read: a fence has the name of what its queries find."""
_FILE = re.compile(r"^( *)(<!--[^>\n]*\bfile=([^\s,>]+)[^>\n]*-->\n *```)(\w+)$", re.MULTILINE)
"""The mark of a block that is a file (tests/pages/page.py), and the fence below it."""
_LINK = re.compile(r"(?<=\]\()([^)#\s:]+)(?=[)#])")


class Queries(RegexLexer):
    """Colours filter queries and searches; SQL's lexer does not know their escapes."""

    name = "Lineal queries"
    tokens = {  # noqa: RUF012
        "root": [
            (r"--[^\n]*", Comment),
            (r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"", String),
            (words(("AND", "OR", "NOT", "LIKE", "IN", "IS", "NULL", "TRUE", "FALSE"), r"\b", r"\b"), Keyword),
            (r"\b\d[\d._e+-]*", Number),
            (r"[\s\S]", Text),
        ]
    }


class Words(SearchEnglish):
    """The words of the search's index: numbers such as a status, too, which Sphinx leaves out (search.js)."""

    def word_filter(self, word: str) -> bool:
        """Say whether the index has a word."""
        return super().word_filter(word) or (word.isdigit() and word[0] != "0" and 2 < len(word) < 6)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register all parts."""
    for language in FENCES_OF_QUERIES:
        app.add_lexer(language, Queries)
    search.languages["en"] = Words
    app.connect("source-read", _page)
    app.connect("include-read", _links_of_included)
    app.connect("build-finished", finishing.finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _page(app: Sphinx, name: str, source: list[str]) -> None:
    folder = Path(app.env.doc2path(name)).parent
    source[0] = _with_names_of_files(_moved(source[0], folder, folder))


def _with_names_of_files(text: str) -> str:
    """Return a text in which a block that is a file has the name of the file above it."""
    return _FILE.sub(r"\1\2{code-block} \4\n\1:caption: \3\n", text)


def _links_of_included(app: Sphinx, path: Path, _stem: str, source: list[str]) -> None:
    """MyST names the page by its last part alone, so the environment is asked which one it is."""
    source[0] = _moved(source[0], (DOCS / path).resolve().parent, Path(app.env.doc2path(app.env.docname)).parent)


def _moved(text: str, written_in: Path, shown_in: Path) -> str:
    """Return a text whose links lead from the page that shows it, and to pages where a file is one."""

    def target(link: re.Match[str]) -> str:
        file = (written_in / link[0]).resolve()
        page = PAGES.get(file, file)
        leads_elsewhere = page != file or (written_in != shown_in and file.exists())
        return os.path.relpath(page, shown_in) if leads_elsewhere else link[0]

    return _LINK.sub(target, text)
