"""The ways in which callers show who they are: tokens of OpenID Connect, a proxy's header; and the file of rules."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from lineal import errors
from lineal.config import DatabaseSettings, ServerSettings
from lineal.security import AccessSettings
from lineal.server import changing_files
from lineal.server.auth import credentials, oidc
from lineal.server.auth.access_file import AccessFile
from lineal.server.auth.authenticator import Authenticator
from lineal.server.auth.credentials import Credentials
from lineal.service.access import Caller, Role, scope_of
from lineal.upkeep.opening import open_service
from tests.access.serving import asking, serving

ISSUER, AUDIENCE = "https://issuer.example", "lineal"
RULES = {
    "user:ada@example.org": {"role": "admin"},
    "group:churn": {"role": "writer", "workspaces": ["churn"]},
    "user:*": {"role": "reader", "workspaces": []},
}
KEY, OTHER_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def keys(*named: tuple[str, ec.EllipticCurvePrivateKey]) -> dict[str, Any]:
    """Return the public keys as an issuer publishes them."""
    found = [json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())) for _, key in named]
    return {"keys": [{**each, "kid": name, "alg": "ES256"} for each, (name, _) in zip(found, named, strict=True)]}


def signed(key: Any = KEY, *, kid: str | None = "one", algorithm: str = "ES256", **claims: Any) -> str:
    """Return a token that is valid but for the claims given."""
    told = {"iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 86400, "email": "ada@example.org", **claims}
    given = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The file of rules."""
    path = tmp_path / "access.json"
    path.write_text(json.dumps(RULES))
    return path


@pytest.fixture
def by_oidc(rules: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Caller]:
    """What tells the caller of a token, for an issuer whose key is `one`."""
    published = {f"{ISSUER}/.well-known/openid-configuration": {"jwks_uri": f"{ISSUER}/keys"}}
    published[f"{ISSUER}/keys"] = keys(("one", KEY))
    monkeypatch.setattr(oidc.OidcTokens.__init__, "__kwdefaults__", {"fetch": published.__getitem__})
    settings = AccessSettings(("oidc",), access_file=str(rules), oidc_issuer=ISSUER, oidc_audience=AUDIENCE)
    authenticator = Authenticator(open_service("sqlite://"), settings)
    return lambda token: authenticator.caller(Credentials(bearer=token))


def test_a_signed_token_tells_its_user(by_oidc: Callable[[str], Caller]) -> None:
    assert by_oidc(signed()) == Caller("ada@example.org", Role.ADMIN)
    assert by_oidc(signed()).signature == "ada@example.org (oidc)"
    member = signed(email="bob@example.org", groups=["x", "churn"])
    assert by_oidc(member) == Caller("bob@example.org", Role.WRITER, scope_of(["churn"]))
    assert by_oidc(signed(email_verified=True)) == Caller("ada@example.org", Role.ADMIN)


@pytest.mark.parametrize("claims", [{"email": None, "sub": "ada@example.org"}, {"email": ""}, {"email": ["a@b"]}])
def test_a_token_without_the_users_claim_tells_nobody(by_oidc: Callable[[str], Caller], claims: dict[str, Any]) -> None:
    with pytest.raises(errors.UnauthenticatedError, match="--oidc-user-claim"):
        by_oidc(signed(**claims))


@pytest.mark.parametrize("verified", [False, "false", 0, None])
def test_an_email_that_is_not_verified_proves_nobody(by_oidc: Callable[[str], Caller], verified: Any) -> None:
    token = jwt.encode(
        {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": time.time() + 60,
            "email": "ada@example.org",
            "email_verified": verified,
        },
        KEY,
        algorithm="ES256",
        headers={"kid": "one"},
    )
    with pytest.raises(errors.UnauthenticatedError, match="not verified"):
        by_oidc(token)


@pytest.mark.parametrize(
    "token",
    [
        signed(OTHER_KEY),
        signed(OTHER_KEY, kid="two"),
        signed(exp=time.time() - 60),
        signed(exp=None),
        signed(nbf=time.time() + 80_000),
        signed(iss="https://other.example"),
        signed(iss=None),
        signed(aud="other"),
        signed(aud=None),
        jwt.encode({"iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 86400, "sub": "x"}, None, algorithm="none"),
        signed("a secret that is known to all who know the key", algorithm="HS256"),
        signed()[:-4],
        "a.b.c",
        "eyJhbGciOiJFUzI1NiJ9..",
    ],
    ids=[f"token {number}" for number in range(14)],  # they differ each time
)
def test_a_token_that_is_not_valid_tells_nobody(by_oidc: Callable[[str], Caller], token: str) -> None:
    with pytest.raises(errors.UnauthenticatedError):
        by_oidc(token)


def test_keys_are_fetched_again_when_a_token_names_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    published = [keys(("one", KEY))]
    settings = AccessSettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_keys=f"{ISSUER}/keys")
    tokens = oidc.OidcTokens(settings, fetch=lambda url: published[-1])
    assert tokens.claims(signed()) is not None
    published.append(keys(("one", KEY), ("two", OTHER_KEY)))
    assert tokens.claims(signed(OTHER_KEY, kid="two")) is None  # they were fetched a moment ago
    monkeypatch.setattr(oidc, "_RETRY_SECONDS", -1.0)
    assert tokens.claims(signed(OTHER_KEY, kid="two")) is not None


def test_an_issuer_that_cannot_be_reached_is_said_to_be_so() -> None:
    def fail(url: str) -> Any:
        raise OSError

    settings = AccessSettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE)
    with pytest.raises(errors.UnavailableError, match="issuer"):
        oidc.OidcTokens(settings, fetch=fail).claims(signed())


def test_an_issuer_that_hangs_holds_one_thread_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "_WAIT_SECONDS", 0.05)
    hangs, answers = threading.Event(), threading.Event()
    asked: list[str] = []

    def hang(url: str) -> Any:
        asked.append(url)
        hangs.set()
        answers.wait(10)
        return keys(("one", KEY))

    tokens = oidc.OidcTokens(AccessSettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_keys=ISSUER), fetch=hang)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(tokens.claims, signed())
        assert hangs.wait(10)
        for _ in range(3):
            with pytest.raises(errors.UnavailableError):
                tokens.claims(signed())
        answers.set()
        assert first.result(10) is not None
    assert (asked, tokens.claims(signed())["email"]) == ([ISSUER], "ada@example.org")  # type: ignore[index]


def test_the_only_key_of_an_issuer_needs_no_name() -> None:
    unnamed = {"keys": [{name: value for name, value in keys(("", KEY))["keys"][0].items() if name != "kid"}]}
    settings = AccessSettings(oidc_issuer=ISSUER, oidc_audience=AUDIENCE, oidc_keys=ISSUER)
    assert oidc.OidcTokens(settings, fetch=lambda url: unnamed).claims(signed(kid=None)) is not None
    two = keys(("one", KEY), ("two", OTHER_KEY))
    assert oidc.OidcTokens(settings, fetch=lambda url: two).claims(signed(kid=None)) is None


class Issuer(ThreadingHTTPServer):
    """An issuer of tokens on this machine, which publishes one key."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Published)
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Published(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        discovery = {"jwks_uri": f"{self.server.url}/keys"}
        body = json.dumps(keys(("one", KEY)) if self.path == "/keys" else discovery).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as found:
        threading.Thread(target=found.serve_forever, args=(0.01,)).start()
        yield found
        found.shutdown()


def test_a_token_of_an_issuer_opens_both_doors(issuer: Issuer, rules: Path) -> None:
    access = AccessSettings(("oidc",), access_file=str(rules), oidc_issuer=issuer.url, oidc_audience=AUDIENCE)
    with serving(access=access) as served, grpc.insecure_channel(served.grpc) as channel:
        call = channel.unary_unary("/ml_metadata.MetadataStoreService/GetArtifacts")
        valid, foreign = signed(iss=issuer.url), signed(OTHER_KEY, iss=issuer.url)
        assert call(b"", metadata=[("authorization", f"Bearer {valid}")], timeout=30) == b""
        with pytest.raises(grpc.RpcError, match="UNAUTHENTICATED"):
            call(b"", metadata=[("authorization", f"Bearer {foreign}")], timeout=30)
        for token, status in ((valid, 200), (foreign, 401)):
            with asking(served, token=token) as client:
                assert client.get("/api/v1/totals").status_code == status


@pytest.mark.parametrize(
    ("peer", "is_believed"), [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("11.0.0.1", False), ("", False)]
)
def test_a_users_name_is_believed_from_trusted_proxies_alone(rules: Path, peer: str, is_believed: bool) -> None:
    settings = AccessSettings(("kubeflow",), access_file=str(rules), trusted_proxies=("10.0.0.0/8",))
    authenticator = Authenticator(open_service("sqlite://"), settings)
    given = Credentials(user="ada@example.org", peer=peer)
    if is_believed:
        assert authenticator.caller(given) == Caller("ada@example.org", Role.ADMIN)
        assert authenticator.caller(given).signature == "ada@example.org (kubeflow)"
    else:
        with pytest.raises(errors.UnauthenticatedError):
            authenticator.caller(given)


PEER = "spiffe://cluster.local/ns/kubeflow/sa/lineal-server"
EDITOR = "URI=spiffe://cluster.local/ns/team-a/sa/default-editor"
VICTIM = "URI=spiffe://cluster.local/ns/team-v/sa/victim"


@pytest.mark.parametrize(
    ("header", "account"),
    [
        (f'By={PEER};Hash=00;Subject="";{EDITOR}', "team-a:default-editor"),
        (f'By={PEER};Hash=00;{EDITOR};DNS=a.example;Subject="O=x, CN=y"', "team-a:default-editor"),
        (f"{VICTIM},By={PEER};Hash=00;{EDITOR}", "team-a:default-editor"),
        (f'{VICTIM};Subject=",By={PEER};Hash=00;Subject="";{EDITOR}', "team-a:default-editor"),
        (f"{VICTIM},By={PEER};Hash=00", ""),
        (f'{VICTIM};Subject=",By={PEER};Hash=00;Subject="CN=x"', ""),
        (f"{VICTIM},By={PEER};Hash=00;URI=https://elsewhere.example", ""),
        ("Hash=00", ""),
    ],
)
def test_the_last_certificate_of_a_sidecars_header_names_the_service_account(header: str, account: str) -> None:
    scope = {"type": "http", "headers": [(b"x-forwarded-client-cert", header.encode())], "client": ("127.0.0.6", 1)}

    found = credentials.of_http(scope, "kubeflow-userid").service_account

    assert found == (f"system:serviceaccount:{account}" if account else "")


@pytest.mark.parametrize(("peer", "is_believed"), [("127.0.0.6", True), ("10.0.0.9", False)])
def test_a_service_account_is_believed_from_sidecars_alone(rules: Path, peer: str, is_believed: bool) -> None:
    name = "system:serviceaccount:team-a:default-editor"
    rules.write_text(json.dumps({f"user:{name}": {"role": "writer", "workspaces": ["team-a"]}}))
    settings = AccessSettings(("mesh",), access_file=str(rules), trusted_proxies=("127.0.0.6",))
    authenticator = Authenticator(open_service("sqlite://"), settings)
    given = Credentials(service_account=name, peer=peer)
    if is_believed:
        assert authenticator.caller(given).signature == f"{name} (mesh)"
    else:
        with pytest.raises(errors.UnauthenticatedError):
            authenticator.caller(given)


def test_rules_are_read_again_when_the_file_changes(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing_files, "_LOOK_SECONDS", 0.0)
    file = AccessFile(rules)
    rules.write_text(json.dumps({"user:ada@example.org": {"role": "reader"}}))
    assert file.caller("ada@example.org", {"user": ["ada@example.org"]}) == Caller("ada@example.org", Role.READER)
    rules.write_text("{ half")
    assert file.caller("ada@example.org", {"user": ["ada@example.org"]}) == Caller("ada@example.org", Role.READER)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"ada": {"role": "reader"}}',
        '{"user:ada": {}}',
        '{"user:ada": {"role": "god"}}',
        '{"user:ada": {"role": "reader", "workspaces": "a"}}',
        '{"user:ada": {"role": "admin", "workspaces": ["a"]}}',
        '{"user:ada": {"role": "reader", "worspaces": ["a"]}}',
    ],
)
def test_a_file_that_says_something_else_is_refused(rules: Path, content: str) -> None:
    rules.write_text(content)
    with pytest.raises(errors.InvalidArgumentError):
        AccessFile(rules)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", ""])
def test_others_are_served_only_after_a_choice(host: str) -> None:
    database = DatabaseSettings("sqlite://")
    with pytest.raises(errors.InvalidArgumentError, match="--host"):
        ServerSettings(database, host=host)
    if host:
        with pytest.raises(errors.InvalidArgumentError, match="--tls-cert"):
            ServerSettings(database, host=host, access=AccessSettings(auth=("token",)))
        ServerSettings(database, host=host, access=AccessSettings(insecure=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_is_served_without_a_choice(host: str) -> None:
    ServerSettings(DatabaseSettings("sqlite://"), host=host)


@pytest.mark.parametrize(
    "settings",
    [
        {"auth": ("password",)},
        {"auth": ("kubeflow",), "access_file": "f"},
        {"auth": ("mesh",), "kubernetes_access": True},
        {"auth": ("mesh",), "trusted_proxies": ("127.0.0.6",)},
        {"auth": ("oidc",), "access_file": "f"},
        {"auth": ("oidc",), "oidc_issuer": ISSUER, "oidc_audience": AUDIENCE},
        {"oidc_issuer": "http://issuer.example"},
        {"trusted_proxies": ("everywhere",)},
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidArgumentError):
        AccessSettings(**settings)
