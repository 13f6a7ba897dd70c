"""Connections that a network cuts: while they are idle, and between a request and its answer."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest

from lineal import errors
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.relay import Relay
from tests.service.requests import artifact, get_artifacts, put_artifact_type, put_artifacts

TURNS = range(1, 6)  # more than a put takes


@pytest.fixture
def relay(server_url: str) -> Iterator[Relay]:
    """A proxy in front of an empty store."""
    with Relay(server_url) as opened:
        yield opened


@pytest.fixture
def distant(relay: Relay) -> Iterator[MetadataService]:
    """A service on a store behind the proxy."""
    with open_service(relay.url) as opened:
        yield opened


def stored(service: MetadataService, uri: str) -> int:
    return len(service.call("GetArtifactsByURI", rpc.GetArtifactsByURIRequest(uris=[uri])).artifacts)  # type: ignore[attr-defined]


@pytest.mark.parametrize("idle_seconds", [0, 30])
def test_a_connection_that_was_cut_while_idle_is_noticed_by_nobody(
    distant: MetadataService, relay: Relay, idle_seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_id = put_artifact_type(distant)
    [first] = put_artifacts(distant, artifact(type_id))
    clock = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: clock() + idle_seconds)
    relay.cut()
    assert [node.id for node in get_artifacts(distant, first)] == [first]
    relay.cut()
    assert len(put_artifacts(distant, artifact(type_id))) == 1


def test_a_read_whose_answer_is_lost_is_repeated(distant: MetadataService, relay: Relay) -> None:
    [node_id] = put_artifacts(distant, artifact(put_artifact_type(distant)))
    for turn in TURNS:
        relay.lose_answer(turn)
        assert [node.id for node in get_artifacts(distant, node_id)] == [node_id]


def test_a_put_whose_answer_is_lost_is_stored_once_or_says_that_it_may_be(
    distant: MetadataService, relay: Relay
) -> None:
    type_id = put_artifact_type(distant)
    put_artifacts(distant, artifact(type_id))
    messages = set()
    for turn, count in itertools.product(TURNS, (1, 3)):
        uri, message = f"{turn}-{count}", ""
        relay.lose_answer(turn)
        try:
            put_artifacts(distant, *[artifact(type_id, uri=uri) for _ in range(count)])
        except errors.UnavailableError as error:
            message = error.message
        relay.lose_answer(0)
        assert stored(distant, uri) in ((0, count) if message else (count,))
        messages.add(message.partition("so ")[2])
    assert messages == {"", "it may or may not be stored; look before sending it again"}
