"""The records in the pictures of docs/tutorials/auditor.md: what the team of that page did, by the page's own program.

`auditor.py FOLDER` makes FOLDER/metadata.db with its files, through a server that asks for tokens and logs all writes,
changes a file past Lineal, and prints the id of the model in production. The audit log names Ann and Bob.
"""

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP))

from tests.pages.page import blocks_of  # noqa: E402
from tests.ports import free_port  # noqa: E402

LINEAL = (sys.executable, "-m", "lineal")
MODEL = 3


def main(folder: Path) -> None:
    """Make the records."""
    folder.mkdir(parents=True)
    os.chdir(folder)
    for block in blocks_of(TOP / "docs" / "tutorials" / "auditor.md"):
        if "file" in block.marks:
            Path(block.marks["file"]).write_text(block.text)
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "A rule by quantile"]):
        subprocess.run(["git", *identity, *words], check=True)
    store, grpc, http = "sqlite:///metadata.db", free_port(), free_port()
    ports = ("--grpc-port", str(grpc), "--http-port", str(http))
    server = subprocess.Popen(
        [*LINEAL, "serve", "--db", store, "--auth", "token", "--audit", *ports], stdout=subprocess.DEVNULL
    )
    try:
        wait(http)
        places = {"LINEAL_URL": f"grpc://127.0.0.1:{grpc}", "LINEAL_UI_URL": f"http://127.0.0.1:{http}"}
        ann, bob = ({**os.environ, **places, "LINEAL_TOKEN": token(store, name)} for name in ("ann", "bob"))
        for quantile in ("0.5", "1.0"):
            subprocess.run([sys.executable, "train.py", quantile], env={**ann, "LINEAL_WORKSPACE": "churn"}, check=True)
        promote = [*LINEAL, "promote", f"model:{MODEL}", "production", "--server", f"127.0.0.1:{grpc}"]
        subprocess.run(promote, env=bob, check=True, stdout=subprocess.DEVNULL)
    finally:
        server.terminate()
        server.wait()
    [changed] = [path for path in Path("metadata.db.artifacts").rglob("rule.json") if "12" in path.read_text()]
    changed.write_text('{"leaves if months are below": 99}\n')
    print(MODEL)


def token(store: str, name: str) -> str:
    """Return a new token of a writer of the workspace."""
    words = ["token", "create", "--db", store, "--name", name, "--role", "writer", "--workspace", "churn"]
    return subprocess.run([*LINEAL, *words], check=True, capture_output=True, text=True).stdout.strip()


def wait(port: int) -> None:
    """Wait until a server listens."""
    for _ in range(240):
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.25)
    raise SystemExit(f"nothing listens on port {port}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
