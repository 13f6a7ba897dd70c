"""The blocks of a page that run: what is written between fences, and the marks in comments before it.

    <!-- file=train.py -->          the block is the content of a file, which is written and not run (also `run: file=`)
    <!-- run: server -->            the last command of the block stays running until the page ends, or starts it again
    <!-- stop: server -->           what stays running is stopped before the block
    <!-- needs: docker -->          the block needs something (`needs.py`); what cannot be had in tests is counted
    <!-- elsewhere: tests/x.py -->  the block is run by another test
    <!-- output: any -->            what it prints is not compared
    <!-- fails -->                  the last command of the block ends with an exit code other than 0
    <!-- not run: WHY -->           the block is no program of the reader, or cannot run here; counted as well
    <!-- hidden                     the block after this line, up to `-->`, runs and is not shown; $DOCS is docs/

Marks of one comment are separated by commas. A page without any mark runs whole. `console` blocks hold commands after
`$ ` and what they print. What a `python` block prints is in a `text` block right after it, or in comments, as in
`print(total)  # 3`. A line `...` stands for any lines. A page shows the ports 8080 and 8081, and its folder is
`/home/ada/work` (`places.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)(`{3,})(.*)$")
COMMENT = re.compile(r"^ *<!--(.*?)(-->)? *$")
PRINTED = re.compile(r"^ *print\(.*\)  # (.*)$")
RUN_LANGUAGES = ("python", "console", "bash", "sh")
KEYS = ("file", "run", "stop", "needs", "elsewhere", "output", "fails", "not run", "hidden")


@dataclass(frozen=True)
class Block:
    """What is written between two fences.

    Attributes:
        language: the word after the fence.
        text: the lines, without the indentation of the fence.
        marks: the marks before it, by their keys; a mark without a value has the empty one.
        line: the number of its first line in the page, from 1.
        count: how many lines it has.
        indent: the blanks before the fence.
    """

    language: str
    text: str
    marks: dict[str, str]
    line: int
    count: int
    indent: str

    @property
    def is_run(self) -> bool:
        """Whether it is a program or holds commands, and not a file."""
        return self.language in RUN_LANGUAGES and "file" not in self.marks


@dataclass(frozen=True)
class Command:
    """A command of a block, and the lines below it: what it prints."""

    text: str
    printed: list[str]


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page in their order; raises ValueError for a mark that is not known."""
    lines = page.read_text().splitlines()
    found: list[Block] = []
    marks: dict[str, str] = {}
    number = 0
    while number < len(lines):
        line = lines[number]
        if fence := FENCE.match(line):
            indent, ticks, language = fence.groups()
            end = _end_of(lines, number, ticks)
            inside = [each.removeprefix(indent) for each in lines[number + 1 : end]]
            text = "".join(f"{each}\n" for each in inside)
            found.append(Block(language.strip(), text, marks, number + 2, len(inside), indent))
            marks, number = {}, end
        elif comment := COMMENT.match(line):
            marks = marks | _marks_of(comment.group(1), f"{page.name}:{number + 1}")
        elif line.strip():
            marks = {}
        number += 1
    return found


def is_output(block: Block, before: Block | None) -> bool:
    """Tell whether a block holds what the block before it prints."""
    follows_python = before is not None and before.is_run and before.language == "python"
    return follows_python and block.language == "text" and not block.marks


def said_in_comments(block: Block) -> list[str]:
    """Return the comments behind what a program prints: `print(total)  # 3`."""
    found = (PRINTED.match(line) for line in block.text.splitlines())
    return [each.group(1) for each in found if each]


def commands_of(block: Block) -> list[Command]:
    """Return the commands of a console block, with what each prints, or those of a shell block, which print nothing."""
    if block.language != "console":
        return [Command(block.text, [])]
    found: list[Command] = []
    continued = False
    for line in block.text.splitlines():
        if continued:
            found[-1] = Command(f"{found[-1].text}\n{line}", [])
        elif line.startswith("$ "):
            found.append(Command(line.removeprefix("$ "), []))
        elif found:
            found[-1].printed.append(line)
        else:
            raise ValueError(f"line {block.line}: a console block begins with `$ COMMAND`")
        continued = (continued or line.startswith("$ ")) and line.rstrip().endswith(("\\", "|", "&&"))
    return found


def _end_of(lines: list[str], start: int, ticks: str) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == ticks:
            return number
    raise ValueError(f"the block that begins at line {start + 1} has no end")


def _marks_of(text: str, where: str) -> dict[str, str]:
    """Return the marks of a comment; a comment that begins with another word is for people."""
    marks: dict[str, str] = {}
    for each in text.split(","):
        text = re.sub(r"^\s*run:\s*(?=file=)", "", each)
        key, _, value = (part.strip() for part in re.sub("[:=]", "\0", text, count=1).partition("\0"))
        if key in KEYS:
            marks[key] = value
        elif marks:
            raise ValueError(f"{where}: {key!r} is no mark; marks are {', '.join(KEYS)}")
    return marks
