"""From text to tokens: names with dots, literals, keywords and symbols, each with its offset.

Blanks and comments are skipped. What stays out: the order of tokens (parser.py) and the meaning of names (checker.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lineal import deadlines
from lineal.filter.mistakes import Mistake

NAME, STRING, NUMBER, END = "a name", "a string", "a number", "the end"

KEYWORDS = frozenset("AND OR NOT IN LIKE BETWEEN IS NULL TRUE FALSE".split())
# Words that the language of queries has elsewhere; as bare names they could only be mistakes.
FOREIGN = frozenset("SELECT EXISTS CASE CAST ESCAPE DISTINCT ANY ALL UNNEST INTERVAL ARRAY STRUCT".split())


class Token(NamedTuple):
    """A piece of the query.

    Attributes:
        kind: NAME, STRING, NUMBER, END, or the keyword or symbol itself ("AND", "<=").
        text: the piece as written.
        at: its offset in characters.

    """

    kind: str
    text: str
    at: int


_QUOTED_NAME = r"`[^`\\\n]*(?:\\[^\n][^`\\\n]*)*`"
_PATTERN = re.compile(
    rf"""
    (?P<blank>   (?: \s+ | --[^\r\n]* | \#[^\r\n]* | /\*[\s\S]*?\*/ )+ )
  | (?P<string>  [rR]? (?: '''[^\\]*?(?:\\[\s\S][^\\]*?)*?'''
                         | \"\"\"[^\\]*?(?:\\[\s\S][^\\]*?)*?\"\"\"
                         | '[^'\\\r\n]*(?:\\[^\r\n][^'\\\r\n]*)*'
                         | "[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*" ) )
  | (?P<bytes>   (?: [bB][rR]? | [rR][bB] ) ['"] )
  | (?P<name>    (?: [A-Za-z_]\w* | {_QUOTED_NAME} ) (?: \. (?: \w+ | {_QUOTED_NAME} ) )* )
  | (?P<number>  (?: 0[xX][0-9a-fA-F]+ | (?: \d+\.\d* | \.\d+ | \d+ ) (?: [eE][+-]?\d+ )? ) (?!\w) )
  | (?P<symbol>  <= | >= | <> | != | /(?!\*) | [=<>(),+\-*] )
    """,
    re.VERBOSE | re.ASCII,
)
_UNREADABLE = {
    "'": ("this string has no closing quote", ""),
    '"': ("this string has no closing quote", ""),
    "`": ("this back-quoted name has no closing back quote", ""),
    "!": ("write NOT, or != to compare", ""),
    "&": ("write AND", ""),
    "|": ("write OR", ""),
    "%": ("there is no operator %", "put the pattern of LIKE in quotes"),
    ";": ("a query is one condition", "leave the semicolon out"),
    "@": ("there are no parameters", "write the value"),
    "?": ("there are no parameters", "write the value"),
    "\\": ("a backslash can only be inside quotes", ""),
    ".": ("a dot must be between the parts of a name, without blanks", ""),
}


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, the last one of kind END.

    Raises:
        Mistake: a piece of the text is no token.

    """
    match_at, at = _PATTERN.match, 0
    while at < len(text):
        deadlines.check()
        match = match_at(text, at)
        if match is None:
            raise _unreadable(text, at)
        group, piece = match.lastgroup, match.group()
        if group == "name":
            yield Token(_kind_of_word(piece), piece, at)
        elif group == "symbol":
            yield Token(piece, piece, at)
        elif group == "bytes":
            raise Mistake(at, piece, "bytes cannot be compared", "leave the b before the quotes out")
        elif group != "blank":
            yield Token(STRING if group == "string" else NUMBER, piece, at)
        at = match.end()
    yield Token(END, "", at)


def _kind_of_word(word: str) -> str:
    upper = word.upper()
    return upper if upper in KEYWORDS else NAME


def _unreadable(text: str, at: int) -> Mistake:
    """Say why no token begins at an offset."""
    char = text[at]
    if text.startswith("/*", at):
        return Mistake(at, "/*", "this comment has no end", "close it with */")
    if char.isdigit() and char.isascii():
        piece = re.compile(r"[\w.]*").match(text, at)
        assert piece is not None  # noqa: S101 for the type checker; the pattern matches the empty text
        return Mistake(at, piece.group(), "this is not a number", "put a blank between a number and a word")
    if char.isalpha() or (char == "." and text[at + 1 : at + 2].isalpha()):
        return Mistake(at, text[at : at + 2].strip(), "put a name with letters other than A to Z in back quotes: `é`")
    problem, hint = _UNREADABLE.get(char, ("this character has no meaning here", ""))
    return Mistake(at, char, problem, hint)
