"""Where a store is, and where its web UI shows a record, as texts for people.

A gRPC server does not say at which address its web UI is, since that is a port of its own and often lies behind a
proxy: the caller says it. What stays out: drawing (cards.py).
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlsplit

from lineal.config import UI_URL_VARIABLE

_WEB = re.compile(r"https?://[^/?#@\s\\]+(/[^?#@\s\\]*)?")


def address_of(given: str | None) -> str | None:
    """Return the address of the web UI without a slash at its end: the one given, or that of LINEAL_UI_URL.

    Raises:
        ValueError: it is no address of a website, or has a user, a password, a query or a fragment.

    """
    name = "ui_url" if given is not None else UI_URL_VARIABLE
    address = given if given is not None else os.environ.get(UI_URL_VARIABLE)
    if not address:
        return None
    if not isinstance(address, str) or not _is_web(address):
        raise ValueError(
            f"'{name}' must be the address of the web UI, such as http://localhost:8081 or "
            "https://lineal.example/ui, without user, password, '?' and '#'"
        )
    return address.rstrip("/")


def _is_web(address: str) -> bool:
    try:
        place = urlsplit(address)
        return bool(_WEB.fullmatch(address) and place.hostname and place.port != 0)  # a port may be none, and raises
    except ValueError:
        return False


def link(client: Any, kind: str, record_id: int) -> str | None:
    """Return where the web UI shows a record, None if its address is not known.

    Args:
        client: the client of the store.
        kind: "artifacts", "executions" or "workspaces".
        record_id: the id of the record.

    """
    address = getattr(client, "_ui_url", None)
    return f"{address}/{kind}/{record_id}" if address else None


def place_of(client: Any) -> str:
    """Return where a store is, as a URL without its secrets."""
    package = type(client).__module__.partition(".")[0]
    return str(getattr(client, "_place", "")) or f"a {type(client).__name__} of {package}"
