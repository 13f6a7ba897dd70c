"""The limits beside the libraries: the same rows written and read with bare sqlite3, and an empty RPC on grpcio.

Each stands in for a store in the workloads that name it (`Workload.limits`), so that the same loops are timed. Nothing
is checked and no message is built: no store on these foundations can be faster.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.workloads import CUSTOM, DECLARED, Stock, learn, stock_up

BARE = "bare"
EMPTY = "empty"
EMPTY_METHOD = "/lineal.bench.Empty/Call"

_NODE = "type_id, uri, name, create_time_since_epoch, last_update_time_since_epoch"
_PROPERTY = "artifact_id, name, is_custom_property, int_value, double_value, string_value, proto_value, bool_value"
_PUT_NODE = f"INSERT INTO Artifact ({_NODE}) VALUES (?, ?, ?, ?, ?)"
_PUT_PROPERTY = f"INSERT INTO ArtifactProperty ({_PROPERTY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
Properties = list[tuple[Any, ...]]


class BareRows:
    """The rows of a store's file, by sqlite3 alone, as durable as Lineal's defaults."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")

    def put_artifacts(self, artifacts: Sequence[tuple[tuple[Any, ...], Properties]]) -> None:
        """Insert rows of nodes with the rows of their properties, whose first column is the node's id."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        if len(artifacts) == 1:
            last = run(_PUT_NODE, artifacts[0][0]).lastrowid or 0
        else:
            self._connection.executemany(_PUT_NODE, [node for node, _ in artifacts])
            last = run("SELECT seq FROM sqlite_sequence WHERE name = 'Artifact'").fetchone()[0]
        first = last - len(artifacts) + 1
        rows = [(first + index, *row) for index, (_, properties) in enumerate(artifacts) for row in properties]
        self._connection.executemany(_PUT_PROPERTY, rows)
        run("COMMIT")

    def get_artifacts_by_id(self, ids: Sequence[int]) -> list[Any]:
        """Read nodes and their properties."""
        return self._read(f"id IN ({','.join('?' * len(ids))})", ids)

    def get_artifacts_by_type(self, name: str) -> list[Any]:
        """Read the nodes of a type and their properties."""
        return self._read("type_id = (SELECT id FROM Type WHERE name = ? AND type_kind = 1)", [name])

    def _read(self, condition: str, values: Sequence[Any]) -> list[Any]:
        run = self._connection.execute
        run("BEGIN")
        nodes = run(f"SELECT id, {_NODE}, state, external_id FROM Artifact WHERE {condition}", values).fetchall()
        ids = [node[0] for node in nodes]
        marks = ",".join("?" * len(ids))
        rows = run(f"SELECT {_PROPERTY} FROM ArtifactProperty WHERE artifact_id IN ({marks})", ids).fetchall()
        run("COMMIT")
        return [nodes, rows]


@dataclass
class BareStock(Stock):
    """Contents whose new artifacts are rows."""

    def artifact(self, name: str) -> Any:
        """Return the rows of the artifact that a store would get."""
        number = next(self.counter)
        node = (self.types["Model"], f"s3://bucket/{name}", name, number, number)
        properties = [(f"p{index}", 0, None, None, f"value {index} of {name}", None, None) for index in range(DECLARED)]
        properties.append(("score", 1, None, number % 1000 / 1000, None, None, None))
        properties.append(("rank", 1, number % 100, None, None, None, None))
        assert len(properties) == DECLARED + CUSTOM  # noqa: S101 the comparison would be wrong
        return node, properties


class EmptyCalls:
    """A client whose every call is one empty RPC to `empty_server.py`."""

    def __init__(self, address: str) -> None:
        import grpc

        self._call = grpc.insecure_channel(address).unary_unary(EMPTY_METHOD)

    def __getattr__(self, name: str) -> Callable[..., bytes]:
        return lambda *_, **__: self._call(b"")


def open_limit(name: str, url: str, size: int, open_lineal: Callable[[str], Any]) -> Stock:
    """Open what stands in for a store: a file that Lineal fills first, or the empty server."""
    if name == EMPTY:
        return Stock(EmptyCalls(url.partition("//")[2]), None, None, None, size=0, ids=list(range(1, 1001)))
    filled = Stock(*open_lineal(url), size=size)
    stock_up(filled)
    learn(filled)
    filled.store.close()
    rows = BareRows(url.partition(":///")[2])
    return BareStock(rows, None, None, None, size=size, ids=filled.ids, types=filled.types, counter=filled.counter)
