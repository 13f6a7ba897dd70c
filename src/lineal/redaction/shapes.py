"""Secrets that can be told by their own shape, in any text: private keys, tokens of known services, passwords in URLs.

The shapes are those that the services document, and no entropy is measured: names of pods and digests of images look as
random as keys do. What stays out: secrets that only a name tells (`texts.py`).
"""

from __future__ import annotations

import re

from lineal.redaction.names import PLACEHOLDER, REDACTED, holds_any

_BEGIN = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
_PRIVATE_KEY = re.compile(_BEGIN + r".*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\Z)", re.DOTALL)
_TOKENS = (
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",  # Amazon
    r"gh[pousr]_[A-Za-z0-9]{20,}",  # GitHub
    r"github_pat_\w{20,}",
    r"gl(?:pat|dt|ptt|cbt|rt|ft|imt|agent|soat|oas)-[\w-]{20,}",  # GitLab
    r"xox[abeoprs]-[\w-]{10,}",  # Slack
    r"xapp-\d-[\w-]{10,}",
    r"(?:hf|api_org)_[A-Za-z0-9]{20,}",  # Hugging Face
    r"sk-(?:[a-z]+\d*-){0,2}[A-Za-z0-9_]{20,}[\w-]*",  # OpenAI, Anthropic, OpenRouter
    r"AIza[\w-]{30,}",  # Google
    r"ya29\.[\w-]{20,}",
    r"GOCSPX-[\w-]{20,}",
    r"[rs]k_(?:live|test)_\w{10,}",  # Stripe
    r"whsec_\w{20,}",
    r"npm_[A-Za-z0-9]{30,}",
    r"pypi-[\w-]{30,}",
    r"SG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    r"do[opr]_v1_[a-f0-9]{40,}",  # DigitalOcean
    r"dapi[a-f0-9]{32}(?:-\d)?",  # Databricks
    r"hv[sbr]\.[\w-]{20,}",  # Vault
    r"dckr_(?:pat|oat)_[\w-]{20,}",  # Docker
    r"ATATT3[\w=-]{20,}",  # Atlassian
    r"gl(?:sa|c)_[\w=]{20,}",  # Grafana
    r"lin_api_\w{20,}",
    r"r8_[A-Za-z0-9]{20,}",  # Replicate
    r"(?:gsk|wandb_v1|lsv2_pt|lsv2_sk|pcsk|tvly)_?-?[\w-]{24,}",  # Groq, Weights & Biases, LangSmith, Pinecone, Tavily
    r"(?:nvapi|xai|pplx)-[\w-]{20,}",
    r"tskey-[\w-]{20,}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{20,}",
    r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?",  # a JSON Web Token
)
_TOKEN = re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(_TOKENS)})")
_WEBHOOK = re.compile(
    r"(hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/|outlook\.office\.com/webhook/"
    r"|webhook\.office\.com/webhookb2/|api\.telegram\.org/(?:file/)?bot)"
    r"[^\s\"'<>\\\0]+"
)
_GO_DSN = re.compile(r"(?<![\w.%+-])([\w.%+-]{1,100}):([^\s:\"'\0]{1,200})@(?=(?:tcp|unix|cloudsql)\()")
_BEARER = re.compile(r"(?i)\b(bearer|basic|negotiate)([ \0]|%20)(?![\"'$({<%])([\w.~+/=%!:-]{6,})")
_SCHEME = re.compile(r"(?<![A-Za-z0-9+.-])([a-z][a-z0-9+.-]*)://([^\s\"'<>\\\0]*)", re.IGNORECASE)
_WHOLE_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\0\n{}]*", re.IGNORECASE)
_HOST = re.compile(r"[^:]*(?::\d+)?")
_ORACLE = re.compile(r"(jdbc:oracle:\w+:)[^/\s@:]{1,100}/[^@\s]{1,200}@")
_SIGNATURE = re.compile(
    r"([?&](?:(?:sig|signature|X-Amz-Signature|X-Goog-Signature)=|code=(?=[^&\s]{16})))[^&\s\"'\\\0]+", re.IGNORECASE
)
_MARKS = (
    *("://", "private key", "akia", "asia", "abia", "acca", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat", "gl"),
    *("xox", "xapp", "hf_", "api_org", "sk-", "aiza", "ya29", "gocspx", "k_live", "k_test", "whsec", "npm_", "pypi-"),
    *("sg.", "_v1_", "dapi", "hvs.", "hvb.", "hvr.", "dckr_", "atatt", "lin_api", "r8_", "gsk", "lsv2", "pcsk", "tvly"),
    *("nvapi", "xai-", "pplx", "tskey", "shp", "age-", "eyj", "hooks.", "webhook", "bearer", "basic", "negotiate"),
    *("oracle:", "sig", "api.telegram", "@tcp(", "@unix(", "@cloudsql("),
)
"""What a text with a secret of known shape holds, in lower case: looking for it is much faster than the patterns."""


def hide_shapes(text: str) -> str:
    """Return a text without what has the shape of a secret."""
    lower = text.lower()
    if not holds_any(lower, _MARKS):
        return text
    if "private key" in lower:
        text = _PRIVATE_KEY.sub(REDACTED, text)
    text = _BEARER.sub(_without_credentials, _TOKEN.sub(REDACTED, text))
    return _hide_in_urls(text)


def _hide_in_urls(text: str) -> str:
    text = _WEBHOOK.sub(rf"\1{REDACTED}", _SIGNATURE.sub(rf"\1{REDACTED}", _ORACLE.sub(rf"\1{REDACTED}@", text)))
    text = _GO_DSN.sub(lambda found: found[0] if PLACEHOLDER.fullmatch(found[2]) else f"{found[1]}:{REDACTED}@", text)
    if _WHOLE_URL.fullmatch(text) and " " in text and "@" in text:  # a password may hold anything
        scheme, _, rest = text.partition("://")
        return _without_user(scheme, rest)
    return _SCHEME.sub(lambda found: _without_user(found[1], found[2]), text)


def _without_user(scheme: str, rest: str) -> str:
    """Return a URL without its user and password, or without a token in their place."""
    user, at, place = rest.rpartition("@")
    is_user_alone = ":" not in user
    path_begins = min((user.find(mark) for mark in "/?#" if mark in user), default=-1)
    if _is_all_references(user) or not at or (path_begins >= 0 and _HOST.fullmatch(user[:path_begins])):
        return f"{scheme}://{rest}"
    if is_user_alone and (scheme.lower() not in ("http", "https", "git+https") or user in ("git", REDACTED)):
        return f"{scheme}://{rest}"
    return f"{scheme}://{REDACTED}@{place}"


def _is_all_references(user: str) -> bool:
    """Tell whether the password is a reference to a variable, as in `$(USER):$(PASSWORD)`."""
    _, colon, password = user.partition(":")
    return bool(colon) and not PLACEHOLDER.sub("", password) and bool(password)


def _without_credentials(found: re.Match[str]) -> str:
    """Return `Bearer ***`; words of a sentence such as "basic authentication" stay."""
    value = found[3]
    told = (
        any(sign.isdigit() or sign in "+/=_%" for sign in value)
        or len(value) > 19
        or not (value.islower() or value.istitle())
    )
    return f"{found[1]}{found[2]}{REDACTED}" if told else found[0]
