"""The flags of `lineal serve` that protect it: who may call, and encryption. What stays out: doing it (server/)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from lineal.cli.arguments import Parser
from lineal.security import METHODS, AccessSettings, TlsSettings

_CLASSES: dict[str, type[AccessSettings] | type[TlsSettings]] = {"access": AccessSettings, "tls": TlsSettings}


def add_protection_flags(parser: Parser) -> None:
    """Declare the flags."""
    group = parser.add_argument_group("who may call, and encryption (docs/operations/security.md)")

    def add(flag: str, metavar: str, what: str, kind: Callable[[str], object] = str) -> None:
        default = _default(flag)
        shown = f"{what} (default: {default})" if default else what
        group.add_argument(flag, metavar=metavar, type=kind, default=default, help=shown)

    add("--auth", "WAYS", f"how callers show who they are, by commas: {', '.join(METHODS)}", _words)
    group.add_argument("--insecure", action="store_true", help="ask nobody and encrypt nothing, unless other flags do")
    add("--access-file", "FILE", "what users, groups and certificates may do, as JSON")
    add("--oidc-issuer", "URL", "the issuer of tokens of OpenID Connect")
    add("--oidc-audience", "NAME", "whom these tokens must be for")
    add("--oidc-user-claim", "NAME", "the claim with the user's name")
    add("--oidc-groups-claim", "NAME", "the claim with the names of the user's groups")
    add("--oidc-keys", "URL", "where the issuer's keys are, if its discovery document does not say")
    add("--trusted-proxies", "NETWORKS", "the proxies whose header with a user's name is believed, by commas", _words)
    add("--user-header", "NAME", "the name of that header")
    add("--tls-cert", "FILE", "the server's certificate with those above it, PEM")
    add("--tls-key", "FILE", "its key, PEM")
    add("--tls-client-ca", "FILE", "the roots of clients' certificates, which are then demanded, PEM")


def _default(flag: str) -> Any:
    name = flag[2:].replace("-", "_")
    return next(field.default for made in _CLASSES.values() for field in fields(made) if field.name == name)


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def protection(args: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of the flags, by their names in ServerSettings.

    Raises:
        InvalidArgumentError: one is wrong, or they do not go together.
    """
    return {
        name: made(**{field.name: getattr(args, field.name) for field in fields(made)})
        for name, made in _CLASSES.items()
    }
