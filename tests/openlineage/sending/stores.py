"""A store whose records are sent, and a receiver that keeps what it gets and answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lineal.server.openlineage.destinations import TAKEN, Answer
from lineal.server.openlineage.outbox import Outbox, switch_on
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service


class Kept:
    """A receiver.

    Attributes:
        events: what it took.
        answers: what it answers next; then it takes everything.
    """

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answers: list[Answer] = []

    def send(self, event: bytes) -> Answer:
        """Take an event, or answer as told."""
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer == TAKEN:
            self.events.append(json.loads(event))
        return answer

    def close(self) -> None:
        """Do nothing."""

    def told(self) -> list[tuple[str, str]]:
        """Return what came as (eventType or the kind of the event, name of the job or data set), and forget it."""
        found = [(event.get("eventType") or _kind(event), _name(event)) for event in self.events]
        self.events = []
        return found


def _kind(event: dict[str, Any]) -> str:
    return str(event["schemaURL"]).rpartition("/")[2]


def _name(event: dict[str, Any]) -> str:
    return str((event.get("job") or event["dataset"])["name"])


@contextmanager
def sending(url: str = "sqlite://") -> Iterator[tuple[MetadataService, Outbox, Kept]]:
    """Open a store whose records are sent when `step` is called."""
    kept = Kept()
    with open_service(url) as service:
        switch_on(service)
        yield service, Outbox(service, kept), kept


def send_all(outbox: Outbox) -> None:
    """Send until nothing is left that can be sent now."""
    while outbox.step():
        pass
