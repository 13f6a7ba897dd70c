"""What the catalogue answers about the environments of records that are compared."""

from __future__ import annotations

from dataclasses import dataclass

from lineal.catalogue.shapes.environments import Environment
from lineal.catalogue.shapes.records import Reference


@dataclass(frozen=True)
class RecordEnvironment:
    """The environment of a record that is compared.

    Attributes:
        key: the key of the record.
        execution: the execution that made an artifact last, or the record itself; None if there is none.
        environment: where that ran; None if nothing is recorded.
    """

    key: str
    execution: Reference | None
    environment: Environment | None


@dataclass(frozen=True)
class RecordEnvironments:
    """The environments of records, in the order of the keys; those that do not exist are left out."""

    items: list[RecordEnvironment]
