"""What importing costs: the front page of the package next to nothing, embedded use no grpc."""

from __future__ import annotations

import subprocess
import sys

HEAVY = "{'grpc', 'sqlalchemy', 'sqlite3', 'google.protobuf.message'} & set(sys.modules)"


def _print(program: str) -> str:
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_importing_lineal_imports_nothing_heavy() -> None:
    assert _print(f"import sys, lineal; print({HEAVY})") == "set()"


def test_an_embedded_store_imports_no_grpc() -> None:
    program = "import sys, lineal; lineal.connect('sqlite://').get_artifacts(); print('grpc' in sys.modules)"

    assert _print(program) == "False"


def test_the_client_of_a_server_imports_no_database() -> None:
    program = "import sys, lineal; lineal.connect('grpc://localhost:1'); print('sqlalchemy' in sys.modules)"

    assert _print(program) == "False"


def test_importing_lineal_takes_less_than_150_milliseconds() -> None:
    program = "import time; t = time.perf_counter(); import lineal; print(time.perf_counter() - t)"

    assert min(float(_print(program)) for _ in range(3)) < 0.150


def test_every_name_of_the_front_page_is_there() -> None:
    assert _print("import lineal; print(all(hasattr(lineal, name) for name in lineal.__all__))") == "True"
