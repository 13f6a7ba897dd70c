"""What is not documented fails here, and so does what is documented and gone: RPCs, flags, settings, errors."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from lineal import config, errors
from lineal.cli import build_parser
from lineal.server.rpcs import SERVICES
from tests.services import REPOSITORY

DOCS = REPOSITORY / "docs"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*) ?\|", re.MULTILINE)


def rows(page: str, *, section: str | None = None) -> dict[str, str]:
    """The first two cells of each row of the tables on a page, or in one section of it."""
    text = (DOCS / page).read_text()
    if section is not None:
        text = next((part for part in text.split("\n## ")[1:] if part.partition("\n")[0] == section), "")
        assert text, f"docs/{page} has no section '## {section}'"
    return {first: second.strip() for first, second in ROW.findall(text)}


def shown(default: object) -> str:
    """A default as the tables show it."""
    if default is None or default is dataclasses.MISSING:
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parsers of the commands, by name."""
    choices = [action.choices for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(choices[0])


def settings_classes() -> list[type]:
    records = inspect.getmembers(config, dataclasses.is_dataclass)
    return [value for _, value in records if value.__module__ == config.__name__]


def source_texts() -> Iterator[str]:
    return (path.read_text() for path in (REPOSITORY / "src").rglob("*.py"))


def classes_of(module: ModuleType) -> set[str]:
    members = inspect.getmembers(module, inspect.isclass)
    return {name for name, value in members if issubclass(value, module.StatusError) and not name.startswith("_")}


def test_the_tables_of_rpcs_are_the_services() -> None:
    assert set(rows("reference/rpcs.md")) == {name for rpcs in SERVICES.values() for name in rpcs}


@pytest.mark.parametrize("command", sorted(commands()))
def test_the_table_of_a_commands_flags_is_its_parser(command: str) -> None:
    actions = [action for action in commands()[command]._actions if action.option_strings]
    flags = {action.option_strings[-1]: shown(action.default if action.nargs != 0 else None) for action in actions}
    documented = rows("reference/cli.md", section=f"lineal {command}")

    del flags["--help"]
    assert {flag: "" if "LINEAL_" in default else default for flag, default in documented.items()} == flags


def test_every_documented_command_exists() -> None:
    documented = re.findall(r"^## lineal (\S+)", (DOCS / "reference/cli.md").read_text(), re.MULTILINE)

    assert set(documented) == set(commands())


@pytest.mark.parametrize("settings", settings_classes(), ids=lambda settings: settings.__name__)
def test_the_table_of_settings_is_the_record(settings: type) -> None:
    defaults = {field.name: shown(field.default) for field in dataclasses.fields(settings)}

    assert rows("reference/settings.md", section=settings.__name__) == defaults


def test_the_table_of_environment_variables_is_what_the_sources_read() -> None:
    read = {name for text in source_texts() for name in re.findall(r'"(LINEAL_[A-Z_]+)"', text)}

    assert set(rows("reference/settings.md", section="Environment")) == read


def test_the_table_of_errors_is_the_tree_of_errors() -> None:
    documented = {name: int(code) for name, code in rows("errors.md", section="Classes").items()}

    assert set(documented) == classes_of(errors) - {"StatusError"}
    assert all(type(errors.make_exception("", code)).__name__ == name for name, code in documented.items())
