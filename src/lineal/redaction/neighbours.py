"""Secrets beside their name in programs, settings and commands, where neither `=` nor `:` stands between the two.

`add_argument("--token", default="...")`, `("API_TOKEN", "...")`, `auth=("me", "...")`, `spark.secret.key ...`,
`<property name="..." value="..."/>`, IDENTIFIED BY, and pairs whose value comes before the name. What stays out:
`name=value` and `name: value` (`texts.py`), and options of known programs (`commands.py`).
"""

from __future__ import annotations

import re

from lineal.redaction.names import (
    PLACEHOLDER,
    REDACTED,
    ends_in_secret,
    is_secret,
    reads_as_words,
    words_of,
)

_QUOTED = r"[rbfuRBFU]{0,2}(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
_LITERAL = re.compile(_QUOTED)
_DEFAULT = re.compile(
    r"(?P<before>\(\s*(?:[\"']-\w[\"']\s*,\s*)?[\"']--?(?P<name>[\w.-]{2,100})[\"'][^()]{0,300}?\bdefault\s*=\s*)"
    rf"(?P<value>{_QUOTED})"
)
_ARGUMENTS = re.compile(rf"(?P<before>\(\s*[\"'](?P<name>[\w.-]{{1,200}})[\"']\s*,\s*)(?P<value>{_QUOTED})(?=\s*[,)])")
_LOGIN = re.compile(
    rf"(?P<before>(?:\bauth\s*=\s*\(|Auth\(|\.login\()\s*{_QUOTED}\s*,\s*|\bidentified\s+(?:with\s+\S+\s+)?by\s+)"
    rf"(?P<value>{_QUOTED})",
    re.IGNORECASE,
)
_PGPASS = re.compile(r"(?P<before>[\w.*-]{1,100}:(?:\d{1,5}|\*):[\w.*-]{1,100}:[\w.*-]{1,100}:)(?P<value>[^\s\"':]+)")
_ATTRIBUTES = re.compile(r"(?P<before>\bname=\"(?P<name>[\w.-]+)\"\s+value=)(?P<value>\"[^\"]*\")")
_FLOW = re.compile(
    r"(?P<before>\{\s*(?:name|key):[ ]*[\"']?(?P<name>[\w.-]+)[\"']?,\s*value:[ ]*)(?P<value>[^,}\n]+)(?=[,}])"
)
_LIST = re.compile(
    r"(?P<before>^[ \t]*(?:- +)?[\"']?(?P<name>[\w.-]{1,200})[\"']?[ \t]*[:=][ \t]*\[)(?P<value>[^\[\]\n]+)(?=\])",
    re.MULTILINE,
)
_JSON_REVERSED = re.compile(
    r"(?P<before>(?P<quote>\\{0,15}[\"'])(?:[Vv]alue|default|stringValue)(?P=quote)\s*:\s*(?P=quote))"
    r"(?P<value>[^\"'\\\n]*)(?=(?P=quote)\s*,\s*(?P=quote)(?:[Nn]ame|[Kk]ey)(?P=quote)\s*:\s*(?P=quote)(?P<name>[\w.-]+))"
)
_YAML_REVERSED = re.compile(
    r"(?P<before>^[ \t]*- +value:[ \t]+)(?P<value>[^\n]+)(?=\n[ \t]+(?:name|key):[ \t]+[\"']?(?P<name>[\w.-]+))",
    re.MULTILINE,
)
_SET = re.compile(
    r"(?P<before>(?:^|[;&|])[ \t]*(?:setenv|set(?:[ \t]+-\w+)+)[ \t]+(?P<name>\w+)[ \t]+)(?P<value>[^\s;&|]+)",
    re.MULTILINE,
)
_SPACED_LINE = re.compile(
    r"(?P<before>^[ \t]*(?P<name>[\w.-]{3,200})[ \t]+)(?P<value>[^\s=:\"'{(\[]\S*)[ \t]*$", re.MULTILINE
)
_SPACED = re.compile(
    r"(?<![\w.-])(?P<before>(?P<name>[\w./:-]{0,60}?(?:key|token|secret|passw|pwd|credential)[\w.-]{0,20})[ \0])"
    r"(?P<value>[\w+/=~-]{8,200})(?![\w=:.(\[])",
    re.IGNORECASE,
)
_ASSIGNED = re.compile(r"^[ \t]*(?P<name>[\w.]{1,100})[ \t]*=[ \t]*(?P<rest>\([^()]{0,500}\)|[^\n]+)", re.MULTILINE)


def hide_beside_names(text: str, lower: str) -> str:
    """Return a text without the secrets that follow or precede their names.

    Args:
        text: the text, or words with NUL between them.
        lower: the same in lower case.
    """
    if "default" in lower and "(" in text:
        text = _DEFAULT.sub(_hide, text)
    if "(" in text or "identified" in lower:
        text = _LOGIN.sub(_hide_always, _ARGUMENTS.sub(_hide_unless_words, text))
    if "pgpass" in lower:
        text = _PGPASS.sub(_hide_always, text)
    if "value" in lower or "default" in lower:
        for pair in (_ATTRIBUTES, _FLOW, _JSON_REVERSED, _YAML_REVERSED):
            text = pair.sub(_hide, text)
    if "[" in text:
        text = _LIST.sub(_hide_list, text)
    if "set" in lower:
        text = _SET.sub(_hide, text)
    text = _SPACED.sub(_hide_random, text)
    if "\n" in text:
        text = _ASSIGNED.sub(_hide_literals, _SPACED_LINE.sub(_hide_setting, text))
    return text


def _hide(found: re.Match[str]) -> str:
    inner = _inner(found["value"])
    is_bare_key = words_of(found["name"]) in (("key",), ("keys",))
    if not is_secret(found["name"], inner) or (is_bare_key and reads_as_words(inner)):
        return found[0]
    return _hide_always(found)


def _hide_always(found: re.Match[str]) -> str:
    """Hide a value that is neither empty nor a reference."""
    inner = _inner(found["value"])
    if not inner or PLACEHOLDER.fullmatch(inner) or inner.startswith("$"):
        return found[0]
    return found["before"] + _in_quotes(found["value"])


def _hide_unless_words(found: re.Match[str]) -> str:
    """Hide one of several arguments; two words are often something else, as in `rename("key", "label")`."""
    if reads_as_words(_inner(found["value"])) and not (found["name"].isupper() and "_" in found["name"]):
        return found[0]
    return _hide(found)


def _hide_setting(found: re.Match[str]) -> str:
    """Hide the value in a line of two words, as in files of settings; in a sentence it would have no digits."""
    name, value = found["name"], found["value"]
    return _hide(found) if ends_in_secret(name) and any(map(str.isdigit, value)) else found[0]


def _hide_list(found: re.Match[str]) -> str:
    """Hide a list of secrets; words in it are names, or expressions of code."""
    words = [word.strip().strip("\"'") for word in found["value"].split(",")]
    told = ends_in_secret(found["name"]) and any(
        any(map(str.isdigit, one)) and not reads_as_words(one) for one in words
    )
    return _hide(found) if told else found[0]


def _hide_random(found: re.Match[str]) -> str:
    """Hide what follows a name of several words and looks like no word, as in `modify secret_access_key ...`."""
    name, value = found["name"], found["value"]
    if sum(map(str.isdigit, value)) < 2 or not any(map(str.isalpha, value)) or not ends_in_secret(name):
        return found[0]
    words = words_of(name)
    told = len(words) > 1 or words[0] in ("token", "authtoken", "apikey")
    return _hide(found) if told and not reads_as_words(value) else found[0]


def _hide_literals(found: re.Match[str]) -> str:
    """Hide the literals of an expression that is assigned to the name of a secret, unless they read like words."""
    if not ends_in_secret(found["name"]):
        return found[0]
    rest = _LITERAL.sub(lambda one: _hide_literal(found["name"], one[0]), found["rest"])
    return found[0][: found.start("rest") - found.start()] + rest


def _hide_literal(name: str, literal: str) -> str:
    inner = _inner(literal)
    return literal if reads_as_words(inner) or not is_secret(name, inner) else _in_quotes(literal)


def _inner(value: str) -> str:
    stripped = value.strip()
    return stripped.lstrip("rbfuRBFU")[1:-1] if _LITERAL.fullmatch(stripped) else stripped


def _in_quotes(value: str) -> str:
    stripped = value.strip()
    mark = stripped[-1:] if _LITERAL.fullmatch(stripped) else ""
    return f"{mark}{REDACTED}{mark}"
