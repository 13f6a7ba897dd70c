"""/docs/problems: the page that the `type` of every problem leads to, for everybody and without scripts.

What stays out: making problems (problems.py).
"""

from __future__ import annotations

from html import escape

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from lineal.server.rest import problems

_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Problems of Lineal</title>'
    '<meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark;font:15px/1.5 system-ui,'
    "sans-serif}body{max-width:45rem;margin:2rem auto;padding:0 1rem}:target{outline:2px solid}</style></head><body>"
    "<h1>Problems</h1><p>Every error over HTTP is a problem document (RFC 9457). Its <code>detail</code> says what was "
    "wrong, which one it was and what to do; its <code>type</code> leads to one of these sections, and its "
    '<code>page</code> to <a href="./">the documentation</a>.</p>'
)


def add(app: FastAPI) -> None:
    """Add the page."""

    @app.get(problems.PAGE, include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(_HEAD + "".join(map(_section, problems.KINDS)) + "</body></html>")


def _section(status: int) -> str:
    kind = problems.KINDS[status]
    more = f' <a href="{kind.page.place}">More about it</a>'
    return f'<section id="{status}"><h2>{status}: {escape(kind.title)}</h2><p>{escape(kind.cure)}{more}</p></section>'
