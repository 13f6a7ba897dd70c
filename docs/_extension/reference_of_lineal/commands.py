"""The commands of `lineal` as Markdown, from their parsers: how they are written, and their arguments and options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from functools import cache

from lineal.cli import build_parser
from lineal.cli.help import commands_of

from .markdown import blocks, code, prose, sentence, table

_DEFAULT = re.compile(r" ?\(default: ([^()]*(?:\([^()]*\))?[^()]*)\)$")
_VARIABLE = re.compile(r"^(?:LINEAL|MLMD)_[A-Z_]+$")
_USAGE_WIDTH = 100
_MOST_OPTIONS = 12


def command(*words: str) -> str:
    """Return the description, usage and options of a command and of its actions.

    Raises:
        KeyError: there is no such command.
    """
    parser = parser_of(words)
    return blocks(_description(parser), options(*words))


def options(*words: str) -> str:
    """Return the usage and options of a command, and all of its actions.

    Raises:
        KeyError: there is no such command.
    """
    parser = parser_of(words)
    if actions := commands_of(parser):
        return blocks(*(blocks(f"### {each.prog}", _description(each), _shown(each)) for each in actions.values()))
    return _shown(parser)


def parser_of(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser of a command.

    Raises:
        KeyError: there is no such command.
    """
    parser = _all_commands()
    for word in words:
        parser = commands_of(parser)[word]
    return parser


def names() -> list[tuple[str, ...]]:
    """Return the words of each command, and of each action of one."""
    return list(_names(_all_commands(), ()))


@cache
def _all_commands() -> argparse.ArgumentParser:
    return build_parser()


def _names(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, found in commands_of(parser).items():
        yield (*words, name)
        yield from _names(found, (*words, name))


def _shown(parser: argparse.ArgumentParser) -> str:
    return blocks(_usage(parser), _arguments(parser), *_options(parser))


def _description(parser: argparse.ArgumentParser) -> str:
    """Return what the command's help says of it, without its name in front."""
    text = re.sub(rf"^`{re.escape(parser.prog)}`: ", "", (parser.description or "").strip())
    return blocks(*(prose(sentence(paragraph)) for paragraph in text.split("\n\n")))


def _usage(parser: argparse.ArgumentParser) -> str:
    """Return how a command is written; one with many options is not helped by a list of all of them."""
    shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    actions = [action for action in shown if "--help" not in action.option_strings]
    if sum(bool(action.option_strings) for action in actions) > _MOST_OPTIONS:
        required = [action for action in actions if action.required or not action.option_strings]
        words = " ".join(["[OPTION]...", *(_required(action) for action in required)])
        return f"```text\n{parser.prog} {words}\n```"
    formatter = argparse.HelpFormatter(parser.prog, width=_USAGE_WIDTH)
    formatter.add_usage(None, actions, parser._mutually_exclusive_groups, prefix="")
    return f"```text\n{formatter.format_help().strip()}\n```"


def _required(action: argparse.Action) -> str:
    name = action.metavar or action.dest.upper()
    return f"{action.option_strings[-1]} {name}" if action.option_strings else f"{name}..."


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows = [
        (code(action.metavar or action.dest), _meaning(action))
        for action in parser._actions
        if not action.option_strings and action.help != argparse.SUPPRESS
    ]
    return table(("Argument", "Meaning"), rows)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield a table for the options, and one for each titled group of them."""
    for group in parser._action_groups:
        rows = [
            (_spelled(action), _default(action), _meaning(action))
            for action in group._group_actions
            if action.option_strings and "--help" not in action.option_strings and action.help != argparse.SUPPRESS
        ]
        if rows:
            yield blocks(title_of(group), table(("Option", "Default", "Meaning"), rows))


def title_of(group: argparse._ArgumentGroup) -> str:
    """Return the title of a group of options in bold, or "" for those that have none."""
    if group.title in ("options", "optional arguments"):
        return ""
    return f"**{prose(sentence(group.title or '')).rstrip('.')}**"


def _spelled(action: argparse.Action) -> str:
    """Return an option's spellings, with the name of its value."""
    if action.nargs == 0:
        return ", ".join(map(code, action.option_strings))
    value = action.metavar or (None if action.choices else action.dest.upper())
    shown = "|".join(map(str, action.choices)) if value is None and action.choices else str(value)
    *short, long = action.option_strings
    return ", ".join([*map(code, short), code(f"{long} {shown}")])


def _default(action: argparse.Action) -> str:
    """Return an option's default: as code what a command would write, otherwise what the help says of it."""
    said = _DEFAULT.search(action.help or "")
    if said and _VARIABLE.match(said[1]):
        return code(f"${said[1]}")
    if action.nargs == 0 or action.default in (None, "", (), []):
        return "" if said is None or said[1] == "none" else said[1]
    value = action.default
    return code(f"{value:g}" if isinstance(value, float) else value)


def _meaning(action: argparse.Action) -> str:
    text = _DEFAULT.sub("", action.help or "")
    required = " Required." if action.required and action.option_strings else ""
    said = any(words in text for words in ("repeated", "several times", "more than once"))
    repeated = " May be repeated." if isinstance(action, argparse._AppendAction) and not said else ""
    return prose(sentence(text)) + required + repeated
