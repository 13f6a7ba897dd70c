"""From the text of a search to its tree, by recursive descent. Every error has a position and a hint.

What stays out: whether a label, property or metric exists, and SQL (builder.py).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from lineal import conventions, deadlines
from lineal.caches import SizedCache
from lineal.filter.search import values
from lineal.filter.search.mistakes import SearchError
from lineal.filter.search.tree import Body, Comparison, Group, Has, Key, Query, Range, Term, Word
from lineal.filter.search.vocabulary import FAMILIES, FIELDS, HAS, LISTING, OPERATORS, KeyField, Sort

LONGEST = 20_000
MOST_TERMS = 200
DEEPEST = 10

_FIELD = re.compile(r"[A-Za-z_]+")
_NAME = re.compile(r'[^\s:=!<>"(),]+')
_VALUE = re.compile(r'[^\s"(),]+')
_WORD = re.compile(r'[^\s"()]+')
_OPERATOR = re.compile("|".join(map(re.escape, OPERATORS)))
# Properties that are written without `prop.`; a host such as git.example.org is a word.
_WELL_KNOWN = "|".join(map(re.escape, conventions.GIVEN_NAMES))
_SHOWN = {**{name: f"{name}.NAME" for name in FAMILIES}, "prop": f"prop.NAME, {conventions.PARAM_PREFIX}NAME"}
_GIVEN = re.compile(rf"(?:{re.escape(conventions.PARAM_PREFIX)}(?=[^\s:=!<>(),])|(?:{_WELL_KNOWN})(?=[\s:=!<>]|\Z))")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
# `KEY.NAME` before an operator.
_DOTTED = re.compile(r'([A-Za-z_]+)\.([^\s:=!<>"(),]+|"(?:[^"\\]|\\.)*")(?=[:=!<>])')
_OF_ADDRESSES = "/?"
# What people call a family elsewhere.
_OTHER_FAMILIES = {
    **dict.fromkeys(("tag", "tags"), "label"),
    **dict.fromkeys(("parameter", "parameters"), "param"),
    **dict.fromkeys(("property", "properties", "attribute", "attributes"), "prop"),
}
_PREFIXES = tuple(prefix.rstrip(".") for prefix in conventions.GIVEN_PREFIXES)
_ALIKE = 0.7
_LONGEST_SHOWN = 60


_LONGEST_REMEMBERED = 1000
_BYTES_PER_CHARACTER = 300


def parse(text: str) -> Query:
    """Return the tree of a search; the empty text is the search that finds everything.

    Raises:
        SearchError: the text cannot be read.
    """
    if len(text) > _LONGEST_REMEMBERED:
        return _parsed(text)
    size = 1000 + _BYTES_PER_CHARACTER * len(text)
    return _trees.get(text, lambda: _parsed(text), lambda _: size)


def _parsed(text: str) -> Query:
    if len(text) > LONGEST:
        raise SearchError(
            f"it has {len(text)} characters", at=LONGEST, length=len(text) - LONGEST, hint=f"{LONGEST} are allowed"
        )
    reader = _Reader(text)
    query = reader.query(0)
    if reader.at < len(text):
        raise SearchError("this ) closes nothing", at=reader.at, length=1, hint="leave it out, or open with (")
    return query


_trees: SizedCache[str, Query] = SizedCache(8 << 20)


@dataclass(frozen=True)
class Piece:
    """The piece that is being written at the end of a text: a key, a word, a value, or the key after `has:`.

    Attributes:
        start: where it begins.
        written: what is written of it so far, without quotation marks.
        key: the key whose value it is; None for a key or a word.
        is_filled: whether it is the key after `has:`.
    """

    start: int
    written: str
    key: Key | None = None
    is_filled: bool = False


def last_piece(text: str) -> Piece | None:
    """Return what is being written at the end of a text, or None where nothing can be offered.

    A mistake before it changes nothing: reading goes on behind the next blank.
    """
    at: int | None = 0
    while at is not None:
        deadlines.check()
        reader = _Reader(text, at)
        try:
            reader.query(0)
            reached = reader.at + 1 if reader.at < len(text) else reader.at  # after a ) that closes nothing
        except SearchError as error:
            reached = max(reader.at, (error.position or 0) + (error.length or 0))
        if reached >= len(text):
            return reader.last_piece()
        at = _after_blank(text, reached)
    return None


def _after_blank(text: str, at: int) -> int | None:
    """Return the place behind the next blank or bracket, or None if there is none."""
    found = _BREAK.search(text, at)
    return found.end() if found else None


_BREAK = re.compile(r"[\s()]")


class _Reader:
    """The place in a text while it is read, and the piece that was begun last."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.at = at
        self.terms = 0
        self._begun: tuple[int, Key | None, bool] | None = None
        self._ended = -1  # where the last term ended

    def last_piece(self) -> Piece | None:
        """Return the piece at the end of the text, a new one after a blank; None right behind a bracket."""
        end = len(self.text)
        if self._begun and (self._ended < self._begun[0] or self._ended == end):
            start, key, is_filled = self._begun
            written = self.text[start:]
            if written.startswith('"'):
                written = re.sub(r"\\(.)", r"\1", written[1:], flags=re.DOTALL)
            return Piece(start, written, key, is_filled)
        return Piece(end, "") if not self.text or self.text[-1] in "(-" or self.text[-1].isspace() else None

    def _begin(self, key: Key | None = None, *, is_filled: bool = False) -> None:
        self._begun = (self.at, key, is_filled)

    def query(self, depth: int) -> Query:
        """Read terms until the text, the group or this option of it ends."""
        terms: list[Term] = []
        self._skip_blanks()
        while self.at < len(self.text) and self.text[self.at] != ")" and not (depth and self._is_or()):
            terms.append(self._term(depth))
            self._skip_blanks()
        return Query(tuple(terms))

    def _term(self, depth: int) -> Term:
        deadlines.check()
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self._error("more terms than are allowed", 1, f"use at most {MOST_TERMS}")
        start = self.at
        negated = self.text[self.at] == "-"
        self.at += negated
        self._begin()
        if self.at >= len(self.text) or self.text[self.at].isspace() or self.text[self.at] == ")":
            raise self._error("nothing follows -", 1, "write a term right after it, such as -state=live", at=start)
        body = self._group(depth) if self.text[self.at] == "(" else self._key_or_word()
        self._ended = self.at
        if isinstance(body, Group):
            self._begun = None
        return Term(body, negated, start, self.at)

    def _group(self, depth: int) -> Group:
        start = self.at
        self._begun = None
        if depth >= DEEPEST:
            raise self._error("groups are nested too deeply", 1, f"use at most {DEEPEST} levels")
        options: list[Query] = []
        while True:
            self.at += 1 if not options else 2  # past "(" or "OR"
            option_at = self.at
            option = self.query(depth + 1)
            if not option.terms:
                raise self._error("an option of this group is empty", 1, "write a term, or leave it out", at=option_at)
            options.append(option)
            if not self._is_or():
                break
        if self.at >= len(self.text):
            raise self._error("this ( is never closed", 1, "add )", at=start)
        self.at += 1
        return Group(tuple(options))

    def _is_or(self) -> bool:
        end = self.at + 2
        return self.text.startswith("OR", self.at) and (
            end == len(self.text) or self.text[end].isspace() or self.text[end] in "()"
        )

    def _key_or_word(self) -> Body:
        found = _FIELD.match(self.text, self.at)
        if found is None:
            return self._word()
        field, after = found.group().lower(), found.end()
        if (given := self._given_key()) is not None:
            return self._comparison(*given)
        if field in FAMILIES and self.text.startswith(".", after):
            start = self.at
            return self._comparison(self._family_key(field, after + 1), start)
        self._refuse_unknown_name()
        operator = _OPERATOR.match(self.text, after)
        if operator is None or self.text.startswith("://", after):
            return self._word()
        if field == HAS:
            return self._has(operator)
        if field not in FIELDS:
            raise self._unknown(found.group())
        if field in FAMILIES:
            raise self._error(f"{field} needs a name", len(field), f"write for example {FIELDS[field].example}")
        start, self.at = self.at, after
        return self._comparison(Key(field), start)

    def _given_key(self) -> tuple[Key, int] | None:
        """Read a key of a parameter, the code or the environment and return where it began; None if it is a word."""
        start = self.at
        found = _GIVEN.match(self.text, start)
        if found is None:
            return None
        if found.group() == conventions.PARAM_PREFIX:
            self.at = found.end()
            name = conventions.PARAM_PREFIX + self._text(_NAME)
        else:
            name, self.at = found.group(), found.end()
        if _OPERATOR.match(self.text, self.at) and not self.text.startswith("://", self.at):
            return Key("prop", name), start
        self.at = start
        return None

    def _refuse_unknown_name(self) -> None:
        """Refuse `metrics.auc>0.9`: a key with a name whose family does not exist.

        A host with a port (`git.example.org:8080`), an image (`registry.local:v2`) and a path (`a.b/c=d`) are words, if
        they do not begin with what is almost a key.
        """
        found = _DOTTED.match(self.text, self.at)
        if found is None or self.text.startswith("://", found.end()):
            return
        meant, is_alike = _meant_by(found[1], found[2])
        is_word = self.text[found.end()] == ":" or any(mark in found[2] for mark in _OF_ADDRESSES)
        if is_alike or not is_word:
            guess = f"did you mean {meant}? " if meant else ""
            hint = f"{guess}{_known_keys()}"
            raise self._error(f"there is no key {found[1]}.{_cut(found[2])}", found.end() - found.start(), hint)

    def _family_key(self, field: str, at: int) -> Key:
        start, self.at = self.at, at
        name = self._text(_NAME)
        if not name:
            raise self._error(
                f"{field}. lacks a name", self.at - start, f"write for example {FIELDS[field].example}", at=start
            )
        return Key(field, name)

    def _comparison(self, key: Key, start: int) -> Body:
        operator = _OPERATOR.match(self.text, self.at)
        if operator is None:
            problem = f"{key} lacks an operator and a value"
            raise self._error(problem, self.at - start, f"write {key}=value, or has:{key}", at=start)
        field = FIELDS[key.field]
        if operator.group() not in field.operators:
            hint = f"{key} takes {' '.join(field.operators)}"
            raise self._error(f"{key} cannot be compared with {operator.group()}", len(operator.group()), hint)
        self.at = operator.end()
        return Comparison(key, operator.group(), self._values(key, operator.group(), field))

    def _values(self, key: Key, operator: str, field: KeyField) -> tuple[str | Range, ...]:
        found = [self._value(key, operator, field)]
        while self.at < len(self.text) and self.text[self.at] == ",":
            self.at += 1
            found.append(self._value(key, operator, field))
        if len(found) > 1 and operator not in LISTING:
            raise self._error(f"{operator} takes one value", 1, "use = for one of several", at=self.at - 1)
        return tuple(found)

    def _value(self, key: Key, operator: str, field: KeyField) -> str | Range:
        self._begin(key)
        start = self.at
        is_quoted = self.text.startswith('"', start)
        text = self._text(_VALUE)
        piece = self.text[start : self.at]
        if not piece:
            raise self._error(f"a value is missing after {key}", 1, f"write one, for example {field.example}", at=start)
        value: str | Range = text
        if not is_quoted and ".." in text and field.sort is not Sort.TEXT:
            low, _, high = text.partition("..")
            value = Range(low or None, high or None)
        problem = values.problem(value, field.sort, is_listed=operator in LISTING)
        if problem:
            raise SearchError(f"{piece} is {problem[0]}", at=start, length=len(piece), hint=problem[1])
        return value

    def _has(self, operator: re.Match[str]) -> Has:
        if operator.group() != ":":
            problem = f"{HAS} cannot be compared with {operator.group()}"
            raise self._error(
                problem, len(operator.group()), "write has:uri, or -has:uri for what has none", at=operator.start()
            )
        self.at = operator.end()
        self._begin(is_filled=True)
        start = self.at
        field, name = self._filled_key()
        known = field in FIELDS and FIELDS[field].is_family == bool(name)
        if not known:
            raise self._error(
                f"has: does not know {self.text[start : self.at] or 'nothing'}",
                max(1, self.at - start),
                "write has:uri, has:label.team, has:prop.owner or has:metric.auc",
                at=start,
            )
        return Has(Key(field, name))

    def _filled_key(self) -> tuple[str, str]:
        """Read the key after `has:`, of which the name or all of it may be in quotation marks."""
        family = _FIELD.match(self.text, self.at)
        if family and self.text.startswith('."', family.end()):
            self.at = family.end() + 1
            field, name = family.group().lower(), self._text(_NAME)
            return ("prop", f"{field}.{name}") if conventions.is_given(f"{field}.") else (field, name)
        text = self._text(_VALUE)
        if conventions.is_given(text):
            return "prop", text
        field, _, name = text.partition(".")
        return field.lower(), name

    def _word(self) -> Word:
        start = self.at
        text = self._text(_WORD)
        if not text:
            raise self._error("this character has no meaning here", 1, "put text with it in quotation marks", at=start)
        return Word(text)

    def _text(self, pattern: re.Pattern[str]) -> str:
        """Read a quoted text or a plain one; "" if there is none."""
        if self.text.startswith('"', self.at):
            found = _QUOTED.match(self.text, self.at)
            if found is None:
                raise self._error("this quotation mark is never closed", len(self.text) - self.at, 'add " at its end')
            self.at = found.end()
            return re.sub(r"\\(.)", r"\1", found.group(1), flags=re.DOTALL)
        plain = pattern.match(self.text, self.at)
        if plain is None:
            return ""
        self.at = plain.end()
        return plain.group()

    def _skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _unknown(self, word: str) -> SearchError:
        close = difflib.get_close_matches(word.lower(), [*FIELDS, HAS], n=1)
        meant = f"did you mean {close[0]}? " if close else ""
        return self._error(f"there is no key {word}", len(word), f"{meant}{_known_keys()}")

    def _error(self, problem: str, length: int, hint: str, *, at: int | None = None) -> SearchError:
        return SearchError(problem, at=self.at if at is None else at, length=length, hint=hint)


def _meant_by(family: str, name: str) -> tuple[str, bool]:
    """Return the key that a family and a name were meant to be, "" if none is alike, and whether the family is.

    `lable.team` is label.team, and `git.comit` is git.commit.
    """
    word = family.lower()
    if word in _PREFIXES:
        close = difflib.get_close_matches(f"{word}.{name}", conventions.GIVEN_NAMES, n=1, cutoff=_ALIKE)
        return (close[0], True) if close else (f"prop.{word}.{_cut(name)}", False)
    known = [*FAMILIES, *_PREFIXES]
    near = [_OTHER_FAMILIES[word]] if word in _OTHER_FAMILIES else difflib.get_close_matches(word, known, 1, _ALIKE)
    return (f"{near[0]}.{_cut(name)}", True) if near else ("", False)


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…"


def _known_keys() -> str:
    names = ", ".join(_SHOWN.get(name, name) for name in (*FIELDS, HAS))
    return f"Known: {names}. To look for the text itself, put it in quotation marks"
