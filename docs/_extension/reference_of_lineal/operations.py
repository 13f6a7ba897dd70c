"""The operations of REST and the shapes of their answers as Markdown, from the OpenAPI document of a server.

Operations that artifacts, executions and contexts share are shown once. The examples are run against the store of
`lineal tutorial` while the page is made (examples.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lineal.server.rest.described.lineage import LINEAGE
from lineal.server.rest.described.operation import Operation
from lineal.server.rest.described.records import RECORDS
from lineal.server.rest.described.stores import STORES

from .examples import answers, document
from .markdown import blocks, code, prose, sentence, table

Document = dict[str, Any]
GROUPS: dict[str, Mapping[str, Operation]] = {"records": RECORDS, "lineage": LINEAGE, "store": STORES}
_KINDS = ("artifact", "execution", "context")
_SHOWS_ANSWERS: list[bool] = []
_SAID: dict[tuple[str, str], str] = {}
"""Where on a page the meaning of a parameter was said first."""
_LONG = 120
_USUAL = ("400", "404", "409", "413", "422", "503")
_ATTRIBUTE = re.compile(r"^ *(\w+): (.*(?:\n {4,}(?!\w+: ).*)*)", re.MULTILINE)


def operations(group: str) -> str:
    """Return the operations of a group: `records`, `lineage` or `store`."""
    _SAID.clear()
    return blocks(*(_operation(template, GROUPS[group][template]) for template in GROUPS[group]))


def show_answers() -> None:
    """Run the examples when a page is made, which takes seconds; without this, pages have the commands alone."""
    _SHOWS_ANSWERS.append(True)


def shapes() -> str:
    """Return the shapes of bodies and answers."""
    found = sorted(document()["components"]["schemas"].items())
    return blocks(*(_shape(name, schema) for name, schema in found))


def by_id() -> dict[str, tuple[str, str, Document]]:
    """Return the path, the method and the description of each operation, by its id."""
    return {
        operation["operationId"]: (path, method, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def title(path: str, method: str) -> str:
    """Return the title of an operation: kinds that share it have one."""
    general = re.sub(r"^/(artifacts|executions|contexts)(?=/|$)", "/{kinds}", path.removeprefix("/api/v1"))
    return f"{method.upper()} {general}"


def _operation(template: str, described: Operation) -> str:
    """Return an operation, for all kinds that have it."""
    names = dict.fromkeys(template.format(plural=f"{kind}s", kind=kind) for kind in _KINDS)
    known = [by_id()[name] for name in names if name in by_id()]
    path, method, operation = known[0]
    parameters = [_parameter(each, title(path, method)) for each in operation.get("parameters", [])]
    is_shared = "{" in template
    plurals = [each[2]["tags"][0] for each in known] if is_shared else []
    text = described.text_for("records", "record") if is_shared else described.text
    return blocks(
        f"### {title(path, method)}" if is_shared else f"### {method.upper()} {path.removeprefix('/api/v1')}",
        f"`{{kinds}}` is {_listed(plurals)}." if is_shared else "",
        text,
        table(("Parameter", "Default", "Meaning"), parameters),
        _body(operation),
        _results(operation),
        _example(operation["operationId"], operation),
    )


def _listed(names: list[str]) -> str:
    shown = [code(name) for name in names]
    return " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _parameter(parameter: Document, place: str) -> tuple[str, str, str]:
    """Return the row of a parameter; a long meaning that the page has said of an operation above is not repeated."""
    schema = parameter.get("schema", {})
    default = "required" if parameter.get("required") else _default(schema.get("default"))
    of = f" ({parameter['in']})" if parameter["in"] != "query" else ""
    meaning = prose(sentence(parameter.get("description") or schema.get("description", "")))
    whole = " ".join([meaning, _limits(schema)]).strip()
    first = _SAID.setdefault((parameter["name"], whole), place)
    if first != place and len(whole) > _LONG:
        whole = f"As for {code(first)}."
    return f"{code(parameter['name'])}{of}", default, whole


def _default(value: Any) -> str:
    return "" if value in (None, "") else code(value if isinstance(value, str) else json.dumps(value))


def _limits(schema: Document) -> str:
    """Return the values that a parameter can have, if the schema says it in a way that people read."""
    choices = [schema, *schema.get("anyOf", ())]
    values = next((each["enum"] for each in choices if "enum" in each), None)
    if values:
        return f"One of {', '.join(code(value) if value else 'none' for value in values)}."
    numbers = next((each for each in choices if "maximum" in each), None)
    if numbers and numbers["maximum"] < 1 << 40:
        return f"From {numbers.get('minimum', 0):,} to {numbers['maximum']:,}."
    texts = next((each for each in choices if "maxLength" in each), None)
    return f"Up to {texts['maxLength']:,} characters." if texts else ""


def _body(operation: Document) -> str:
    body = operation.get("requestBody", {}).get("content", {})
    if not body:
        return ""
    media = ", ".join(map(code, body))
    schema = next(iter(body.values()))["schema"]
    fields = table(("Member of the body", "Type", "Meaning"), _members(schema)) if "properties" in schema else ""
    return blocks(f"Body: {shape_of(schema)} as {media}.", fields)


def _members(schema: Document) -> Iterator[tuple[str, str, str]]:
    """Yield the members of an object, with what its description says of each."""
    said = dict(_ATTRIBUTE.findall(schema.get("description", "").partition("Attributes:")[2]))
    required = set(schema.get("required", ()))
    for name, each in schema.get("properties", {}).items():
        meaning = each.get("description") or said.get(name, "")
        needed = "" if name in required or "required" not in schema else "?"
        yield f"{code(name)}{needed}", shape_of(each), prose(sentence(meaning))


def _results(operation: Document) -> str:
    """Return what an operation answers; the errors that most have are named, not explained."""
    found, refused = [], []
    for status, response in operation.get("responses", {}).items():
        content = response.get("content", {})
        shown = " or ".join(dict.fromkeys(shape_of(each.get("schema", {})) for each in content.values()))
        if status in _USUAL and response.get("description") in _texts_of_errors():
            refused.append(status)
        elif int(status) < 300:
            found.append(f"{status} with {shown}" if shown else f"{status} without content")
        else:
            found.append(f"{status}: {prose(sentence(response.get('description', '')))[:-1]}")
    errors = f" Errors: {', '.join(refused)} ([problems](../problems.md))." if refused else ""
    return f"Answers: {'; '.join(found)}.{errors}"


def _texts_of_errors() -> set[str]:
    from lineal.server.rest import _RESPONSES

    return {each["description"] for each in _RESPONSES.values()}


def _example(name: str, operation: Document) -> str:
    command = operation["x-codeSamples"][0]["source"]
    shown = answers().get(name, "") if _SHOWS_ANSWERS else ""
    return blocks(f"```sh\n{command}\n```", f"```text\n{shown}\n```" if shown else "")


def shape_of(schema: Document) -> str:
    """Return the type of a value in words, with a link to its shape."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](shapes.md#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(shape_of(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(code(each) if each else '`""`' for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {shape_of(schema.get('items', {}))}"
    if isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        return f"object of {shape_of(schema['additionalProperties'])}"
    of = schema.get("type", "any")
    return " or ".join(of) if isinstance(of, list) else str(schema.get("title", of) if of == "object" else of)


def _shape(name: str, schema: Document) -> str:
    text = schema.get("description", "").partition("Attributes:")[0]
    members = table(("Member", "Type", "Meaning"), _members(schema)) or f"Type: {shape_of(schema)}."
    return blocks(f"### {name}", prose(" ".join(text.split())), members)
