"""`lineal set`: change labels, descriptions, properties and states of records, by name or all that a search finds."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import Any

from lineal.cli import changing
from lineal.cli.arguments import Commands, Group, add_store_flags
from lineal.cli.output import add_output_flags

_PROPERTY_HELP = (
    "set a field of the SDK's record, a property of the type, or a custom property; a number, true, false, a JSON "
    "object or a text in quotation marks is read as JSON; may be repeated"
)


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("set", help="change labels, descriptions and other values", description=__doc__)
    parser.set_defaults(run=run)
    changing.add_node_arguments(parser)
    _add_flags_of_changes(parser.add_argument_group("what to change"))
    add_output_flags(parser)
    add_store_flags(parser)


def _add_flags_of_changes(group: Group) -> None:
    flag: dict[str, Any] = {"action": "append", "default": [], "metavar": "NAME=VALUE", "type": _pair}
    group.add_argument("--label", help="set a label; may be repeated", **flag)
    group.add_argument("--property", help=_PROPERTY_HELP, **flag)
    group.add_argument("--custom-property", help="set a custom property; may be repeated", **flag)
    for what in ("label", "property", "custom-property"):
        said = f"remove a {what.replace('-', ' ')}; may be repeated"
        group.add_argument(f"--remove-{what}", action="append", default=[], metavar="NAME", help=said)
    group.add_argument("--description", metavar="TEXT", help="the description; an empty one removes it")
    group.add_argument("--state", metavar="STATE", help="the state, such as LIVE or COMPLETE; an empty one removes it")
    group.add_argument("--external-id", metavar="TEXT", help="the external id; an empty one removes it")


def run(args: argparse.Namespace) -> None:
    """Change the records and say how many."""
    patch: dict[str, Any] = {
        "labels": _changes(args.label, args.remove_label, read=str),
        "properties": _changes(args.property, args.remove_property, read=_value),
        "custom_properties": _changes(args.custom_property, args.remove_custom_property, read=_value),
    }
    patch = {name: values for name, values in patch.items() if values}
    for name in ("description", "state", "external_id"):
        text = getattr(args, name)
        if text is not None:
            patch[name] = text or None
    if not patch:
        args.usage_error("nothing to change: give --label, --property, --description or another flag")
    changing.change(args, patch, verb="change", done="changed")


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{word[:60]!r} is not NAME=VALUE; write team=vision")
    return name, value


def _changes(pairs: Iterable[tuple[str, str]], removed: Iterable[str], *, read: Any) -> dict[str, Any]:
    """Return values by name, None for what is removed."""
    return {**{name: read(value) for name, value in pairs}, **dict.fromkeys(removed)}


def _value(word: str) -> Any:
    """Return a word as JSON if it is a number, true, false, an object or a text in quotation marks; else as a text."""
    try:
        value = json.loads(word)
    except ValueError:
        return word
    return word if value is None else value
