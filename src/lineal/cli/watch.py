"""`lineal watch`: record Kubernetes objects as metadata until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import os
from dataclasses import MISSING, fields

from lineal import errors
from lineal.cli.arguments import Commands, Parser, store_name
from lineal.config import URL_VARIABLE
from lineal.watch import WatchSettings, parse_resources, watch

_DEFAULTS = {field.name: field.default for field in fields(WatchSettings) if field.default is not MISSING}
_ALL = "all"


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("watch", help="record Kubernetes objects as metadata", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--resources",
        metavar="FILE|LIST",
        help="the kinds: a file of JSON or YAML, or names such as Pod/v1,Job.batch/v1; required",
    )
    to = f"the store to write to (default: {URL_VARIABLE})"
    parser.add_argument("--to", metavar="URL", type=store_name, help=to)
    parser.add_argument(
        "--namespace", metavar="NAMES", default=_ALL, help="namespaces, separated by commas (default: all)"
    )
    parser.add_argument(
        "--redact",
        metavar="PATH",
        action="append",
        help="a path whose values are never stored, such as spec.token; may be repeated",
    )
    parser.add_argument(
        "--no-objects",
        dest="objects",
        action="store_false",
        help="store what is read from objects, such as names, labels, states and times, and not the objects",
    )
    parser.add_argument(
        "--relist", action="store_true", help="record every object again, for example after you changed a handler"
    )
    _add_flags_of_running(parser)


def _add_flags_of_running(parser: Parser) -> None:
    reach = "how to reach the cluster; by default the pod's service account, or the user's own file"
    _add(parser, "--kubeconfig", str, "FILE", reach)
    _add(parser, "--selector", str, "LABELS", "only objects with these labels, such as team=vision")
    _add(parser, "--cluster", str, "NAME", "the cluster's name in the store; default: the uid of kube-system")
    _add(parser, "--workspace", str, "TEMPLATE", "the name of an execution's workspace")
    _add(parser, "--lease", str, "NAMESPACE/NAME", "the lease that decides which of several replicas records")
    _add(parser, "--http-host", str, "HOST", "the address for health and metrics")
    _add(parser, "--http-port", int, "NUMBER", "the port for health and metrics; 0 takes a free one")
    _add(parser, "--queue-objects", int, "NUMBER", "how many changes can wait for the store")
    _add(parser, "--queue-mib", int, "NUMBER", "how many MiB of changes can wait")
    _add(
        parser,
        "--discovery-interval",
        float,
        "SECONDS",
        "seconds between two attempts to find kinds that the cluster does not serve yet",
    )


def run(args: argparse.Namespace) -> None:
    """Watch until a signal."""
    settings = _settings(args)
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from lineal.server.logs import configure_logs

    configure_logs()
    watch(settings)


def _add(parser: Parser, flag: str, kind: type, metavar: str, what: str) -> None:
    default = _DEFAULTS[flag[2:].replace("-", "_")]
    shown = f" (default: {default})" if default != "" else ""
    parser.add_argument(flag, type=kind, default=default, metavar=metavar, help=what + shown)


def _settings(args: argparse.Namespace) -> WatchSettings:
    url: str = args.to or os.environ.get(URL_VARIABLE, "")
    if not url:
        args.usage_error(f"no store is named: give --to URL or set {URL_VARIABLE}")
    if not args.resources:
        args.usage_error(
            "no resources are named: give --resources FILE, or for example --resources Pod/v1,Job.batch/v1"
        )
    taken = {name: getattr(args, name) for name in _DEFAULTS if hasattr(args, name)}
    namespaces = () if args.namespace == _ALL else tuple(name for name in args.namespace.split(",") if name)
    try:
        return WatchSettings(
            parse_resources(args.resources), url, namespaces=namespaces, **{**taken, "redact": tuple(args.redact or ())}
        )
    except errors.InvalidArgumentError as error:
        args.usage_error(error.message)
        raise
