"""The command `metadata_store_server`: Lineal with flags of the official server, for programs that start it by name.

    metadata_store_server --grpc_port=8080 --metadata_store_server_config_file=config.pbtxt

It serves only gRPC, needs no login and logs to standard error, like the official one; `lineal serve` is the command
with all of Lineal's settings. What stays out: the command line (gflags.py, flags.py) and the configuration
(configuration.py). Exit codes: 0 stopped, 1 wrong usage or failed, which is what the official command has for both.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import lineal
from lineal import errors
from lineal.cli.metadata_store_server import flags, gflags
from lineal.config import DatabaseSettings
from lineal.urls import redact_message

PROGRAM = "metadata_store_server"
_FAILED = 1
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 8.0
_RETRIED = (errors.UnavailableError, errors.AbortedError, errors.DeadlineExceededError)
_log = logging.getLogger(PROGRAM)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal and return the exit code.

    Args:
        arguments: the words after the program's name; None takes those of the process.
    """
    try:
        parsed = gflags.parse(sys.argv[1:] if arguments is None else arguments, flags.ALL, os.environ)
        if any(parsed.values.get(flag.name) for flag in flags.HELP):
            print(help_text())
        elif parsed.values.get("version"):
            print(f"{PROGRAM} of lineal {lineal.__version__}")
        else:
            _serve(parsed)
    except BrokenPipeError:
        return _FAILED
    except errors.StatusError as error:
        print(f"ERROR: {redact_message(' '.join(error.message.split()))}", file=sys.stderr)
        return _FAILED
    return 0


def help_text() -> str:
    """Return the text of --help."""
    shown = (*flags.OFFICIAL, *flags.LINEAL)
    lines = [f"  --{flag.name} ({flag.what}) type: {flag.kind} default: {_default(flag.default)}" for flag in shown]
    return "\n".join([f"{PROGRAM}: Lineal with the flags of the official metadata server", "", *lines])


def _default(value: gflags.Value) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


def _serve(parsed: gflags.Parsed) -> None:
    # gRPC's core writes lines of its own to standard error, for instance about each client with a broken connection.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from lineal.cli.metadata_store_server.configuration import configure
    from lineal.cli.serve import sdk_types
    from lineal.server import serve

    _begin_log(parsed)
    configuration = configure(parsed.values, os.environ)
    with tempfile.TemporaryDirectory(prefix="lineal-server-") as folder:
        types = sdk_types() if parsed.values.get("lineal_sdk_types") else b""
        settings = configuration.server(Path(folder), types=types)
        if configuration.downgrade_to >= 0:
            _downgrade(settings.database, configuration.downgrade_to)
        _await_database(settings.database, configuration.retries)
        _log.warning("everybody can call, as with the official server; `lineal serve --auth` can require a login")
        serve(settings, announce=_log.info)


def _begin_log(parsed: gflags.Parsed) -> None:
    """Start the log, and name the flags that have no effect."""
    try:
        from lineal.server.logs import configure_logs
    except ModuleNotFoundError as error:
        raise errors.FailedPreconditionError(
            f"The server needs the package {error.name}; install it with: pip install 'lineal[server]'"
        ) from None
    configure_logs()
    without_effect = [f"--{flag.name}" for flag in flags.LOG if flag.name in parsed.values]
    if without_effect:
        _log.info("these flags have no effect here: %s", ", ".join(without_effect))
    if parsed.ignored:
        what = "1 word" if parsed.ignored == 1 else f"{parsed.ignored} words"
        _log.warning("ignored: %s of the command line that belong to no flag; write --flag=value", what)


def _downgrade(database: DatabaseSettings, version: int) -> None:
    """Downgrade the database and exit, because this server works only with the newest version."""
    from lineal.upkeep.migration import downgrade

    downgrade(database, version)
    raise errors.CancelledError(
        f"the database was downgraded to schema version {version}, and this server does not work with it; start one "
        "that does, or leave out --downgrade_db_schema_version"
    )


def _await_database(database: DatabaseSettings, retries: int) -> None:
    """Open the database once, which creates or upgrades its schema; try again while it cannot be reached."""
    from lineal.store.engine.dialects.base import NoConnectionError
    from lineal.upkeep.opening import open_service

    pause = _FIRST_PAUSE
    for left in range(max(0, retries), -1, -1):
        try:
            open_service(database).close()
            return
        except (*_RETRIED, NoConnectionError) as error:
            if not left:
                raise
            _log.warning("%s; trying again in %g s; %s tries are left", redact_message(error.message), pause, left)
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
