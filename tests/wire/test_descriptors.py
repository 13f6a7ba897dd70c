"""The wire: the generated messages are the official ones. How requests behave is tested elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lineal.wire import metadata_store, service, simple_types_pb2

PRINT_OFFICIAL = """
from ml_metadata.proto import metadata_store_pb2, metadata_store_service_pb2
from ml_metadata.simple_types.proto import simple_types_pb2
for module in (metadata_store_pb2, metadata_store_service_pb2, simple_types_pb2):
    print(module.DESCRIPTOR.serialized_pb.hex())
"""


def test_all_file_descriptors_equal_the_official_ones_byte_for_byte(official_python: Path) -> None:
    printed = subprocess.run([official_python, "-c", PRINT_OFFICIAL], capture_output=True, text=True, check=True)

    ours = [module.DESCRIPTOR.serialized_pb.hex() for module in (metadata_store, service, simple_types_pb2)]

    assert printed.stdout.split() == ours
