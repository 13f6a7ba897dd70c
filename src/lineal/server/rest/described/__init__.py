"""What the OpenAPI document says of each operation beyond its parameters: a description, and an example as curl.

    operation.py  the form        records.py  lineage.py  stores.py  the texts, by operation

What stays out: parameters, bodies and answers, which the routes describe, and doing anything.
"""

from __future__ import annotations

from typing import Any

from lineal.kinds import KINDS
from lineal.server.rest.described.lineage import LINEAGE
from lineal.server.rest.described.operation import Operation
from lineal.server.rest.described.records import RECORDS
from lineal.server.rest.described.stores import STORES

__all__ = ["OPERATIONS", "Operation", "describe"]

OPERATIONS: dict[str, Operation] = {
    name.format(plural=kind.plural, kind=kind.name): operation.of(kind)
    for name, operation in {**RECORDS, **LINEAGE, **STORES}.items()
    for kind in KINDS
}
"""The operations, by their ids; also those that some kinds do not have."""


def describe(document: dict[str, Any]) -> None:
    """Add the descriptions and examples to an OpenAPI document."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            described = OPERATIONS.get(operation.get("operationId", ""))
            if described is not None:
                operation["description"] = described.text
                operation["x-codeSamples"] = [{"lang": "Shell", "source": described.command(method, path)}]
