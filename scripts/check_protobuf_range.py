"""Load the generated messages on the oldest and the newest release of every major version of protobuf promised.

Each release is unpacked once under build/protobuf/ and put before the environment's own. Both implementations are
tried: the compiled one and the pure Python one. What the messages mean is tested in tests/wire.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
RELEASES = ("==4.25.2", "~=4.25", "==5.26.0", "~=5.26", "==6.30.0", "~=6.30", "==7.34.0", "~=7.34")
IMPLEMENTATIONS = ("upb", "python")
PROBE = """
import sys
import google.protobuf
from google.protobuf import json_format, text_format
from google.protobuf.internal import api_implementation
from lineal.wire import metadata_store as pb, service as rpc

assert google.protobuf.__file__.startswith(sys.argv[1]), google.protobuf.__file__
assert api_implementation.Type() == sys.argv[2], api_implementation.Type()
artifact = pb.Artifact(id=1, type="Model", uri="gs://a", state=pb.Artifact.LIVE)
artifact.custom_properties["rate"].double_value = 0.5
artifact.properties["layers"].struct_value.update({"sizes": [1, 2]})
request = rpc.PutArtifactsRequest(artifacts=[artifact])
assert rpc.PutArtifactsRequest.FromString(request.SerializeToString()) == request
assert text_format.Parse(text_format.MessageToString(request), rpc.PutArtifactsRequest()) == request
assert json_format.Parse(json_format.MessageToJson(request), rpc.PutArtifactsRequest()) == request
model = pb.ArtifactType.DESCRIPTOR.enum_types_by_name["SystemDefinedBaseType"].values_by_name["MODEL"]
assert model.GetOptions().Extensions[pb.system_type_extension].type_name == "mlmd.Model"
assert len(rpc.DESCRIPTOR.services_by_name["MetadataStoreService"].methods) == 52
print("protobuf", google.protobuf.__version__, api_implementation.Type(), "loads the messages")
"""


def main() -> None:
    """Try every release with every implementation, and exit with 1 if one fails."""
    tries = [(_unpack(release), implementation) for release in RELEASES for implementation in IMPLEMENTATIONS]
    failures = sum(_probe(folder, implementation) for folder, implementation in tries)
    sys.exit(f"{failures} of {len(tries)} failed" if failures else 0)


def _unpack(release: str) -> Path:
    folder = TOP / "build" / "protobuf" / release.strip("=~")
    if not (folder / "google").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
        subprocess.run([*pip, f"protobuf{release}"], check=True)
    return folder


def _probe(folder: Path, implementation: str) -> int:
    settings = {
        "PYTHONPATH": os.pathsep.join([str(folder), str(TOP / "src")]),
        "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": implementation,
    }
    command = [sys.executable, "-W", "error", "-c", PROBE, str(folder), implementation]
    return int(subprocess.run(command, env={**os.environ, **settings}, check=False).returncode != 0)


if __name__ == "__main__":
    main()
