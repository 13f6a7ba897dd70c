"""`lineal health`: ask a server or a watcher whether it is ready. The exit code is 0 if it is, and 1 otherwise.

A URL is that of a server, which a proxy may show below a path, or that of an answer such as `/healthz`. Without one
it asks this machine: the server's usual port, and if nothing listens there, the watcher's. It needs no credentials, as
probes do not. A certificate is not checked on a loopback address, because it is made for another name.
"""

from __future__ import annotations

import argparse
import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lineal import errors
from lineal.cli.arguments import Commands, whole_number

if TYPE_CHECKING:
    from http.client import HTTPConnection

_SERVER, _WATCHER = "127.0.0.1:8081", "127.0.0.1:8082"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PATH = "/readyz"
_ASKED_AS_GIVEN = ("readyz", "healthz")
_LONGEST_ANSWER = 1 << 16


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("health", help="ask a server or a watcher whether it is ready", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("url", nargs="?", metavar="URL", help="such as https://lineal.example.org (default: this host)")
    parser.add_argument(
        "--timeout",
        type=whole_number(1, 3600),
        default=4,
        metavar="SECONDS",
        help="how long to wait for the answer (default: 4)",
    )


def run(args: argparse.Namespace) -> None:
    """Print where the answer came from; an error says why that process is not ready."""
    end = time.monotonic() + args.timeout
    if args.url is None:
        url, status, reason = _asked_here(end)
    else:
        url, status, reason = _asked(_checked(args), end)
    if status != HTTPStatus.OK:
        raise errors.UnavailableError(f"{url} is not ready: {reason or f'it answers {status}'}")
    print(f"{url} is ready")


def _checked(args: argparse.Namespace) -> str:
    """Return the URL to ask; end with a usage error if it is not one of HTTP."""
    url: str = args.url
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fits = False
    if not fits or parts.username is not None:
        args.usage_error("URL is not an address of HTTP; give one such as http://127.0.0.1:8081")
    path = parts.path.rstrip("/")
    return url if path.rpartition("/")[2] in _ASKED_AS_GIVEN else f"{parts.scheme}://{parts.netloc}{path}{_PATH}"


def _asked_here(end: float) -> tuple[str, int, str]:
    """Return URL, status and reason of the server on this host, or of the watcher where there is no server."""
    for address in (_SERVER, _WATCHER):
        try:
            return _asked(f"http://{address}{_PATH}", end)
        except _NothingListensError:
            continue
        except errors.UnavailableError:
            return _asked(f"https://{address}{_PATH}", end)  # what refuses HTTP may encrypt
    raise errors.UnavailableError(f"nothing listens on {_SERVER} (a server) or {_WATCHER} (a watcher)")


def _asked(url: str, end: float) -> tuple[str, int, str]:
    """Return URL, status and the reason in the answer.

    Raises:
        UnavailableError: nothing answers, or what answers does not speak this protocol.
    """
    from http.client import HTTPException  # slow to import

    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, end)
    try:
        connection.request("GET", f"{parts.path}{'?' if parts.query else ''}{parts.query}")
        answer = connection.getresponse()
        return url, answer.status, _reason(answer.read(_LONGEST_ANSWER))
    except ConnectionRefusedError:
        raise _NothingListensError(f"nothing listens at {url}") from None
    except (OSError, HTTPException) as error:
        raise errors.UnavailableError(f"{url} does not answer: {error or type(error).__name__}") from error
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, end: float) -> HTTPConnection:
    import ssl  # slow to import, as is the next
    from http.client import HTTPConnection, HTTPSConnection

    left = max(end - time.monotonic(), 0.1)
    if scheme == "http":
        return HTTPConnection(host, port, timeout=left)
    context = ssl.create_default_context()
    if host in _LOOPBACK:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, port, timeout=left, context=context)


def _reason(body: bytes) -> str:
    """Return why a process is not ready: a server's answer is JSON with a reason, a watcher's is lines of text."""
    text = body.decode(errors="replace").strip()
    try:
        found = json.loads(text)
    except ValueError:
        return "" if text.startswith("<") else "; ".join(text.splitlines())
    return str(found.get("reason", "")) if isinstance(found, dict) else ""


class _NothingListensError(errors.UnavailableError):
    """Nothing listens at the address."""
