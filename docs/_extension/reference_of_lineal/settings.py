"""Settings and environment variables as Markdown, from the records of `lineal.config` and `lineal.security`."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from typing import Any

from lineal import config, security

from .commands import parser_of
from .markdown import blocks, code, prose, sentence, table

_SETTING_OF_FLAG = {
    config.WORKSPACE_FLAG: ("OpenLineageSettings", "workspaces"),
    config.OPENLINEAGE_FLAG: ("SendingSettings", "to"),
    config.OPENLINEAGE_TOKEN_FLAG: ("SendingSettings", "token_file"),
}
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


def records() -> dict[str, type]:
    """Return the classes of settings, by name."""
    found = [
        value for module in (config, security) for value in vars(module).values() if dataclasses.is_dataclass(value)
    ]
    return {value.__name__: value for value in found if isinstance(value, type)}


def settings(name: str) -> str:
    """Return what a class of settings is for, and its settings.

    Raises:
        KeyError: there is no such class.
    """
    record = records()[name]
    summary, _, rest = inspect.getdoc(record).partition("Attributes:")  # type: ignore[union-attr]
    meanings = dict(_ATTRIBUTE.findall(rest))
    rows = [
        (code(field.name), code(_default(field)), _flag(name, field.name), prose(sentence(meanings[field.name])))
        for field in dataclasses.fields(record)
    ]
    return blocks(prose(" ".join(summary.split())), table(("Setting", "Default", "Flag", "Meaning"), rows))


def environment() -> str:
    """Return the table of environment variables."""
    return table(("Variable", "Meaning"), [(code(name), prose(text)) for name, text in config.VARIABLES.items()])


def _default(field: dataclasses.Field[Any]) -> str:
    value = field.default
    if value in (None, dataclasses.MISSING, ""):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _flag(record: str, name: str) -> str:
    """Return the flag of `lineal serve` that sets a setting."""
    return next(
        (code(flag) for flag in _flags() if _SETTING_OF_FLAG.get(flag, (record, _named(flag))) == (record, name)), ""
    )


def _named(flag: str) -> str:
    return {"--db": "url"}.get(flag, flag.removeprefix("--").replace("-", "_"))


def _flags() -> Iterator[str]:
    return (flag for action in parser_of(("serve",))._actions for flag in action.option_strings)
