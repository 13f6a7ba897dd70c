"""The reference generated from code: a page names a part in a fence, and the site shows what the code says there.

    ```{reference} command ls
    ```

Words can also stand on the lines of the fence. A part is Markdown, made without Sphinx, so that the tests read the
same pages as the site (`expanded`). What stays out: the words around the parts, which are on the pages, and the Python
API, which Sphinx's autodoc reads.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import commands, examples, failures, languages, measures, operations, python_api, rpcs, server_flags, settings

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS: dict[str, Callable[..., str]] = {
    "command": commands.command,
    "environment": settings.environment,
    "errors": failures.table_of_errors,
    "error-classes": python_api.error_classes,
    "filter-query": languages.filter_query,
    "measures": measures.measures,
    "messages": rpcs.messages,
    "options": commands.options,
    "methods": python_api.methods,
    "own-rpcs": rpcs.own_rpcs,
    "problem-fields": failures.fields_of_problems,
    "problems": failures.table_of_problems,
    "rest": operations.operations,
    "rest-shapes": operations.shapes,
    "rpcs": rpcs.rpcs,
    "search-keys": languages.keys,
    "search-values": languages.values,
    "server-flags": server_flags.server_flags,
    "settings": settings.settings,
    "statuses": failures.table_of_statuses,
}
"""What a fence can name, with the function that makes its Markdown from the words behind the name."""
_FENCE = re.compile(r"^```\{reference\} (\S+)((?:(?!```)[^`])*)\n```$", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    """Let pages have parts made from code."""
    logging.getLogger("lineal").setLevel(logging.WARNING)  # the build prints what is logged
    operations.show_answers()
    python_api.set_up(app)
    app.connect("builder-inited", _before_reading)
    app.connect("source-read", _on_source)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def expanded(page: str) -> str:
    """Return a page's Markdown with the parts that its fences name.

    Raises:
        KeyError: there is no such part, or none with these words.
    """
    return _FENCE.sub(lambda fence: PARTS[fence[1]](*fence[2].split()), page)


def _before_reading(app: Sphinx) -> None:
    """Run the examples once: the processes that read the pages are forks of this one."""
    examples.document()
    examples.answers()


def _on_source(app: Sphinx, name: str, source: list[str]) -> None:
    text = expanded(source[0])
    if text != source[0]:
        source[0] = text
        app.env.note_reread()  # the code may have changed since the page was read
