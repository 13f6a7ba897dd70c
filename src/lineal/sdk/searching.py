"""Searches of the SDK: the artifacts or executions of a workspace that a search of the search language finds.

What stays out: what a search means (docs/searching.md), and listing by type, name and labels (listing.py).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, SupportsIndex

from lineal import conventions, errors, nearest
from lineal.client import MetadataStore
from lineal.client.search_calls import Asked
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.sdk import artifact_lineage, filters, listing, stored_form
from lineal.sdk.retry import retrying

MOST = 1_000
"""How many records a search returns if no limit is given, and how many a page has."""
_PATIENCE = 10.0
_KINDS = {kind.name: kind for kind in (ARTIFACT, EXECUTION)}
_STATES = {None: "", True: " has:archived", False: " -has:archived"}


@dataclass(frozen=True)
class Wanted:
    """What a search asks for; see `Workspace.search`."""

    query: str
    type_name: str | None
    sort: str | None
    limit: SupportsIndex | None
    archived: bool | None
    kind: str

    def asked(self, workspace: str) -> Asked:
        """Return the question to the store.

        Raises:
            ValueError: an argument is of the wrong type.

        """
        if not isinstance(self.query, str):
            raise ValueError(f"'query' must be a text such as 'metric.auc>0.9', got {self.query!r}")
        if self.archived not in _STATES:
            raise ValueError(f"'archived' must be True, False or None, got {self.archived!r}")
        if self.kind not in _KINDS:
            raise ValueError(f"'kind' must be 'artifact' or 'execution', got {self.kind!r}")
        return Asked(
            _KINDS[self.kind],
            f"{self.query}{_STATES[self.archived]}",
            filter_query=filters.in_workspace(workspace),
            type_names=() if self.type_name is None else (self.type_name,),
            order_by=self.sort or "",
        )


def find(client: MetadataStore, workspace: str, wanted: Wanted) -> list[dict[str, Any]]:
    """Return the records of a workspace that a search finds, as dicts; warn if no limit is given and there are more.

    Raises:
        ValueError: an argument is of the wrong type, or the search or the order has a mistake.
        UnimplementedError: the server does not search.

    """
    limit = MOST if wanted.limit is None else listing.checked_limit(wanted.limit)
    asked = wanted.asked(workspace)
    nodes, has_more, is_complete, unknown = _pages(client, asked, limit)
    for name in unknown if is_complete else []:
        if name.nearest:
            warnings.warn(nearest.no_record_has(name, wanted.kind), stacklevel=3)
    if has_more and wanted.limit is None:
        warnings.warn(f"the search finds more than {MOST:,} {wanted.kind}s; give a limit to get more", stacklevel=3)
    if not is_complete:
        warnings.warn("the search index does not include everything yet; search again", stacklevel=3)
    return [{**_plain(each, wanted.kind), "metrics": dict(sorted(each.metrics.items()))} for each in nodes]


def _plain(found: Any, kind: str) -> dict[str, Any]:
    if kind == ARTIFACT.name:
        return artifact_lineage.plain(found.artifact)
    from lineal.catalogue.endings import times_of

    custom, times = found.execution.custom_properties, times_of(found.execution)
    fields = {
        **artifact_lineage.plain_execution(found.execution),
        "started": times.started if times.start_is_recorded else None,
        "ended": times.ended if times.end_is_recorded else None,
        "parameters": {
            name.removeprefix(conventions.PARAM_PREFIX): stored_form.plain_value(value)
            for name, value in sorted(custom.items())
            if name.startswith(conventions.PARAM_PREFIX)
        },
    }
    return fields if fields.get("name") else {**fields, "name": found.name}


def _pages(client: MetadataStore, asked: Asked, limit: int) -> tuple[list[Any], bool, bool, list[Any]]:
    """Return the nodes, whether there are more, whether the index includes everything, and names that no node has."""
    nodes: list[Any] = []
    unknown: list[Any] = []
    cursor, is_complete = "", True
    while len(nodes) < limit:
        request = asked.request(limit=min(limit - len(nodes), MOST), cursor=cursor, wait_seconds=_PATIENCE)
        page = _answered(client, request)
        nodes += page.nodes
        unknown += page.unknown
        cursor, is_complete = page.next_cursor, is_complete and page.complete
        if not cursor:
            break
    return nodes, bool(cursor), is_complete, unknown


def _answered(client: MetadataStore, request: Any) -> Any:
    send = getattr(client, "_send", None)
    try:
        if send is not None:
            return retrying(lambda: send("SearchNodes", request))
    except errors.InvalidArgumentError as error:
        raise ValueError(error.message) from error
    except errors.UnimplementedError:
        pass
    raise errors.UnimplementedError("this server does not search; use a Lineal server, or `list`")
