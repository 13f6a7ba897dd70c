"""Tokens of OpenID Connect: JSON web tokens that an issuer has signed, with its keys fetched and kept.

What stays out: what a user may do (access_file.py).
"""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from lineal import errors
from lineal.security import AccessSettings

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY = 30
_KEEP_SECONDS = 600.0
_RETRY_SECONDS = 10.0
_WAIT_SECONDS = 1.0
_FETCH_SECONDS = 10
_LARGEST = 1 << 20
_log = logging.getLogger(__name__)


def fetch_json(url: str) -> Any:
    """Return the JSON at a URL."""
    with urllib.request.urlopen(url, timeout=_FETCH_SECONDS) as response:  # noqa: S310 the settings allow https alone
        return json.loads(response.read(_LARGEST))


class OidcTokens:
    """Verifies the tokens of one issuer."""

    def __init__(self, settings: AccessSettings, *, fetch: Callable[[str], Any] = fetch_json) -> None:
        self._settings = settings
        self._keys = _Keys(settings, fetch)

    def claims(self, text: str) -> Mapping[str, Any] | None:
        """Return what a token says, or None if it is not valid for this server now.

        Raises:
            UnavailableError: the issuer's keys cannot be fetched.
        """
        try:
            key = self._keys.named(jwt.get_unverified_header(text).get("kid"))
            if key is None:
                return None
            return jwt.decode(
                text,
                key=key.key,
                algorithms=list(_ALGORITHMS),
                audience=self._settings.oidc_audience,
                issuer=self._settings.oidc_issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            return None


class _Keys:
    """The keys of an issuer: fetched when first needed, again after ten minutes, and when a token names a new one.

    One thread fetches. Other threads use the keys that are there, or wait for a moment if their key is missing. After
    a try, nobody tries again for some seconds. So an issuer that hangs does not block the server's threads.
    """

    def __init__(self, settings: AccessSettings, fetch: Callable[[str], Any]) -> None:
        self._settings = settings
        self._fetch = fetch
        self._fetching = threading.Lock()
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._tried = self._fetched = -_KEEP_SECONDS

    def named(self, name: str | None) -> jwt.PyJWK | None:
        """Return the key of a name, or the only one for a token that names none; None if there is no such key.

        Raises:
            UnavailableError: no keys could be fetched yet.
        """
        wait = 0.0 if self._find(name) else _WAIT_SECONDS
        if self._is_due(name) and self._fetching.acquire(timeout=wait):
            try:
                if self._is_due(name):
                    self._refresh()
            finally:
                self._fetching.release()
        if not self._keys:
            raise errors.UnavailableError("the keys of the tokens' issuer cannot be fetched at the moment; try again")
        return self._find(name)

    def _find(self, name: str | None) -> jwt.PyJWK | None:
        keys = self._keys
        return next(iter(keys.values())) if name is None and len(keys) == 1 else keys.get(name)

    def _is_due(self, name: str | None) -> bool:
        now = time.monotonic()
        is_wanted = self._find(name) is None or now - self._fetched > _KEEP_SECONDS
        return is_wanted and now - self._tried > _RETRY_SECONDS

    def _refresh(self) -> None:
        """Fetch the keys; the old ones stay if that fails."""
        try:
            found = jwt.PyJWKSet.from_dict(self._fetch(self._url())).keys
        except (OSError, ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
            _log.error("cannot fetch the keys of %s: %s", self._settings.oidc_issuer, type(error).__name__)
        else:
            self._keys = {key.key_id: key for key in found}
            self._fetched = time.monotonic()
        finally:
            self._tried = time.monotonic()

    def _url(self) -> str:
        if self._settings.oidc_keys:
            return self._settings.oidc_keys
        discovered = self._fetch(f"{self._settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
        url = str(discovered["jwks_uri"])
        if not url.startswith(("https://", self._settings.oidc_issuer)):
            raise ValueError("the issuer's URL for its keys has no TLS")
        return url
