"""The words that can follow on a command line, read from the parser, so that no list can be out of date.

What stays out: the shells (scripts.py).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lineal.cli.help import commands_of

FILES = ":files"
"""The line that stands for the names of files."""
_FILE_METAVARS = ("FILE", "FILE|LIST")


class Place(NamedTuple):
    """Where on the command line a word is.

    Attributes:
        parser: the parser of the command so far.
        flag: the flag whose value the word is; None if it is no value.
        arguments: how many arguments of the command come before it.
        is_argument: whether no flag can come any more, after `--`.
    """

    parser: argparse.ArgumentParser
    flag: argparse.Action | None = None
    arguments: int = 0
    is_argument: bool = False


def lines(parser: argparse.ArgumentParser, words: Sequence[str]) -> list[str]:
    """Return the words that the last one can become: each with a tab and its meaning, or FILES.

    Args:
        parser: the parser of all commands.
        words: the words after the program's name; the last is the start of a word, perhaps "".
    """
    *before, last = words or [""]
    if before[:1] == ["help"] and not last.startswith("-"):
        return _commands(_place(parser, before[1:]), last)
    place = _place(parser, before)
    if place.flag is None and last.startswith("-") and not place.is_argument:
        name, equals, start = last.partition("=")
        flag = place.parser._option_string_actions.get(name)
        if equals and flag:
            return [f"{name}={each}" if each != FILES else each for each in _values(flag, start)]
        return _flags(place.parser, last)
    if place.flag is not None:
        return _values(place.flag, last)
    return _arguments(place, last)


def _place(parser: argparse.ArgumentParser, words: Sequence[str]) -> Place:
    """Return the place after some words."""
    place = Place(parser)
    for word in words:
        known = place.parser._option_string_actions.get(word)
        if place.flag is not None:
            place = place._replace(flag=None)
        elif place.is_argument or not word.startswith("-"):
            command = commands_of(place.parser).get(word)
            place = Place(command) if command else place._replace(arguments=place.arguments + 1)
        elif word == "--":
            place = place._replace(is_argument=True)
        elif known is not None and known.nargs is None:
            place = place._replace(flag=known)
    return place


def _flags(parser: argparse.ArgumentParser, start: str) -> list[str]:
    return [
        f"{name}\t{_meaning(action)}"
        for action in parser._actions
        for name in action.option_strings
        if name.startswith(start) and (len(name) > 2 or len(start) > 1)
    ]


def _arguments(place: Place, start: str) -> list[str]:
    """Return the commands or the values of the next argument; without any, the flags."""
    if commands_of(place.parser):
        return _commands(place, start)
    arguments = [action for action in place.parser._actions if not action.option_strings]
    if not arguments:
        return _flags(place.parser, "--") if not start and not place.is_argument else []
    repeats = arguments[-1].nargs in ("+", "*")
    if place.arguments >= len(arguments) and not repeats:
        return _flags(place.parser, "--") if not start and not place.is_argument else []
    return _values(arguments[min(place.arguments, len(arguments) - 1)], start)


def _commands(place: Place, start: str) -> list[str]:
    """Return the commands of a parser, unless a word that is none of them is in their place."""
    actions = [each for each in place.parser._actions if isinstance(each, argparse._SubParsersAction)]
    named = [each for action in actions if not place.arguments for each in action._choices_actions]
    return [f"{each.dest}\t{each.help}" for each in named if each.dest.startswith(start)]


def _values(action: argparse.Action, start: str) -> list[str]:
    """Return the values of a flag or an argument that begin like this, or FILES."""
    if action.type is Path or action.metavar in _FILE_METAVARS:
        return [FILES]
    known = getattr(action, "words", None) or action.choices or ()
    return [f"{each}\t" for each in known if str(each).startswith(start)]


def _meaning(action: argparse.Action) -> str:
    return " ".join((action.help or "").split())
