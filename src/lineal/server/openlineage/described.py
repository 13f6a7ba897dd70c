"""What the OpenAPI document says of the routes for events."""

from __future__ import annotations

from typing import Any

from lineal.server.request_kinds import RETRY_AFTER
from lineal.server.rest import problems

_EVENT: dict[str, Any] = {
    "type": "object",
    "title": "OpenLineageEvent",
    "description": "An event about a run, a job or a data set, of any version of OpenLineage's specification.",
    "required": ["eventTime", "producer"],
    "properties": {
        "eventTime": {"type": "string", "description": "When it happened; without an offset in UTC."},
        "producer": {"type": "string"},
        "schemaURL": {
            "type": "string",
            "description": "Its end says whether it is a RunEvent, JobEvent, DatasetEvent.",
        },
        "eventType": {"type": "string", "enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "run": {"type": "object"},
        "job": {"type": "object"},
        "dataset": {"type": "object"},
        "inputs": {"type": "array", "items": {"type": "object"}},
        "outputs": {"type": "array", "items": {"type": "object"}},
    },
}
_COUNT = {"type": "integer"}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_TAKEN: dict[str, Any] = {
    "type": "object",
    "title": "TakenEvent",
    "required": ["status", "left_out"],
    "properties": {
        "status": {"type": "string", "enum": ["stored", "ignored"]},
        "left_out": {**_TEXTS, "description": "What was not stored, and where in the event: secrets, large facets."},
    },
}
_TAKEN_BATCH: dict[str, Any] = {
    "type": "object",
    "title": "TakenEvents",
    "required": ["status", "summary", "failed_events"],
    "properties": {
        "status": {"type": "string", "enum": ["success", "partial_success"]},
        "summary": {
            "type": "object",
            "required": ["received", "successful", "failed", "retriable", "non_retriable"],
            "properties": dict.fromkeys(("received", "successful", "failed", "retriable", "non_retriable"), _COUNT),
        },
        "failed_events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "reason", "retriable"],
                "properties": {
                    "index": {**_COUNT, "description": "Its place in the batch, from 0."},
                    "reason": {"type": "string"},
                    "retriable": {"type": "boolean", "description": "Whether it may be taken if it is sent again."},
                },
            },
        },
    },
}


def _responses(**answers: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    refused = {
        400: "The event is wrong; `pointer` says where.",
        401: "The request needs a token.",
        403: "The caller must not write, or not into this workspace.",
        413: "The event is too large.",
        415: "The body has another media type than JSON, or is compressed in an unknown way.",
        422: "A record of the store is in the way, such as one of another workspace with the same name.",
    }
    wait = {name: {"description": "Seconds.", "schema": {"type": "string"}} for name in RETRY_AFTER}
    return {
        **{status.removeprefix("s"): answer for status, answer in answers.items()},
        **{status: {"description": text, "content": problems.CONTENT} for status, text in refused.items()},
        503: {
            "description": "Not now: the server has too much to do, or the database cannot be reached; send it again.",
            "content": problems.CONTENT,
            "headers": wait,
        },
    }


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_LIST = {"type": "array", "items": _EVENT}
ONE: dict[str, Any] = {
    "summary": "Take an event of OpenLineage",
    "operation_id": "receive_event",
    "tags": ["openlineage"],
    "status_code": 201,
    "openapi_extra": _body(_EVENT),
    "responses": _responses(
        s201=_answer("The event is stored, perhaps again.", _TAKEN),
        s200=_answer("Events of this kind are ignored.", _TAKEN),
    ),
}
BATCH: dict[str, Any] = {
    "summary": "Take several events of OpenLineage, each by itself",
    "operation_id": "receive_events",
    "tags": ["openlineage"],
    "openapi_extra": _body(
        {"anyOf": [_LIST, {"type": "object", "required": ["events"], "properties": {"events": _LIST}}]}
    ),
    "responses": _responses(s200=_answer("What became of each event.", _TAKEN_BATCH)),
}
