"""None of the secrets in the objects of `secrets/` is stored, and what is no secret is stored as it is."""

from __future__ import annotations

import base64
import gzip
import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.redaction.names import is_secret
from lineal.redaction.texts import hide_in_text
from lineal.watch import parse_resources
from lineal.watch.handlers import Seen
from lineal.watch.records import ArtifactRecord, ExecutionRecord, Records
from lineal.watch.redaction import Redaction
from lineal.watch.writing.recorder import Recorder
from lineal.watch.writing.unseen_ends import end_unseen, is_identity_alone
from tests.ports import free_port
from tests.watch.listing import listing_api, resource_names
from tests.watch.secrets import KEPT, PLANTED, corpus, marks, packed_marks
from tests.watch.test_command import get
from tests.watch.watching import eventually

OBJECTS = len(corpus())
PACKED = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")


@dataclass
class Recorded:
    """What a watcher left: the folder of its database, and its log."""

    folder: Path
    log: str

    @property
    def files(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.iterdir() if path.name.startswith("store.db"))

    @property
    def store(self) -> str:
        return f"sqlite:///{self.folder}/store.db"


def record(folder: Path, *flags: str) -> Recorded:
    """Record the corpus with the command, until all of it is written; then kill it, so that the WAL stays."""
    with listing_api(corpus(), folder) as kubeconfig:
        port = free_port()
        command = [sys.executable, "-m", "lineal", "watch", "--to", f"sqlite:///{folder}/store.db", *flags]
        where = ["--kubeconfig", str(kubeconfig), "--http-port", str(port), "--cluster", "c"]
        what = ["--resources", resource_names(corpus())]
        with subprocess.Popen([*command, *where, *what], stderr=subprocess.PIPE, text=True) as process:
            try:
                eventually(lambda: written(get(f"http://127.0.0.1:{port}/metrics")) >= OBJECTS, timeout=60, every=0.1)
            finally:
                process.send_signal(signal.SIGKILL)
                log = process.communicate()[1]
    return Recorded(folder, log)


def written(metrics: str) -> int:
    return sum(int(count) for count in re.findall(r"^lineal_watch_written_total\{.*\} (\d+)", metrics, re.MULTILINE))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return record(tmp_path_factory.mktemp("secrets"))


def stored_objects(recorded: Recorded) -> list[str]:
    with lineal.connect(recorded.store) as store:
        return [node.properties["object"].string_value for node in store.get_artifacts() if "object" in node.properties]


def unpacked(text: str) -> str:
    """A text, and what is packed in it."""
    parts = [text]
    for found in PACKED.findall(text):
        try:
            packed = base64.b64decode(found)
            parts.append((gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed).decode())
        except ValueError:
            continue
    return "\n".join(parts)


def test_the_corpus_is_large() -> None:
    assert OBJECTS >= 40
    assert len(marks(PLANTED)) >= 250
    assert packed_marks().search(json.dumps(corpus()).encode())


def test_no_byte_of_a_planted_secret_is_in_the_database_or_the_log(recorded: Recorded) -> None:
    files = recorded.files

    assert b"Kp5V001" in files
    assert re.findall(rb"Qx7Z\d{3}", files) == []
    assert packed_marks().findall(files) == []
    assert PLANTED.findall(recorded.log) == []


def test_no_planted_secret_is_packed_in_what_is_stored(recorded: Recorded) -> None:
    objects = stored_objects(recorded)

    assert len(objects) == OBJECTS
    assert [mark for text in objects for mark in PLANTED.findall(unpacked(text))] == []


def test_what_is_no_secret_is_stored_as_it_is(recorded: Recorded) -> None:
    stored = "\n".join(stored_objects(recorded))

    assert marks(KEPT) - set(KEPT.findall(stored)) == set()
    for numbers in (
        "4096001",
        "512077",
        "512067",
        "512070",
        "3607045",
        "981313",
        "8192410",
        "3600416",
        "900403",
        "981350",
    ):
        assert numbers in stored


def test_executions_hold_no_secret_either(recorded: Recorded) -> None:
    with sqlite3.connect(f"{recorded.folder}/store.db") as database:
        rows = database.execute("SELECT name, string_value FROM ExecutionProperty").fetchall()
    texts = {name: "".join(text or "" for other, text in rows if other == name) for name, _ in rows}

    assert {"command", "image", "labels"} <= texts.keys()
    assert PLANTED.findall("".join(texts.values())) == []


@pytest.mark.slow
def test_the_watcher_can_store_no_object_at_all(tmp_path: Path) -> None:
    recorded = record(tmp_path, "--no-objects")

    assert stored_objects(recorded) == []
    with lineal.connect(recorded.store) as store:
        artifacts = {node.properties["name"].string_value: node for node in store.get_artifacts()}
        assert len(artifacts) >= OBJECTS
        assert artifacts["env-of-all-names"].uri == "/api/v1/namespaces/lab/pods/env-of-all-names"
        assert "Kp5V001" in artifacts["env-of-all-names"].properties["labels"].string_value
        assert len(store.get_executions()) > 10
    assert PLANTED.findall(recorded.files.decode(errors="replace")) == []


def test_an_object_that_is_not_stored_keeps_what_was_read_from_it_when_it_ends_unseen() -> None:
    resource = parse_resources("Job.batch/v1")[0]
    identity = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"uid": "u", "name": "j"}}
    known = {"name": "j", "command": "train", "cluster": "c"}
    records = Records(
        artifacts=(ArtifactRecord(resource.type_name, "c/u", uri="/j", properties={**known, "labels": "{}"}),),
        executions=(ExecutionRecord(resource.type_name, "c/u", "RUNNING", properties=known),),
    )
    with lineal.connect("sqlite://") as store:
        Recorder(store).write(records)
        for time_of_look in ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"):
            seen = Seen(resource, identity, "c", "w", time=time_of_look)
            assert is_identity_alone(seen)
            Recorder(store).write(end_unseen(store, seen))
        [artifact], [execution] = store.get_artifacts(), store.get_executions()

    assert (artifact.state, artifact.properties["labels"].string_value) == (artifact.DELETED, "{}")
    assert execution.last_known_state == execution.CANCELED
    assert execution.properties["command"].string_value == "train"
    assert execution.properties["end_time"].string_value == "2026-01-01T00:00:00Z"


SECRET_NAMES = "KEY STORAGEKEY s3Key TOKEN_2 PGPASSWORD MYSQL_PWD DB_PASS SECRETS CREDS sshPrivateKey PUBLIC_KEY COOKIE"
OTHER_NAMES = (
    "tokenizer TOKENIZER_PATH author authorship keyboard KEYCLOAK_URL secretary monkey passenger compass bypass"
)


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_a_value_is_hidden_by_its_name(name: str) -> None:
    assert is_secret(name, "hunter2")


@pytest.mark.parametrize("name", OTHER_NAMES.split())
def test_a_name_that_only_looks_like_one_of_a_secret_hides_nothing(name: str) -> None:
    assert not is_secret(name, "hunter2")


@pytest.mark.parametrize(
    ("name", "harmless", "secret"),
    [
        ("MAX_TOKENS", "4096", "hunter2"),
        ("primary_key", "user_id, item_id", "b7F/x9=="),
        ("TOKEN_FILE", "/var/run/secrets/token", "hunter2"),
        ("TOKEN_TTL", "3600s", "hunter 2"),
        ("AUTH_TYPE", "oidc", "a9b8c7d6e5f4a3b2"),
        ("DB_PASSWORD", "$(PASSWORD)", "pa$(x"),
        ("EOS_TOKEN", "</s>", "hunter2"),
        ("PWD", "/workspace", "hunter2"),
        ("tokens", 512, "a,b"),
        ("USE_AUTH", True, "me:hunter2"),
    ],
)
def test_a_value_decides_where_a_name_may_describe_a_secret(name: str, harmless: Any, secret: str) -> None:
    assert not is_secret(name, harmless)
    assert is_secret(name, secret)


@pytest.mark.parametrize(
    "text",
    [
        "token = args.token",
        "the tokenizer has 32000 tokens per batch and the author is ada",
        "KeyError: 'label'",
        'secret "db" not found in namespace "lab"',
        "Back-off pulling image ghcr.io/acme/auth-proxy:1.2 in pod token-server-7f9c4",
        "curl -u $USER:$PASSWORD https://example.org/a?page=2",
        "tool --verbose --token $TOKEN; vault login -method=kubernetes; echo $PW | sudo -S ls; curl -b jar.txt x",
        "git checkout token-fix-2; kubectl get secret my-token-abc12; pip install secretstorage==3.3.3",
        "import x\nrequests.get(url, auth=auth)\ndf.rename('key', 'label2')\ntoken_url = 'https://a/b'\nkey = d['a']\n",
        "git@github.com:acme/x.git ssh://git@host/x abfs://container@account.dfs.core.windows.net/x",
        "http://registry:5000/image@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "def f(api_key: str, max_tokens: int = 512):\n    client = Client(api_key=api_key, key=lambda x: x[1])\n",
    ],
)
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert hide_in_text(text) == text


def test_json_in_a_text_keeps_its_form_unless_it_holds_a_secret() -> None:
    plain = '{ "a" : [1,2],  "max_tokens": 5 }'
    obj = {"data": {"plain": plain, "other": '{"token": "hunter2", "a": 1}'}}

    assert Redaction().apply(obj)["data"] == {"plain": plain, "other": '{"token": "***", "a": 1}'}


PIECES = (
    "key=",
    'token="',
    "\\",
    "x-",
    "token:str[",
    "{{token=",
    "mc ",
    '"name": "',
    "a@",
    "eyJ",
    "('a',",
    "token ",
    "token=(",
    "a:1:",
    "curl -b ",
    "mysql ",
    "docker ",
    "echo a|",
    "htpasswd -b ",
    "--x ",
    "default=(",
)


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()

    hide_in_text(piece * (60_000 // len(piece)) + " password=1")

    assert time.process_time() - began < 5


def test_texts_in_texts_are_searched_as_deep_as_they_are() -> None:
    text = "hunter2"
    for _ in range(8):
        text = json.dumps({"token" if text == "hunter2" else "a": text})

    assert "hunter2" not in json.dumps(Redaction().apply({"a": text}))


@pytest.mark.slow
def test_what_is_compressed_is_kept_up_to_the_size_that_an_object_may_have() -> None:
    step = {"type": "Pod", "phase": "Succeeded", "inputs": {"parameters": [{"name": "x", "value": "0.5"}]}}
    text = json.dumps({f"wf-{number}": step for number in range(100_000)})
    packed, twice = (base64.b64encode(gzip.compress(one.encode())).decode() for one in (text, text * 2))
    began = time.process_time()

    assert Redaction().apply({"compressedNodes": packed})["compressedNodes"] == packed
    assert Redaction().apply({"compressedNodes": twice})["compressedNodes"] == "***"
    assert len(text) > 10 << 20
    assert time.process_time() - began < 30


def test_what_follows_in_a_compressed_text_is_not_passed_over() -> None:
    packed = base64.b64encode(gzip.compress(b"steps: 5\n") + gzip.compress(b"password: hunter2\n")).decode()

    assert Redaction().apply({"a": packed}) == {"a": "***"}


def test_what_is_nested_without_end_is_left_out() -> None:
    deep: Any = "token=hunter2"
    for _ in range(90):
        deep = [deep]
    text = json.dumps(deep)
    for _ in range(3):
        text = json.dumps([json.loads("[" * 60 + json.dumps(text) + "]" * 60)])

    assert "hunter2" not in json.dumps(Redaction().apply({"a": text}))
