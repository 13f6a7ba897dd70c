"""What every HTTP answer carries, behind a proxy and before foreign pages."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from lineal import errors
from lineal.config import DatabaseSettings, ServerSettings
from tests.server.rest.conftest import serving


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    with serving("sqlite://") as (_, url):
        yield url


@pytest.fixture(scope="module")
def open_to_others() -> Iterator[str]:
    settings = {"cors_origins": ("https://page.example",), "frame_ancestors": "'self' https://page.example"}
    with serving("sqlite://", path_prefix="/lineal", **settings) as (_, url):
        yield url


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/totals", "/api/docs", "/nothing", "/api/v1/artifacts?q=x:y"])
def test_every_answer_forbids_foreign_and_inline_scripts(plain: str, path: str) -> None:
    headers = httpx.get(plain + path).headers
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"


def test_pictures_of_other_origins_are_shown_only_if_the_operator_names_them(plain: str) -> None:
    assert "img-src 'self' data: blob:;" in httpx.get(f"{plain}/").headers["content-security-policy"]
    with serving("sqlite://", image_origins=("https://images.example",)) as (_, url):
        answer = httpx.get(f"{url}/")
    assert "img-src 'self' data: blob: https://images.example;" in answer.headers["content-security-policy"]


def test_the_owners_of_frames_can_be_chosen(open_to_others: str) -> None:
    headers = httpx.get(f"{open_to_others}/healthz").headers
    assert headers["content-security-policy"].endswith("frame-ancestors 'self' https://page.example")
    assert "x-frame-options" not in headers


@pytest.mark.parametrize("path", ["/api/v1/totals", "/lineal/api/v1/totals"])
def test_a_proxy_may_cut_the_prefix_or_leave_it(open_to_others: str, path: str) -> None:
    assert httpx.get(open_to_others + path).status_code == 200


def test_the_description_names_the_prefix(plain: str) -> None:
    document = httpx.get(f"{plain}/api/openapi.json", headers={"X-Forwarded-Prefix": "/from/proxy"}).json()
    assert document["servers"] == [{"url": "/from/proxy"}]


@pytest.mark.parametrize("prefix", ["//evil.example", "/a b", "/<script>", "/../x", "x"])
def test_a_prefix_that_is_no_path_is_ignored(plain: str, prefix: str) -> None:
    document = httpx.get(f"{plain}/api/openapi.json", headers={"X-Forwarded-Prefix": prefix}).json()
    assert document["servers"] == [{"url": "/"}]


def test_a_named_origin_may_read_answers_and_the_statuses_of_rpcs(open_to_others: str) -> None:
    answer = httpx.get(f"{open_to_others}/api/v1/totals", headers={"Origin": "https://page.example"})
    assert answer.headers["access-control-allow-origin"] == "https://page.example"
    assert "grpc-status" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE", "POST"])
def test_another_page_may_change_records_and_read_their_tags(open_to_others: str, method: str) -> None:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type, if-match"}
    page = {"Origin": "https://page.example"}
    url = f"{open_to_others}/api/v1/artifacts/1"
    assert httpx.options(url, headers={**page, **asked}).status_code == 200
    assert "etag" in httpx.get(url, headers=page).headers["access-control-expose-headers"]


def test_another_origin_may_not(open_to_others: str) -> None:
    answer = httpx.get(f"{open_to_others}/api/v1/totals", headers={"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_no_origin_may_by_default(plain: str) -> None:
    answer = httpx.get(f"{plain}/api/v1/totals", headers={"Origin": "https://page.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_a_method_that_is_not_offered_is_a_problem(plain: str) -> None:
    answer = httpx.delete(f"{plain}/api/v1/artifacts")
    assert (answer.status_code, answer.json()["title"]) == (405, "This method is not offered here")


@pytest.mark.parametrize(
    "settings",
    [
        {"path_prefix": "lineal"},
        {"path_prefix": "/lineal/"},
        {"cors_origins": ("page.example",)},
        {"frame_ancestors": "'self'; script-src *"},
        {"image_origins": ("https://a.example; script-src *",)},
        {"image_origins": ("*",)},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="--"):
        ServerSettings(DatabaseSettings("sqlite://"), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/docs"])
def test_what_is_long_is_compressed_for_those_who_can_read_it(plain: str, path: str) -> None:
    answer = httpx.get(plain + path)
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()
    as_it_is = httpx.get(plain + path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in as_it_is.headers
    assert as_it_is.text == answer.text
