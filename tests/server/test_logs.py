from __future__ import annotations

import logging

import pytest

from lineal.server.logs import RedactingFormatter


@pytest.mark.parametrize(
    "text",
    [
        "cannot open mysql://root:hunter2@host:3306/db",
        "postgresql://u:p@ss:hunter2@host/db failed",
        "mysql+pymysql://host/db?password=hunter2&charset=utf8",
        "x?ssl_PASSphrase=hunter2",
    ],
)
def test_a_password_in_a_url_is_not_logged(text: str) -> None:
    record = logging.LogRecord("lineal", logging.ERROR, __file__, 1, text, None, None)
    assert "hunter2" not in RedactingFormatter().format(record)


def test_a_password_in_a_stack_trace_is_not_logged() -> None:
    try:
        raise ValueError("mysql://root:hunter2@host/db")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("lineal", logging.ERROR, __file__, 1, "fault", None, info)
    formatted = RedactingFormatter().format(record)
    assert "Traceback" in formatted
    assert "hunter2" not in formatted


def test_other_texts_are_logged_as_they_are() -> None:
    record = logging.LogRecord("lineal", logging.INFO, __file__, 1, "a@b: 12:30 sqlite:///x.db ok", None, None)
    assert RedactingFormatter().format(record) == "a@b: 12:30 sqlite:///x.db ok"
