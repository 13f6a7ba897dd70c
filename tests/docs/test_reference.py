"""What is not documented fails here, and so does what is documented and gone: RPCs, flags, settings, errors."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import re
import shlex
from collections.abc import Iterator
from types import ModuleType

import pytest

from docs._extension.reference_of_lineal import commands
from lineal import config, errors
from lineal.cli import build_parser
from lineal.cli.metadata_store_server import flags
from lineal.server.rpcs import SERVICES
from tests.docs.pages import page_of, section_of
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


COMMANDS = {" ".join(("lineal", *words)): commands.parser_of(words) for words in commands.names()}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_the_command_line_has_every_command_with_its_arguments_and_options(name: str) -> None:
    page = section_of("reference/cli.md", " ".join(name.split()[:2]))
    action = page.partition(f"\n### {name}\n")[2].partition("\n### ")[0] if " " in name[len("lineal ") :] else page
    shown = set(re.findall(r"(?<!`)`([^`\s]+)(?: [^`\n]*)?`", action))

    for each in COMMANDS[name]._actions:
        if not isinstance(each, argparse._SubParsersAction | argparse._HelpAction):
            assert shown >= set(each.option_strings or [each.metavar or each.dest])
            assert each.help


def test_the_page_of_the_command_line_names_no_command_that_is_gone() -> None:
    titles = re.findall(r"^##+ (lineal \S.*)$", page_of("reference/cli.md"), re.MULTILINE)

    assert set(titles) == set(COMMANDS)


def test_every_example_of_a_command_is_a_command() -> None:
    fences = re.findall(r"^```sh\n(.*?)^```$", page_of("reference/cli.md"), re.MULTILINE | re.DOTALL)
    lines = [line for fence in fences for line in fence.splitlines()]

    assert len(lines) > len(COMMANDS)
    for line in lines:
        build_parser().parse_args(shlex.split(line)[1:])


def test_the_page_of_the_command_line_has_every_flag_of_the_metadata_store_server() -> None:
    shown = section_of("reference/cli.md", "metadata_store_server")

    assert [flag.name for flag in (*flags.OFFICIAL, *flags.LINEAL) if f"| `--{flag.name}` |" not in shown] == []


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
