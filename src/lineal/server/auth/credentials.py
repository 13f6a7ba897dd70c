"""The credentials in a request, and how to find them over gRPC and over HTTP.

What stays out: whether they are valid (authenticator.py).
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.types import Scope

if TYPE_CHECKING:
    import grpc

COOKIE = "lineal_token"
LONGEST = 16_384
_BEARER = "bearer "
_BASIC = "basic "
_CLIENT_CERTIFICATE = "x-forwarded-client-cert"
_LAST_IDENTITY = re.compile(
    r'URI=spiffe://[^/;,"]+/ns/(?P<namespace>[a-z0-9.-]+)/sa/(?P<name>[a-z0-9.-]+)(?:;[A-Za-z]+=(?:"[^"]*"|[^;,"]*))*'
)


@dataclass(frozen=True)
class Credentials:
    """The credentials of a request; "" for those that it does not have.

    Attributes:
        bearer: the token of the header `authorization: Bearer TOKEN`, of a basic password, or of the web UI's cookie.
        peer: the address at the other end of the connection.
        user: the header in which a proxy names the user.
        certificate: the common name of the client's certificate, which TLS has verified.
        service_account: the name that Kubernetes has for the client's service account, by a sidecar's header.
    """

    bearer: str = ""
    peer: str = ""
    user: str = ""
    certificate: str = ""
    service_account: str = ""

    @property
    def are_shown(self) -> bool:
        """Whether the request has any."""
        return bool(self.bearer or self.user or self.certificate or self.service_account)


def of_grpc(context: grpc.ServicerContext, user_header: str) -> Credentials:
    """Return the credentials of a gRPC call; a header that comes twice is ignored."""
    found: dict[str, list[str]] = {}
    for name, value in context.invocation_metadata():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    names = context.auth_context().get("x509_common_name", ())
    return Credentials(
        bearer=_bearer(_only(found.get("authorization", []))),
        peer=_grpc_peer(context.peer()),
        user=_only(found.get(user_header.lower(), [])),
        certificate=_only([name.decode("utf-8", "replace") for name in names]),
        service_account=_service_account(_only(found.get(_CLIENT_CERTIFICATE, []))),
    )


def of_http(scope: Scope, user_header: str) -> Credentials:
    """Return the credentials of an HTTP request; a header that comes twice is ignored."""
    headers = Headers(scope=scope)
    client = scope.get("client") or ("", 0)
    given = _only(headers.getlist("authorization"))
    return Credentials(
        bearer=_bearer(given) or _password(given) or _cookie(headers),
        peer=str(client[0]),
        user=_only(headers.getlist(user_header)),
        certificate=scope.get("state", {}).get("client_certificate", ""),
        service_account=_service_account(_only(headers.getlist(_CLIENT_CERTIFICATE))),
    )


def _only(values: list[str]) -> str:
    return values[0] if len(values) == 1 and len(values[0]) <= LONGEST else ""


def _bearer(header: str) -> str:
    return header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else ""


def _password(header: str) -> str:
    """Return the password of basic authentication, which MLflow's clients can send: it is a token."""
    if header[: len(_BASIC)].lower() != _BASIC:
        return ""
    try:
        text = base64.b64decode(header[len(_BASIC) :].strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text.partition(":")[2]


def _cookie(headers: Headers) -> str:
    """Return the token that the web UI's login stored; not for requests that another site makes a browser send."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return ""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")[:LONGEST]).get(COOKIE)
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _service_account(header: str) -> str:
    """Return the service account in the header with which Envoy, a sidecar of Istio, passes a client's certificate on.

    Each proxy on the way adds what it has verified at the end, after a comma. So only the last identity is proven, and
    there must be no comma after it.
    """
    found = _LAST_IDENTITY.fullmatch(header, max(header.rfind("URI="), 0))
    return f"system:serviceaccount:{found['namespace']}:{found['name']}" if found else ""


def _grpc_peer(peer: str) -> str:
    """Return the address in gRPC's name of a peer, such as ipv4:10.0.0.1:4711 or ipv6:%5B::1%5D:4711."""
    text = unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
