"""Secrets in texts: `NAME=value`, `name: value`, JSON, YAML, headers, and all of these in base64.

A text may be a value of an environment variable, a script, a file of a ConfigMap, a message. In code, what follows a
name is often an expression (`token = args.token`), so here a value stays if it reads like one. What stays out: commands
of programs (`commands.py`), values without a sign after their names (`neighbours.py`), and fields of objects
(`objects.py`).
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Callable
from functools import partial

from lineal.redaction.commands import hide_in_commands
from lineal.redaction.names import (
    REDACTED,
    ends_in_secret,
    holds_any,
    is_about_secrets,
    is_secret,
    reads_as_words,
)
from lineal.redaction.neighbours import hide_beside_names
from lineal.redaction.shapes import hide_shapes

_WORDS = (
    *("key", "token", "secret", "passw", "passphrase", "passcode", "pwd", "pass", "cred", "auth", "bearer", "cookie"),
    *("sas", "dsn", "jwt", "otp", "pin", "connection", "identified"),
)
_ABOUT_SECRETS = "|".join(_WORDS)
_QUOTED = (
    r"[rbfuRBFU]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\\{1,15}[\"'].*?\\{1,15}[\"'])"
)
_OPEN = r"[^\s\"'`,;&|<>\0\\]"
_TYPE = (
    r"(?::\s*(?:typing\.)?(?:str|bytes|int|float|bool|Any|Optional|Union)\b(?:\[[^\]\n]{0,200}\])?"
    r"(?:\s*\|\s*\w+){0,5}\s*)?"
)
_SIGN = rf"\\{{0,15}}[\"']?\]?\s*{_TYPE}(?::=|=>|=(?![=>])|:(?![:/]))[ \t]*"
_NAME = re.compile(rf"(?<![\w.-])(?=(?P<name>-{{0,2}}[\w.-]+))(?P=name)(?P<sign>{_SIGN})")
_VALUE = re.compile(rf"{_QUOTED}|\$'(?:[^'\\]|\\.)*'|\$\([^()]*\)|\{{\{{[^{{}}]*\}}\}}|(?:{_OPEN}|\\[ ])+", re.DOTALL)
_CALL = re.compile(
    rf"(?P<before>(?:getenv|environ\.get|setdefault|setenv|putenv|set|setProperty|config|option|conf|header|add_header|put)\(\s*)"
    rf"(?P<quote>[\"'])(?P<name>[\w.-]+)(?P=quote)(?P<sign>\s*,\s*(?![\"']-))(?P<value>{_QUOTED})"
)
_PAIR = re.compile(
    r"(?P<before>(?P<quote>\\{0,15}[\"'])(?:[Nn]ame|[Kk]ey)(?P=quote)\s*:\s*(?P=quote))(?P<name>[\w.-]+)(?P=quote)"
    r"(?P<sign>\s*,\s*(?P=quote)(?:[Vv]alue|default|stringValue)(?P=quote)\s*:\s*)"
    rf"(?P<value>{_QUOTED})",
    re.DOTALL,
)
_YAML_PAIR = re.compile(
    r"(?P<before>^[ \t]*(?:- +)?(?:name|key):[ \t]+[\"']?)(?P<name>[\w.-]+)(?P<sign>[\"']?[ \t]*\n[ \t]*value:[ \t]+)"
    r"(?P<value>[^\n]+)",
    re.MULTILINE,
)
_LINE = re.compile(
    r"^(?P<before>[ \t]*(?:- +)?(?:export +|set +|ENV +)?[\"']?)(?P<name>[\w.-]+)"
    r"(?P<sign>[\"']?(?:[ \t]*:[ \t]+(?!(?:[|>*\[{\"']|&\w+[ \t]*$)[^\n]*$)|=(?=\S+$)(?![\"'\[{(])))"
    r"(?P<value>[^\n\0]+)$",
    re.MULTILINE,
)
_BLOCK = re.compile(
    rf"^(?P<before>(?P<indent>[ \t]*)(?:- +)?[\"']?)(?P<name>[\w.-]*(?:{_ABOUT_SECRETS})[\w.-]*)"
    r"(?P<sign>[\"']?[ \t]*:[ \t]+[|>][-+\d]*[ \t]*\n)(?P<value>(?:(?P=indent)[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+)",
    re.IGNORECASE | re.MULTILINE,
)
_LIST = re.compile(
    rf"^(?P<before>(?P<indent>[ \t]*)(?:- +)?[\"']?)(?P<name>[\w.-]*(?:{_ABOUT_SECRETS})[\w.-]*)"
    r"(?P<sign>[\"']?[ \t]*:[ \t]*\n)"
    r"(?P<value>(?:(?P=indent)[ \t]*- [^:\n{\[]+(?:\n|\Z))+|(?P=indent)[ \t]+[^:\n]+(?:\n|\Z))",
    re.IGNORECASE | re.MULTILINE,
)
_ELEMENT = re.compile(
    r"(?P<pair><name>(?P<name>[^<>]+)</name>\s*<value>)(?P<content>[^<>]+)(?=</value>)"
    r"|(?P<before><(?P<tag>[\w.-]+)>)(?P<value>[^<>\n]+)(?=</(?P=tag)>)"
)
_SENTENCE = re.compile(
    r"\b(?P<before>(?:password|passwd|token|api[ _-]?key)(?: provided| is| was)?:? [\"'`(]?)"
    r"(?P<value>(?=[\w./+=-]*\d)(?=[\w./+=-]*[A-Za-z])[\w./+=-]{6,})",
    re.IGNORECASE,
)
_HEADERS = (
    r"(?:(?<![a-z-])(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,40}(?:key|token|secret|auth)[a-z-]{0,40}))"
)
_HEADER = re.compile(
    rf"(?P<before>(?P<quote>[\"'\0])(?:{_HEADERS})\s*:\s*)(?P<value>[^\"'\n\0\\]+)"
    rf"|(?P<before_word>(?:{_HEADERS})\\{{0,15}}[\"']?\s*[:=,]?\s*\\{{0,15}}[\"']?)"
    r"(?P<word>(?:bearer|basic|token|negotiate|digest|apikey)[ \t]+[^\s\"',\0\\]+)",
    re.IGNORECASE,
)
_CODE = re.compile(r"^[ \t]*(?:def \w+\(|class \w+|import \w|from [\w.]+ import |return\b|func \w+\()", re.MULTILINE)
_SECRET_MANIFEST = re.compile(r"^(?P<indent>[ \t]*)(?:- )?kind:[ \t]*[\"']?Secret[\"']?[ \t]*$", re.MULTILINE)
_DATA = re.compile(
    r"^(?P<indent>[ \t]*)(?:data|stringData):[ \t]*\n"
    r"(?P<lines>(?:(?P=indent)[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)+)",
    re.MULTILINE,
)
_DATA_IN_BRACES = re.compile(r"^([ \t]*(?:data|stringData):[ \t]*)\{[^\n]*\}", re.MULTILINE)
_DATUM = re.compile(r"^([ \t]+[\"']?[\w.-]+[\"']?[ \t]*:[ \t]*)[^\n]*(?:\n|\Z)", re.MULTILINE)
_TYPE_WORDS = re.compile(
    r"(?:str|string|bytes|int|integer|float|bool|boolean|object|None|True|False|lambda|any|optional)\b.*", re.IGNORECASE
)
_VARIABLE = re.compile(r"\$\{?[A-Z_][A-Z0-9_]*\}?|\$\d|%[A-Z_]+%|<[\w -]+>|\$\([^()]*\)?|\$\{[\w]+\}|\{\w*\}")
_EXPRESSION = re.compile(
    r"[A-Za-z_][\w.]*[(\[].*|(?:self|args|cls|os|config|cfg|settings|env|params|opts?)\.[\w.()\[\]]+|[({\[].*",
    re.DOTALL,
)
_TAG = re.compile(r"v?\d{1,8}(?:[.+-]\w{1,16}){0,6}|latest|main|master|stable|nightly")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_SETTING = re.compile(r"[\w.-]+=[^\s&\0]+")
_STARTS_QUOTED = re.compile(r"[rbfuRBFU]{0,2}(\\{0,15}[\"'])")
_OPENS = {")": "(", "]": "[", "}": "{"}
_LONGEST_EXPRESSION = 1000
LONGEST_PACKED = 16 << 20
"""The nodes of an Argo Workflow of 1.5 MB, the most that etcd takes, are about 12 MB."""


def hide_in_text(text: str) -> str:
    """Return a text that is no JSON without the secrets in it."""
    text = hide_shapes(text)
    lower = text.lower()
    if not holds_any(lower, _WORDS):
        return hide_in_commands(text, lower)
    if "secret" in lower and _SECRET_MANIFEST.search(text):
        text = _DATA_IN_BRACES.sub(rf"\1{REDACTED}", _DATA.sub(_hide_data, text))
    text = hide_in_commands(text, lower)
    if "authorization" in lower or "cookie" in lower or "x-" in lower:
        text = _HEADER.sub(_hide_header, text)
    is_code = "\n" in text and bool(_CODE.search(text))
    if "\n" in text:
        text = _hide_in_lines(text, is_code=is_code)
    elif _SETTING.fullmatch(text):
        text = _LINE.sub(partial(_hide_line, is_code=False), text)
    text = _hide_assigned(_CALL.sub(_hide_pair, _PAIR.sub(_hide_pair, text)), is_code=is_code)
    text = hide_beside_names(text, lower)
    if "</" in text:
        text = _ELEMENT.sub(_hide_element, text)
    if not is_code:
        text = _SENTENCE.sub(rf"\g<before>{REDACTED}", text)
    if "64" in text:
        text = _BASE64.sub(lambda found: hide_packed(found[0], hide_in_text) or found[0], text)
    return text


def hide_packed(text: str, hide: Callable[[str], str]) -> str:
    """Return a text in base64, perhaps compressed as well, without secrets; "" if it may be something else.

    Args:
        text: what may be base64.
        hide: takes secrets out of the text in it.
    """
    joined = "".join(text.split())
    if len(joined) < 16 or len(joined) % 4 or not _BASE64.fullmatch(joined):
        return ""
    try:
        packed = base64.b64decode(joined.replace("-", "+").replace("_", "/"), validate=True)
        zipped = packed.startswith(b"\x1f\x8b")
        plain = (_unzipped(packed) if zipped else packed).decode()
    except (binascii.Error, ValueError):
        return ""
    except (zlib.error, EOFError):
        return REDACTED
    cleaned = hide(plain)
    if cleaned == plain:
        return text if zipped else ""
    return base64.b64encode(gzip.compress(cleaned.encode(), mtime=0) if zipped else cleaned.encode()).decode()


def _unzipped(packed: bytes) -> bytes:
    """Return what was compressed; what is larger than any object can be is refused.

    Raises:
        EOFError: it is too large, a part is missing, or something follows.
        zlib.error: it is not compressed.
    """
    unpacking = zlib.decompressobj(wbits=31)
    plain = unpacking.decompress(packed, LONGEST_PACKED)
    if not unpacking.eof or unpacking.unused_data:
        raise EOFError
    return plain


def _hide_header(found: re.Match[str]) -> str:
    """Hide what follows the name of a header: all of it if it begins with a quote, else a scheme and one word."""
    before, value = (found["before"], found["value"]) if found["before"] else (found["before_word"], found["word"])
    credentials = value.strip().partition(" ")[2] or value.strip()
    if _VARIABLE.fullmatch(credentials) or not is_secret("authorization", value) or _TYPE_WORDS.fullmatch(value):
        return found[0]
    return f"{before}{REDACTED}"


def _hide_data(found: re.Match[str]) -> str:
    """Hide every value below `data` or `stringData` of a Secret's manifest, of several lines too."""
    lines, hidden, depth = found["lines"].splitlines(keepends=True), [], len(found["indent"])
    first = next((len(line) - len(line.lstrip()) for line in lines if line.strip()), depth)
    for line in lines:
        datum = _DATUM.match(line)
        if datum and len(line) - len(line.lstrip()) == first:
            hidden.append(f"{datum[1]}{REDACTED}" + ("\n" if line.endswith("\n") else ""))
    return found[0][: found.start("lines") - found.start()] + "".join(hidden)


def _hide_in_lines(text: str, *, is_code: bool) -> str:
    """Hide values in the lines of YAML and of files of settings."""
    if ": |" in text or ": >" in text:
        text = _BLOCK.sub(_hide_pair, text)
    if not is_code:
        text = _LIST.sub(_hide_pair, text)
    return _LINE.sub(partial(_hide_line, is_code=is_code), _YAML_PAIR.sub(_hide_pair, text))


def _hide_line(found: re.Match[str], *, is_code: bool) -> str:
    """Hide the rest of a line of YAML or of a file of settings."""
    if not is_about_secrets(found["name"]):
        return found[0]
    value = found["value"].strip()
    if _TYPE_WORDS.fullmatch(value) or _VARIABLE.fullmatch(value) or _EXPRESSION.fullmatch(value):
        return found[0]
    if (" " in value and "=" in found["sign"]) or value.endswith((",", "(", "\\")):
        return found[0]
    if (is_code or _is_bare_key(found["name"])) and (reads_as_words(value) or " " in value):
        return found[0]
    return _hide_pair(found)


def _hide_element(found: re.Match[str]) -> str:
    """Hide the content of an element of XML, or of the value beside a name."""
    before, value = (found["before"], found["value"]) if found["before"] else (found["pair"], found["content"])
    return f"{before}{REDACTED}" if is_secret(found["tag"] or found["name"], value) else found[0]


def _hide_pair(found: re.Match[str]) -> str:
    value = found["value"]
    inner = _unquoted(value)
    if not is_secret(found["name"], inner) or _VARIABLE.fullmatch(inner):
        return found[0]
    end = "\n" if value.endswith("\n") else ""
    hidden = f"{found['indent']}  {REDACTED}{end}" if "indent" in found.groupdict() else _quoted(value, REDACTED)
    return found[0][: found.start("value") - found.start()] + hidden


def _hide_assigned(text: str, *, is_code: bool) -> str:
    """Hide the values after `name=` and `name:`; what follows other names is searched itself."""
    parts, kept_until, place = [], 0, 0
    while found := _NAME.search(text, place):
        place = found.end()
        value = _VALUE.match(text, place) if is_about_secrets(found["name"]) else None
        if value and _is_hidden(found, value[0], is_code=is_code):
            parts += [text[kept_until:place], _quoted(value[0], REDACTED)]
            kept_until = place = value.end()
    return "".join([*parts, text[kept_until:]])


def _is_hidden(found: re.Match[str], value: str, *, is_code: bool) -> bool:
    name, inner = found["name"], _unquoted(value)
    if not is_secret(name.lstrip("-"), inner) or _VARIABLE.fullmatch(inner):
        return False
    if found.string[found.start() - 1 : found.start()] in ("?", "&") or len(value) > _LONGEST_EXPRESSION:
        return True
    if _is_bare_key(name) and reads_as_words(inner):
        return False
    return _STARTS_QUOTED.match(value) is not None or not _reads_like_code(name, found["sign"], inner, is_code=is_code)


def _reads_like_code(name: str, sign: str, inner: str, *, is_code: bool) -> bool:
    """Tell whether what follows a name is an expression, a name, a type or the rest of a sentence."""
    bare = inner.rstrip(").,]}:")
    if sign == ":" and (not ends_in_secret(name) or _TAG.fullmatch(inner)):
        return True
    if name.startswith("-") or (name.isupper() and sign == "="):
        return bool(_VARIABLE.match(inner))
    if is_code or bare.lower() == name.lower() or _TYPE_WORDS.fullmatch(bare) or _EXPRESSION.fullmatch(inner):
        return True
    if sign.endswith(": ") and reads_as_words(bare) and not any(map(str.isdigit, bare)):
        return True
    return is_about_secrets(bare) and reads_as_words(bare) and bare.isidentifier()


def _is_bare_key(name: str) -> bool:
    return name.strip("-").lower() in ("key", "keys")


def _unquoted(value: str) -> str:
    stripped = value.strip()
    mark = _STARTS_QUOTED.match(stripped)
    if mark:
        return stripped[mark.end() :].removesuffix(mark[1])
    return stripped[: len(stripped) - _closing(stripped)]


def _closing(text: str) -> int:
    """Return how many brackets at the end close what began before the text."""
    count = 0
    while count < len(text) and text[len(text) - count - 1] in _OPENS:
        rest = text[: len(text) - count]
        if rest.count(_OPENS[rest[-1]]) >= rest.count(rest[-1]):
            break
        count += 1
    return count


def _quoted(value: str, text: str) -> str:
    """Return a text in the quotes that a value has, with what follows an unquoted one in brackets."""
    mark = _STARTS_QUOTED.match(value)
    if mark:
        return f"{mark[0]}{text}{mark[1] if value.endswith(mark[1]) else ''}"
    return text + value[len(value) - _closing(value) :]
