"""Settings and environment variables as Markdown, from the records of `lineal.config` and `lineal.security`."""

from __future__ import annotations

import dataclasses
import inspect
import re
from functools import cache
from typing import Any

from lineal import config, security

from .commands import parser_of, title_of
from .markdown import blocks, code, prose, sentence, table

_SETTING_OF_FLAG = {
    config.WORKSPACE_FLAG: ("OpenLineageSettings", "workspaces"),
    config.OPENLINEAGE_FLAG: ("SendingSettings", "to"),
    config.OPENLINEAGE_TOKEN_FLAG: ("SendingSettings", "token_file"),
}
_COLUMNS = ("Setting", "Default", "Flag", "Meaning")
_WITHOUT_FLAG = "**Without a flag of their own**"
_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


def records() -> dict[str, type]:
    """Return the classes of settings, by name."""
    found = [
        value for module in (config, security) for value in vars(module).values() if dataclasses.is_dataclass(value)
    ]
    return {value.__name__: value for value in found if isinstance(value, type)}


def settings(name: str) -> str:
    """Return what a class of settings is for, and its settings, in the groups of their flags if there are several.

    Raises:
        KeyError: there is no such class.
    """
    record = records()[name]
    summary, _, rest = inspect.getdoc(record).partition("Attributes:")  # type: ignore[union-attr]
    meanings = dict(_ATTRIBUTE.findall(rest))
    groups = {title: list[tuple[str, ...]]() for title in (*dict.fromkeys(_titles().values()), _WITHOUT_FLAG)}
    rows = []
    for field in dataclasses.fields(record):
        flag = _flag(name, field.name)
        rows.append((code(field.name), code(_default(field)), code(flag), prose(sentence(meanings[field.name]))))
        groups[_titles().get(flag, _WITHOUT_FLAG)].append(rows[-1])
    said = prose(" ".join(summary.split()))
    if sum(bool(found) for title, found in groups.items() if title != _WITHOUT_FLAG) < 2:
        return blocks(said, table(_COLUMNS, rows))
    return blocks(said, *(blocks(title, table(_COLUMNS, found)) for title, found in groups.items() if found))


def environment() -> str:
    """Return the table of environment variables."""
    return table(("Variable", "Meaning"), [(code(name), prose(text)) for name, text in config.VARIABLES.items()])


def _default(field: dataclasses.Field[Any]) -> str:
    value = field.default
    if value in (None, dataclasses.MISSING, ""):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _flag(record: str, name: str) -> str:
    """Return the flag of `lineal serve` that sets a setting, or ""."""
    return next(
        (flag for flag in _titles() if _SETTING_OF_FLAG.get(flag, (record, _named(flag))) == (record, name)), ""
    )


def _named(flag: str) -> str:
    return {"--db": "url"}.get(flag, flag.removeprefix("--").replace("-", "_"))


@cache
def _titles() -> dict[str, str]:
    """Return the flags of `lineal serve` with the titles of their groups, in the order of its help."""
    groups = parser_of(("serve",))._action_groups
    return {
        flag: title_of(group) for group in groups for action in group._group_actions for flag in action.option_strings
    }
