"""Secrets in commands: flags with a value in the next word, and options of programs whose names tell nothing.

A list of words is read as one text with NUL between the words, so the rules for scripts serve for both. What stays out:
`--name=value` and other assignments (`texts.py`).
"""

from __future__ import annotations

import re

from lineal.redaction.names import REDACTED, holds_any, is_secret

BETWEEN_WORDS = "\0"
_GAP = r"(?:[ \t]|\\\n|\0)+"
_REST = r"(?:[^\n;|&]|\\\n){0,1000}?"  # without a limit, a long text would take the square of its length
_VALUE = r"(?:\"[^\"\n\0]*\"|'[^'\n\0]*'|[^\s;|&\"'\0]+)"
_FLAG = re.compile(rf"(?<![\w-])(--?[A-Za-z][\w.-]*)({_GAP})(?!-)({_VALUE}|[^\0-][^\0]*(?=\0|\Z))")
_FLAG_WORDS = re.compile(r"(?<=\0)(--?[A-Za-z][\w.-]*)(\0)([^\0-][^\0]*)")
_LOGIN = r"\b(?:docker|podman|buildah|nerdctl|helm|oras|skopeo|crane|regctl|az|oc|argocd)\b[^\n;|&]{0,500}?\blogin\b"
_MC = rf"\bmc{_GAP}(?:--?[\w-]+{_GAP})*(?:alias{_GAP}set|config{_GAP}host{_GAP}add)(?:{_GAP}[^\s\0]+){{2}}"
_PRINT = rf"\b(?:echo|printf){_GAP}(?:-[neE]+{_GAP}|[\"']?%s(?:\\n)?[\"']?{_GAP})*"
_OPTIONS = {
    "mysql": rf"\b(?:mysql|mysqldump|mysqladmin|mysqlsh)\b{_REST}{_GAP}-p(?=[^\s=-])",
    "mariadb": rf"\bmariadb[\w-]*{_REST}{_GAP}-p(?=[^\s=-])",
    "redis-cli": rf"\bredis-cli\b{_REST}{_GAP}-a{_GAP}",
    "sshpass": rf"\bsshpass{_GAP}-p(?:{_GAP})?",
    "login": rf"{_LOGIN}{_REST}{_GAP}-p{_GAP}",
    "sqlcmd": rf"\bsqlcmd\b{_REST}{_GAP}-P(?:{_GAP})?",
    "ldap": rf"\bldap(?:search|modify|add|whoami)\b{_REST}{_GAP}-w{_GAP}",
    "mongo": rf"\bmongo(?:sh|dump|restore|export|import)?\b{_REST}{_GAP}-p{_GAP}",
    "htpasswd": rf"\bhtpasswd{_GAP}(?:-\w+{_GAP})*-\w*b\w*{_GAP}\S{{1,200}}?{_GAP}\S{{1,200}}?{_GAP}",
    "mc": rf"{_MC}{_GAP}",
    "mc ": rf"{_MC}{_GAP}[^\s\0]+{_GAP}",
    "configure": rf"\baws{_GAP}configure{_GAP}set{_GAP}[\w.-]*(?:key|secret|token)[\w.-]*{_GAP}",
    "wandb": rf"\bwandb{_GAP}login{_GAP}(?:--[\w-]+{_GAP})*(?=[^-])",
    **{
        reader: rf"{_PRINT}(?={_VALUE}\s*\|[^\n]{{0,500}}{reader}\b)"
        for reader in ("--password-stdin", "--with-token", "sudo", "kinit")
    },
    "<<<": rf"--password-stdin\b{_REST}<<<[ \t]*",
    "vault": rf"\bvault{_GAP}login{_GAP}(?=[^\s=-]+(?:\s|\0|\Z))",
    "openssl": rf"\bopenssl\b{_REST}{_GAP}-k{_GAP}",
    "zip": rf"\b(?:un)?zip\b{_REST}{_GAP}-P{_GAP}",
    "7z": rf"\b7z[ar]?\b{_REST}{_GAP}-p(?=[^\s=-])",
    "curl": rf"\bcurl\b{_REST}{_GAP}-b{_GAP}(?=[\"']?[^\s\"'=]+=)",
    "lftp": rf"\blftp\b{_REST}{_GAP}-u{_GAP}[^\s,]+,",
    "pass:": r"-pass(?:in|out)?[ \0]pass:",
    "--from-literal": rf"--from-literal(?:=|{_GAP})[\"']?[\w.-]+=",
    "machine": r"\bmachine\s+\S+\s+login\s+\S+\s+password\s+",
}
"""What is before a secret in commands, by a word that such a command holds."""
_HIDDEN_OPTIONS = [(word.strip(), re.compile(rf"({before})({_VALUE})")) for word, before in _OPTIONS.items()]
_USER_AND_PASSWORD = re.compile(
    rf"(\b(?:curl|wget|https?|xh)\b{_REST}{_GAP}(?:-[a-zA-Z]*[uU]|--user|--proxy-user|-a|--auth)(?:{_GAP}|=)?[\"']?[^\s:\"'\0=]+:)"
    r"([^\s\"'\0]+)"
)
_TRANSFERS = ("curl", "wget", "http", "xh")
_KEPT = re.compile(r"[\"']?(?:\$[({]?\w+[)}]?|\$\([^()]*\)|\{\{[^{}]*\}\}|\{\w*\}|\d+)[\"']?")


def hide_in_commands(text: str, lower: str) -> str:
    """Return a script, or words with NUL between them, without the secrets that programs are given.

    Args:
        text: the script or the words.
        lower: the same in lower case.
    """
    if "-" not in text and BETWEEN_WORDS not in text and "machine" not in text and "mc" not in text:
        return text
    text = _FLAG_WORDS.sub(_hide_flag, text) if BETWEEN_WORDS in text else text
    text = _FLAG.sub(_hide_flag, text) if "-" in text else text
    if holds_any(lower, _TRANSFERS):
        text = _USER_AND_PASSWORD.sub(_hide_option, text)
    for word, option in _HIDDEN_OPTIONS:
        if word in lower:
            text = option.sub(_hide_option, text)
    return text


def _hide_flag(found: re.Match[str]) -> str:
    flag, gap, value = found[1], found[2], found[3]
    if not is_secret(flag.lstrip("-"), value.strip("\"'")) or _KEPT.fullmatch(value):
        return found[0]
    return f"{flag}{gap}{REDACTED}"


def _hide_option(found: re.Match[str]) -> str:
    return found[0] if _KEPT.fullmatch(found[2]) else f"{found[1]}{REDACTED}"
