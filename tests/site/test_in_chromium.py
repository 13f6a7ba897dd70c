"""The pages in Chromium, opened as files: no fault for axe in light and dark, no scrolling sideways on a telephone.

Every page is looked at. Colours and the frame around the text depend on the theme, and not on the page, so they are
checked on few pages that have every kind of element together.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from scripts import build_web_ui
from tests.services import REPOSITORY
from tests.site.html_pages import Site

pytestmark = pytest.mark.timeout(400)
FRAMED = ("index.html", "search.html", "concepts/lineage.html")
OF_CONTRIBUTORS = "decisions"  # all alike, and not for users: few of them are looked at
_TABS = 2
Answers: TypeAlias = "dict[str, dict[str, list[str]]]"


def looked_at(program: str, question: dict[str, Any]) -> list[Any]:
    """Return what a program of this folder found in Chromium."""
    command = [str(build_web_ui.node()), str(Path(__file__).with_name(program)), str(REPOSITORY / "ui")]
    ran = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: list[Any] = json.loads(ran.stdout)
    return found


@pytest.fixture(scope="module")
def answers(site: Site) -> Answers:
    """What was found on each page, by its address relative to the root."""
    framed = [site.root / name for name in FRAMED]
    coloured = [page.file for page in site.with_every_look()]
    pages = [file for file in site.pages if file in coloured or file.parent.name != OF_CONTRIBUTORS]
    lists = {"pages": pages, "coloured": coloured, "framed": framed}
    question = {name: [file.as_uri() for file in files] for name, files in lists.items()}
    found = looked_at("browser.mjs", {**question, "tabs": _TABS})
    assert len(found) == len(pages)
    return {answer.pop("address").removeprefix(f"{site.root.as_uri()}/"): answer for answer in found}


def test_the_search_works_and_a_theme_is_kept_in_pages_that_are_files(site: Site) -> None:
    root = site.root.as_uri()
    [found] = looked_at("reader.mjs", {"root": f"{root}/index.html", "word": "retention"})
    assert any(hit.startswith(f"{root}/operations/retention.html") for hit in found["hits"])
    assert found["opened"] == found["hits"][0]
    assert found["themes"][0] == "auto" != found["themes"][1] == found["themes"][2]
    assert found["errors"] == []


def of(answers: Answers, name: str) -> dict[str, list[str]]:
    """The pages for which a list is not empty."""
    return {page: answer[name] for page, answer in answers.items() if answer[name]}


def test_axe_finds_no_fault(answers: Answers) -> None:
    assert of(answers, "faults") == {}


def test_no_page_is_wider_than_a_telephone(answers: Answers) -> None:
    assert of(answers, "overflow") == {}


def test_no_page_writes_an_error_to_the_console(answers: Answers) -> None:
    assert of(answers, "errors") == {}


def test_a_page_loads_files_of_the_site_alone(site: Site, answers: Answers) -> None:
    own = (site.root.as_uri(), "data:")
    loaded = {
        page: [each for each in answer["requests"] if not each.startswith(own)] for page, answer in answers.items()
    }
    assert {page: each for page, each in loaded.items() if each} == {}
