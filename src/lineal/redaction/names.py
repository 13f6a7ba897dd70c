"""Which names tell that a value is a secret: environment variables, fields, parameters, headers, flags, settings.

A name is read as words, so `maxTokens`, `tokenizer` and `author` are no secrets, and `API_KEY`, `dbPassword` and
`spark.hadoop.fs.s3a.secret.key` are. Where a name says that its value only describes a secret (its file, its type, how
long it lasts), the value decides. What stays out: finding names in objects (`objects.py`) and in texts (`texts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import Any

REDACTED = "***"


class Doubt(Enum):
    """What a name tells of its value."""

    NONE = "no secret"
    KEY = "the word is only key: a key of something, or a key that opens something"
    WEAK = "a secret, unless the value is a number"
    STRONG = "a secret"


_BETWEEN_WORDS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HARMLESS_WORD = re.compile(
    r"(?:de)?tokeni[sz]\w*|authors?|authored|keyboards?|keywords?|keyspaces?|keyframes?|keypoints?|keycloak|keystones?"
    r"|keynotes?|keypads?|keymaps?|keystrokes?|monkeys?|turkeys?|donkeys?|hockey|whiskey|jockeys?|secretar(?:y|ies)"
    r"|passthrough|hotkeys?|(?:by|com|encom|tres|sur|over|under|multi|one|two|single|first|second|forward|back|high|low)pass"
    r"|(?:no|un)auth"
)
_STRONG = re.compile(
    r"passw(?:or)?d|passwort|passphrase|passcode|pwd|secret|credential|bearer|cookie|connectionstring|dockerconfigjson"
    r"|dockercfg|pgpass|idrsa|ided25519|idecdsa"
    r"|(?:api|access|private|account|storage|shared|signing|encryption|master|license|session|ssh)keys?"
)
_STRONG_WORDS = frozenset({"jwt", "creds", "cred", "apikey"})
_WEAK = re.compile(r"token|key|pass\Z|auth\Z")
_WEAK_WORDS = frozenset({"auth", "oauth", "oauth2", "basicauth", "authorization", "pass", "sas", "dsn", "otp", "pin"})
_KEY_OF_SOMETHING = frozenset(
    "primary foreign partition sort row join index group label record routing topology unique natural surrogate entity "
    "image text input output metric parameter param column map dict cache object config event message feature sample "
    "batch item state dataset order lookup dedup".split()
)
_TOKEN_OF_TEXT = frozenset(
    "pad eos bos unk sep cls mask stop special start end begin image split separator additional".split()
)
_SIGN_OF_TEXT = re.compile(r"[<\[|{]{1,3}/?[\w |]{1,20}[>\]|}]{1,3}|\d{1,6}|\W{1,4}")
_DESCRIBES = frozenset(
    "name names ref refs reference references type types kind mode method methods format algorithm alg provider scheme "
    "header headers prefix suffix separator delimiter column columns field fields version user username login realm "
    "domain scope scopes class engine backend source policy role region description label usage curve issuer audience "
    "namespace selector env".split()
)
_PLACES = frozenset(
    "file files path paths dir directory folder url uri endpoint host hosts server address location store keystore "
    "truststore issuer audience".split()
)
_PATTERNS = frozenset({"pattern", "patterns", "regex", "regexp"})
_ASKED_FOR = frozenset({"stdin", "prompt", "error", "exception", "warning", "expired", "invalid", "missing", "not"})
_PATH = re.compile(r"(?:[A-Za-z]:|~|\.{1,2})?/[\w./@:{}$()-]*|[\w-]+(?:\.[\w-]+)+")
_FILE = re.compile(r"[\w./-]+\.(?:key|pem|crt|cer|p12|pfx|jks|json|txt|ya?ml|conf|ini|toml)")
_NUMBER = re.compile(
    r"[-+]?\d[\d_.,]*\s*(?:[a-zA-Zµ]{1,7})?(?:\d+[smh])*|\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?"
)
_ABOUT_NUMBERS = frozenset(
    "tokens keys secrets passwords credentials ttl timeout expiry expiration expires seconds minutes hours days ms "
    "length len size count limit max min num n total rotation interval bits age refresh period budget rate retries "
    "port index bytes longest shortest level levels epoch epochs per dim dims".split()
)
_NOTHING = frozenset(
    {
        "",
        "true",
        "false",
        "yes",
        "no",
        "none",
        "null",
        "nil",
        "on",
        "off",
        "enabled",
        "disabled",
        REDACTED,
        f'"{REDACTED}"',
    }
)
_WAYS_TO_LOG_IN = frozenset(
    "basic oidc oauth oauth2 ldap saml kubeflow token jwt x509 mtls tls iam kerberos gssapi trust md5 digest bearer "
    "anonymous default native password scram-sha-256 header proxy".split()
)
_REFERENCE = re.compile(
    r"(?:(?:Bearer|Basic|Token)\s+)?(?:\$\([^()]*\)|\{\{[^{}]*\}\}|\$\{\{[^{}]*\}\})", re.IGNORECASE
)
PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)")
_WORD = re.compile(r"[A-Za-z]{1,24}\d{0,3}|\d{1,4}")
_LONGEST_NAME = 253


def is_secret(name: str, value: Any) -> bool:
    """Tell whether the value of a name is to be hidden; a value that only refers to a secret is not."""
    doubt = _doubt(name) if len(name) <= _LONGEST_NAME else Doubt.STRONG
    if doubt is Doubt.NONE or value is None or isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return doubt is Doubt.STRONG and not _ABOUT_NUMBERS.intersection(words_of(name))
    text = str(value).strip()
    if (
        doubt is Doubt.WEAK
        and text.lower() in _WAYS_TO_LOG_IN
        and any(word.endswith("auth") for word in words_of(name))
    ):
        return False
    return not (text.lower() in _NOTHING or _REFERENCE.fullmatch(text) or _describes(name, text, doubt))


def is_about_secrets(name: str) -> bool:
    """Tell whether a name holds a word for secrets."""
    return len(name) <= _LONGEST_NAME and _doubt(name) is not Doubt.NONE


def ends_in_secret(name: str) -> bool:
    """Tell whether the last word of a name is one for secrets, as in `db_password` and not in `secret-agent`."""
    words = words_of(name)
    return bool(words) and _doubt(words[-1]) is not Doubt.NONE


def describes_secret(name: str) -> bool:
    """Tell whether a name is one for what is known of a secret, such as its name, its kind or where it is."""
    last = words_of(name)[-1:]
    return bool(last) and (last[0] in _DESCRIBES or last[0] in _PLACES or last[0] in ("key", "id", "property"))


def reads_as_words(text: str) -> bool:
    """Tell whether a text is made of words and small numbers, as names of columns, files and objects are."""
    parts = [part for part in _BETWEEN_WORDS.split(PLACEHOLDER.sub("", text)) if part]
    letters = sum(len(part) for part in parts)
    if "=" in text or "+" in text:  # as in base64
        return False
    return len(text) <= _LONGEST_NAME and all(map(_WORD.fullmatch, parts)) and len(parts) <= letters / 2 + 1


def holds_any(text: str, parts: Iterable[str]) -> bool:
    """Tell whether a text holds one of some parts; for short texts a loop is much faster than `any`."""
    for part in parts:  # noqa: SIM110
        if part in text:
            return True
    return False


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, without the domain before a slash."""
    domain, _, rest = name.rpartition("/")
    return tuple(word.lower() for word in _BETWEEN_WORDS.split(rest if "." in domain else name) if word)


@lru_cache(maxsize=4096)
def _doubt(name: str) -> Doubt:
    words = [word for word in words_of(name) if not _HARMLESS_WORD.fullmatch(word)]
    if words and words[-1] in _ASKED_FOR:
        return Doubt.NONE
    if "".join(words).endswith(("keyref", "keyrefs", "secretref", "secretrefs", "secretname")):
        return Doubt.NONE
    if any("secretkeyref" in "".join(words[place : place + 3]) for place in range(len(words))):
        return Doubt.NONE
    if any(_STRONG.search(word) or word in _STRONG_WORDS for word in words) or _STRONG.search("".join(words)):
        return Doubt.STRONG
    if words in (["key"], ["keys"]) or _is_key_of_something(words):
        return Doubt.KEY
    return Doubt.WEAK if any(_WEAK.search(word) or word in _WEAK_WORDS for word in words) else Doubt.NONE


def _is_key_of_something(words: list[str]) -> bool:
    """Tell whether the only word for secrets is the key of a table, a map or a label."""
    return any(
        word in ("key", "keys") and before in _KEY_OF_SOMETHING and not _tells(words[:place] + words[place + 2 :])
        for place, (before, word) in enumerate(pairwise(words))
    )


def _tells(words: list[str]) -> bool:
    return any(_WEAK.search(word) or word in _WEAK_WORDS for word in words)


def _describes(name: str, text: str, doubt: Doubt) -> bool:
    """Tell whether a value says something about a secret, such as where it is, and is none itself."""
    words = words_of(name)
    last = words[-1] if words else ""
    if _is_key_of_something(list(words)) and doubt is Doubt.KEY and reads_as_words(text):
        return True
    if doubt is Doubt.WEAK and (last in _PATTERNS or _is_about_text_or_clients(words, text)):
        return True
    if last in _DESCRIBES and reads_as_words(text):
        return True
    if last in _PLACES and ("://" in text or _PATH.fullmatch(text)):
        return True
    if _ABOUT_NUMBERS.intersection(words) and _NUMBER.fullmatch(text):
        return True
    if words in (("pwd",), ("oldpwd",)):  # the folder that a shell is in
        return text.startswith("/") and reads_as_words(text)
    return _is_path(text) and "password" not in words


def _is_about_text_or_clients(words: tuple[str, ...], text: str) -> bool:
    """Tell whether a token is one of a text, such as `</s>`, or the name is one of a client."""
    if words[-2:] in (("client", "id"), ("tenant", "id"), ("app", "id")):
        return True
    return any(one in _TOKEN_OF_TEXT and two in ("token", "tokens") for one, two in pairwise(words)) and bool(
        _SIGN_OF_TEXT.fullmatch(text)
    )


def _is_path(text: str) -> bool:
    """Tell whether a text is the absolute path of a file, or its name; base64 may start with a slash too."""
    return ((text.startswith("/") and text.count("/") > 1) or bool(_FILE.fullmatch(text))) and reads_as_words(text)
