"""`lineal watch`: record Kubernetes objects as metadata until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import os
from dataclasses import MISSING, fields

from lineal import errors
from lineal.cli.arguments import Commands, Group, store_name
from lineal.config import URL_VARIABLE
from lineal.watch import WatchSettings, parse_resources, watch

_DEFAULTS = {field.name: field.default for field in fields(WatchSettings) if field.default is not MISSING}
_ALL = "all"


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("watch", help="record Kubernetes objects as metadata", description=__doc__)
    parser.set_defaults(run=run)
    parser.usage = "%(prog)s --resources FILE|LIST [OPTION]..."
    _add_flags_of_objects(parser.add_argument_group("objects"))
    _add_flags_of_the_store(parser.add_argument_group("store"))
    _add_flags_of_the_cluster(parser.add_argument_group("cluster"))
    _add_flags_of_running(parser.add_argument_group("health and limits"))


def _add_flags_of_objects(group: Group) -> None:
    group.add_argument(
        "--resources",
        metavar="FILE|LIST",
        help="the kinds: a file of JSON or YAML, or names such as Pod/v1,Job.batch/v1; required",
    )
    group.add_argument(
        "--namespace", metavar="NAMES", default=_ALL, help="namespaces, separated by commas (default: all)"
    )
    _add(group, "--selector", str, "LABELS", "only objects with these labels, such as team=vision")
    group.add_argument(
        "--redact",
        metavar="PATH",
        action="append",
        help="a path whose values are never stored, such as spec.token; may be repeated",
    )
    group.add_argument(
        "--no-objects",
        dest="objects",
        action="store_false",
        help="store what is read from objects, such as names, labels, states and times, and not the objects",
    )
    group.add_argument(
        "--relist", action="store_true", help="record every object again, for example after you changed a handler"
    )


def _add_flags_of_the_store(group: Group) -> None:
    to = f"the store to write to (default: {URL_VARIABLE})"
    group.add_argument("--to", metavar="URL", type=store_name, help=to)
    _add(group, "--workspace", str, "TEMPLATE", "the name of an execution's workspace")


def _add_flags_of_the_cluster(group: Group) -> None:
    reach = "how to reach the cluster; by default the pod's service account, or the user's own file"
    _add(group, "--kubeconfig", str, "FILE", reach)
    _add(group, "--cluster", str, "NAME", "the cluster's name in the store; default: the uid of kube-system")
    _add(group, "--lease", str, "NAMESPACE/NAME", "the lease that decides which of several replicas records")
    _add(
        group,
        "--discovery-interval",
        float,
        "SECONDS",
        "seconds between two attempts to find kinds that the cluster does not serve yet",
    )


def _add_flags_of_running(group: Group) -> None:
    _add(group, "--http-host", str, "HOST", "the address for health and metrics")
    _add(group, "--http-port", int, "NUMBER", "the port for health and metrics; 0 takes a free one")
    _add(group, "--queue-objects", int, "NUMBER", "how many changes can wait for the store")
    _add(group, "--queue-mib", int, "NUMBER", "how many MiB of changes can wait")


def run(args: argparse.Namespace) -> None:
    """Watch until a signal."""
    settings = _settings(args)
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from lineal.server.logs import configure_logs

    configure_logs()
    watch(settings)


def _add(group: Group, flag: str, kind: type, metavar: str, what: str) -> None:
    default = _DEFAULTS[flag[2:].replace("-", "_")]
    shown = f" (default: {default})" if default != "" else ""
    group.add_argument(flag, type=kind, default=default, metavar=metavar, help=what + shown)


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
