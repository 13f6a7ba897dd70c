"""Whatever a request holds, Lineal answers it or says why not: no INTERNAL, no UNKNOWN, no crash, no pasted value.

LINEAL_FUZZ_REQUESTS says how many requests of each sort are tried (400, and 3000 by the slow tests), and
LINEAL_COMPAT_SEED where the seeds begin.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from google.protobuf import text_format
from google.protobuf.message import Message

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS
from lineal.service import MetadataService
from lineal.store.engine.direct_transaction import DirectTransaction
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from tests.compat.build import SIX_TYPES, listing, node, put, put_events, put_type, request
from tests.compat.generate.noise import MARK, random_call, random_filter_text, random_token
from tests.compat.official import RESPONSES
from tests.parameters import rare

REQUESTS = int(os.environ.get("LINEAL_FUZZ_REQUESTS", "400"))
MANY_REQUESTS = 3000
SEED = int(os.environ.get("LINEAL_COMPAT_SEED", "1"))
counts = pytest.mark.parametrize("count", [REQUESTS, rare(MANY_REQUESTS)])
FORBIDDEN = (errors.INTERNAL, errors.UNKNOWN, errors.DATA_LOSS)


class Recorder:
    """A cursor that writes down the texts of statements."""

    def __init__(self, cursor: Any, texts: list[str]) -> None:
        self._cursor = cursor
        self._texts = texts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, sql: str, *parameters: Any) -> Any:
        self._texts.append(sql)
        return self._cursor.execute(sql, *parameters)

    def executemany(self, sql: str, *parameters: Any) -> Any:
        self._texts.append(sql)
        return self._cursor.executemany(sql, *parameters)


@pytest.fixture
def service() -> Iterator[MetadataService]:
    """A service in memory with three nodes of each kind, related and marked."""
    with open_service("sqlite://") as service:
        for kind in KINDS:
            properties = SIX_TYPES | {"x": pb.INT}
            type_id = service.call(f"Put{kind.table}Type", put_type(kind, properties=properties)).type_id
            nodes = [node(kind, type_id, name=f"{MARK}{number}", properties={"x": 1}) for number in range(3)]
            service.call(f"Put{kind.plural.capitalize()}", put(kind, *nodes))
        service.call("PutEvents", put_events(pb.Event(artifact_id=1, execution_id=1, type=pb.Event.INPUT)))
        relation = {"attributions": [pb.Attribution(artifact_id=1, context_id=1)]}
        service.call("PutAttributionsAndAssociations", request("PutAttributionsAndAssociations", **relation))
        yield service


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of all statements that ran."""
    texts: list[str] = []
    begin = DirectTransaction.__init__

    def record(self: Any, *arguments: Any, **options: Any) -> None:
        begin(self, *arguments, **options)
        self._cursor = Recorder(self._cursor, texts)

    monkeypatch.setattr(DirectTransaction, "__init__", record)
    return texts


def answer(service: MetadataService, method: str, given: Message, said: str) -> int:
    """Send a request; return the code."""
    before = given.SerializeToString(deterministic=True)
    refusal: errors.StatusError | None = None
    try:
        response = service.call(method, given)
    except errors.StatusError as error:
        refusal = error
    except Exception as error:
        raise AssertionError(f"{said}: {error!r} on {method} {text_format.MessageToString(given)[:3000]}") from error
    assert given.SerializeToString(deterministic=True) == before, f"{said}: the request was changed"
    if refusal is None:
        assert type(response) is RESPONSES[method]
        return 0
    assert refusal.error_code not in FORBIDDEN, f"{said}: {refusal.error_code} {refusal.message}"
    assert len(refusal.message) < 2000, f"{said}: a message of {len(refusal.message)} characters"
    return refusal.error_code


@counts
def test_requests_with_random_fields_are_answered_or_refused(
    service: MetadataService, statements: list[str], count: int
) -> None:
    codes = set()
    for seed in range(SEED, SEED + count):
        method, given = random_call(Random(seed))
        codes.add(answer(service, method, given, f"seed {seed}"))
    assert {0, errors.INVALID_ARGUMENT, errors.NOT_FOUND} <= codes
    assert statements
    assert not [text for text in statements if MARK in text]


@counts
def test_random_filters_are_answered_or_refused(service: MetadataService, statements: list[str], count: int) -> None:
    codes = set()
    for seed in range(SEED, SEED + count):
        rng = Random(seed)
        kind = rng.choice(KINDS)
        where = random_filter_text(rng)
        code = answer(service, f"Get{kind.plural.capitalize()}", listing(kind, where=where), f"seed {seed} {where!r}")
        assert code in (0, errors.INVALID_ARGUMENT), where
        codes.add(code)
    assert codes == {0, errors.INVALID_ARGUMENT}
    assert statements
    assert not [text for text in statements if MARK in text]


@counts
def test_random_page_tokens_are_answered_or_refused(service: MetadataService, count: int) -> None:
    codes = set()
    for seed in range(SEED, SEED + count):
        rng = Random(seed)
        kind, token = rng.choice(KINDS), random_token(rng)
        asked = listing(kind, 2, token=token, order=rng.choice([None, "CREATE_TIME", "LAST_UPDATE_TIME"]))
        code = answer(service, f"Get{kind.plural.capitalize()}", asked, f"seed {seed} {token!r}")
        assert code in (0, errors.INVALID_ARGUMENT), token
        codes.add(code)
    assert codes == {0, errors.INVALID_ARGUMENT}


@counts
def test_a_store_that_took_random_requests_can_still_be_read(service: MetadataService, count: int) -> None:
    for seed in range(SEED, SEED + count):
        method, given = random_call(Random(seed))
        if method.startswith("Put"):
            answer(service, method, given, f"seed {seed}")
    for kind in (ARTIFACT, EXECUTION, CONTEXT):
        listed = service.call(f"Get{kind.plural.capitalize()}", request(f"Get{kind.plural.capitalize()}"))
        types = service.call(f"Get{kind.table}Types", request(f"Get{kind.table}Types"))
        assert len(getattr(listed, kind.plural)) >= 3
        assert getattr(types, f"{kind.name}_types")
