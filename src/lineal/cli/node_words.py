"""Records as words of the command line: `7`, `artifact:7`, `model:7`; commands that take a record take the same ones.

Only `lineal delete` takes no number alone: what it destroys has its kind before the id.

What stays out: looking the records up.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from lineal.cli import mistakes, things
from lineal.cli.arguments import LARGEST_ID, node_id
from lineal.cli.things import Things

_LONGEST = 60
RECORD_HELP = "an artifact's id, or model:7, execution:3: model:7 is the model with the id 7, not version 7"


def node_word(text: str, among: Sequence[Things], *, default: Things | None = None) -> tuple[Things, int]:
    """Return the things and the id that a word such as `artifact:7` names.

    Args:
        text: the word.
        among: the things that it can name.
        default: the things that a number alone names; None if it needs a kind.

    Raises:
        argparse.ArgumentTypeError: it names no record.
    """
    word, colon, number = text.rpartition(":")
    found = things.named(word, among) if colon else default
    if found is None or not number.isascii() or not number.isdigit():
        guess = mistakes.meant(word, things.names(among)) if colon and not found else ""
        what = (
            f"{text[:_LONGEST]!r} is not a record; write {_examples(among, default, is_name=text[:1].isalpha())}{guess}"
        )
        raise argparse.ArgumentTypeError(f"{what}; ids are in `lineal ls models`")
    return found, node_id(number)


def _examples(among: Sequence[Things], default: Things | None, *, is_name: bool) -> str:
    kinds = list(dict.fromkeys(f"{each.kind}:7" for each in among))
    if default:
        number = "such as 7, or model:7," if is_name else f"from 1 to {LARGEST_ID},"
        return f"the id of an {default.one} {number} or {' or '.join(kinds)}"
    return f"{', '.join(kinds[:-1])} or {kinds[-1]}"
