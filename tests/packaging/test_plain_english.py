"""The lint of prose refuses each habit that it knows, and nothing that is plain."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.services import REPOSITORY


@pytest.fixture(scope="module")
def lint() -> ModuleType:
    """The script, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("plain_english", REPOSITORY / "scripts" / "plain_english.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFUSED = [
    "Who needs the record pays for it.",
    "It costs time. Who does not need it should not pay.",
    "Of a SQLite file short reads are worked on one after the other.",
    "Of the pages none is whole.",
    "It waits so that others go first, so nothing is lost.",
    "The password stands in the URL.",
    "Values stand in the text.",
    "A request in pieces is told so.",
    "Statements are told which rows they change.",
    "There is no table of which this is true.",
    "A lineage is the descent of a model.",
]
PLAIN = [
    "Who changed what?",
    "A caller who needs the record pays for it. The people who do not need it do not.",
    "One of a kind. Most of the pages are whole.",
    "It waits so that others go first. So nothing is lost.",
    "A search in `who stands in it` is code.",
    "The parser works by recursive descent.",
]


@pytest.mark.parametrize("sentence", REFUSED)
def test_a_habit_is_refused(lint: ModuleType, sentence: str) -> None:
    assert len(list(lint.habits(sentence))) == 1


@pytest.mark.parametrize("sentence", PLAIN)
def test_a_plain_sentence_passes(lint: ModuleType, sentence: str) -> None:
    assert list(lint.habits(sentence)) == []


@pytest.mark.parametrize("before", ["- ", "1. ", "| a | ", "> ", "**Rule.** ", "text:\n\n"])
def test_a_sentence_begins_after_every_mark(lint: ModuleType, before: str) -> None:
    assert list(lint.habits(f"{before}Who needs it pays."))


def found(lint: ModuleType, path: Path, text: str) -> list[int]:
    """Return the lines of a file where the lint finds something."""
    path.write_text(text)
    return [line for line, part in lint.texts_of(path) for _ in lint.habits(part)]


def test_docs_are_read_without_code_and_headings(lint: ModuleType, tmp_path: Path) -> None:
    page = "# Who calls\n\nWho calls?\n\n```\nWho calls.\n```\n\n| a |\n|---|\n| Who calls. |\n"
    assert found(lint, tmp_path / "page.md", page) == [9]


@pytest.mark.parametrize(
    "code",
    [
        '"""Who needs it pays."""\n',
        'def f():\n    """Do it.\n\n    Who needs it pays.\n    """\n',
        "# Who needs it\n# pays.\n",
        'raise ValueError(f"{x}. Who needs it pays.")\n',
        'print("It is true. Who " "needs it pays.")\n',
    ],
    ids=["docstring", "its body", "comment", "message", "text in pieces"],
)
def test_docstrings_comments_and_messages_are_read(lint: ModuleType, tmp_path: Path, code: str) -> None:
    assert len(found(lint, tmp_path / "module.py", code)) == 1
