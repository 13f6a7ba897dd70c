"""An audit log whose table another role owns: the server's role adds entries, and can change none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineal.cli import main
from tests import engines
from tests.engines import run_sql

_FORBIDDEN = (
    "DELETE FROM lineal_audit",
    "UPDATE lineal_audit SET who = 'x'",
    "TRUNCATE lineal_audit",
    "DROP TABLE lineal_audit",
    "ALTER TABLE lineal_audit OWNER TO lineal",
    "ALTER SEQUENCE lineal_audit_id_seq RESTART 1",
)
_RIGHTS = (  # as docs/operations/retention.md says
    "ALTER TABLE lineal_audit OWNER TO postgres",
    "GRANT SELECT, INSERT ON lineal_audit TO lineal",
    "GRANT USAGE ON SEQUENCE lineal_audit_id_seq TO lineal",
)


@pytest.mark.long
def test_the_role_of_a_server_that_does_not_own_the_log_works_and_cannot_change_it(tmp_path: Path) -> None:
    with engines.postgresql() as server:
        for sql in ("CREATE ROLE lineal LOGIN", "GRANT CREATE ON SCHEMA public TO lineal"):
            run_sql(f"{server.url}postgres", sql)
        url = f"{server.url}postgres".replace("postgres@", "lineal@")
        assert main(["tutorial", "--db", url]) == 0
        assert main(["set", "artifact:3", "--label", "a=b", "--db", url]) == 0  # makes the tables
        for sql in _RIGHTS:
            run_sql(f"{server.url}postgres", sql)
        for words in (["set", "artifact:3", "--state", "LIVE"], ["delete", "artifact:10"], ["doctor"]):
            assert main([*words, "--db", url]) == 0
        for words in (["backup", f"{tmp_path}/a.zip"], ["migrate", "--to", "9"], ["migrate"]):
            assert main([*words, "--db", url]) == 0
        for sql in _FORBIDDEN:
            with pytest.raises(Exception, match="refuses what this user does"):
                run_sql(url, sql)
