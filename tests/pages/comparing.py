"""Whether what a page says is what was printed: what differs each time is settled by one table, the rest is equal."""

from __future__ import annotations

import re

SETTLED = [
    (re.compile(pattern), word)
    for pattern, word in [
        (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?", "TIME"),
        (r"\b\d{4}-\d\d-\d\d\b", "DATE"),
        (r"\b1[6-9]\d{11}\b", "TIME"),
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "UUID"),
        (r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b", "DIGEST"),
        (r"\b[0-9a-f]{8}\b", "DIGEST"),
        (r"\b\d+(\.\d+)? ?(ms|s|min|h|seconds?|minutes?)\b", "DURATION"),
        (r"\b\d+(\.\d+)? ?(bytes|[KMG]i?B)\b", "SIZE"),
        (r"(\b|(?<=python))3\.1\d(\.\d+)?\b", "PYTHON"),
        (r"^[0-9a-z]{12}(?= )|(?<=token |voked )[0-9a-z]{12}\b", "TOKEN ID"),
        (r'(?<="id": ")[0-9a-z]{12}(?=")', "TOKEN ID"),
        (r"\b\d+ audit\b", "AUDIT"),
        (r" {2,}|\t", " "),
        (r"-{4,}|─{4,}", "----"),
    ]
]
"""Patterns, and the words that stand for them. Blanks count once, as columns are as wide as what differs."""
ANY = "..."


def settled(lines: list[str]) -> list[str]:
    """Return lines without what differs each time, and without empty lines at their end."""
    found = []
    for line in lines:
        for pattern, word in SETTLED:
            line = pattern.sub(word, line)
        found.append(line.strip())
    while found and not found[-1]:
        found.pop()
    return found


def agrees(said: list[str], printed: list[str]) -> bool:
    """Tell whether lines were printed as a page says them; `...` stands for any text, and alone for any lines."""
    pattern = ""
    for line in settled(said):
        escaped = ".*".join(map(re.escape, line.split(ANY)))
        pattern += r"(?:.*\n)*?" if line == ANY else rf"{escaped}\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in settled(printed))) is not None
