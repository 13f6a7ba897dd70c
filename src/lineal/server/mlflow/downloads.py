"""The answer that downloads a file of a run, in pieces, and never as something that a browser runs.

HTML, SVG, scripts and style sheets go as plain text, unknown files as bytes, and pictures as what they are. The browser
must not guess another type (nosniff), saves the file (attachment) and would show it without an origin (sandbox).
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

from fastapi import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from lineal.files import Content

_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
_TEXTS = frozenset({"txt", "json", "jsonl", "yaml", "yml", "csv", "tsv", "xml", "svg", "html", "htm", "xhtml", "js"})
_TEXTS |= {"css", "md", "log", "py", "ipynb", "toml", "cfg", "ini", "conf", "sql", "sh", "r", "geojson"}
_TEXT_NAMES = frozenset({"MLmodel", "MLproject"})
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")
_PLAIN = re.compile(r"[^A-Za-z0-9._ +=-]")


class Download(StreamingResponse):
    """A file, or a part of one."""

    def __init__(
        self, path: str, content: Content, *, run: Callable[..., Awaitable[Any]], is_part: bool = False
    ) -> None:
        """Take an open file, which is closed at the end, and the function that runs another one in a thread."""
        self._content = content
        headers = {
            "Content-Length": str(content.length),
            "Content-Disposition": _disposition(path),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Accept-Ranges": "bytes",
            "Last-Modified": formatdate(content.modified, usegmt=True),
            "ETag": f'"{int(content.modified * 1e6):x}-{content.size:x}"',
        }
        if is_part:
            headers["Content-Range"] = f"bytes {content.first}-{content.first + content.length - 1}/{content.size}"
        status = 206 if is_part else 200
        super().__init__(_pieces(content, run), status_code=status, headers=headers)
        self.headers["Content-Type"] = media_type(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, and close it in any case."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._content.close()


async def _pieces(content: Content, run: Callable[..., Awaitable[Any]]) -> AsyncIterator[bytes]:
    pieces = iter(content)
    while (piece := await run(next, pieces, None)) is not None:
        yield piece


def media_type(path: str) -> str:
    """Return the media type under which a file is downloaded: one that runs nothing."""
    name = path.rpartition("/")[2]
    guessed = mimetypes.guess_type(name, strict=False)[0] or ""
    if guessed in _PICTURES:
        return guessed
    is_text = guessed.startswith("text/") or name.rpartition(".")[2].lower() in _TEXTS
    return "text/plain" if is_text or name in _TEXT_NAMES or name.endswith(".MLmodel") else "application/octet-stream"


def _disposition(path: str) -> str:
    name = path.rpartition("/")[2]
    plain = _PLAIN.sub("_", name)
    also = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{plain}"{also}'


def byte_range(request: Request, size: int) -> tuple[int, int] | None:
    """Return the first byte and the number of bytes that a request asks for, or None for the whole file.

    A range that no answer has (several ranges, one behind the end of the file) is ignored, as HTTP allows.
    """
    found = _RANGE.fullmatch(request.headers.get("range", ""))
    if found is None or "if-range" in request.headers:
        return None
    start, end = found.groups()
    if not start:
        first, last = max(0, size - int(end or 0)), size - 1
    else:
        first, last = int(start), min(int(end or size), size - 1)
    return (first, last - first + 1) if first <= last else None
