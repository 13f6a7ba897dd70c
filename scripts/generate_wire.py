"""Generate the Python messages of src/lineal/wire from the .proto sources beside them.

Needs grpcio-tools 1.62 (protoc 25): its output carries no check of the protobuf runtime's version, so that it loads on
every protobuf from 4.25 to 7.x. `make proto` installs it in an environment of its own and runs this script.
"""

from __future__ import annotations

import re
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

WIRE = Path(__file__).resolve().parent.parent / "src" / "lineal" / "wire"
PROTO_FOLDER = "ml_metadata/proto"
IMPORT = re.compile(r"^from ml_metadata\.proto import (\w+) as", re.MULTILINE)


def main() -> None:
    """Write one `*_pb2.py` and one `*_pb2.pyi` beside this package's proto folder for every proto file."""
    sources = sorted((WIRE / PROTO_FOLDER).glob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{PROTO_FOLDER}/{source.name}" for source in sources]
        includes = [f"-I{WIRE}", f"-I{files('grpc_tools') / '_proto'}"]
        arguments = ["protoc", *includes, f"--python_out={folder}", f"--pyi_out={folder}", *names]
        if protoc.main(arguments) != 0:
            raise SystemExit("protoc failed; its message is above")
        for made in sorted((Path(folder) / PROTO_FOLDER).iterdir()):
            text = IMPORT.sub(r"from lineal.wire import \1 as", made.read_text())
            (WIRE / made.name).write_text(text.replace("'ml_metadata.proto.", "'lineal.wire."))


if __name__ == "__main__":
    main()
