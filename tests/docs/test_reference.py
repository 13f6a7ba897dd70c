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

from docs._extension.reference_of_lineal import commands, examples, operations, rpcs, settings
from lineal import config, errors
from lineal.cli import build_parser
from lineal.cli.metadata_store_server import flags
from lineal.client.lifecycle import LifecycleStore
from lineal.client.search_calls import Asked
from lineal.filter import vocabulary
from lineal.filter.checker import FUNCTIONS
from lineal.filter.search import FIELDS
from lineal.filter.vocabulary import PROPERTY_VALUES
from lineal.kinds import KINDS, Kind
from lineal.sdk import tutorial
from lineal.server.rest import problems
from lineal.server.rpcs import SERVICES
from lineal.service import descriptions
from tests.docs.pages import page_of, section_of
from tests.services import REPOSITORY

DOCS = REPOSITORY / "docs"
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*) ?\|", re.MULTILINE)


def rows_of(text: str) -> dict[str, str]:
    """The first two cells of each row of the tables in a text."""
    return {first: second.strip() for first, second in ROW.findall(text)}


def rows(page: str, *, section: str) -> dict[str, str]:
    """The same for a section of a page."""
    return rows_of(section_of(page, section))


def source_texts() -> Iterator[str]:
    return (path.read_text() for path in (REPOSITORY / "src").rglob("*.py"))


def classes_of(module: ModuleType) -> set[str]:
    members = inspect.getmembers(module, inspect.isclass)
    return {name for name, value in members if issubclass(value, module.StatusError) and not name.startswith("_")}


def test_the_page_of_rpcs_has_every_rpc_with_the_fields_of_its_request() -> None:
    page = page_of("reference/rpcs.md")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))

    assert set(sections) == {name for names in SERVICES.values() for name in names}
    for name, method in rpcs.METHODS.items():
        shown = {*rows_of(sections[name])}
        assert shown >= {field.name for field in (*method.input_type.fields, *method.output_type.fields)}


def test_every_message_of_an_rpc_is_on_a_page_with_its_fields() -> None:
    page = page_of("reference/messages.md")
    targets = set(re.findall(r"\]\(messages\.md#([\w-]+)\)", page_of("reference/rpcs.md") + page))
    titles = re.findall(r"^### ([\w.]+)$", page, re.MULTILINE)

    assert {title.replace(".", "").lower() for title in titles} == targets
    assert len(titles) > 30


def test_every_field_of_a_message_says_what_it_means() -> None:
    tables = page_of("reference/rpcs.md") + page_of("reference/messages.md")

    assert re.findall(r"^\| (`[\w.]+` \| [^|0-9][^|]*) \|  \|$", tables, re.MULTILINE) == []


def test_calls_and_fields_that_are_gone_are_not_described() -> None:
    fields = {field.name for message in rpcs.every_message() for field in message.fields}

    assert set(descriptions.CALLS) == {method.name for method in rpcs.OFFICIAL.methods}
    assert {name.rpartition(".")[2] for name in descriptions.FIELDS} <= fields


def test_the_options_of_long_commands_have_titles_in_their_help_and_in_the_reference() -> None:
    for command, parser in COMMANDS.items():
        named = [action for action in parser._actions if action.option_strings and action.dest != "help"]
        if len(named) < 15:
            continue
        titled = [group.title for group in parser._action_groups[2:] if group._group_actions]
        shown = commands.options(*command.split()[1:])
        assert titled, f"{command} has {len(named)} options, so it needs groups of them"
        assert len(re.findall(r"^\*\*.+\*\*$", shown, re.MULTILINE)) == len(titled)
    titles = re.findall(r"^\*\*(.+?)(?: \(see .*)?\*\*$", settings.settings("ServerSettings"), re.MULTILINE)
    assert titles[:3] == ["Database and files", "Addresses", "Browsers"]


COMMANDS = {" ".join(("lineal", *words)): commands.parser_of(words) for words in commands.names()}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_the_command_line_has_every_command_with_its_arguments_and_options(name: str) -> None:
    page = section_of("reference/cli.md", " ".join(name.split()[:2]))
    action = page.partition(f"\n### {name}\n")[2].partition("\n### ")[0] if " " in name[len("lineal ") :] else page
    shown = set(re.findall(r"(?<!`)`([^`\s]+)(?: [^`\n]*)?`", action))

    for each in COMMANDS[name]._actions:
        names = set(each.option_strings or [each.metavar or each.dest])
        if each.help == argparse.SUPPRESS:
            assert not shown & names
        elif not isinstance(each, argparse._SubParsersAction | argparse._HelpAction):
            assert shown >= names
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


@pytest.mark.parametrize("name", settings.records())
def test_the_page_of_settings_has_every_setting(name: str) -> None:
    shown = section_of("reference/settings.md", name)

    for field in dataclasses.fields(settings.records()[name]):
        assert f"| `{field.name}` |" in shown


def test_every_setting_of_a_server_has_its_flag_on_the_page() -> None:
    page = page_of("reference/settings.md")
    of_commands = {"--sdk-types", "--help"}  # these set nothing that another program could set
    flags = [each for action in COMMANDS["lineal serve"]._actions for each in action.option_strings if len(each) > 2]

    assert {flag for flag in flags if f"| `{flag}` |" not in page} == of_commands


def test_every_environment_variable_that_the_sources_read_is_described() -> None:
    read = {name for text in source_texts() for name in re.findall(r'"(LINEAL_[A-Z_]+)"', text)}

    assert set(config.VARIABLES) == read, "describe it in VARIABLES of lineal/config.py"
    assert set(rows("reference/settings.md", section="Environment")) == read


def test_the_page_of_errors_has_every_class_with_its_code_and_its_status() -> None:
    documented = rows("errors.md", section="Classes")
    codes = {name: int(cell) for name, cell in documented.items()}

    assert set(codes) == classes_of(errors) - {"StatusError"}
    assert all(type(errors.make_exception("", code)).__name__ == name for name, code in codes.items())
    assert [row for row in section_of("errors.md", "Classes").splitlines() if row.endswith(("|  |", "|  |  |"))] == []


def test_the_page_of_problems_has_every_status_that_an_error_can_have_and_every_field() -> None:
    page = page_of("reference/problems.md")
    statuses = {*problems.HTTP_STATUS.values(), *problems.KINDS}

    assert {status for status in statuses if f"| {status} |" not in page} == set()
    assert {field.name for field in dataclasses.fields(errors.Details)} <= set(rows_of(page))


REST_PAGES = [f"reference/rest/{name}.md" for name in ("records", "lineage", "store")]


def test_the_pages_of_rest_have_every_operation_with_its_parameters_and_an_example() -> None:
    pages = "\n".join(map(page_of, REST_PAGES))
    sections = dict(re.findall(r"^### (\w+ /.*)\n((?:(?!^### ).*\n?)*)", pages, re.MULTILINE))

    for path, method, operation in operations.by_id().values():
        plain = f"{method.upper()} {path.removeprefix('/api/v1')}"
        shown = sections.get(plain) or sections[operations.title(path, method)]
        assert {each["name"] for each in operation.get("parameters", ())} <= set(
            re.findall(r"^\| `(.+?)`", shown, re.MULTILINE)
        )
        assert "```sh\ncurl " in shown


@pytest.mark.long
def test_every_example_of_rest_is_answered_by_a_server_over_the_store_of_the_tutorial() -> None:
    answered = examples.answers()

    assert set(answered) >= {name for name, (_, method, _) in operations.by_id().items() if method in ("post", "patch")}


def test_the_page_of_shapes_has_every_shape_with_its_members() -> None:
    page = page_of("reference/rest/shapes.md")
    sections = dict(re.findall(r"^### (\w+)\n((?:(?!^### ).*\n?)*)", page, re.MULTILINE))

    for name, shape in examples.document()["components"]["schemas"].items():
        assert all(f"| `{member}`" in sections[name] for member in shape.get("properties", {}))


QUERY = re.compile(r"(.*?) +-- finds (nothing|[\d, ]+)")
QUERIES = [
    (kind, *QUERY.fullmatch(line).groups())  # type: ignore[union-attr]
    for kind in KINDS
    for fence in re.findall(
        rf"^```{kind.plural}\n(.*?)^```", page_of("reference/search-language.md"), re.MULTILINE | re.DOTALL
    )
    for line in fence.splitlines()
]


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LifecycleStore]:
    """What the tutorial stores."""
    url = f"sqlite:///{tmp_path_factory.mktemp('searches') / 'tutorial.db'}"
    tutorial.run(url, write=lambda line: None)
    with LifecycleStore.from_url(url) as store:
        yield store


@pytest.mark.parametrize(("kind", "search", "ids"), QUERIES, ids=lambda value: str(getattr(value, "name", value)))
def test_an_example_of_a_search_finds_what_the_page_says(
    bakery: LifecycleStore, kind: Kind, search: str, ids: str
) -> None:
    assert bakery.found_ids(Asked(kind, search)).ids == [int(number) for number in re.findall(r"\d+", ids)]


def test_the_page_of_the_search_language_has_every_key_and_every_name_of_filter_queries() -> None:
    page = page_of("reference/search-language.md")
    families = [family for kind in KINDS for family in vocabulary.NEIGHBOURS[kind]]
    names = {*PROPERTY_VALUES, *FUNCTIONS, *families, *(name for kind in KINDS for name in vocabulary.OWN[kind])}

    assert {name for name in FIELDS if f"| `{name}" not in page} == set()
    assert {name for name in names if f"{name}" not in page} == set()
    assert {term.example for term in FIELDS.values() if f"`{term.example}`" not in page} == set()
