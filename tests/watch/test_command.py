"""`lineal watch` as a process: health, metrics, the signal to stop, and wrong usage."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from lineal.cli import main
from tests.ports import free_port
from tests.watch.kube import Api, pod
from tests.watch.watching import eventually


def get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return str(response.read().decode())
    except (OSError, urllib.error.HTTPError):
        return ""


def test_the_command_serves_health_and_metrics_until_the_signal(api: Api, namespace: str, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "lineal", "watch", "--resources", "Pod/v1", "--to", f"sqlite:///{tmp_path}/s.db"]
    where = ["--kubeconfig", str(api.kubeconfig), "--namespace", namespace, "--http-port", str(port)]
    with subprocess.Popen([*command, *where], stderr=subprocess.PIPE) as process:
        try:
            eventually(lambda: get(f"{url}/readyz") == "recording\n", timeout=60)
            api.create(f"/api/v1/namespaces/{namespace}/pods", pod("one"))
            written = 'lineal_watch_written_total{kind="Pod/v1",verb="added"} 1\n'
            eventually(lambda: written in get(f"{url}/metrics"))
            assert get(f"{url}/healthz") == "ok\n"
            with urllib.request.urlopen(urllib.request.Request(f"{url}/healthz", method="HEAD")) as answer:
                assert (answer.headers["content-length"], answer.read()) == ("3", b"")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ("--to sqlite://", "no resources are named"),
        ("--resources Pod/v1", "no store is named"),
        ("--resources Pod/v1 --to sqlite:// --lease x", "write NAMESPACE/NAME"),
        ("--resources Pod/v1 --to sqlite:// --queue-mib 0", "--queue-mib is 0; give 1 or more"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: str, wrong: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LINEAL_URL", raising=False)
    with pytest.raises(SystemExit, match="2"):
        main(["watch", *arguments.split()])

    error = capsys.readouterr().err
    assert wrong in error
    assert error.count("\n") == 1


def test_a_kubeconfig_that_is_missing_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    missing = tmp_path / "kubeconfig"

    assert main(["watch", "--resources", "Pod/v1", "--to", "sqlite://", "--kubeconfig", str(missing)]) == 1

    assert "the configuration of the cluster cannot be read" in capsys.readouterr().err
