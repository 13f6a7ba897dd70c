from __future__ import annotations

import logging

import grpc
import pytest

from lineal import errors
from lineal.server.status import GRPC_STATUS, MAX_TEXT_BYTES, shorten, translate

CODES = sorted(value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int))


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_an_error_has_a_status_of_the_same_number(code: int) -> None:
    assert GRPC_STATUS[code].value[0] == code


@pytest.mark.parametrize("code", [code for code in CODES if code != errors.OK])
def test_every_error_is_translated_with_its_message(code: int) -> None:
    error = errors.make_exception("what is wrong", code)
    assert translate(error, rpc_name="GetArtifacts") == (GRPC_STATUS[code], "what is wrong")


def test_an_error_with_an_unknown_code_is_unknown() -> None:
    assert translate(errors.StatusError("odd", 99), rpc_name="X")[0] is grpc.StatusCode.UNKNOWN


def test_a_fault_shows_the_caller_an_id_and_the_log_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        status, text = translate(ValueError("SELECT secret"), rpc_name="PutArtifacts")
    assert status is grpc.StatusCode.INTERNAL
    assert "SELECT" not in text
    fault_id = text.split()[-1]
    assert fault_id in caplog.text
    assert "SELECT secret" in caplog.text


def test_a_short_text_is_not_cut() -> None:
    assert shorten("a" * MAX_TEXT_BYTES) == "a" * MAX_TEXT_BYTES


@pytest.mark.parametrize("character", ["a", "%", "é", "🙂", "\n"])
def test_a_long_text_fits_on_the_wire_where_all_but_ascii_takes_three_bytes(character: str) -> None:
    text = shorten(character * 100_000)
    assert text.endswith("... (cut)")
    assert sum(1 if " " <= c <= "~" and c != "%" else 3 * len(c.encode()) for c in text) <= MAX_TEXT_BYTES


def test_a_text_that_cannot_be_encoded_is_mended() -> None:
    assert shorten("path \udcff") == "path ?"
