"""/api/docs: the OpenAPI document as one page of plain HTML, without scripts and without anything from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from lineal import pages

_CODE = re.compile(r"`([^`]+)`")
_STYLE = """
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
pre { overflow-x: auto; padding: .5rem }
h2 { margin-top: 3rem } h3 { margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: 4px 12px 4px 0; border-bottom: 1px solid #8884 }
"""
Document = dict[str, Any]


def add(app: FastAPI, describe: Callable[[], Document]) -> None:
    """Add the page and its style."""

    @app.get("/api/docs", include_in_schema=False)
    def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(page(describe(), prefix=request.scope.get("root_path", "")))

    @app.get("/api/docs.css", include_in_schema=False)
    def style() -> Response:
        return Response(_STYLE, media_type="text/css")


def page(document: Document, *, prefix: str) -> str:
    """Return the page of a document."""
    operations = sorted(_operations(document), key=lambda each: (each[0], each[1]))
    parts = [_head(document["info"], escape(prefix, quote=True))]
    tag = ""
    for operation_tag, path, method, operation in operations:
        if operation_tag != tag:
            tag = operation_tag
            parts.append(f"<h2>{escape(tag)}</h2>")
        parts.append(_operation(path, method, operation))
    parts.append("<h2>Shapes</h2>")
    schemas = document.get("components", {}).get("schemas", {})
    parts += [_shape(name, schema) for name, schema in sorted(schemas.items())]
    return "\n".join([*parts, "</body></html>"])


def _operations(document: Document) -> Iterator[tuple[str, str, str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield (operation.get("tags") or ["server"])[0], path, method, operation


def _head(info: Document, prefix: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lineal REST</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{prefix}/api/docs.css"></head>'
        f"<body><h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info.get('summary', ''))}. "
        f'The same as <a href="{prefix}/api/openapi.json">OpenAPI document</a>; '
        f'<a href="{pages.REST.address(prefix)}">a guide with examples</a>. Integers of 64 bits are texts, times '
        "are milliseconds since 1970, errors are problem details (RFC 9457).</p>"
    )


def _operation(path: str, method: str, operation: Document) -> str:
    rows = "".join(_parameter(each) for each in operation.get("parameters", []))
    table = f"<table>{rows}</table>" if rows else ""
    name = escape(operation.get("operationId", ""), quote=True)
    return (
        f'<h3 id="{name}"><code>{method.upper()} {escape(path)}</code></h3>'
        f"<p>{escape(operation.get('summary', ''))}</p>{_description(operation)}{table}"
        f"<p>Answers: {_answers(operation)}</p>"
    )


def _description(operation: Document) -> str:
    """Return what an operation does, and its example."""
    text = _CODE.sub(r"<code>\1</code>", escape(operation.get("description", "")))
    samples = "".join(f"<pre>{escape(each['source'])}</pre>" for each in operation.get("x-codeSamples", ()))
    return f"<p>{text}</p>{samples}" if text else ""


def _parameter(parameter: Document) -> str:
    schema = parameter.get("schema", {})
    needed = "required" if parameter.get("required") else f"default {json.dumps(schema.get('default'))}"
    text = escape(parameter.get("description", "") or schema.get("description", ""))
    name = escape(parameter["name"])
    return f"<tr><td><code>{name}</code></td><td>{_type(schema)}, {escape(needed)}</td><td>{text}</td></tr>"


def _answers(operation: Document) -> str:
    found = []
    for status, response in operation.get("responses", {}).items():
        shapes = {_type(content.get("schema", {})) for content in response.get("content", {}).values()}
        found.append(f"{status} {' or '.join(sorted(shapes))}")
    return ", ".join(found)


def _shape(name: str, schema: Document) -> str:
    required = set(schema.get("required", []))
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{'' if field in required else '?'}</td><td>{_type(each)}</td></tr>"
        for field, each in schema.get("properties", {}).items()
    )
    text = escape(schema.get("description", ""))
    return f'<h3 id="{escape(name, quote=True)}">{escape(name)}</h3><pre>{text}</pre><table>{rows}</table>'


def _type(schema: Document) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if "enum" in schema:
        return escape(" | ".join(json.dumps(each) for each in schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"text → {_type(schema['additionalProperties'])}"
    return escape(str(schema.get("type", schema.get("const", "any"))))
