"""Find sentences that read like a translation, in the docs and in the docstrings, comments and messages of `src`.

`check_repository.py` runs it. It knows only a few habits that are always wrong; CONTRIBUTING.md says how to write. What
it leaves to people: everything that needs an understanding of the text.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

HABITS = {
    r"^Who\b(?!.*\?$)": "begins with 'Who'; say 'A caller who ...' or 'If you ...' (a question may begin with it)",
    r"^Of (a|an|the|several|many|two)\b": "begins with 'Of'; begin with the subject",
    r"\bso that\b.*\bso\b": "has 'so that' and 'so'; make two sentences",
    r"\bstands? in\b": "says 'stand in'; say 'is in'",
    r"\b(is|are) told\b": "says 'is told'; say who says what to whom, or 'learns', 'sees', 'gets'",
    r"\bthere (is|are) no\b.*\bof which\b": "says 'there is no ... of which'; say what is missing",
    r"(?<!recursive )\bdescent\b": "says 'descent'; say 'lineage'",
}
_HABITS = [(re.compile(habit, re.IGNORECASE if habit[0] != "^" else 0), cure) for habit, cure in HABITS.items()]
_ENDS = re.compile(r"(?<=[.!?:;])[*_`\"')]*\s+|\n\s*\n|\n\s*(?:[-*]|\d+\.)\s+|\s\|\s|^\s*\|\s", re.MULTILINE)
_LEADING = re.compile(r"^[\s\"'`*_#>(|-]+|^\d+\.\s+")
_FENCE = re.compile(r"^( *)```.*?^\1```", re.DOTALL | re.MULTILINE)
_QUOTED = re.compile(r"`[^`]*`")


def habits(text: str) -> Iterator[str]:
    """Yield what is wrong with each sentence of a text that has one of the habits."""
    for sentence in _ENDS.split(text):
        words = " ".join(_LEADING.sub("", _QUOTED.sub("``", sentence)).split())
        for habit, cure in _HABITS:
            if habit.search(words):
                yield f"{words[:60]!r} {cure}"


def texts_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a file that people read, each with the line where it begins."""
    if path.suffix == ".md":
        yield from _paragraphs(path.read_text())
    elif path.suffix == ".py":
        yield from _comments(path.read_text())
        yield from _strings(ast.parse(path.read_text()))


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a page without headings and code."""
    plain = _FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    line = 1
    for paragraph in re.split(r"(\n\s*\n)", plain):
        if not paragraph.lstrip().startswith("#"):
            yield line, paragraph
        line += paragraph.count("\n")


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield comments; those on lines that follow each other are one."""
    begin, lines = 0, [""]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        if token.start[0] != begin + len(lines):
            yield begin, "\n".join(lines)
            begin, lines = token.start[0], []
        lines.append(token.string.lstrip("# "))
    yield begin, "\n".join(lines)


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield docstrings and messages; what an f-string puts in is left out."""
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(part.value if isinstance(part, ast.Constant) else "..." for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.lineno, node.value
