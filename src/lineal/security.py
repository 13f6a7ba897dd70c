"""Frozen settings that protect a server: callers, encryption and limits.

What stays out: the protection itself (server/, service/, store/).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache

from lineal import errors

TOKEN, OIDC, CERTIFICATE, KUBEFLOW, MESH = "token", "oidc", "certificate", "kubeflow", "mesh"
METHODS = (TOKEN, OIDC, CERTIFICATE, KUBEFLOW, MESH)
TOKEN_VARIABLE = "LINEAL_TOKEN"  # noqa: S105 a name
"""The environment variable with the token that clients send."""


@dataclass(frozen=True)
class AccessSettings:
    """The callers that a server admits.

    Attributes:
        auth: how callers authenticate: token, oidc, certificate, kubeflow, mesh; without one, everybody can do
            everything.
        insecure: whether a server that others can reach may need no login, or not encrypt.
        access_file: the file that says what users, groups and certificates can do.
        oidc_issuer: the issuer of the tokens of OpenID Connect, a URL.
        oidc_audience: the audience that these tokens must have.
        oidc_user_claim: the claim with the name of the user.
        oidc_groups_claim: the claim with the names of the user's groups.
        oidc_keys: where the issuer's keys are, a URL; by default its discovery document says so.
        trusted_proxies: the networks of proxies whose headers with a user's name or a client's certificate are trusted.
        user_header: the name of the header with a user's name.
        kubernetes_access: whether the API server of Kubernetes says what users can do, if the access file does not.
        workspace_selector: the labels of the namespaces that are workspaces, for kubernetes_access.
        open_grpc: whether callers over gRPC who show no credentials read and write the whole store.
    """

    auth: tuple[str, ...] = ()
    insecure: bool = False
    access_file: str = ""
    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_user_claim: str = "email"
    oidc_groups_claim: str = "groups"
    oidc_keys: str = ""
    trusted_proxies: tuple[str, ...] = ()
    user_header: str = "kubeflow-userid"
    kubernetes_access: bool = False
    workspace_selector: str = "app.kubernetes.io/part-of=kubeflow-profile"
    open_grpc: bool = False

    def __post_init__(self) -> None:
        for method in self.auth:
            if method not in METHODS:
                raise errors.InvalidArgumentError(
                    f"--auth has {method[:40]!r}; the ways to show who calls are {', '.join(METHODS)}"
                )
        if set(self.auth) - {TOKEN} and not (self.access_file or self.kubernetes_access):
            raise errors.InvalidArgumentError(
                "--auth other than token needs --access-file or --kubernetes-access, which say who may do what"
            )
        if OIDC in self.auth and not (self.oidc_issuer and self.oidc_audience):
            raise errors.InvalidArgumentError("--auth oidc needs --oidc-issuer and --oidc-audience")
        for method in {KUBEFLOW, MESH}.intersection(self.auth):
            if not self.trusted_proxies:
                raise errors.InvalidArgumentError(
                    f"--auth {method} needs --trusted-proxies: the header is believed from no other address"
                )
        for url in (self.oidc_issuer, self.oidc_keys):
            _check_url(url)
        for network in self.trusted_proxies:
            _check_network(network)


def _check_url(url: str) -> None:
    host = url.partition("://")[2].partition("/")[0].rpartition(":")[0]
    if url and not url.startswith("https://") and not (url.startswith("http://") and is_loopback(host)):
        raise errors.InvalidArgumentError(f"{url[:100]!r} is no https:// URL; keys are fetched over TLS alone")


def _check_network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise errors.InvalidArgumentError(
            f"--trusted-proxies has {text[:60]!r}; give addresses or networks such as 10.0.0.0/8"
        ) from None


@dataclass(frozen=True)
class TlsSettings:
    """How connections to a server are encrypted. The files are PEM, and read again when they change.

    Attributes:
        tls_cert: the file with the server's certificate, with those between it and its root.
        tls_key: the file with its key.
        tls_client_ca: the file with the roots of clients' certificates, which are then demanded.
    """

    tls_cert: str = ""
    tls_key: str = ""
    tls_client_ca: str = ""

    def __post_init__(self) -> None:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise errors.InvalidArgumentError("--tls-cert and --tls-key go together; give both")
        if self.tls_client_ca and not self.tls_cert:
            raise errors.InvalidArgumentError("--tls-client-ca needs --tls-cert and --tls-key")

    @property
    def is_on(self) -> bool:
        """Whether there is encryption."""
        return bool(self.tls_cert)


@dataclass(frozen=True)
class LimitSettings:
    """The limits of one request, one client, and all clients together.

    Attributes:
        max_call_seconds: how long a call may take; a client may allow it less.
        max_page_size: the longest page of a listing; a longer one is cut, with a token to go on.
        max_filter_depth: how deep a filter_query may be nested.
        max_filter_bytes: how long the text of a filter_query or search may be, in bytes of UTF-8.
        max_filter_terms: how many conditions a filter_query or search may have; the values of an IN are no conditions.
        max_lineage_nodes: how many nodes a lineage graph may have.
        max_concurrent: how many requests may be in progress or wait at each port.
        max_rate: how many requests a second one client may send; 0 for no limit.
        max_connections: how many connections each port keeps open.
        max_receive_seconds: how long the message of a call, or the body of a request, may take to come.
        max_artifact_mib: how large an uploaded file may be, in MiB.
        max_views_mib: how much all stored views may take, in MiB; the oldest go first, and 0 stores none.
        max_views_mib_per_caller: the same for those of one caller.
        accept_compressed: whether compressed requests are read; they are then inflated up to the limit of a message.
    """

    max_call_seconds: float = 300.0
    max_page_size: int = 10_000
    max_filter_depth: int = 60
    max_filter_bytes: int = 1 << 20
    max_filter_terms: int = 10_000
    max_lineage_nodes: int = 1_000_000
    max_concurrent: int = 1_000
    max_rate: float = 0.0
    max_connections: int = 4_000
    max_receive_seconds: float = 60.0
    max_artifact_mib: int = 102_400
    max_views_mib: int = 256
    max_views_mib_per_caller: int = 32
    accept_compressed: bool = False

    def __post_init__(self) -> None:
        ranges = {
            "max_call_seconds": (0.1, 86_400),
            "max_page_size": (1, 10_000),
            "max_filter_depth": (1, 60),
            "max_filter_bytes": (100, 1 << 24),
            "max_filter_terms": (1, 10_000),
            "max_lineage_nodes": (1, 1_000_000_000),
            "max_concurrent": (1, 1_000_000),
            "max_rate": (0, 1_000_000),
            "max_connections": (16, 1_000_000),
            "max_receive_seconds": (0.1, 86_400),
            "max_artifact_mib": (1, 1_000_000_000),
            "max_views_mib": (0, 1_000_000),
            "max_views_mib_per_caller": (0, 1_000_000),
        }
        for name, (low, high) in ranges.items():
            if not low <= getattr(self, name) <= high:
                flag = f"--{name.replace('_', '-')}"
                raise errors.InvalidArgumentError(
                    f"{flag} is {getattr(self, name)}; give a number from {low} to {high}"
                )


UNLIMITED = LimitSettings(max_filter_bytes=1 << 24, max_filter_terms=10_000)
"""What an embedded store allows: as much as there is, since it has no other callers."""


def check_exposure(host: str, access: AccessSettings, tls: TlsSettings) -> None:
    """Refuse to serve other machines without a choice of authentication and encryption.

    Raises:
        InvalidArgumentError: others can reach the address, and no setting allows that without login and encryption.
    """
    if (CERTIFICATE in access.auth) != bool(tls.tls_client_ca):
        raise errors.InvalidArgumentError("--auth certificate and --tls-client-ca go together; give both")
    if access.insecure or is_loopback(host):
        return
    missing = [] if access.auth else ["whom to let in (--auth)"]
    missing += [] if tls.is_on else ["how to encrypt (--tls-cert, --tls-key)"]
    if missing:
        raise errors.InvalidArgumentError(
            f"others can reach --host {host}: say {' and '.join(missing)}, or --insecure if that is meant"
        )


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
