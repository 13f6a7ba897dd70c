"""The table of roles: every RPC of all services, for every role and scope, and whether it is let in."""

from __future__ import annotations

from typing import Any

import pytest

from lineal import errors
from lineal.server.rpcs import LIFECYCLE_NAME, SERVICES, Rpc
from lineal.service import CALLS
from lineal.service.access import Caller, Role
from lineal.upkeep.calls import ALL_CALLS
from tests.access.stores import Stores, caller

EVERY_RPC = [pytest.param(name, called, id=called.name) for name, rpcs in SERVICES.items() for called in rpcs.values()]
CALLERS = {
    Role.READER: (Caller("reader", Role.READER), caller(Role.READER, "a"), caller(Role.READER)),
    Role.WRITER: (Caller("writer", Role.WRITER), caller(Role.WRITER, "a"), caller(Role.WRITER)),
    Role.ADMIN: (Caller("admin", Role.ADMIN),),
}


def needed(service_name: str, called: Rpc) -> Role:
    """Return the role that the documentation promises to be enough, and no smaller one."""
    if service_name == LIFECYCLE_NAME:
        return Role.ADMIN
    return Role.WRITER if called.name in ALL_CALLS and ALL_CALLS[called.name].writes else Role.READER


def is_let_in(stores: Stores, called: Rpc, who: Caller) -> bool:
    request: Any = called.request()
    try:
        stores.empty.call(called.name, request, caller=who)
    except errors.PermissionDeniedError as error:
        return "needs the role" not in error.message
    except errors.StatusError:
        pass
    return True


@pytest.mark.parametrize(("service_name", "called"), EVERY_RPC)
def test_each_rpc_lets_in_its_role_and_no_smaller_one(stores: Stores, service_name: str, called: Rpc) -> None:
    least = needed(service_name, called)
    for role, callers in CALLERS.items():
        assert [is_let_in(stores, called, who) for who in callers] == [role >= least] * len(callers), role


def test_what_writes_is_called_put() -> None:
    assert {name for name, call in CALLS.items() if call.writes} == {name for name in CALLS if name.startswith("Put")}
