"""What a wrong word of the command line may have meant: the nearest command, flag or choice.

What stays out: hiding passwords in these messages (arguments.py), and the mistakes that only a command sees.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from lineal.nearest import nearest

_LONGEST = 40
_FEW = 12
# Their values may begin with a dash: `--sort -created`, `-q -label.team=x`.
_WITH_DASHES = ("--sort", "--query")


def quoted(word: str) -> str:
    """Return a word in quotes for a message, cut if it is long."""
    return repr(word if len(word) <= _LONGEST else f"{word[:_LONGEST]}...")


def meant(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean ...?" for the end of a message, "" if nothing is alike."""
    found = nearest(word, known)
    return f"; did you mean {found!r}?" if found else ""


def choices_of(action: argparse.Action) -> list[str] | None:
    """Return the words that an action takes; None if it takes any."""
    return None if action.choices is None else [str(each) for each in action.choices]


def no_choice(word: str, choices: Sequence[str]) -> str:
    """Return the message about a word that is none of the choices."""
    shown = f" (choose from {', '.join(choices)})" if len(choices) <= _FEW else ""
    return f"invalid choice: {quoted(word)}{meant(word, choices) or shown}"


def left_over(words: Sequence[str], parser: argparse.ArgumentParser) -> str:
    """Return the message about words that no flag or argument of a command takes."""
    unknown = next((word for word in words if word.startswith("-") and word not in ("-", "--")), None)
    guess = _flag_meant(unknown, parser) if unknown else ""
    return f"unrecognized arguments: {' '.join(words)}{guess}"


def hint_for_missing(message: str, words: Sequence[str], parser: argparse.ArgumentParser) -> str:
    """Return what to add to the message about a missing argument if a misspelt flag explains it."""
    if "required" not in message:
        return ""
    known = parser._option_string_actions
    wrong = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known and word != "--"]
    guesses = ((word, _flag_meant(word, parser)) for word in wrong)
    return next(
        (f"; there is no flag {word.partition('=')[0][:_LONGEST]}{guess}" for word, guess in guesses if guess), ""
    )


def _flag_meant(word: str, parser: argparse.ArgumentParser) -> str:
    return meant(word.partition("=")[0], [flag for flag in parser._option_string_actions if flag.startswith("--")])


def with_dashes(words: Sequence[str], parser: argparse.ArgumentParser) -> list[str]:
    """Return the words with values that begin with a dash joined to flags that take such values.

    argparse would take `-created` in `--sort -created` for a flag.
    """
    known = parser._option_string_actions
    found: list[str] = []
    for word in words:
        before = known.get(found[-1]) if found else None
        flag = next((each for each in before.option_strings if each in _WITH_DASHES), None) if before else None
        if flag and word.startswith("-") and word != "--" and word.partition("=")[0] not in known:
            found[-1] = f"{flag}={word}"
        else:
            found.append(word)
    return found
