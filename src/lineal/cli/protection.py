"""The flags of `lineal serve` that protect it: callers, encryption, limits. What stays out: doing it (server/)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

from lineal.cli.arguments import Group
from lineal.security import METHODS, AccessSettings, LimitSettings, TlsSettings

_CLASSES: dict[str, type[AccessSettings] | type[TlsSettings] | type[LimitSettings]] = {
    "access": AccessSettings,
    "tls": TlsSettings,
    "limits": LimitSettings,
}


def add_access_flags(group: Group) -> None:
    """Declare the flags that say who can call, and do what."""
    add = partial(_add, group)
    add("--auth", "WAYS", f"how callers authenticate, separated by commas: {', '.join(METHODS)}", words)
    insecure = "need no login and encrypt nothing, unless other flags say otherwise; required if others reach --host"
    group.add_argument("--insecure", action="store_true", help=insecure)
    add("--access-file", "FILE", "what users, groups and certificates can do, as JSON")
    add("--oidc-issuer", "URL", "the issuer of tokens of OpenID Connect, a URL")
    add("--oidc-audience", "NAME", "the audience that these tokens must have")
    add("--oidc-user-claim", "NAME", "the claim with the user's name; a token without it is refused")
    add("--oidc-groups-claim", "NAME", "the claim with the names of the user's groups")
    add("--oidc-keys", "URL", "the URL of the issuer's keys, if its discovery document does not say")
    add("--trusted-proxies", "NETWORKS", _PROXIES_HELP, words)
    add("--user-header", "NAME", "the name of the header with a user's name")
    asks = (
        "ask the API server of Kubernetes what users can do of whom --access-file says nothing; needs the extra `watch`"
    )
    group.add_argument("--kubernetes-access", action="store_true", help=asks)
    add("--workspace-selector", "LABELS", "the labels of the namespaces that are workspaces, for --kubernetes-access")
    is_open = (
        "let callers over gRPC who show no credentials read and write everything, as Kubeflow's programs do; HTTP "
        "still needs a login"
    )
    group.add_argument("--open-grpc", action="store_true", help=is_open)


def add_encryption_flags(group: Group) -> None:
    """Declare the flags of TLS."""
    add = partial(_add, group)
    add("--tls-cert", "FILE", "the server's certificate and its chain, PEM; it is read again when it changes")
    add("--tls-key", "FILE", "the key of the certificate, PEM, without a password")
    add("--tls-client-ca", "FILE", "the roots of clients' certificates, PEM, for --auth certificate")


def add_limit_flags(group: Group) -> None:
    """Declare the limits for requests and callers."""
    add = partial(_add, group)
    add(
        "--max-call-seconds",
        "SECONDS",
        "how long a call can take, until it is stopped in the database; a client can allow less",
        float,
    )
    add("--max-page-size", "NUMBER", "the longest page of a listing; a longer one is cut, with a token to go on", int)
    add("--max-filter-depth", "NUMBER", "how deep a filter_query can be nested", int)
    add("--max-filter-bytes", "NUMBER", "how long a filter_query or search can be, in bytes", int)
    add("--max-filter-terms", "NUMBER", _TERMS_HELP, int)
    add("--max-lineage-nodes", "NUMBER", "how many nodes a lineage graph can have", int)
    add("--max-concurrent", "NUMBER", "how many requests can be in progress or wait at each port", int)
    add("--max-rate", "NUMBER", "how many requests a second one client can send; 0 for no limit", float)
    add("--max-connections", "NUMBER", "how many connections each port keeps open", int)
    add("--max-receive-seconds", "SECONDS", "how long the message of a call can take to arrive", float)
    add("--max-artifact-mib", "NUMBER", "how large an uploaded file can be, in MiB", int)
    add("--max-views-mib", "NUMBER", _VIEWS_HELP, int)
    add("--max-views-mib-per-caller", "NUMBER", _CALLERS_VIEWS_HELP, int)
    group.add_argument("--accept-compressed", action="store_true", help="accept compressed requests")


_PROXIES_HELP = (
    "the networks of proxies whose headers with a user's name (kubeflow) or a client's certificate (mesh) are trusted, "
    "separated by commas"
)
_TERMS_HELP = "how many conditions a filter_query or search can have; the values of an IN do not count"
_VIEWS_HELP = "how much space all stored views can take, in MiB; the oldest are removed first, and 0 stores none"
_CALLERS_VIEWS_HELP = "how much space the stored views of one caller can take, in MiB; 0 stores none"


def _add(group: Group, flag: str, metavar: str, what: str, kind: Callable[[str], object] = str) -> None:
    default = _default(flag)
    shown = f"{default:g}" if isinstance(default, float) else default or "none"
    group.add_argument(flag, metavar=metavar, type=kind, default=default, help=f"{what} (default: {shown})")


def _default(flag: str) -> Any:
    name = flag[2:].replace("-", "_")
    return next(field.default for made in _CLASSES.values() for field in fields(made) if field.name == name)


def words(text: str) -> tuple[str, ...]:
    """Return the values of a flag that takes several, separated by commas."""
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
