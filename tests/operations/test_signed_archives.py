"""Signed archives: changed, unsigned or signed by another key, they are refused before anything is written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from lineal import errors
from lineal.cli import main
from lineal.config import DatabaseSettings
from lineal.upkeep import archive
from lineal.upkeep.opening import open_service
from tests.operations.stores import fill
from tests.operations.test_odd_archives import as_lines, records_of, written

SECRET = b"a secret of more than 32 bytes, shared by those who back up and restore"


@pytest.fixture
def database(tmp_path: Path) -> str:
    with open_service(f"sqlite:///{tmp_path}/full.db") as service:
        fill(service)
    return f"sqlite:///{tmp_path}/full.db"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_bytes(SECRET)
    return path


@pytest.fixture
def signed(database: str, key: Path, tmp_path: Path) -> Path:
    path = tmp_path / "signed.zip"
    archive.backup(DatabaseSettings(database), path, key=archive.read_key(key))
    return path


def test_a_signed_archive_is_restored_on_every_engine(signed: Path, key: Path, database_url: str) -> None:
    manifest = archive.restore(signed, DatabaseSettings(database_url), key=archive.read_key(key))
    assert manifest.counts()["artifacts"] == 2


def test_an_archive_that_was_changed_with_its_manifest_is_refused(signed: Path, key: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(signed) as file:
        signature = file.read("manifest.hmac")
    records = records_of(signed)
    records["artifacts"][0]["name"] = "forged"
    forged = written(tmp_path / "forged.zip", as_lines(records))
    with zipfile.ZipFile(forged, "a") as file:
        file.writestr("manifest.hmac", signature)
    with pytest.raises(errors.DataLossError, match="was changed after it was signed, or signed with another key"):
        archive.restore(forged, DatabaseSettings(f"sqlite:///{tmp_path}/target.db"), key=archive.read_key(key))
    assert not (tmp_path / "target.db").exists()


def test_another_key_no_signature_and_a_copy_are_refused(
    signed: Path, database: str, key: Path, tmp_path: Path
) -> None:
    archive.backup(DatabaseSettings(database), tmp_path / "plain.zip")
    archive.copy(DatabaseSettings(database), tmp_path / "copy.db")
    for name in ("plain.zip", "copy.db"):
        with pytest.raises(errors.DataLossError, match=r"signed archive|is not signed"):
            archive.check(tmp_path / name, archive.read_key(key))
    with pytest.raises(errors.DataLossError, match="another key"):
        archive.check(signed, archive.SignKey(SECRET[::-1]))


def test_a_key_is_long_enough_and_never_shown(signed: Path, key: Path, tmp_path: Path) -> None:
    assert SECRET not in signed.read_bytes()
    short = tmp_path / "short"
    short.write_bytes(b"hunter2")
    with pytest.raises(errors.InvalidArgumentError, match="is too short: a key has 32 to 1048576 bytes") as refused:
        archive.read_key(short)
    assert "hunter2" not in str(refused.value)
    with pytest.raises(errors.InvalidArgumentError, match="cannot be read: No such file"):
        archive.read_key(tmp_path / "none")


def test_the_commands_sign_check_and_warn(
    database: str, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "a.zip")
    assert main(["backup", file, "--db", database, "--sign-key", str(key)]) == 0
    assert main(["restore", file, "--check", "--sign-key", str(key)]) == 0
    assert "not checked" not in capsys.readouterr().err
    assert main(["restore", file, "--check"]) == 0
    assert "the signature was not checked" in capsys.readouterr().err
    assert main(["backup", f"{file}.db", "--db", database, "--copy", "--sign-key", str(key)]) != 0
