"""Command lines as gflags reads them, the library of the official server: `--flag=value`, `-flag value`, `--noflag`.

This module has the rules of the language, and the flags of gflags itself. What stays out: which flags there are
(flags.py), and what they mean (configuration.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from lineal import errors

Value: TypeAlias = "bool | int | str"
_TRUE, _FALSE = frozenset({"1", "t", "true", "y", "yes"}), frozenset({"0", "f", "false", "n", "no"})
_BITS = {"int32": 31, "int64": 63}
_OWN = ("flagfile", "fromenv", "tryfromenv", "undefok")
_MOST_FILES = 20


@dataclass(frozen=True)
class Flag:
    """A flag.

    Attributes:
        name: its name, with underscores.
        kind: bool, int32, int64 or string.
        default: its value where it is not given.
        what: what it means, for --help.
    """

    name: str
    kind: str
    default: Value
    what: str

    def read(self, text: str) -> Value:
        """Return the value of a text.

        Raises:
            InvalidArgumentError: it does not have the flag's kind; a text that is not a number is not shown.
        """
        if self.kind == "string":
            return text
        if self.kind == "bool":
            if text.lower() not in _TRUE | _FALSE:
                raise errors.InvalidArgumentError(f"illegal value for bool flag {self.name!r}; give true or false")
            return text.lower() in _TRUE
        return self._number(text)

    def _number(self, text: str) -> int:
        try:
            number = int(text, 16 if text.lower().startswith("0x") else 10)
        except ValueError:
            number = 1 << 64
        if not -(1 << _BITS[self.kind]) <= number < 1 << _BITS[self.kind]:
            raise errors.InvalidArgumentError(f"illegal value for {self.kind} flag {self.name!r}; give a whole number")
        return number


@dataclass
class Parsed:
    """A parsed command line.

    Attributes:
        values: the values of the flags that were given, the last one of each.
        ignored: how many words were not flags and had no effect.
    """

    values: dict[str, Value] = field(default_factory=dict)
    ignored: int = 0


def parse(words: Sequence[str], flags: Mapping[str, Flag], environ: Mapping[str, str]) -> Parsed:
    """Read the words after the program's name.

    Args:
        words: the words.
        flags: the flags that there are, by name.
        environ: the environment, for --fromenv and --tryfromenv.

    Raises:
        InvalidArgumentError: a flag is unknown, or its value is missing or wrong; the message names the flag.
    """
    reader = _Reader(flags, environ)
    reader.read(words)
    unknown = [name for name in reader.unknown if name not in reader.may_be_unknown]
    if unknown:
        raise errors.InvalidArgumentError(f"unknown command line flag {unknown[0]!r}; see --help")
    return reader.parsed


class _Reader:
    """Reads words, and the files and variables that they name."""

    def __init__(self, flags: Mapping[str, Flag], environ: Mapping[str, str]) -> None:
        self.parsed = Parsed()
        self.unknown: list[str] = []
        self.may_be_unknown: set[str] = set()
        self._flags = flags
        self._environ = environ
        self._files = 0

    def read(self, words: Sequence[str]) -> None:
        """Read the words in their order; after `--` there are no more flags."""
        left = list(words)
        while left:
            word = left.pop(0)
            if word == "--":
                self.parsed.ignored += len(left)
                return
            if not word.startswith("-") or word == "-":
                self.parsed.ignored += 1
                continue
            name, separator, value = word.removeprefix("-").removeprefix("-").partition("=")
            self._take(name.replace("-", "_"), value if separator else None, left)

    def _take(self, name: str, value: str | None, left: list[str]) -> None:
        """Take a flag; unless it is a bool, its value is after an equals sign or in the next word."""
        if name in _OWN:
            self._take_own(name, self._value(name, value, left))
        elif name in self._flags:
            flag = self._flags[name]
            if flag.kind == "bool":
                self.parsed.values[name] = True if value is None else flag.read(value)
            else:
                self.parsed.values[name] = flag.read(self._value(name, value, left))
        elif name.startswith("no") and self._is_bool(name[2:]) and value is None:
            self.parsed.values[name[2:]] = False
        else:
            self.unknown.append(name[:60])

    def _is_bool(self, name: str) -> bool:
        return name in self._flags and self._flags[name].kind == "bool"

    def _value(self, name: str, value: str | None, left: list[str]) -> str:
        if value is not None:
            return value
        if not left:
            raise errors.InvalidArgumentError(f"flag {'--' + name!r} is missing its argument")
        return left.pop(0)

    def _take_own(self, name: str, value: str) -> None:
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if name == "undefok":
            self.may_be_unknown.update(part.replace("-", "_") for part in parts)
        elif name == "flagfile":
            for part in parts:
                self._read_file(part)
        else:
            for part in parts:
                self._read_variable(part, must_be=name == "fromenv")

    def _read_file(self, name: str) -> None:
        self._files += 1
        try:
            lines = Path(name).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            raise errors.InvalidArgumentError(f"--flagfile: {name[:200]!r} cannot be read") from None
        if self._files > _MOST_FILES:
            raise errors.InvalidArgumentError(f"--flagfile names more than {_MOST_FILES} files, or one names itself")
        self.read([line.strip() for line in lines if line.strip().startswith("-")])

    def _read_variable(self, name: str, *, must_be: bool) -> None:
        value = self._environ.get(f"FLAGS_{name}")
        if value is not None:
            self._take(name, value, [])
        elif must_be:
            raise errors.InvalidArgumentError(f"--fromenv: the environment has no FLAGS_{name[:60]}")
