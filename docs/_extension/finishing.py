"""What is done to the built pages: no script within a page, names and focus for people who use no mouse; and checks.

furo's template holds one script, which a server's Content-Security-Policy forbids. What scrolls can be scrolled by keys
only if it can have the focus (axe: scrollable-region-focusable). What stays out: what the pages say.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

from lineal import pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_SCRIPT = re.compile(r"<script>\s*document\.body\.dataset\.theme = [^<]*</script>")
_ANY_SCRIPT = re.compile(r"<script>|<script type=(?!\"application/json\")")
_SCROLLS = re.compile(r'<(pre|div class="table-wrapper[^"]*")(?=>)')
_FRAME = (
    ('<aside class="sidebar-drawer"', '<aside class="sidebar-drawer" aria-label="Pages"'),
    ('<aside class="toc-drawer', '<aside aria-label="On this page" class="toc-drawer'),
    ('<label class="overlay', '<label aria-hidden="true" class="overlay'),
    ('<p class="caption" role="heading"', '<p class="caption" role="heading" aria-level="2"'),
    ('<th class="head"><p></p></th>', '<td class="head"></td>'),
    ('<div id="search-results"></div>', '<h1>Search</h1>\n\n<div id="search-results"></div>'),
)
"""Names of landmarks, levels of headings, the title of the search, and no headers of tables that are empty."""
_LINES_OF_SIGNATURE = re.compile(r"<dl>\s*((?:<dd>(?:(?!</?d[dlt]>).)*</dd>\s*)+)</dl>", re.DOTALL)
"""The parameters of a long signature: a list without terms, which is none for a screen reader."""
_ID = re.compile(r'\bid="([^"]+)"')
_log = logging.getLogger(__name__)


def finish(app: Sphinx, failure: Exception | None) -> None:
    """Change every page that was written, and check that the pages exist that messages name."""
    if failure is not None or app.builder.name != "html":
        return
    root = Path(app.outdir)
    for file in root.rglob("*.html"):
        up = os.path.relpath(root, file.parent)
        text = file.read_text("utf-8")
        file.write_text(finished(text, up="" if up == "." else f"{up}/"), "utf-8")
    for page in pages.PAGES.values():
        _check(root, page)


def finished(text: str, *, up: str) -> str:
    """Return the text of a page as it is handed out; a page that is finished stays as it is.

    Raises:
        ValueError: the page has a script that is no file.
    """
    text = _SCRIPT.sub(f'<script src="{up}_static/theme-of-page.js"></script>', text)
    if found := _ANY_SCRIPT.search(text):
        raise ValueError(f"a page has a script within it, which servers forbid: {text[found.start() :][:200]}")
    text = _SCROLLS.sub(r'<\1 tabindex="0"', text)
    text = _LINES_OF_SIGNATURE.sub(_lines, text)
    for written, finished_form in _FRAME:
        if finished_form not in text:
            text = text.replace(written, finished_form)
    return text


def _lines(found: re.Match[str]) -> str:
    lines = found[1].replace("<dd>", "<div>").replace("</dd>", "</div>")
    return f'<div class="sig-lines">{lines}</div>'


def _check(root: Path, page: pages.Page) -> None:
    file = root / f"{page.path}.html"
    if not file.is_file():
        _log.warning("lineal/pages.py: %r names %s, which is no page", page.name, page.path)
    elif page.anchor and page.anchor not in _ID.findall(file.read_text("utf-8")):
        _log.warning("lineal/pages.py: %r names %s, which has no section #%s", page.name, page.path, page.anchor)
