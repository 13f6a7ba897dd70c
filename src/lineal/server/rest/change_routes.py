"""The routes that change records: a patch of a node, aliases of versions, and undoing what the audit log holds.

What stays out: rules. A route reads its parameters, calls the catalogue and writes its answer.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Path, Response

from lineal import errors
from lineal.catalogue import Catalogue, shapes
from lineal.kinds import ARTIFACT, KINDS, Kind
from lineal.server.rest import problems
from lineal.server.rest.parameters import NodeId, read_id
from lineal.server.rest.writing import answer, tagged
from lineal.service.writes.change_nodes import STALE

_LONGEST_TAG = 8000
IfMatch = Annotated[
    str | None,
    Header(
        max_length=_LONGEST_TAG,
        description="The ETag of the record as you have read it, or several; with another now, the change is refused.",
    ),
]
Alias = Annotated[str, Path(max_length=1000, description="The alias, such as `production`.")]
_VALUES = {"type": "object", "additionalProperties": True}
_PATCH: dict[str, Any] = {
    "type": "object",
    "title": "Patch",
    "description": "A JSON merge patch (RFC 7396): what is given is changed, and null removes.",
    "additionalProperties": False,
    "properties": {
        "labels": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
        "description": {"type": ["string", "null"]},
        "properties": {**_VALUES, "description": "Fields of the SDK's record, properties of the type, or custom ones."},
        "custom_properties": _VALUES,
        "external_id": {"type": ["string", "null"]},
        "state": {"type": ["string", "null"], "description": "The state of an artifact or execution, such as LIVE."},
        "archived": {"type": "boolean"},
    },
}
_MEDIA = ("application/json", "application/merge-patch+json")
_BODY = {"requestBody": {"required": True, "content": {media: {"schema": _PATCH} for media in _MEDIA}}}
_STALE: dict[int | str, dict[str, Any]] = {
    412: {"description": "The record is different from what `If-Match` says.", "content": problems.CONTENT},
    415: {"description": "The body has another media type than JSON.", "content": problems.CONTENT},
}
_TAGGED = {"ETag": {"description": "The tag of the record, for `If-Match`.", "schema": {"type": "string"}}}


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    for kind in KINDS:
        _add_patch(router, catalogue, kind)
    _add_aliases(router, catalogue)
    _add_undo(router, catalogue)


def _add_patch(router: APIRouter, catalogue: Catalogue, kind: Kind) -> None:
    @router.patch(
        f"/{kind.plural}/{{node_id}}",
        response_model=shapes.Node,
        summary=f"Change one {kind.name}",
        operation_id=f"change_{kind.name}",
        tags=[kind.plural],
        openapi_extra=_BODY,
        responses={200: {"headers": _TAGGED}, **_STALE},
    )
    def patch(node_id: NodeId, patch: Annotated[Any, Body()], if_match: IfMatch = None) -> Response:
        number = read_id(node_id, what=kind.name)
        if isinstance(patch, bytes):
            return problems.problem(415, f"the body must be JSON; send it with Content-Type: {' or '.join(_MEDIA)}")
        tag = _wanted(catalogue, kind, number, _tags(if_match))
        try:
            catalogue.change(kind, number, json.dumps(patch), tag=tag)
        except errors.FailedPreconditionError as error:
            if error.parameter != STALE or tag is None:
                raise
            different = catalogue.difference(kind, number, tag)
            found = problems.problem(412, error.message, parameter="If-Match", **different)
            found.headers["ETag"] = f'"{different["tag"]}"'
            return found
        return tagged(catalogue.node(kind, number))


def _tags(if_match: str | None) -> list[str]:
    """Return the tags in the header If-Match, any of which will do; none for any state.

    Raises:
        InvalidArgumentError: it is no list of tags.
    """
    text = (if_match or "*").strip()
    if text == "*":
        return []
    if not _TAGS.fullmatch(text):
        raise errors.InvalidArgumentError(
            "If-Match must be the ETag of the record, in quotation marks as it came, or * for any state",
            errors.Details(parameter="If-Match"),
        )
    return _TAG.findall(text)


_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_TAGS = re.compile(rf"{_TAG.pattern}(\s*,\s*{_TAG.pattern})*")
_ENCODING = re.compile(r"(-gzip|-br|-zstd|;gzip|--gzip)$")
"""What proxies that compress an answer add to its tag."""


def _wanted(catalogue: Catalogue, kind: Kind, node_id: int, tags: list[str]) -> str | None:
    """Return the one of several tags that a node has now, or else the last; None for any state."""
    given = list(dict.fromkeys([*tags, *(_ENCODING.sub("", tag) for tag in tags)]))
    if len(given) < 2:
        return given[0] if given else None
    known = catalogue.node(kind, node_id).tag
    return known if known in given else given[-1]


def _add_aliases(router: APIRouter, catalogue: Catalogue) -> None:
    path = f"/{ARTIFACT.plural}/{{node_id}}/aliases/{{alias:path}}"

    @router.put(
        path,
        response_model=shapes.NewAlias,
        summary="Give an alias to a version, and take it from the one that has it",
        operation_id="put_alias",
        tags=[ARTIFACT.plural],
    )
    def put(node_id: NodeId, alias: Alias) -> Response:
        return answer(catalogue.put_alias(read_id(node_id, what=ARTIFACT.name), alias))

    @router.delete(
        path,
        status_code=204,
        summary="Take an alias from a version",
        operation_id="delete_alias",
        tags=[ARTIFACT.plural],
    )
    def delete(node_id: NodeId, alias: Alias) -> Response:
        catalogue.delete_alias(read_id(node_id, what=ARTIFACT.name), alias)
        return Response(status_code=204)


def _add_undo(router: APIRouter, catalogue: Catalogue) -> None:
    @router.post(
        "/audit/{audit_id}/undo",
        response_model=shapes.Node,
        summary="Undo the change of an entry of the audit log",
        operation_id="undo_change",
        tags=["store"],
        responses={200: {"headers": _TAGGED}},
    )
    def undo(audit_id: NodeId) -> Response:
        kind, node_id = catalogue.undo(read_id(audit_id, what="entry"))
        return tagged(catalogue.node(kind, node_id))
