"""What a caller limited to a workspace reads over REST: every route answers as if the store held nothing else.

That says something only of addresses that are answered with content, and that tell an unlimited caller more. So both
are asserted for every parameter of every route, and the OpenAPI description says which parameters there are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from lineal.catalogue import Catalogue
from lineal.config import DatabaseSettings
from lineal.files import ArtifactsRoot, Nowhere, open_root
from lineal.server import rest
from lineal.server.http_door import HttpDoor
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role
from lineal.upkeep.opening import open_service
from tests.access.addresses import NEXT, ROUTES, Address, addresses_of, combined
from tests.access.stores import Stores, caller, fill

Answer = tuple[int, str]
ADMINS_ONLY = "/api/v1/audit"
# Routes whose answers are the same for everybody: of the language, and of a name made from the whole content.
SAME_FOR_ALL = (
    "/api/v1/search/parse",
    "/api/v1/search/keys",
    "/api/v1/search/edit",
    "/api/v1/views/{view_id}",
)
OF_THE_CALLER = "/api/v1/caller"  # test_doors.py
HISTORIES = tuple(f"/api/v1/{kind}/{{node_id}}/history" for kind in ("artifacts", "executions", "contexts"))
OF_NODES = sorted(set(ROUTES) - {ADMINS_ONLY, OF_THE_CALLER, *HISTORIES, *SAME_FOR_ALL})
_EVERYDAY = 2
_NOWHERE = Nowhere()
_ALL = pytest.param(1000, marks=pytest.mark.slow)
_DURATION = re.compile(r'"duration":[0-9]+')
# What the audit log says of a record is for callers without limits: null for others (tests/operations/test_audit.py).
_OF_THE_LOG = re.compile(
    r'"(recorded_by|changed_since|deleted_outputs|is_digest_changed)":(?:null|"[^"]*"|\[[^]]*\]|\w+)'
)


@contextmanager
def served(
    service: MetadataService, who: Caller = UNNAMED, *, root: ArtifactsRoot = _NOWHERE
) -> Iterator[httpx.Client]:
    """Serve the REST interface as one caller sees it."""
    app = FastAPI(title="Lineal", version="0", openapi_url=None)
    rest.install(app, Catalogue(service, caller=lambda: who), root)
    door = HttpDoor(app, host="127.0.0.1", port=0)
    door.start()
    try:
        with httpx.Client(base_url=f"http://{door.address}", timeout=60) as client:
            yield client
    finally:
        door.stop()


class Asker:
    """One caller, who asks each address once and remembers the answer."""

    def __init__(self, client: httpx.Client, *, is_limited: bool) -> None:
        self._client = client
        self._is_limited = is_limited
        self._answers: dict[Address, Answer] = {}

    def ask(self, address: Address) -> Answer:
        """Return the status and the body, without how long something has been running.

        What the log says of a record is null, as a limited caller must get it.
        """
        if address not in self._answers:
            self._answers[address] = self._get(address.path, dict(address.query))
        return self._answers[address]

    def _get(self, path: str, query: dict[str, str]) -> Answer:
        if query.get("cursor") == NEXT:
            query = {**query, "limit": "1"}
            del query["cursor"]
            query["cursor"] = str(self._client.get(path, params=query).json().get("next_cursor"))
        response = self._client.get(path, params=query)
        text = _DURATION.sub("", response.text)
        return response.status_code, text if self._is_limited else _OF_THE_LOG.sub(r'"\1":null', text)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> ArtifactsRoot:
    """The files of all records of both workspaces."""
    made = open_root(str(tmp_path_factory.mktemp("files")))
    for workspace, noun in itertools.product("ab", ("data", "model", "report", "train", "check", "use")):
        for path in ("first", "deep/second", "deep/third"):
            made.store(f"{workspace}/0/{workspace}-{noun}/artifacts/{path}", [b"x"])
    return made


@pytest.fixture(scope="module")
def askers(stores: Stores, root: ArtifactsRoot) -> Iterator[dict[str, Asker]]:
    """Callers by name: of the store of one workspace, of the shared one with and without limits, of the empty one."""
    callers = {
        "alone": (stores.alone, UNNAMED),
        "limited": (stores.shared, caller(Role.READER, "a")),
        "unlimited": (stores.shared, UNNAMED),
        "empty": (stores.empty, UNNAMED),
    }
    with ExitStack() as stack:
        yield {
            name: Asker(stack.enter_context(served(*given, root=root)), is_limited=given[1].scope is not None)
            for name, given in callers.items()
        }


def names_of(path: str) -> list[str]:
    """Return the parameters of a route, or [""] for one without any."""
    return list(ROUTES[path].values) or [""]


def says_more(asker: Asker, other: Asker, path: str, name: str) -> bool:
    """Say whether an address with this parameter is answered, and with something else than to another caller."""
    answers = ((asker.ask(each), other.ask(each)) for each in addresses_of(path, name))
    return any(found[0] == 200 and found != others for found, others in answers)


def described() -> dict[str, set[str]]:
    """Return the parameters of every route that reads, from the OpenAPI description."""
    app = FastAPI(title="Lineal", version="0", openapi_url=None)
    rest.install(app, Catalogue.__new__(Catalogue), _NOWHERE)
    paths: dict[str, Any] = app.openapi()["paths"]
    return {
        path: {each["name"] for each in methods["get"].get("parameters", ())}
        for path, methods in paths.items()
        if "get" in methods
    }


def test_every_parameter_of_every_route_has_a_case() -> None:
    found = described()
    assert {path: set(route.values) for path, route in ROUTES.items()} == found
    assert all(values for route in ROUTES.values() for values in route.values.values())
    assert len(found) > 50


@pytest.mark.parametrize("most", [_EVERYDAY, _ALL])
@pytest.mark.parametrize("path", OF_NODES)
def test_a_route_answers_as_if_the_workspace_were_alone(askers: dict[str, Asker], path: str, most: int) -> None:
    for name in names_of(path):
        addresses = list(addresses_of(path, name))
        for address in addresses[:: max(1, len(addresses) // most)]:
            assert askers["limited"].ask(address) == askers["alone"].ask(address), address


@pytest.mark.parametrize("path", OF_NODES)
def test_every_parameter_of_a_route_is_answered_with_content(askers: dict[str, Asker], path: str) -> None:
    """Content is what a store that holds types alone does not answer."""
    limited, empty = askers["limited"], askers["empty"]
    assert [name for name in names_of(path) if not says_more(limited, empty, path, name)] == []


@pytest.mark.parametrize("path", OF_NODES)
def test_every_parameter_of_a_route_would_tell_of_another_workspace(askers: dict[str, Asker], path: str) -> None:
    """An unlimited caller gets more, so a route that forgets the scope fails the comparison above."""
    unlimited, limited = askers["unlimited"], askers["limited"]
    assert [name for name in names_of(path) if not says_more(unlimited, limited, path, name)] == []


@pytest.mark.parametrize("kind", ["artifacts", "executions", "contexts"])
@pytest.mark.parametrize("name", ["q", "filter_query"])
def test_every_search_and_filter_finds_something(askers: dict[str, Asker], kind: str, name: str) -> None:
    for address in addresses_of(f"/api/v1/{kind}", name):
        _, text = askers["unlimited"].ask(address)
        assert '"key"' in text, address


@pytest.mark.slow
@pytest.mark.parametrize("path", OF_NODES)
def test_two_parameters_together_tell_nothing_more(askers: dict[str, Asker], path: str) -> None:
    for address in combined(path, 200):
        assert askers["limited"].ask(address) == askers["alone"].ask(address), address


@pytest.mark.parametrize("path", SAME_FOR_ALL)
def test_what_is_the_same_for_all_is_answered_to_all(askers: dict[str, Asker], path: str) -> None:
    for name in names_of(path):
        for address in addresses_of(path, name):
            answers = {askers[asker].ask(address) for asker in ("alone", "limited", "unlimited")}
            assert [status for status, _ in answers] == [200], address


@pytest.fixture(scope="module")
def auditors() -> Iterator[list[Asker]]:
    """An admin, a writer and a limited reader of a store that keeps an audit log."""
    with ExitStack() as stack:
        service = stack.enter_context(open_service(DatabaseSettings("sqlite://", audit=True)))
        fill(service)
        who = (Caller("admin", Role.ADMIN), Caller("writer", Role.WRITER), caller(Role.READER, "a"))
        yield [Asker(stack.enter_context(served(service, each)), is_limited=each.scope is not None) for each in who]


@pytest.mark.parametrize("name", ROUTES[ADMINS_ONLY].values)
def test_the_audit_log_is_closed_to_all_but_admins(auditors: list[Asker], name: str) -> None:
    admin, *others = auditors
    for address in addresses_of(ADMINS_ONLY, name):
        status, text = admin.ask(address)
        assert (status, '"node_id"' in text) == (200, True), address
        assert {other.ask(address)[0] for other in others} == {403}
