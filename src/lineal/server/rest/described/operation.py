"""The form of an operation's description, and its example as a command of curl."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from lineal.kinds import ARTIFACT, Kind

_SERVER = "http://localhost:8081"
_EXAMPLES = {ARTIFACT: "3"}
"""The record of each kind that examples show: in the store of the tutorial, the model 3."""


@dataclass(frozen=True)
class Operation:
    """What an operation does, and an example that runs against the store of `lineal tutorial`.

    Attributes:
        text: what it does, its limits and its errors, as Markdown.
        query: the parameters of the example.
        places: the parts of its path, by name; ids are those of the tutorial.
        body: the body of the example as JSON, None for none.
        headers: headers of the example.
    """

    text: str
    query: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def of(self, kind: Kind) -> Operation:
        """Return the operation for a kind of record: `{plural}` and `{kind}` in the text are replaced."""
        places = {"node_id": _EXAMPLES.get(kind, "1"), **self.places}
        return replace(self, text=self.text_for(kind.plural, kind.name), places=places)

    def text_for(self, plural: str, name: str) -> str:
        """Return the text with words for the kind of record."""
        return self.text.replace("{plural}", plural).replace("{kind}", name)

    def address(self, path: str) -> str:
        """Return the path and query of the example."""
        filled = path.format(**self.places)
        return f"{filled}?{urlencode(self.query, safe=':,=')}" if self.query else filled

    def command(self, method: str, path: str) -> str:
        """Return the example as a command."""
        words = ["curl", *([] if method == "get" else ["-X", method.upper()]), f"'{_SERVER}{self.address(path)}'"]
        given = {"Content-Type": "application/json", **self.headers} if self.body is not None else self.headers
        words += [f"-H '{name}: {value}'" for name, value in given.items()]
        words += [f"-d '{json.dumps(self.body)}'"] if self.body is not None else []
        return " ".join(words)
