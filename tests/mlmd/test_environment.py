"""`lineal ml-metadata`, each time in a new virtual environment in which Lineal and what it needs can be imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from lineal import errors
from lineal.mlmd import environment
from tests.environments import Environment
from tests.services import REPOSITORY

pytestmark = pytest.mark.long

STORE = "from ml_metadata.metadata_store import metadata_store; print(metadata_store.MetadataStore.__module__)"
OURS = "lineal.client.store"
SPAWNED = """
import multiprocessing
def ours():
    from ml_metadata.proto import metadata_store_pb2
    return metadata_store_pb2.__name__
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(ours))
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "env", sources=REPOSITORY / "src")


@pytest.fixture
def enabled(fresh: Environment) -> Environment:
    ran = fresh.lineal("enable")
    assert ran.returncode == 0, ran.stderr
    return fresh


@pytest.mark.parametrize("isolated", [[], ["-I"], ["-E"]])
def test_every_interpreter_of_the_environment_imports_lineal(enabled: Environment, isolated: list[str]) -> None:
    assert enabled.run(*isolated, "-c", STORE).stdout.strip() == OURS


def test_a_child_process_imports_lineal(enabled: Environment) -> None:
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STORE!r}])"

    assert enabled.run("-c", program).stdout.strip() == OURS


def test_a_spawned_worker_of_multiprocessing_imports_lineal(enabled: Environment, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SPAWNED)

    assert enabled.run(tmp_path / "program.py").stdout.strip() == "lineal.wire.metadata_store_pb2"


def test_a_console_script_that_checks_its_requirements_imports_lineal(enabled: Environment) -> None:
    script = enabled.folder / "bin" / "artifacts"
    require = "from importlib.metadata import version; assert version('ml-metadata') == '1.17.1+lineal'"
    script.write_text(f"#!{enabled.python}\n{require}\n{STORE}\n")
    script.chmod(0o755)

    assert subprocess.run([script], capture_output=True, text=True, check=False).stdout.strip() == OURS


def test_nothing_of_lineal_is_imported_before_it_is_needed(enabled: Environment) -> None:
    shown = enabled.run("-c", "import sys; print([name for name in sys.modules if name.split('.')[0] == 'lineal'])")

    assert shown.stdout.strip() == "[]"


def test_status_says_what_is_imported_and_its_exit_code_is_0_for_lineal_alone(fresh: Environment) -> None:
    before = fresh.lineal("status")
    fresh.lineal("enable")
    after = fresh.lineal("status")

    assert (before.returncode, "gives nothing" in before.stdout) == (1, True)
    assert (after.returncode, "gives Lineal" in after.stdout) == (0, True)
    assert str(fresh.site) in after.stdout
    assert "1.17.1+lineal" in after.stdout


def test_status_as_json_names_the_folder(enabled: Environment) -> None:
    found = json.loads(enabled.lineal("status", "--json").stdout)

    assert (found["gives"], found["enabled_in"]) == ("lineal", [str(enabled.site)])


def test_status_says_where_type_checkers_find_the_modules(enabled: Environment) -> None:
    found = json.loads(enabled.lineal("status", "--json").stdout)
    enabled.lineal("disable")
    afterwards = json.loads(enabled.lineal("status", "--json").stdout)

    assert (Path(found["types_in"]) / "ml_metadata" / "py.typed").exists()
    assert afterwards["types_in"] is None


def test_status_says_that_type_checkers_find_nothing_where_an_older_version_was_enabled(enabled: Environment) -> None:
    pth = enabled.site / environment.PTH_FILE
    pth.write_text(pth.read_text().splitlines()[0])

    shown = enabled.lineal("status").stdout

    assert "type checkers and editors do not find its modules: run lineal ml-metadata enable again" in shown


def test_lineal_beside_the_environments_packages_is_named_by_a_relative_path(tmp_path: Path) -> None:
    fresh = Environment(tmp_path / "env")
    (fresh.site / "lineal").symlink_to(REPOSITORY / "src" / "lineal")
    fresh.lineal("enable")

    assert (fresh.site / environment.PTH_FILE).read_text().splitlines()[1:] == ["lineal/mlmd/names"]


def test_disabling_removes_every_file(fresh: Environment) -> None:
    before = fresh.files()
    fresh.lineal("enable")
    fresh.run("-c", STORE)
    assert fresh.lineal("disable").returncode == 0

    assert fresh.files() == before
    assert "ModuleNotFoundError" in fresh.run("-c", STORE).stderr


def test_enabling_twice_leaves_one_distribution_of_the_last_version(enabled: Environment) -> None:
    assert enabled.lineal("enable", "--version", "1.21.0").returncode == 0

    assert [path.name for path in enabled.site.glob("ml_metadata*")] == ["ml_metadata-1.21.0+lineal.dist-info"]


def test_a_version_that_is_none_is_refused(fresh: Environment) -> None:
    ran = fresh.lineal("enable", "--version", "../x")

    assert (ran.returncode, "give a version such as 1.17.1" in ran.stderr) == (1, True)


def test_an_official_package_that_is_there_is_not_hidden(fresh: Environment) -> None:
    fresh.install_official()
    before = fresh.files()
    ran = fresh.lineal("enable")

    assert (ran.returncode, "pip uninstall ml-metadata" in ran.stderr) == (1, True)
    assert fresh.files() == before


def test_an_official_package_that_comes_later_wins_and_status_says_so(enabled: Environment) -> None:
    enabled.install_official("1.21.0")

    assert enabled.run("-c", "import ml_metadata; print(ml_metadata.IS_OFFICIAL)").stdout.strip() == "True"
    shown = enabled.lineal("status")
    assert (shown.returncode, "gives another package" in shown.stdout) == (1, True)
    assert "The other package wins" in shown.stdout


def test_an_official_package_on_pythonpath_wins(enabled: Environment, tmp_path: Path) -> None:
    (tmp_path / "ml_metadata.py").write_text("IS_OFFICIAL = True\n")
    ran = enabled.run("-c", "import ml_metadata; print(ml_metadata.IS_OFFICIAL)", PYTHONPATH=str(tmp_path))

    assert ran.stdout.strip() == "True"


def test_an_official_package_wins_over_the_folder_for_type_checkers(enabled: Environment) -> None:
    enabled.install_official()
    names = str(REPOSITORY / "src" / "lineal" / "mlmd" / "names")
    ran = enabled.run("-c", "import ml_metadata; print(ml_metadata.IS_OFFICIAL)", PYTHONPATH=names)

    assert ran.stdout.strip() == "True"


def test_a_path_object_on_the_path_does_no_harm(enabled: Environment) -> None:
    program = f"import pathlib, sys; sys.path.insert(0, pathlib.Path('elsewhere')); {STORE}"

    assert enabled.run("-c", program).stdout.strip() == OURS


def test_disabling_leaves_an_official_package_alone(enabled: Environment) -> None:
    enabled.install_official("1.21.0")
    enabled.lineal("disable")

    assert enabled.run("-c", "import ml_metadata; print(ml_metadata.IS_OFFICIAL)").stdout.strip() == "True"


def test_a_file_that_is_missing_is_told_and_disabling_removes_the_rest(enabled: Environment) -> None:
    (enabled.site / environment.PTH_FILE).unlink()

    shown = enabled.lineal("status")
    assert (shown.returncode, "incomplete in" in shown.stdout) == (1, True)
    enabled.lineal("disable")
    assert enabled.files() == {"_beside.pth"}


def test_without_lineal_the_import_fails_as_if_nothing_were_here(enabled: Environment) -> None:
    (enabled.site / "_beside.pth").unlink()
    ran = enabled.run("-c", "import ml_metadata")

    assert ran.stderr.strip().endswith("ModuleNotFoundError: No module named 'ml_metadata'")


@pytest.mark.slow  # pip
def test_pip_takes_the_requirement_as_met_and_can_uninstall_it(enabled: Environment) -> None:
    pip = [sys.executable, "-m", "pip", "--python", str(enabled.python), "--disable-pip-version-check"]
    offline = [*pip, "install", "--no-index", "ml-metadata>=1.17,<1.18"]
    met = subprocess.run(offline, capture_output=True, text=True, check=False)
    removed = subprocess.run([*pip, "uninstall", "-y", "ml-metadata"], capture_output=True, text=True, check=False)

    assert "already satisfied" in met.stdout, met.stderr
    assert removed.returncode == 0, removed.stderr
    assert enabled.files() == {"_beside.pth"}


def test_the_users_own_packages_are_refused_in_a_virtual_environment(fresh: Environment) -> None:
    ran = fresh.lineal("enable", "--user")

    assert (ran.returncode, "--user: this interpreter does not use" in ran.stderr) == (1, True)


def test_a_user_without_rights_may_enable_it_for_themselves(fresh: Environment, tmp_path: Path) -> None:
    base = Environment.__new__(Environment)
    base.python = Path(getattr(sys, "_base_executable", sys.executable))
    both = os.pathsep.join([str(REPOSITORY / "src"), sysconfig.get_path("purelib")])
    mine = {"PYTHONUSERBASE": str(tmp_path / "mine"), "PYTHONPATH": both}
    ran = base.run("-m", "lineal", "ml-metadata", "enable", "--user", **mine)

    assert ran.returncode == 0, ran.stderr
    assert base.run("-c", STORE, **mine).stdout.strip() == OURS


def test_a_folder_that_cannot_be_written_to_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(environment, "_folder", lambda *, user: tmp_path / "file" / "site-packages")

    with pytest.raises(errors.PermissionDeniedError, match=r"cannot write to .*site-packages: .*--user"):
        environment.enable()
