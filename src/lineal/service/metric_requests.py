"""What the calls about metrics share: the node of a request, the names of metrics, and points as messages.

What stays out: the rules of the calls (reads/get_metrics.py, writes/log_metrics.py).
"""

from __future__ import annotations

from typing import Any

from lineal import errors
from lineal.kinds import KINDS, Kind
from lineal.store.rows.metrics import StoredPoint
from lineal.store.tables.own_tables import LONGEST_TEXT
from lineal.wire import metrics

_KINDS = {kind.id_column: kind for kind in KINDS}


def node_of(request: Any) -> tuple[Kind, int]:
    """Return the kind and the id of the node that a request names.

    Raises:
        InvalidArgumentError: it names none.
    """
    field = request.WhichOneof("node")
    if field is None:
        raise errors.InvalidArgumentError("the request names no node; give artifact_id, execution_id or context_id")
    return _KINDS[field], getattr(request, field)


def no_node(kind: Kind, node_id: int) -> errors.NotFoundError:
    """Return the error of a node that does not exist, or that the caller does not see."""
    return errors.NotFoundError(f"no {kind.name} has the id {node_id}")


def require_name(name: str) -> None:
    """Refuse a name that no metric can have.

    Raises:
        InvalidArgumentError: it is empty, too long, or holds NUL.
    """
    if not name:
        raise errors.InvalidArgumentError("a metric has no name; give one")
    if len(name) > LONGEST_TEXT:
        raise errors.InvalidArgumentError(
            f"the name of the metric {name[:60]!r}... has {len(name)} characters; the longest can have {LONGEST_TEXT}"
        )
    if "\0" in name:
        raise errors.InvalidArgumentError(f"the name of the metric {name[:60]!r} holds the character NUL; leave it out")


def point_message(point: StoredPoint) -> metrics.MetricPoint:
    """Return a point as a message."""
    return metrics.MetricPoint(step=point.step, time=point.time, value=point.meant)
