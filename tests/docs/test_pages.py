"""The pages that messages name exist, and no message names a file of docs/, which an installation lacks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal import errors, pages
from lineal.cli import build_parser
from lineal.cli.help import commands_of
from tests.docs.test_links import anchors
from tests.services import REPOSITORY

SOURCES = sorted((REPOSITORY / "src").rglob("*.py"))
OF_FILES = re.compile(r"docs/[\w/.-]*\.md|docs/decisions")


@pytest.mark.parametrize("page", pages.PAGES.values(), ids=lambda page: page.name)
def test_a_page_that_messages_name_exists(page: pages.Page) -> None:
    source = REPOSITORY / "docs" / f"{page.path}.md"
    assert source.is_file()
    assert not page.anchor or page.anchor in anchors(source)


def shown_texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """All texts of a module but its own docstring, which is for who reads the code."""
    own = tree.body[0].value if isinstance(tree, ast.Module) and ast.get_docstring(tree) else None  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node is not own:
            yield node.lineno, node.value


def test_no_message_names_a_file_of_the_docs_or_writes_the_name_of_a_page_itself() -> None:
    wrong = [
        f"{path.relative_to(REPOSITORY)}:{line}: {text}"
        for path in SOURCES
        for line, text in shown_texts(ast.parse(path.read_text()))
        if OF_FILES.search(text) or ("see: lineal docs" in text and path.name not in ("pages.py", "errors.py"))
    ]
    assert wrong == []


def test_every_name_of_a_page_that_a_docstring_gives_is_one() -> None:
    given = {name for path in SOURCES for name in re.findall(r"`lineal docs ([a-z-]+)`", path.read_text())}
    assert given - pages.PAGES.keys() == set()
    assert given


def test_no_help_names_a_file_of_the_docs_and_each_names_a_page() -> None:
    for name, parser in commands_of(build_parser()).items():
        text = parser.format_help()
        assert not OF_FILES.search(text), name
        assert re.search(r"^see: lineal docs (\S+)$", text, re.MULTILINE)[1] in pages.PAGES, name  # type: ignore[index]


def test_every_error_that_names_a_page_takes_it_from_the_list() -> None:
    """Whatever `Details(page=...)` is given in the sources is `pages.NAME.name`."""
    for path in (path for path in SOURCES if path.name != "error_details.py"):  # which reads them from a trailer
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "Details":
                given = [ast.unparse(each.value) for each in node.keywords if each.arg == "page"]
                assert all(re.fullmatch(r"pages\.[A-Z_]+\.name", each) for each in given), (path, node.lineno)


def test_an_error_says_the_page_in_its_text_and_keeps_its_message() -> None:
    error = errors.NotFoundError("nothing", errors.Details(page=pages.FILES.name))
    assert (str(error), error.message, error.page) == ("nothing; see: lineal docs files", "nothing", "files")


def test_names_are_unique_and_addresses_have_the_prefix() -> None:
    constants = [value for value in vars(pages).values() if isinstance(value, pages.Page)]
    assert len(constants) == len(pages.PAGES)
    assert pages.OBJECT_STORES.address("/x") == "/x/docs/operations/files.html#object-stores"
    assert Path(pages.site_folder()).parts[-3:] == ("lineal", "site", "static")
