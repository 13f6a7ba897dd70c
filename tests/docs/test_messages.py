"""Every message that the page about messages quotes is one that the code has."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.services import REPOSITORY

PAGE = REPOSITORY / "docs" / "help" / "troubleshooting.md"
QUOTED = re.compile(r"^### `(.+)`$", re.MULTILINE)
FEWEST = 60
SHORTEST = 10  # characters between two `…`: less is found in any text
# Parsing the code would take seconds: these are the places where a text goes on in the next line, or is filled in.
GOES_ON = re.compile(r'" *\n *f?"')
FILLED_IN = re.compile(r"\{[^{}\n]*\}")


def quoted() -> list[str]:
    return QUOTED.findall(PAGE.read_text())


@cache
def texts_of_code() -> str:
    """Return the code of `src`, each text of it on one line and with `…` where something is put in."""
    files = [path.read_text() for path in (REPOSITORY / "src").rglob("*.py") if "_pb2" not in path.name]
    return FILLED_IN.sub("…", GOES_ON.sub("", "\n".join(files)))


@pytest.mark.parametrize("message", quoted())
def test_a_quoted_message_is_in_the_code(message: str) -> None:
    parts = [re.escape(part) for part in message.strip("… ").split("…")]
    assert max(map(len, parts)) > SHORTEST, "quote more of it"
    is_there = re.search("[^\n]*".join(parts), texts_of_code()) is not None
    assert is_there, "no text of src is like this; write … for what differs"


def test_the_page_quotes_many_messages_and_each_once() -> None:
    assert len(set(quoted())) == len(quoted()) > FEWEST
