"""What a caller limited to workspaces reads: every RPC answers as if the store held nothing else."""

from __future__ import annotations

import re

import pytest
from google.protobuf.message import Message

from lineal import errors
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role
from tests.access.requests import READS, UNASKED, read_requests
from tests.access.stores import Stores, caller

# All callers read the same types.
TYPES_ALONE = [method for method in READS if re.fullmatch(r"Get(Artifact|Execution|Context)Types?(By.*)?", method)]


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
        if "options" in request.DESCRIPTOR.fields_by_name:
            following.options.next_page_token = response.next_page_token  # type: ignore[attr-defined]
        else:
            following.page_token = response.next_page_token  # type: ignore[attr-defined]
        text += answer(service, method, following, who)
    return text


def asked_with(request: Message) -> list[str]:
    """Return the fields that a request sets, with the filter if there is one."""
    return [f"{field.name} {getattr(value, 'filter_query', '')}" for field, value in request.ListFields() if str(value)]


def is_answer(text: str) -> bool:
    """Say whether a text of `answer` is an answer that holds something, and no error."""
    return bool(text) and not text[0].isdigit()


@pytest.mark.parametrize("role", [Role.READER, Role.WRITER], ids=lambda role: role.name)
@pytest.mark.parametrize("method", READS)
def test_a_workspace_is_read_as_if_it_were_alone(stores: Stores, method: str, role: Role) -> None:
    step = 1 if role is Role.READER else 7  # a writer reads by the same way
    for request in read_requests(method)[::step]:
        expected = answer(stores.alone, method, request)
        assert answer(stores.shared, method, request, caller(role, "a")) == expected, request


@pytest.mark.parametrize("method", READS)
def test_every_field_and_filter_would_tell_of_another_workspace(stores: Stores, method: str) -> None:
    """Otherwise the comparison above, which is made with the same requests, says nothing of the field."""
    asked, telling = set(), set()
    for request in read_requests(method):
        everything = answer(stores.shared, method, request)
        limited = "" if method in TYPES_ALONE else answer(stores.shared, method, request, caller(Role.READER, "a"))
        asked.update(asked_with(request))
        telling.update(asked_with(request) if is_answer(everything) and everything != limited else [])
    assert asked - telling == set()


def test_every_field_of_every_read_is_asked_with() -> None:
    for method in READS:
        asked = {field.name for request in read_requests(method) for field, _ in request.ListFields()}
        fields = {field.name for field in read_requests(method)[0].DESCRIPTOR.fields}
        assert fields - asked <= UNASKED, method


@pytest.mark.parametrize("method", READS)
def test_who_has_no_workspace_reads_no_node(stores: Stores, method: str) -> None:
    for request in read_requests(method):
        expected = answer(stores.empty, method, request)
        assert answer(stores.shared, method, request, caller(Role.READER)) == expected, request


@pytest.mark.parametrize(
    "who", [Caller("reader", Role.READER), Caller("writer", Role.WRITER)], ids=lambda who: who.name
)
@pytest.mark.parametrize("method", READS)
def test_a_caller_without_limits_reads_everything(stores: Stores, method: str, who: Caller) -> None:
    requests = read_requests(method)
    for request in requests[:: max(1, len(requests) // 15)]:
        assert answer(stores.shared, method, request, who) == answer(stores.shared, method, request)
