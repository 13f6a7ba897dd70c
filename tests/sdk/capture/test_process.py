"""The command, host, user, image and memory of an execution."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lineal.sdk.capture import process


def command(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setattr(sys, "orig_argv", ["/usr/bin/python3", *words])
    return str(process.command().properties["env.command"])


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["train.py", "--lr", "0.1"], "python3 train.py --lr 0.1"),
        (["-m", "train", "--name", "two words"], "python3 -m train --name 'two words'"),
        (["train.py", "--api-key", "abc123secret"], "python3 train.py --api-key ***"),
        (["train.py", "--password=hunter2"], "python3 train.py --password=***"),
        (["train.py", "--pw", "hunter2"], "python3 train.py --pw ***"),
        (["train.py", "--user", "ann:hunter2"], "python3 train.py --user ann:***"),
        (["train.py", "--user=ann:hunter2"], "python3 train.py --user=ann:***"),
        (["train.py", "--db", "mysql://ann:hunter2@host/d"], "python3 train.py --db mysql://***@host/d"),
        (["train.py", "DB_PASSWORD=hunter2x"], "python3 train.py DB_PASSWORD=***"),
        (["train.py", "hf_abcdefghijklmnopqrstuvwxyz"], "python3 train.py ***"),
        (["-c", "login(password='hunter22')"], "python3 -c 'login(password='\"'\"'***'\"'\"')'"),
    ],
)
def test_the_command_is_said_without_secrets(monkeypatch: pytest.MonkeyPatch, words: list[str], shown: str) -> None:
    assert command(monkeypatch, *words) == shown


def test_the_home_directory_is_said_without_the_name_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ann"))
    assert command(monkeypatch, str(tmp_path / "ann" / "train.py")) == "python3 ~/train.py"
    other = str(tmp_path / "anna" / "train.py")
    assert command(monkeypatch, f"--to={tmp_path / 'ann'}", other) == f"python3 --to=~ {other}"


def test_a_long_command_is_cut_and_odd_bytes_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = command(monkeypatch, "train.py", "a\udcff", "x" * 5000)
    assert "a\\udcff" in shown
    assert shown.endswith("characters are left out)")
    assert len(shown) < 2100


@pytest.mark.parametrize(
    "words",
    [
        ["-c", "from multiprocessing.spawn import spawn_main", "--multiprocessing-fork"],
        ["-c", "from multiprocessing.forkserver import main; main(16, 17, ['__main__'])"],
    ],
)
def test_a_child_of_multiprocessing_has_the_command_of_its_parent(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["train.py", "--lr", "0.1"])
    shown = command(monkeypatch, *words)
    assert shown == f"{os.path.basename(sys.executable)} train.py --lr 0.1"


@pytest.mark.parametrize("variable", ["JPY_SESSION_NAME", "vscode"])
def test_a_notebook_has_the_command_of_its_kernel_and_its_name(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    if variable == "vscode":
        monkeypatch.setattr("__main__.__vsc_ipynb_file__", "/home/ann/churn.ipynb", raising=False)
    else:
        monkeypatch.setenv(variable, "/home/ann/churn.ipynb")
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "ipykernel_launcher", "-f", "/run/user/kernel-1.json"])
    found = process.command()
    assert found.properties == {"env.command": "python -m ipykernel_launcher"}
    assert found.environment == {"notebook": "churn.ipynb"}


def test_the_image_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_IMAGE", "registry.example.org/churn:3")
    assert process.image().properties == {"env.image": "registry.example.org/churn:3"}
    monkeypatch.delenv("LINEAL_IMAGE")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert "LINEAL_IMAGE is not set" in process.image().missing


def test_a_user_without_a_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 987654, raising=False)
    assert process.user().missing == "the user has no name"


def test_the_memory_is_the_greatest_so_far() -> None:
    before = process.memory().properties["env.peak_mib"]
    filled = bytearray(60 << 20)
    filled[:: 1 << 12] = b"x" * len(filled[:: 1 << 12])
    after = process.memory().properties["env.peak_mib"]
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert 1 < before <= after
    del filled
