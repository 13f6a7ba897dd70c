"""What the catalogue answers about where records that are compared come from: environments and inputs."""

from __future__ import annotations

from dataclasses import dataclass, field

from lineal.catalogue.shapes.environments import Environment
from lineal.catalogue.shapes.records import Reference


@dataclass(frozen=True)
class RecordEnvironment:
    """The environment of a record that is compared, and what was read there.

    Attributes:
        key: the key of the record.
        execution: the execution that made an artifact last, or the record itself; null if there is none.
        environment: where that ran; null if nothing is recorded.
        duration: how long that ran, in milliseconds; null if nobody recorded it.
        inputs: what that read, by name: the versions, with the digest where a version is not made of it.
    """

    key: str
    execution: Reference | None
    environment: Environment | None
    duration: int | None = None
    inputs: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordEnvironments:
    """The environments of records, in the order of the keys; those that do not exist are left out.

    Attributes:
        items: the environments.
        exact: whether all inputs were read, 10,000 at most.
    """

    items: list[RecordEnvironment]
    exact: bool = True
