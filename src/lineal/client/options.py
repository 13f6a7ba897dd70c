"""The options of the client's list calls, under the names of the official client.

What stays out: how they are sent (calls.py).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from lineal.wire import metadata_store as pb

_Field = pb.ListOperationOptions.OrderByField.Field


@enum.unique
class OrderByField(enum.Enum):
    """What a list can be ordered by; the values are the numbers of the wire."""

    CREATE_TIME = _Field.Value("CREATE_TIME")
    UPDATE_TIME = _Field.Value("LAST_UPDATE_TIME")
    ID = _Field.Value("ID")


@dataclass(order=True)
class ListOptions:
    """Which nodes a list call returns, and in which order.

    Attributes:
        limit: the largest number of nodes to return; None or 0 for all of them.
        order_by: what to order by; None for the id.
        is_asc: whether the smallest comes first.
        filter_query: a condition in the filter language; None or "" for all nodes.

    Example:
        >>> import lineal
        >>> options = lineal.ListOptions(
        ...     limit=20, order_by=lineal.OrderByField.CREATE_TIME, is_asc=False, filter_query="uri LIKE '%.csv'"
        ... )
        >>> lineal.connect("sqlite://").get_artifacts(options)
        []

    """

    limit: int | None = None
    order_by: OrderByField | None = None
    is_asc: bool = True
    filter_query: str | None = None


class ExtraOptions:
    """Accepted by every call, and without effect, as in the official client."""

    def __init__(self, euc: object = None) -> None:
        del euc
