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
PROTO_FOLDERS = ("ml_metadata/proto", "ml_metadata/simple_types/proto", "lineal/v1")
MODULE = re.compile(r"'(?:ml_metadata\.(?:simple_types\.)?proto|lineal\.v1)\.")
IMPORT = re.compile(r"^from ml_metadata\.proto import (\w+) as", re.MULTILINE)
EXTENSIONS = r"\1 extension_dict as _extension_dict"
SYSTEM_TYPE = r"\1: _extension_dict._ExtensionFieldDescriptor[_descriptor_pb2.EnumValueOptions, SystemTypeExtension]"
# What strict type checkers refuse in the stubs of protoc 25, and what it is instead.
FOR_CHECKERS = (
    (re.compile(r"^(from typing import) ", re.MULTILINE), r"\1 Any as _Any, "),
    (re.compile(r"\b_Mapping\]"), "_Mapping[str, _Any]]"),
    (re.compile(r"^(\w+): _ClassVar\[int\]$", re.MULTILINE), r"\1: int"),
    (re.compile(r"^    Extensions: _python_message\._ExtensionDict\n", re.MULTILINE), ""),  # every message has it
    (
        re.compile(r"^(from google\.protobuf\.internal import) python_message as _python_message", re.MULTILINE),
        EXTENSIONS,
    ),
    (re.compile(r"^(system_type_extension): _descriptor\.FieldDescriptor$", re.MULTILINE), SYSTEM_TYPE),
)


def main() -> None:
    """Write one `*_pb2.py` and one `*_pb2.pyi` into the package for every proto file in its folders."""
    sources = [source for proto_folder in PROTO_FOLDERS for source in sorted((WIRE / proto_folder).glob("*.proto"))]
    with tempfile.TemporaryDirectory() as folder:
        names = [str(source.relative_to(WIRE)) for source in sources]
        includes = [f"-I{WIRE}", f"-I{files('grpc_tools') / '_proto'}"]
        arguments = ["protoc", *includes, f"--python_out={folder}", f"--pyi_out={folder}", *names]
        if protoc.main(arguments) != 0:
            raise SystemExit("protoc failed; its message is above")
        for made in sorted(Path(folder).rglob("*_pb2.py*")):
            text = IMPORT.sub(r"from lineal.wire import \1 as", made.read_text())
            text = text if made.suffix == ".py" else _for_checkers(text)
            (WIRE / made.name).write_text(MODULE.sub("'lineal.wire.", text))


def _for_checkers(stub: str) -> str:
    for written, instead in FOR_CHECKERS:
        stub = written.sub(instead, stub)
    return stub


if __name__ == "__main__":
    main()
