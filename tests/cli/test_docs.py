"""`lineal docs`: which page it finds, what it prints, and what it says where there is none."""

from __future__ import annotations

import json
import re
import webbrowser
from pathlib import Path

import pytest

from lineal import pages
from lineal.cli import docs_sections, main

PAGES = {
    "decisions/0046.html": [("d", "0046 Files of runs", "Why.")],
    "help/troubleshooting.html": [
        ("t", "Messages", "What they mean."),
        ("signed", "… is not signed; use one that …", "Sign it."),
    ],
    "index.html": [("lineal", "Lineal", "What it is.")],
    "operations/files.html": [
        ("files", "The files of runs", "Where they are."),
        ("object-stores", "Object stores", "A bucket; an answer 409 says that a disk is full."),
    ],
    "operations/security.html": [("s", "Security", "Who may."), ("tokens", "Tokens", "Ask for a reported token.")],
}


def test_both_searches_of_the_docs_put_the_same_pages_last() -> None:
    folder = Path(__file__).parents[2] / "docs"
    [written] = re.findall(r"OF_CONTRIBUTORS = /(.*)/;", (folder / "_extension" / "search.js").read_text())
    of_site = re.compile(written.replace("\\/", "/"))
    names = [path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.md")]
    last = [name for name in names if of_site.search(name)]
    assert last == [name for name in names if f"{name}.html".startswith(docs_sections._OF_CONTRIBUTORS)]
    assert last


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LINEAL_UI_URL", raising=False)
    monkeypatch.setattr(pages, "site_folder", lambda: tmp_path)
    for address, sections in PAGES.items():
        (tmp_path / address).parent.mkdir(exist_ok=True)
        written = (f'<section id="{name}"><h2>{title}</h2><p>{text}</p>' for name, title, text in sections)
        (tmp_path / address).write_text("".join(written) + "</section></article>nothing")
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["docs", *words]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("words", "title", "place"),
    [
        ([], "Lineal", "index.html"),
        (["object-stores"], "The files of runs: Object stores", "operations/files.html#object-stores"),
        (["stores", "object"], "The files of runs: Object stores", "operations/files.html#object-stores"),
        (["TOKENS", "security"], "Security: Tokens", "operations/security.html#tokens"),
        (["409"], "The files of runs: Object stores", "operations/files.html#object-stores"),
        (["disks", "full"], "The files of runs: Object stores", "operations/files.html#object-stores"),
        (
            ["lineal: /tmp/a.zip is  not signed; use one that `x` wrote"],
            "Messages: … is not signed; use one that …",
            "help/troubleshooting.html#signed",
        ),
        (["securi"], "Security", "operations/security.html"),
    ],
)
def test_a_name_and_words_find_a_page(
    site: Path, capsys: pytest.CaptureFixture[str], words: list[str], title: str, place: str
) -> None:
    lines = printed(capsys, *words)
    assert [lines[0], lines[-1]] == [title, f"  {site.as_uri()}/{place}"]


def test_a_part_of_a_word_in_a_text_is_no_hit_and_an_excerpt_is_shown(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["docs", "port"]) == 1
    assert capsys.readouterr().out == ""
    assert printed(capsys, "bucket")[1] == "  A bucket; an answer 409 says that a disk is full."


def test_pages_for_users_come_first_and_the_limit_says_what_is_left(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(capsys, "of", "runs")[::3] == ["The files of runs", "0046 Files of runs"]
    assert printed(capsys, "of", "runs", "--limit", "1")[-1] == "1 more; give more words, or --limit"


def test_the_address_on_a_known_server_is_printed_too(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAL_UI_URL", "https://lineal.example/ui/")
    url = "https://lineal.example/ui/docs/operations/security.html#tokens"
    assert printed(capsys, "tokens")[-1] == f"  {url}"
    [record] = json.loads("".join(printed(capsys, "tokens", "--json")))
    assert (record["heading"], record["url"]) == ("Tokens", url)


def test_words_that_no_heading_has_are_refused_with_the_search_of_the_site(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["docs", "no", "such"]) == 1
    said = capsys.readouterr().err
    assert "'no such'" in said
    assert f"{site.as_uri()}/search.html?q=no%20such" in said


def test_without_the_site_it_says_what_to_do(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (site / "index.html").unlink()
    assert main(["docs", "tokens"]) == 1
    assert "make site" in capsys.readouterr().err


def test_open_opens_the_first_page_or_says_that_no_browser_can(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not opened.append(address))
    printed(capsys, "of", "runs", "--open")
    assert opened == [f"{site.as_uri()}/operations/files.html"]
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert main(["docs", "tokens", "--open"]) == 1
    assert f"open {site.as_uri()}/operations/security.html#tokens" in capsys.readouterr().err
