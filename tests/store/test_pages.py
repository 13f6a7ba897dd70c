"""Pages of a listing: what comes after a place, in every order, and a place as a text."""

from __future__ import annotations

from itertools import product

import pytest
import sqlalchemy as sa

from lineal.store.rows import pages
from lineal.store.rows.pages import PageOrder

ROWS = [(1, 5), (2, None), (3, 7), (4, 5), (5, None), (6, 9), (7, 7)]
THING = sa.Table("thing", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("value", sa.Integer))
Row = tuple[int, int | None]


def read(order: PageOrder, rows: list[Row], after: Row | None = None) -> list[Row]:
    """Return rows in an order, those after a place."""
    query = sa.select(THING.c.id, THING.c.value).order_by(*order.keys)
    if after:
        query = query.where(order.after(after[1], after[0]))
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        THING.create(connection)
        connection.execute(THING.insert(), [{"id": row_id, "value": value} for row_id, value in rows])
        found = [(row_id, value) for row_id, value in connection.execute(query)]
    engine.dispose()
    return found


@pytest.mark.parametrize(("ascending", "may_be_empty"), list(product((True, False), repeat=2)))
def test_a_page_goes_on_after_every_place(ascending: bool, may_be_empty: bool) -> None:
    rows = [row for row in ROWS if may_be_empty or row[1] is not None]
    order = PageOrder(THING.c.id, ascending, THING.c.value, may_be_empty)
    whole = read(order, rows)
    assert sorted(whole) == rows
    assert [read(order, rows, after=row) for row in whole] == [whole[place:] for place in range(1, len(whole) + 1)]


@pytest.mark.parametrize("ascending", [True, False])
def test_an_order_by_id_alone_goes_on_after_every_id(ascending: bool) -> None:
    order = PageOrder(THING.c.id, ascending)
    whole = read(order, ROWS)
    assert [read(order, ROWS, after=row) for row in whole] == [whole[place:] for place in range(1, len(whole) + 1)]


def test_a_page_names_its_last_row_only_if_there_are_more() -> None:
    assert pages.first([1, 2, 3], 2) == ([1, 2], 2)
    assert pages.first([1, 2], 2) == ([1, 2], None)
    assert pages.first([], 2) == ([], None)


def test_a_place_is_read_from_its_text() -> None:
    for place in (b"", b"a", b"\xff\xfe\xfd"):
        assert pages.unpacked(pages.packed(place)) == place
    assert pages.numbers(pages.numbered(7, 12), 2) == [7, 12]


@pytest.mark.parametrize("text", ["", "7", "7-", "7-8-9", "-7", "7-\u0663", "1-1234567890123456789"])
def test_a_text_that_holds_no_two_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text or "^$"):
        pages.numbers(text, 2)


@pytest.mark.parametrize("text", ["é", "a", "a b"])
def test_a_text_that_holds_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"ASCII|padded|padding|multiple|base64"):
        pages.unpacked(text)
