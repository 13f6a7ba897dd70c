"""The connection to a Kubernetes API server: requests and streams of lines, with errors classified by what to do.

The package `kubernetes` finds the server and signs in (kubeconfig, service account); lists and watches are read here,
because a watcher has to see resource versions, bookmarks and errors. What stays out: what is asked (`reflector.py`,
`discovery.py`, `lease.py`).
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import urllib3
from kubernetes import client, config

from lineal import errors, json_text

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 30.0
CONNECTIONS = 64
PIECE = 1 << 16
DEEPEST = 100
TOO_DEEP = f"left out: nested more than {DEEPEST} levels deep"

_log = logging.getLogger(__name__)
kube_config: Any = config  # its functions are not typed


class ClusterError(Exception):
    """The API server refused, or did not answer; the text is for the log."""


class GoneError(ClusterError):
    """The resource version is too old: list again."""


class AbsentError(ClusterError):
    """The object, or the kind, does not exist."""


class ForbiddenError(ClusterError):
    """The roles of the watcher do not allow it."""


class ConflictError(ClusterError):
    """Another program was faster."""


class AwayError(ClusterError):
    """No answer, or an error that may go away."""


_BY_STATUS: Mapping[int, type[ClusterError]] = {
    401: ForbiddenError,
    403: ForbiddenError,
    404: AbsentError,
    409: ConflictError,
    410: GoneError,
}


class Cluster:
    """An API server; safe to use from several threads."""

    def __init__(self, kubeconfig: str = "") -> None:
        """Read how to reach the server; nothing is sent yet.

        Args:
            kubeconfig: the file that tells it; "" for the service account of this pod, or else the user's own file.

        Raises:
            InvalidArgumentError: there is no such configuration, or it cannot be read.

        """
        self._configuration = _configuration(kubeconfig)
        self._configuration.connection_pool_maxsize = CONNECTIONS
        if not self._configuration.verify_ssl:
            _log.warning("the certificate of the cluster is not verified, because its configuration says so")
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._pool: Any = client.ApiClient(self._configuration).rest_client.pool_manager
        self._lock = threading.Lock()
        self._streams: set[Any] = set()
        self._closed = False

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Return the object at a path.

        Raises:
            ClusterError: the class says what to do.

        """
        return self.send("GET", path, query=query)

    def send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request and return the object that is answered.

        Raises:
            ClusterError: the class says what to do.

        """
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT, read=READ_TIMEOUT)
        with _answering(method, path):
            response = self._request(method, path, query or {}, timeout, body=body)
            _check(response.status, response.data, f"{method} {path}")
            answer = read_json(response.data)
        if not isinstance(answer, dict):
            raise AwayError(f"{method} {path}: the answer is not an object")
        return answer

    def check(self, path: str) -> None:
        """Get a path whose answer is a text, and pass over the text.

        Raises:
            ClusterError: the class says what to do.

        """
        with self.open(path, query={}, silence=READ_TIMEOUT) as pieces:
            for _ in pieces:
                pass

    @contextmanager
    def open(self, path: str, *, query: Mapping[str, str], silence: float) -> Iterator[Iterator[bytes]]:
        """Send a request whose answer is read in pieces, as they come; they end if `silence` seconds bring nothing.

        The block begins when the server has accepted the request. `lines` makes lines of the pieces.

        Raises:
            ClusterError: the class says what to do; also while the pieces are read.

        """
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT, read=silence)
        with _answering("GET", path):
            response = self._request("GET", path, query, timeout, preload=False)
        self._register(response)
        try:
            if response.status != 200:
                with _answering("GET", path):
                    _check(response.status, response.read(), f"GET {path}")
            yield _pieces(response, path)
        finally:
            with self._lock:
                self._streams.discard(response)
            response.close()

    def close(self) -> None:
        """End all streams and connections; later requests fail."""
        with self._lock:
            self._closed = True
            streams = list(self._streams)
        for response in streams:
            try:
                response.shutdown()
            except Exception:
                _log.debug("a stream had ended already")
        self._pool.clear()

    def _register(self, response: Any) -> None:
        with self._lock:
            if not self._closed:
                self._streams.add(response)
                return
        response.close()
        raise AwayError("the connection to the cluster is closed")

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        timeout: urllib3.Timeout,
        *,
        body: Mapping[str, Any] | None = None,
        preload: bool = True,
    ) -> Any:
        if self._closed:
            raise AwayError("the connection to the cluster is closed")
        headers = {"accept": "application/json", "content-type": "application/json"}
        headers |= {one["key"]: one["value"] for one in self._configuration.auth_settings().values()}
        url = f"{self._configuration.host.rstrip('/')}{path}"
        return self._pool.request(
            method,
            f"{url}?{urlencode(query)}" if query else url,
            headers=headers,
            body=json.dumps(body).encode() if body is not None else None,
            timeout=timeout,
            retries=False,
            preload_content=preload,
        )


def _configuration(kubeconfig: str) -> Any:
    configuration = client.Configuration()
    try:
        if kubeconfig:
            kube_config.load_kube_config(config_file=kubeconfig, client_configuration=configuration)
        else:
            _default_configuration(configuration)
    except (kube_config.ConfigException, OSError, ValueError) as error:
        raise errors.InvalidArgumentError(
            f"the configuration of the cluster cannot be read: {error}; give --kubeconfig FILE, or run in a pod with a "
            "service account"
        ) from None
    return configuration


def _default_configuration(configuration: Any) -> None:
    try:
        kube_config.load_incluster_config(client_configuration=configuration)
    except kube_config.ConfigException:
        kube_config.load_kube_config(client_configuration=configuration)


@contextmanager
def _answering(method: str, path: str) -> Iterator[None]:
    """Translate what a connection raises."""
    try:
        yield
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise AwayError(f"{method} {path}: no answer ({type(error).__name__})") from error


def read_json(text: bytes) -> Any:
    """Read JSON of the API server without deeply nested parts, because nobody looks for secrets in them.

    Raises:
        ValueError: it is no JSON.

    """
    return json_text.loads(text, deepest=DEEPEST, escape=True, instead=TOO_DEEP)


def _check(status: int, body: bytes, what: str) -> None:
    """Raise the error of a failed request; its body is a `Status`, or a text where no API is served."""
    if status < 400:
        return
    try:
        text = json_text.loads(body)["message"]
    except (ValueError, TypeError, KeyError):
        text = body[:200].decode(errors="replace").strip()
    raise error_of_status(status, f"{what}: {status} {text}".strip())


def error_of_status(status: int, text: str) -> ClusterError:
    """Return the error of an HTTP status."""
    return _BY_STATUS.get(status, AwayError)(text)


def _pieces(response: Any, path: str) -> Iterator[bytes]:
    with _answering("GET", path):
        yield from response.stream(PIECE)


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut what comes into lines; a last line without an end is what a broken connection left."""
    rest = bytearray()
    for piece in pieces:
        *whole, tail = piece.split(b"\n")
        for line in whole:
            rest += line
            if rest:
                yield bytes(rest)
            rest.clear()
        rest += tail
