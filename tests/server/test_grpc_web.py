"""gRPC-Web: every RPC, both formats, errors, limits; by frames of our own and by the official JavaScript client."""

from __future__ import annotations

import base64
import json
import os
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from lineal.server.rpcs import RPCS
from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.parameters import rare
from tests.server.rest.conftest import serving
from tests.services import missing, require_program

PROGRAM = Path(__file__).with_name("grpc_web_program.cjs")
MODULES_VARIABLE = "LINEAL_GRPC_WEB_MODULES"
BINARY, TEXT = "application/grpc-web+proto", "application/grpc-web-text+proto"
MIB = 1 << 20


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[MetadataService, str]]:
    with serving("sqlite://", max_message_mib=1) as pair:
        yield pair


@pytest.fixture
def url(served: tuple[MetadataService, str]) -> str:
    return served[1]


def frame(message: bytes, flags: int = 0) -> bytes:
    return struct.pack(">BI", flags, len(message)) + message


def post(url: str, method: str, body: bytes, media_type: str = BINARY) -> tuple[bytes, int, str]:
    """Post a body; return (message, status, status text)."""
    if media_type.startswith("application/grpc-web-text"):
        body = base64.b64encode(body)
    address = f"{url}/ml_metadata.MetadataStoreService/{method}"
    answer = httpx.post(address, content=body, headers={"content-type": media_type}, timeout=60)
    assert answer.status_code == 200
    content = answer.content
    if media_type.startswith("application/grpc-web-text"):
        assert answer.headers["content-type"] == TEXT
        content = base64.b64decode(content)
    return read(content)


def read(content: bytes) -> tuple[bytes, int, str]:
    message, trailers = b"", {}
    while content:
        flags, length = struct.unpack_from(">BI", content)
        piece, content = content[5 : 5 + length], content[5 + length :]
        if flags == 0x80:
            trailers = dict(line.split(":", 1) for line in piece.decode("ascii").split("\r\n") if line)
        else:
            message = piece
    return message, int(trailers["grpc-status"]), unquote(trailers.get("grpc-message", ""))


@pytest.mark.parametrize("media_type", [BINARY, TEXT, rare("application/grpc-web"), rare("application/grpc-web-text")])
@pytest.mark.parametrize("method", sorted(RPCS))
def test_every_rpc_answers_or_says_what_is_wrong(url: str, method: str, media_type: str) -> None:
    message, status, text = post(url, method, frame(b""), media_type)
    assert status in (0, 3, 5)
    assert bool(text) == bool(status)
    assert not (status and message)


def test_what_is_put_is_read_back(url: str) -> None:
    put = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="näme"))
    message, status, _ = post(url, "PutArtifactType", frame(put.SerializeToString()), TEXT)
    type_id = rpc.PutArtifactTypeResponse.FromString(message).type_id
    asked = rpc.GetArtifactTypesByIDRequest(type_ids=[type_id])
    message, _, _ = post(url, "GetArtifactTypesByID", frame(asked.SerializeToString()))
    found = rpc.GetArtifactTypesByIDResponse.FromString(message)
    assert (status, found.artifact_types[0].name) == (0, "näme")


def test_a_status_text_of_any_script_arrives(url: str) -> None:
    asked = rpc.GetArtifactTypeRequest(type_name="100 % ñ 🧁")
    _, status, text = post(url, "GetArtifactType", frame(asked.SerializeToString()))
    assert status == 5
    assert "100 % ñ 🧁" in text


def test_base64_in_several_pieces_is_read(url: str) -> None:
    asked = frame(rpc.GetArtifactTypeRequest(type_name="none").SerializeToString())
    body = base64.b64encode(asked[:4]) + base64.b64encode(asked[4:])
    address = f"{url}/ml_metadata.MetadataStoreService/GetArtifactType"
    answer = httpx.post(address, content=body, headers={"content-type": TEXT})
    assert read(base64.b64decode(answer.content))[1] == 5


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 3),
        (b"\x00\x00", 3),
        (frame(b"") + frame(b""), 3),
        (struct.pack(">BI", 0, 10) + b"x", 3),
        (frame(b"\xff" * 9), 3),
        (frame(b"", flags=1), 12),
        (frame(b"", flags=0x80), 3),
    ],
)
def test_a_body_that_is_no_request_is_refused(url: str, body: bytes, status: int) -> None:
    assert post(url, "PutArtifacts", body)[1] == status


def test_text_that_is_no_base64_is_refused(url: str) -> None:
    address = f"{url}/ml_metadata.MetadataStoreService/GetArtifacts"
    answer = httpx.post(address, content=b"***", headers={"content-type": TEXT})
    assert read(base64.b64decode(answer.content))[1] == 3


@pytest.mark.parametrize("media_type", [BINARY, TEXT])
def test_a_request_over_the_limit_names_the_flag(url: str, media_type: str) -> None:
    _, status, text = post(url, "PutArtifacts", frame(b" " * (2 * MIB)), media_type)
    assert status == 8
    assert "--max-message-mib" in text


def test_an_unknown_rpc_is_unimplemented(url: str) -> None:
    assert post(url, "Nothing", frame(b""))[1] == 12


def test_another_media_type_is_refused(url: str) -> None:
    address = f"{url}/ml_metadata.MetadataStoreService/GetArtifacts"
    assert httpx.post(address, content=b"{}", headers={"content-type": "application/json"}).status_code == 415


@pytest.mark.slow
@pytest.mark.parametrize("form", ["binary", "text"])
def test_the_official_javascript_client_reads_answers_and_errors(url: str, form: str) -> None:
    node, modules = require_program("node", package="nodejs"), os.environ.get(MODULES_VARIABLE, "")
    if not (Path(modules) / "grpc-web").is_dir():
        missing("grpc-web for node", install=f"npm install grpc-web xhr2, and name node_modules in {MODULES_VARIABLE}")
    done = subprocess.run([node, PROGRAM, url, form, modules], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "bytes" in found["types"]
    assert (found["missing"]["code"], "aé" in unquote(found["missing"]["message"])) == (5, True)
