"""`lineal token`: create, list and revoke the tokens with which callers authenticate."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lineal.cli.arguments import (
    DURATION_HELP,
    Commands,
    Parser,
    add_action,
    add_database_flag,
    duration,
    required_database,
    whoami,
)
from lineal.cli.output import Column, add_output_flags, print_record, print_records, time_column
from lineal.config import Use

if TYPE_CHECKING:
    from lineal.upkeep.tokens import Token, Tokens


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("token", help="create, list and revoke access tokens", description=__doc__)
    parser.help_without_words()
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_create(add_action(actions, "create", "create a token and print it, only this once"))
    listing = add_action(actions, "list", "list the tokens, without their secrets")
    listing.set_defaults(run=run_list)
    add_database_flag(listing, "the database")
    add_output_flags(listing)
    revoking = add_action(actions, "revoke", "revoke a token")
    revoking.set_defaults(run=run_revoke)
    revoking.add_argument("id", metavar="ID", help="the id of the token, as `lineal token list` shows it")
    add_database_flag(revoking, "the database")


def _add_create(parser: Parser) -> None:
    parser.set_defaults(run=run_create)
    add_database_flag(parser, "the database")
    parser.add_argument("--name", required=True, help="the name of its owner; the audit log shows it")
    parser.add_argument("--role", required=True, choices=("reader", "writer", "admin"), help="what it allows")
    workspaces = (
        "limit the token to a workspace, or with TYPE=NAME to another context; may be repeated (default: everything)"
    )
    parser.add_argument("--workspace", action="append", metavar="NAME", help=workspaces)
    parser.add_argument(
        "--expires",
        type=_lifetime,
        metavar="TIME",
        help=f"how long it is valid: {DURATION_HELP}",
    )
    add_output_flags(parser)


def _lifetime(text: str) -> int:
    """Return the seconds that a token is valid for."""
    seconds = duration(text)
    if not seconds:
        raise argparse.ArgumentTypeError(f"a token of {text!r} would never be valid; write {DURATION_HELP}")
    return seconds


def run_create(args: argparse.Namespace) -> None:
    """Make a token and print it."""
    from lineal.service.access import role_named

    with _open(args, Use.CREATE) as tokens:
        token = tokens.create(
            args.name, role_named(args.role), workspaces=args.workspace, seconds=args.expires, who=whoami()
        )
    print_record(args, {"token": token, "name": args.name, "role": args.role}, [token])


def run_list(args: argparse.Namespace) -> None:
    """Print the tokens."""
    from lineal.upkeep.archive.backing_up import open_for_reading
    from lineal.upkeep.tokens import stored_tokens

    with open_for_reading(required_database(args)) as service:
        found = stored_tokens(service)
    print_records(args, [_record(token) for token in found], _columns())


def run_revoke(args: argparse.Namespace) -> None:
    """Revoke a token."""
    with _open(args, Use.CHANGE) as tokens:
        tokens.revoke(args.id, who=whoami())
    print(f"Revoked {args.id}; running servers notice within seconds.")


@contextmanager
def _open(args: argparse.Namespace, use: Use) -> Iterator[Tokens]:
    """Open the chosen database; CREATE lets tokens be made before a server starts."""
    settings = replace(required_database(args), use=use)
    from lineal.upkeep.opening import open_service
    from lineal.upkeep.tokens import Tokens

    with open_service(settings) as service:
        yield Tokens(service)


def _record(token: Token) -> dict[str, Any]:
    return {**vars(token), "role": token.role.name.lower(), "state": token.state}


def _columns() -> list[Column]:
    from lineal.cli.text import iso_time, time

    return [
        Column("id", lambda token: token["id"]),
        Column("name", lambda token: token["name"]),
        Column("role", lambda token: token["role"]),
        Column("workspaces", lambda token: "(all)" if token["workspaces"] is None else ", ".join(token["workspaces"])),
        time_column("created", lambda token: token["created"]),
        Column(
            "expires",
            lambda token: token["expires"] or "never",
            lambda found: found if found == "never" else time(found),
            in_csv=lambda found: found if found == "never" else iso_time(found),
        ),
        Column("state", lambda token: token["state"]),
    ]
