"""Records in the form that the user chose: a table or text for people, JSON, CSV or YAML for programs.

JSON and YAML hold the same values. CSV holds the columns of the table, whole and with plain values, and is safe to open
in a spreadsheet (lineal.csv_text). What stays out: which records and columns there are.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lineal.cli.arguments import Parser
from lineal.cli.console import shows_every_character
from lineal.cli.terminal import note

Record = Mapping[str, Any]
TABLE, JSON, CSV, YAML = FORMS = ("table", "json", "csv", "yaml")


class Column(NamedTuple):
    """A column of a table and of CSV.

    Attributes:
        title: its title, such as "created"; a table writes it in capitals.
        value: returns its plain value of a record, as CSV shows it; None if there is none.
        shown: returns how a table shows that value; None shows it as it is.
        is_optional: whether a table leaves it out if no record has a value.
        in_csv: returns how CSV shows that value; None shows it as it is.
    """

    title: str
    value: Callable[[Record], Any]
    shown: Callable[[Any], object] | None = None
    is_optional: bool = False
    in_csv: Callable[[Any], object] | None = None


def time_column(title: str, value: Callable[[Record], int | None], *, is_optional: bool = False) -> Column:
    """Return a column of times in milliseconds since the epoch: CSV has them in ISO 8601, in UTC."""
    from lineal.cli.text import iso_time, time

    return Column(title, value, time, is_optional, iso_time)


def add_output_flags(parser: Parser) -> None:
    """Add the flags that choose the form: -o and its short form --json."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "-o", "--output", choices=FORMS, default=TABLE, help=f"the form: {', '.join(FORMS)} (default: {TABLE})"
    )
    group.add_argument("--json", action="store_const", const=JSON, dest="output", help="the same as -o json")


def chosen_form(args: argparse.Namespace) -> str:
    """Return the form: one of FORMS."""
    return str(args.output)


def is_text(args: argparse.Namespace) -> bool:
    """Say whether the form is the one for people."""
    return chosen_form(args) == TABLE


def print_records(
    args: argparse.Namespace, records: Sequence[Record], columns: Sequence[Column], *, notes: Iterable[str] = ()
) -> None:
    """Print records in the chosen form.

    Args:
        args: the arguments, with the flags of `add_output_flags`.
        records: the records, of values that JSON has.
        columns: the columns of the table and of CSV; JSON and YAML have the records whole.
        notes: lines for the user: below the table, and for other forms on standard error.
    """
    form = chosen_form(args)
    if form == TABLE:
        _print_table(records, columns)
    elif form == CSV:
        _print_csv(
            [[each.title for each in columns], *[[_in_csv(each, each.value(r)) for each in columns] for r in records]]
        )
    else:
        _print_value(form, list(records))
    for each in notes:
        print(each) if form == TABLE else note(each)


def print_record(args: argparse.Namespace, record: Record, lines: Iterable[str], *, notes: Iterable[str] = ()) -> None:
    """Print one record in the chosen form.

    Args:
        args: the arguments, with the flags of `add_output_flags`.
        record: the record, of values that JSON has. CSV has a column for each value, also within objects: "a.b".
        lines: the text for people.
        notes: lines for the user: below the text, and for other forms on standard error.
    """
    form = chosen_form(args)
    if form == TABLE:
        print("\n".join(lines))
    elif form == CSV:
        fields = dict(_leaves(record, ""))
        _print_csv([list(fields), list(fields.values())])
    else:
        _print_value(form, record)
    for each in notes:
        print(each) if form == TABLE else note(each)


def _leaves(record: Record, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _print_table(records: Sequence[Record], columns: Sequence[Column]) -> None:
    from lineal.cli.text import table

    values = [[each.value(record) for record in records] for each in columns]
    kept = [
        (each, found)
        for each, found in zip(columns, values, strict=True)
        if not each.is_optional or any(value not in (None, "", {}, []) for value in found)
    ]
    shown = [[_cell(each, value) for value in found] for each, found in kept]
    rows = list(zip(*shown, strict=True))
    print("\n".join(table([each.title.upper() for each, _ in kept], rows)))


def _cell(column: Column, value: Any) -> object:
    if value is None:
        return ""
    return column.shown(value) if column.shown else value


def _in_csv(column: Column, value: Any) -> object:
    return value if value is None or column.in_csv is None else column.in_csv(value)


def _print_csv(rows: Sequence[Sequence[Any]]) -> None:
    from lineal import csv_text

    print(csv_text.lines(rows, ending="\n").decode(), end="")


def _print_value(form: str, value: Any) -> None:
    from lineal.cli.output.yaml_text import to_yaml
    from lineal.cli.text import to_json

    print(to_json(value) if form == JSON else to_yaml(value, ascii_only=not shows_every_character()))
