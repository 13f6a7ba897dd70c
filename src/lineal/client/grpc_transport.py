"""The gRPC transport: a channel to a metadata server.

What stays out: retries (`lineal.client.calls`) and the reading of configurations (`lineal.client.connection`).
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import grpc
from google.protobuf.message import Message

from lineal import errors, lineage_cuts, pages
from lineal.client.connection import Certificates
from lineal.client.grpc_stubs import MetadataStoreServiceStub, OwnServicesStub
from lineal.client.token import TokenSource
from lineal.config import MAX_MESSAGE_FLAG, MAX_RECEIVE_OPTION
from lineal.error_details import TRAILER, decoded
from lineal.forking import Gate, watch_forks
from lineal.urls import FILE_ENDINGS

MEBIBYTE = 1024 * 1024
DEFAULT_OPTIONS = {
    # The server has limits, and names the flag for them; the client adds none.
    "grpc.max_send_message_length": -1,
    "grpc.max_receive_message_length": -1,
    # The official server puts whole requests into its error texts, which travel as metadata; with gRPC's default of
    # 8 KiB the caller would see RESOURCE_EXHAUSTED in place of the error.
    "grpc.max_metadata_size": MEBIBYTE,
    "grpc.absolute_max_metadata_size": 4 * MEBIBYTE,
}
PROOF_SECONDS = 8.0
"""How long a forked child waits for the first answer."""
_GATE = Gate(2.0)  # a fork in the middle of a call leaves gRPC in the child with locks that nobody releases
_HEALTH = "/grpc.health.v1.Health/Check"
_left_to_parent: list[Any] = []
"""Channels that a forked child must neither use nor close."""
_TOO_LARGE = re.compile(r"message larger than max \((\d+) vs\. (\d+)\)")
_UNTRUSTED = re.compile(r"CERTIFICATE_VERIFY_FAILED: ([\w -]+)")


class GrpcTransport:
    """Calls a server; connects at the first call, and again after the server was away."""

    def __init__(
        self,
        target: str,
        *,
        credentials: Certificates | None = None,
        options: Iterable[tuple[str, int]] = (),
        timeout: float | None = None,
        token_file: str = "",
    ) -> None:
        """Name the server.

        Args:
            target: "host:port", or any name that gRPC resolves.
            credentials: the certificates of a TLS connection; None for an unencrypted one.
            options: gRPC channel arguments; they go before the defaults.
            timeout: seconds that a call may take; None for no limit.
            token_file: the file with the token that calls carry; "" for the environment variable LINEAL_TOKEN.

        """
        self._token = TokenSource(token_file)
        self._target = target
        self._timeout = timeout
        self._options = DEFAULT_OPTIONS | dict(options)
        self._credentials = credentials
        self._closed = False
        self._opening = threading.Lock()
        self._use(self._new_channel())
        watch_forks(self)

    def _new_channel(self) -> grpc.Channel:
        return _channel(self._target, self._credentials, [*self._options.items()])

    def _use(self, channel: grpc.Channel) -> None:
        self._channel = channel
        stubs = (MetadataStoreServiceStub, OwnServicesStub)
        self._callables = {name: call for stub in stubs for name, call in vars(stub(self._channel)).items()}
        self._process = os.getpid()  # the last, since other threads look at it

    @property
    def place(self) -> str:
        """The URL of the server, without the certificates and the token."""
        return f"{'grpc' if self._credentials is None else 'grpcs'}://{self._target}"

    def bearer(self) -> str:
        """Return the header `Authorization` of a request over HTTP to the same server, "" without a token.

        Raises:
            FailedPreconditionError: the file of the token cannot be read, or holds none.
        """
        return next((str(value) for _, value in self._token.metadata()), "")

    @property
    def root_certificates(self) -> bytes | None:
        """The PEM text of the certificates to trust; None for those of the system."""
        return self._credentials.root if self._credentials else None

    def call(self, method: str, request: Message) -> Message:
        """Send the request and return the server's response.

        Raises:
            StatusError: the server answered with an error, or gave no answer, or the transport is closed.

        """
        if self._closed:
            raise errors.FailedPreconditionError("this metadata store is closed; make a new one")
        if self._process != os.getpid():
            self._open_in_child()
        try:
            call = self._callables[method]
            with _GATE.passed(self):
                if method in lineage_cuts.RPCS:
                    return self._walked(call, request)
                response: Message = call(request, timeout=self._timeout, metadata=self._token.metadata())
        except grpc.RpcError as error:
            raise self._status_error(error) from error
        return response

    def _walked(self, call: Any, request: Message) -> Message:
        """Return the response of a call that walks the lineage; report where the server says that it was cut."""
        response: Message
        response, made = call.with_call(request, timeout=self._timeout, metadata=self._token.metadata())
        cuts = dict(made.trailing_metadata() or ()).get(lineage_cuts.TRAILER, "[]")
        lineage_cuts.report(lineage_cuts.decoded(cuts))
        return response

    def before_fork(self) -> None:
        """Do nothing: the gate has waited for the calls."""

    def after_fork_in_child(self) -> None:
        """Replace the lock; the first call opens a channel."""
        self._opening = threading.Lock()

    def _open_in_child(self) -> None:
        """Open a channel in a forked child, and make sure that gRPC works there at all.

        Raises:
            DeadlineExceededError: it did not answer in time.
        """
        with self._opening:
            if self._process == os.getpid():
                return
            if not _ends_within(PROOF_SECONDS + 1, self._prove):
                raise errors.DeadlineExceededError(
                    f"no answer from {self._target} in this forked process: gRPC may not work after a fork. Start "
                    "processes with spawn or forkserver, or open the store in the process that uses it"
                )

    def _prove(self) -> None:
        """Open the channel and wait for any answer, be it an error."""
        channel = self._new_channel()
        try:
            channel.unary_unary(_HEALTH)(b"", timeout=PROOF_SECONDS)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                raise
        _left_to_parent.append((self._channel, self._callables))
        self._use(channel)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what the channel was made of, certificates and the name of the token's file included."""
        given = (self._target, self._credentials, self._options, self._timeout, self._token.portable_file)
        return _reopened, (type(self), given, self._closed)

    def close(self) -> None:
        """Close the connection; calls under way are cancelled. A forked child leaves the parent's as it is."""
        self._closed = True
        if self._process == os.getpid():
            self._channel.close()

    def _status_error(self, error: grpc.RpcError) -> errors.StatusError:
        """Translate what gRPC raises; its codes have the numbers of `lineal.errors`."""
        code: int = error.code().value[0]
        message = error.details() or error.code().name
        trailer = dict(error.trailing_metadata() or ()).get(TRAILER, b"")
        details = decoded(trailer)
        if code == errors.UNAVAILABLE:
            page = pages.SECURITY if _UNTRUSTED.search(message) else pages.SERVER
            message = self._unavailable(message, has_answered=bool(trailer))
            details = replace(details, page=details.page or page.name)
        if code == errors.RESOURCE_EXHAUSTED and (found := _TOO_LARGE.search(message)):
            return self._too_large(size=int(found[1]), limit=int(found[2]))
        return errors.make_exception(message, code, details)

    def _unavailable(self, message: str, *, has_answered: bool) -> str:
        """Say whether the server did not answer, or what is behind it, such as its database."""
        if has_answered:
            return f"the server {self._target} cannot do this now: {message}"
        if untrusted := _UNTRUSTED.search(message):
            return (
                f"the certificate of {self._target} is not trusted here ({untrusted[1]}); if it is the right one, name "
                f"it or that of its authority in the URL: grpcs://{self._target}?ca_file=FILE"
            )
        host = self._target.rpartition(":")[0]
        hint = f" A file is sqlite:///{host}" if host.endswith(FILE_ENDINGS) and "/" not in host else ""
        return f"no answer from {self._target}: {message}; is a metadata server running there?{hint}"

    def _too_large(self, *, size: int, limit: int) -> errors.StatusError:
        """Return an error that names the limit of a message: gRPC's error names neither the side nor the setting."""
        if limit in (self._options["grpc.max_receive_message_length"], self._options["grpc.max_send_message_length"]):
            return errors.ResourceExhaustedError(
                f"a message of {size} bytes is larger than this client allows; ask for less at a time, or raise "
                f"{MAX_RECEIVE_OPTION} in its channel_arguments, which is {limit}",
                errors.Details(limit=MAX_RECEIVE_OPTION),
            )
        return errors.ResourceExhaustedError(
            f"the request of {size} bytes is larger than the server {self._target} takes; send less at a time, or "
            f"raise {MAX_MESSAGE_FLAG} there",
            errors.Details(limit=MAX_MESSAGE_FLAG),
        )


def _reopened(made: type[GrpcTransport], given: tuple[Any, ...], closed: bool) -> GrpcTransport:
    target, credentials, options, timeout, token_file = given
    transport = made(target, credentials=credentials, options=options.items(), timeout=timeout, token_file=token_file)
    if closed:
        transport.close()
    return transport


def _ends_within(seconds: float, work: Callable[[], None]) -> bool:
    """Run work that may wait for ever in its own thread; return whether it succeeded in time."""
    ended: list[bool] = []

    def run() -> None:
        with contextlib.suppress(grpc.RpcError):
            work()
            ended.append(True)

    thread = threading.Thread(target=run, name="lineal-fork", daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(ended)


def _channel(target: str, certificates: Certificates | None, options: list[tuple[str, int]]) -> grpc.Channel:
    if certificates is None:
        return grpc.insecure_channel(target, options)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=certificates.root, private_key=certificates.key, certificate_chain=certificates.chain
    )
    return grpc.secure_channel(target, credentials, options)
