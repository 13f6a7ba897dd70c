"""What the commands that import other programs' records share: their place, the store, and what they print.

What stays out: the commands (import_mlflow.py, import_kfp.py).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from lineal import errors
from lineal.cli.output import print_record
from lineal.counting import amount

if TYPE_CHECKING:
    from lineal.config import DatabaseSettings
    from lineal.importing.report import Report
    from lineal.service import MetadataService


@contextmanager
def opened_if_there(settings: DatabaseSettings) -> Iterator[MetadataService | None]:
    """Open the store for reading, if there is one: a dry run creates none."""
    from lineal.upkeep.opening import open_if_there

    service = open_if_there(settings)
    with service or nullcontext():
        yield service


def print_report(args: argparse.Namespace, shown: str, done: Report, more: Sequence[str] = ()) -> None:
    """Print what was done, or would be.

    Args:
        args: the words of the command.
        shown: what the source is called.
        done: what was done.
        more: further lines, which follow the counts.
    """
    record = {"source": shown, "done": "counted" if args.dry_run else "imported", **done.record()}
    new, known = record["new"], record["known"]
    would = "would import" if args.dry_run else "imported"
    lines = [f"{shown}: {would} {_counted(new)}" if new else f"{shown}: nothing new"]
    if known:
        lines.append(f"there already: {_counted(known)}")
    lines += more
    titles = {"differing": "another here than there, and left as it is here", "left_out": "not imported"}
    lines += [f"{title}: {_told(each)}" for name, title in titles.items() for each in record[name]]
    lines += [f"failed: {_examples(each)}: {each['what']}" for each in record["failed"]]
    print_record(args, record, lines)


def fail_if_anything_failed(done: Report) -> None:
    """End with an error if something could not be imported.

    Raises:
        FailedPreconditionError: a part could not be imported; the rest is there.
    """
    if failed := sum(done.failed.counts().values()):
        raise errors.FailedPreconditionError(
            f"{amount(failed, 'things')} could not be imported, as said above, and the rest is there; cure the reason "
            "and run the command again"
        )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(amount(count, what) for what, count in counts.items())


def _told(found: Mapping[str, Any]) -> str:
    said = amount(found["count"], found["what"])
    return f"{said} ({_examples(found)})" if found["examples"] else said


def _examples(found: Mapping[str, Any]) -> str:
    return "; ".join(found["examples"]) + (" and more" if found["count"] > len(found["examples"]) else "")
