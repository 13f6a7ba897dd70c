"""From credentials to a caller, by the methods that the settings allow.

Valid tokens are remembered for some seconds, so not every call asks the database. A revoked token works for as long.
The route of metrics knows them for a day, because it must answer while the database does not (http_guard.py).
What stays out: finding credentials in a request (credentials.py).
"""

from __future__ import annotations

import hashlib
import ipaddress
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lineal import errors, pages
from lineal.security import CERTIFICATE, KUBEFLOW, MESH, OIDC, TOKEN, AccessSettings
from lineal.server.auth.access_file import AccessFile
from lineal.server.auth.credentials import Credentials
from lineal.server.auth.refusals import Refusals
from lineal.service import MetadataService
from lineal.service.access import LONGEST_NAME, Caller
from lineal.upkeep.tokens import Tokens, looks_like_token

if TYPE_CHECKING:
    from lineal.server.auth.kubernetes_access import KubernetesAccess

REMEMBER_SECONDS = 5.0
LAST_KNOWN_SECONDS = 86_400.0
_MOST_REMEMBERED = 10_000
_EMAIL = "email"
_OF_KUBERNETES = "system:"
"""How the users and groups begin that Kubernetes keeps for itself, such as `system:masters`."""
_Method = Callable[[Credentials], Caller | None]


class Authenticator:
    """Recognises callers by the credentials in their requests. Safe for any number of threads."""

    def __init__(self, service: MetadataService, settings: AccessSettings) -> None:
        """Prepare the ways that the settings allow.

        Raises:
            InvalidArgumentError: the access file is wrong.
            FailedPreconditionError: the table of tokens is missing and cannot be made, or nothing says how to reach
                the API server of Kubernetes.
        """
        self.settings = settings
        self._rules = AccessFile(Path(settings.access_file)) if settings.access_file else None
        self._cluster = _kubernetes_access(settings) if settings.kubernetes_access else None
        self._methods = [_WAYS[name](self, service) for name in settings.auth]
        self._remembered = _Remembered()
        self._refusals = Refusals()

    def caller(self, credentials: Credentials) -> Caller:
        """Return the caller of a request.

        Raises:
            UnauthenticatedError: the credentials are missing or not valid.
            PermissionDeniedError: they are valid, but no rule says what their owner can do.
        """
        known = self.remembered(credentials)
        if known is not None:
            return known
        try:
            found = self._recognised(credentials)
        except errors.UnauthenticatedError as error:
            self._remembered.forget(credentials)
            if self._are_for_a_method(credentials):
                self._refusals.note(credentials.peer, error.message)
            raise
        self._remembered.put(credentials, found)
        return found

    def _recognised(self, credentials: Credentials) -> Caller:
        """Return the caller that the first method which knows them finds."""
        for method in self._methods:
            found = method(credentials)
            if found is not None:
                return found
        raise errors.UnauthenticatedError(
            "the credentials are not valid (unknown, expired or revoked); get new ones"
            if credentials.bearer
            else "this server needs a login; send a token (header `authorization: Bearer TOKEN`, or set LINEAL_TOKEN)",
            errors.Details(page=pages.TOKENS.name),
        )

    def remembered(self, credentials: Credentials) -> Caller | None:
        """Return the caller if they were known some seconds ago; this never waits."""
        return self._remembered.get(credentials, REMEMBER_SECONDS)

    def last_known(self, credentials: Credentials) -> Caller | None:
        """Return the caller if they were known within a day and have not been refused since; this never waits."""
        return self._remembered.get(credentials, LAST_KNOWN_SECONDS)

    def _are_for_a_method(self, given: Credentials) -> bool:
        """Say whether a request shows what one of the methods looks at; others have simply not logged in."""
        shown = {TOKEN: given.bearer, OIDC: given.bearer, CERTIFICATE: given.certificate}
        shown |= {KUBEFLOW: given.user, MESH: given.service_account}
        return any(shown[name] for name in self.settings.auth)

    def by_rules(self, way: str, name: str, **names: list[str]) -> Caller:
        """Return the caller that the access file or Kubernetes makes of a name that a way has proven.

        Raises:
            PermissionDeniedError: they say nothing of them.
            UnavailableError: the API server of Kubernetes does not answer.
        """
        found = self._rules.caller(name[:LONGEST_NAME], names, way=way) if self._rules else None
        if found is None and self._cluster and names.get("user") and _can_be_asked_about(way, name):
            groups = [group for group in names.get("group", []) if not group.startswith(_OF_KUBERNETES)]
            found = self._cluster.caller(name, groups, way=way)
        if found is None:
            raise errors.PermissionDeniedError(
                f"{name[:LONGEST_NAME]!r} is known, but no rule says what they can do; ask for {self._missing_rule}"
            )
        return found

    @property
    def _missing_rule(self) -> str:
        role = "a role in a namespace that allows to get workspaces.lineal.dev"
        return role if self._cluster else "a rule in --access-file"


def _can_be_asked_about(way: str, name: str) -> bool:
    """Return whether a name is one that its way can prove to Kubernetes: only a mesh proves service accounts."""
    return len(name) <= LONGEST_NAME and (way == MESH or not name.startswith(_OF_KUBERNETES))


def _kubernetes_access(settings: AccessSettings) -> KubernetesAccess:
    try:
        from lineal.server.auth.kubernetes_access import KubernetesAccess
    except ModuleNotFoundError as error:
        raise errors.FailedPreconditionError(
            f"--kubernetes-access needs the package {error.name}; install it with: pip install 'lineal[watch]'"
        ) from None
    return KubernetesAccess(settings.workspace_selector)


class _Remembered:
    """Callers by their credentials, with the time at which they were recognised."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callers: dict[bytes, tuple[float, Caller]] = {}

    def get(self, credentials: Credentials, seconds: float) -> Caller | None:
        found = self._callers.get(_digest(credentials))
        return found[1] if found and found[0] + seconds > time.monotonic() else None

    def forget(self, credentials: Credentials) -> None:
        with self._lock:
            self._callers.pop(_digest(credentials), None)

    def put(self, credentials: Credentials, caller: Caller) -> None:
        with self._lock:
            if len(self._callers) >= _MOST_REMEMBERED:
                self._callers.clear()
            self._callers[_digest(credentials)] = (time.monotonic(), caller)


def _digest(credentials: Credentials) -> bytes:
    given = credentials
    parts = (given.bearer, given.peer, given.user, given.certificate, given.service_account)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()


def _by_token(authenticator: Authenticator, service: MetadataService) -> _Method:
    tokens = Tokens(service)
    return lambda given: tokens.caller(given.bearer) if looks_like_token(given.bearer) else None


def _by_oidc(authenticator: Authenticator, service: MetadataService) -> _Method:
    settings = authenticator.settings
    try:
        from lineal.server.auth.oidc import OidcTokens
    except ModuleNotFoundError as error:
        raise errors.FailedPreconditionError(
            f"--auth oidc needs the package {error.name}; install it with: pip install 'lineal[oidc]'"
        ) from None
    tokens = OidcTokens(settings)

    def find(given: Credentials) -> Caller | None:
        claims = None if not given.bearer or looks_like_token(given.bearer) else tokens.claims(given.bearer)
        if claims is None:
            return None
        user = _proven_user(claims, settings.oidc_user_claim)
        groups = claims.get(settings.oidc_groups_claim) or []
        listed = [str(group) for group in groups] if isinstance(groups, list) else [str(groups)]
        return authenticator.by_rules(OIDC, user, user=[user], group=listed)

    return find


def _proven_user(claims: Mapping[str, Any], claim: str) -> str:
    """Return the user that a claim names.

    Raises:
        UnauthenticatedError: the token lacks this claim, or the claim is an email that the issuer has not verified.
    """
    user = claims.get(claim)
    if not isinstance(user, str) or not user:
        raise errors.UnauthenticatedError(
            f"the token has no claim {claim!r} that names its user; ask for a token with it, or start the server with "
            "another --oidc-user-claim"
        )
    if claim == _EMAIL and claims.get("email_verified", True) not in (True, "true"):
        raise errors.UnauthenticatedError(
            "the issuer has not verified the email in the token, so it identifies nobody; verify it there, or start "
            "the server with another --oidc-user-claim"
        )
    return user


def _by_certificate(authenticator: Authenticator, service: MetadataService) -> _Method:
    def find(given: Credentials) -> Caller | None:
        name = given.certificate
        return authenticator.by_rules(CERTIFICATE, name, certificate=[name]) if name else None

    return find


def _by_proxy(authenticator: Authenticator, service: MetadataService) -> _Method:
    networks = [ipaddress.ip_network(text) for text in authenticator.settings.trusted_proxies]

    def find(given: Credentials) -> Caller | None:
        if not given.user or not _is_inside(given.peer, networks):
            return None
        return authenticator.by_rules(KUBEFLOW, given.user, user=[given.user])

    return find


def _by_mesh(authenticator: Authenticator, service: MetadataService) -> _Method:
    networks = [ipaddress.ip_network(text) for text in authenticator.settings.trusted_proxies]

    def find(given: Credentials) -> Caller | None:
        name = given.service_account
        if not name or not _is_inside(given.peer, networks):
            return None
        return authenticator.by_rules(MESH, name, user=[name])

    return find


def _is_inside(peer: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any(each in network for network in networks for each in (address, mapped) if each is not None)


_WAYS: dict[str, Callable[[Authenticator, MetadataService], _Method]] = {
    TOKEN: _by_token,
    OIDC: _by_oidc,
    CERTIFICATE: _by_certificate,
    KUBEFLOW: _by_proxy,
    MESH: _by_mesh,
}
