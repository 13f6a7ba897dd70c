"""What a caller limited to workspaces reads: every RPC answers as if the store held nothing else."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from lineal import errors
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role
from tests.access.requests import READS, read_requests
from tests.access.stores import Stores, caller


def answer(service: MetadataService, method: str, request: Message, who: Caller = UNNAMED) -> str:
    """Return an answer or an error as text, with every page of a listing."""
    try:
        response = service.call(method, request, caller=who)
    except errors.StatusError as error:
        return f"{error.error_code}: {error.message}"
    text = str(response)
    if getattr(response, "next_page_token", ""):
        following = type(request)()
        following.CopyFrom(request)
        following.options.next_page_token = response.next_page_token  # type: ignore[attr-defined]
        text += answer(service, method, following, who)
    return text


@pytest.mark.parametrize("role", [Role.READER, Role.WRITER], ids=lambda role: role.name)
@pytest.mark.parametrize("method", READS)
def test_a_workspace_is_read_as_if_it_were_alone(stores: Stores, method: str, role: Role) -> None:
    step = 1 if role is Role.READER else 7  # a writer reads by the same way
    for request in read_requests(method)[::step]:
        expected = answer(stores.alone, method, request)
        assert answer(stores.shared, method, request, caller(role, "a")) == expected, request


@pytest.mark.parametrize("method", READS)
def test_who_has_no_workspace_reads_no_node(stores: Stores, method: str) -> None:
    for request in read_requests(method):
        expected = answer(stores.empty, method, request)
        assert answer(stores.shared, method, request, caller(Role.READER)) == expected, request


@pytest.mark.parametrize("who", [UNNAMED, Caller("reader", Role.READER), Caller("writer", Role.WRITER)])
@pytest.mark.parametrize("method", READS)
def test_who_is_not_limited_reads_everything(stores: Stores, method: str, who: Caller) -> None:
    for request in read_requests(method)[::11]:
        assert answer(stores.shared, method, request, who) == answer(stores.shared, method, request)
