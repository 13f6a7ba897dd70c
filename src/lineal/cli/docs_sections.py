"""The sections of the built documentation, and which of them have some words.

The pages themselves are read, a few megabytes, so the wheel needs no second index. Whole words come before parts of
words, headings before text, and pages for users before those for contributors. What stays out: printing (docs.py).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_OF_CONTRIBUTORS = ("contributors/", "decisions/", "architecture", "storage", "performance")
_NO_PAGES = ("404.html", "search.html", "genindex.html")
_SECTION = re.compile(
    r'<section [^>]*?id="([^"]+)"[^>]*>(?:\s*<span [^>]*></span>)*\s*<h([1-6])[^>]*>(.*?)</h\2>', re.DOTALL
)
_MAIN_END = re.compile(r"</article>")
_UNSEEN = re.compile(r'<a class="headerlink".*?</a>|<(script|style|svg)\b.*?</\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_BLANKS = re.compile(r"\s+")
_ENDINGS = "(?:s|es|ed|ing)?"
_IN_HEADING, _IN_TITLE, _SIDE_BY_SIDE = 12.0, 3.0, 4.0
_LITTLE = ("a", "an", "the", "of", "to", "in", "is", "and", "or", "how", "do", "i")
_LONGEST_EXCERPT = 180
_ANYTHING = "…"
_SHORTEST_QUOTATION = 10
_BEFORE = 60


class Section(NamedTuple):
    """A section: the title of its page, its heading ("" for the page itself), its address within the site, its text."""

    title: str
    heading: str
    address: str
    text: str

    @property
    def own(self) -> str:
        """The heading that stands above the text."""
        return self.heading or self.title


def sections_of(site: Path, address: str) -> list[Section]:
    """Return the sections of a page, the page itself first; none if it is not there."""
    file = site / address
    return _sections(address, file.read_text("utf-8")) if file.is_file() else []


def found(site: Path, words: Sequence[str]) -> list[Section]:
    """Return the sections that have all words, the best first; a word can have another ending, such as a plural.

    If none has them all, these are the pages that do, and then headings with parts of the words.
    """
    words = _sought(words)
    tests = [_test(word) for word in words]
    pages = [page for page in _pages(site, words) if page]
    scored = [(_score(each, tests), each) for page in pages for each in page]
    hits = [(score, each) for score, each in scored if score]
    if not hits:
        hits = [(1.0, _best(page, tests)) for page in pages if all(any(_has(test, s) for s in page) for test in tests)]
    if not hits:
        parts = [word.casefold() for word in words]
        hits = [(1.0, each) for page in pages for each in page if all(part in each.own.casefold() for part in parts)]
    return [each for _, each in sorted(hits, key=lambda hit: _order(*hit))]


def quoting(site: Path, address: str, message: str) -> list[Section]:
    """Return the sections of a page whose heading quotes a message, the longest quotation first.

    `…` in a heading stands for any text. The message can have more before and behind what is quoted.
    """
    said = _BLANKS.sub(" ", message.replace("`", ""))  # what marks code is not seen in a heading
    quoted = [each for each in sections_of(site, address) if _is_quotation(each.heading, said)]
    return sorted(quoted, key=lambda section: -len(section.heading))


def _is_quotation(heading: str, message: str) -> bool:
    parts = [part.strip() for part in heading.split(_ANYTHING)]
    if max(map(len, parts)) < _SHORTEST_QUOTATION:
        return False
    return re.search(".*?".join(map(re.escape, parts)), message, re.IGNORECASE) is not None


def excerpt(section: Section, words: Sequence[str]) -> str:
    """Return some of a section's text, around the first of the words that it has."""
    places = [place.start() for word in _sought(words) if (place := _test(word).search(section.text))]
    start = max(0, min(places, default=0) - _BEFORE)
    if start:
        start = section.text.find(" ", start) + 1
    shown = section.text[start : start + _LONGEST_EXCERPT]
    if start + _LONGEST_EXCERPT < len(section.text):
        shown = shown.rpartition(" ")[0] + " ..."
    return f"... {shown}" if start else shown


def _sought(texts: Sequence[str]) -> list[str]:
    """Return the words to look for; little ones such as "a" count only if there is nothing else."""
    words = " ".join(texts).split()
    return [word for word in words if word.casefold() not in _LITTLE] or words


def _pages(site: Path, words: Sequence[str]) -> Iterator[list[Section]]:
    parts = [_stem(word) for word in words]
    for file in sorted(site.rglob("*.html")):
        address = file.relative_to(site).as_posix()
        if address in _NO_PAGES or address.startswith("_"):
            continue
        text = file.read_text("utf-8")
        plain = html.unescape(text).casefold()
        if all(part in plain for part in parts):
            yield _sections(address, text)


def _sections(address: str, text: str) -> list[Section]:
    marks = list(_SECTION.finditer(text))
    if not marks:
        return []
    title = _plain(marks[0][3])
    end = _MAIN_END.search(text, marks[0].end())
    ends = [mark.start() for mark in marks[1:]] + [end.start() if end else len(text)]
    return [
        Section(
            title,
            _plain(mark[3]) if index else "",
            f"{address}#{mark[1]}" if index else address,
            _plain(text[mark.end() : until]),
        )
        for index, (mark, until) in enumerate(zip(marks, ends, strict=True))
    ]


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", html.unescape(_TAG.sub("", _UNSEEN.sub("", text)))).strip()


def _stem(word: str) -> str:
    word = word.casefold()
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _test(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(_stem(word))}{_ENDINGS}(?!\w)", re.IGNORECASE)


def _has(test: re.Pattern[str], section: Section) -> bool:
    return bool(test.search(section.own) or test.search(section.text))


def _score(section: Section, tests: Sequence[re.Pattern[str]]) -> float:
    """Return how well a section fits; 0 if it lacks a word, or has all of them only in its page's title."""
    score, has_own = 0.0, False
    for test in tests:
        in_text = min(len(test.findall(section.text)), 4)
        in_heading, in_title = bool(test.search(section.own)), bool(test.search(section.title))
        if not (in_text or in_heading or in_title):
            return 0.0
        has_own = has_own or bool(in_text or in_heading)
        score += in_text + _IN_HEADING * in_heading + _IN_TITLE * in_title
    if len(tests) > 1:
        phrase = re.compile(r"\W+".join(test.pattern for test in tests), re.IGNORECASE)
        score += _SIDE_BY_SIDE * bool(phrase.search(section.text))
    return score if has_own else 0.0


def _best(page: Sequence[Section], tests: Sequence[re.Pattern[str]]) -> Section:
    return max(page, key=lambda section: sum(_has(test, section) for test in tests))


def _order(score: float, section: Section) -> tuple[bool, float, bool, int]:
    """Pages for users come before those for contributors, titles before headings, short headings before long ones."""
    return section.address.startswith(_OF_CONTRIBUTORS), -score, bool(section.heading), len(section.own)
