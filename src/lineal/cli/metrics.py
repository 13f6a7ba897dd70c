"""`lineal metrics`: print the metrics whose points were logged to a record, or the points of one of them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lineal.cli import things
from lineal.cli.arguments import MOST_ROWS, Commands, add_store_flags, text, whole_number
from lineal.cli.logged import told_of_deletions
from lineal.cli.node_words import RECORD_HELP, node_word
from lineal.cli.output import Column, add_output_flags, print_records, time_column

if TYPE_CHECKING:
    from lineal.client import MetadataStore
    from lineal.wire import metrics

_DEFAULT_LIMIT = 1000
_LONGEST_PAGE = 1000
Record = dict[str, Any]


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("metrics", help="print the points of metrics", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("node", metavar="RECORD", type=_node, help=RECORD_HELP)
    parser.add_argument("--name", type=text, help="the metric whose points to print; without it, all metrics")
    limit = f"how many metrics or points; if there are more, a line says so (default: {_DEFAULT_LIMIT})"
    parser.add_argument("--limit", type=whole_number(1, MOST_ROWS), default=_DEFAULT_LIMIT, help=limit)
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print metrics, or the points of one."""
    from lineal.cli.named_nodes import require_types
    from lineal.cli.store import open_store

    with told_of_deletions(args, [(args.node[0].kind, args.node[1])]), open_store(args) as store:
        require_types(store, [args.node])
        read = _metrics if args.name is None else _points
        records, has_more = read(store, args)
    notes = [f"There are more than these {len(records)}; use --limit."] if has_more else []
    print_records(args, records, _metric_columns() if args.name is None else _point_columns(), notes=notes)


def _node(text: str) -> tuple[things.Things, int]:
    return node_word(text, things.WITH_IDS, default=things.ARTIFACTS)


def _name_node(request: Any, args: argparse.Namespace) -> None:
    """Set the field of a request that names the node."""
    wanted, node_id = args.node
    setattr(request, f"{wanted.kind}_id", node_id)


def _metrics(store: MetadataStore, args: argparse.Namespace) -> tuple[list[Record], bool]:
    """Return up to the limit of the metrics, and whether there are more."""
    from lineal.wire import metrics

    request = metrics.GetMetricsRequest()
    _name_node(request, args)
    found: list[Record] = []
    while True:
        request.page_size = min(_LONGEST_PAGE, args.limit - len(found))
        answer = store._get_metrics(request)
        found += [_record(each) for each in answer.metrics]
        if not answer.next_page_token or len(found) >= args.limit:
            return found, bool(answer.next_page_token)
        request.page_token = answer.next_page_token


def _record(found: metrics.Metric) -> Record:
    return {
        "name": found.name,
        "count": found.count,
        "first": _point(found.first),
        "latest": _point(found.latest),
        "least": found.least if found.HasField("least") else None,
        "greatest": found.greatest if found.HasField("greatest") else None,
    }


def _point(found: metrics.MetricPoint) -> Record:
    return {"step": found.step, "time": found.time, "value": found.value}


def _points(store: MetadataStore, args: argparse.Namespace) -> tuple[list[Record], bool]:
    """Return up to the limit of the points, and whether there are more."""
    from lineal.wire import metrics

    request = metrics.GetMetricHistoryRequest(name=args.name)
    _name_node(request, args)
    found: list[Record] = []
    while True:
        request.page_size = min(_LONGEST_PAGE, args.limit - len(found))
        answer = store._get_metric_history(request)
        columns = zip(answer.series.steps, answer.series.times, answer.series.values, strict=True)
        found += [{"step": step, "time": time, "value": value} for step, time, value in columns]
        if not answer.next_page_token or len(found) >= args.limit:
            return found, bool(answer.next_page_token)
        request.page_token = answer.next_page_token


def _number(value: float) -> str:
    from lineal.json_form import finite_or_name

    return str(finite_or_name(value))


def _metric_columns() -> list[Column]:

    return [
        Column("name", lambda each: each["name"]),
        Column("points", lambda each: each["count"]),
        Column("step", lambda each: each["latest"]["step"]),
        Column("latest", lambda each: each["latest"]["value"], _number),
        Column("least", lambda each: each["least"], _number),
        Column("greatest", lambda each: each["greatest"], _number),
        time_column("time", lambda each: each["latest"]["time"]),
    ]


def _point_columns() -> list[Column]:

    return [
        Column("step", lambda each: each["step"]),
        Column("value", lambda each: each["value"], _number),
        time_column("time", lambda each: each["time"]),
    ]
