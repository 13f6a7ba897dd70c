"""How often a client may ask: its own bucket, which no crowd of others fills again."""

from __future__ import annotations

import pytest

from lineal.server import admission
from lineal.server.admission import Rates, network_of


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Rates:
    """Rates that know ten clients at most, each of which may ask three times an hour."""
    monkeypatch.setattr(admission, "_MOST_CLIENTS", 10)
    return Rates(1 / 1200, burst=3)


def test_a_client_stays_limited_however_many_others_ask(few: Rates) -> None:
    assert [few.take("greedy") for _ in range(4)] == [True, True, True, False]
    assert all(few.take(f"other {number}") for number in range(50))
    assert not few.take("greedy")
    assert not few.has_room("greedy")


def test_no_more_clients_are_known_than_may_be(few: Rates) -> None:
    for number in range(50):
        few.take(f"{number}")
        assert len(few._buckets) <= 10


def test_the_addresses_of_an_ipv6_network_are_one_client(few: Rates) -> None:
    assert [few.take(f"2001:db8::{number:x}") for number in range(4)] == [True, True, True, False]
    assert few.take("2001:db8:0:1::1")


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("ipv4:127.0.0.1", "ipv4:127.0.0.1"),
        ("ipv6:[2001:db8::1]", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("ada", "ada"),
        ("", ""),
    ],
)
def test_a_client_is_counted_by_its_name_address_or_network(client: str, counted: str) -> None:
    assert network_of(client) == counted
