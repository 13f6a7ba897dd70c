"""Runs a page: its blocks in their order, in a folder of its own, with what they print."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.pages import needs
from tests.pages.comparing import agrees
from tests.pages.interpreters import OWN, Done, Interpreters, Session, variables_of
from tests.pages.page import Block, Command, blocks_of, commands_of, is_output, said_in_comments
from tests.pages.places import Places
from tests.services import REPOSITORY

START_SECONDS = 60
COMMAND_SECONDS = 100
STOP_SECONDS = 30
SHELL_SIGNS = re.compile(r"[|&;<>$(){}*?`~\n]")
TAKE_STATE = '[ -f "$STATE_OF_PAGE.shell" ] && . "$STATE_OF_PAGE.shell"\n'
KEEP_STATE = """
CODE_OF_PAGE=$?
declare -p | grep -vE '^declare -[a-zA-Z]*r' > "$STATE_OF_PAGE.shell"
env -0 > "$STATE_OF_PAGE"; pwd > "$STATE_OF_PAGE.folder"; exit $CODE_OF_PAGE
"""


@dataclass
class Printed:
    """What a block of Python or one command printed, beside what the page says.

    Attributes:
        block: the block that ran.
        command: the command, or None of a block of Python.
        said: the lines of the page.
        lines: what was printed, with the places of the page.
        code: the exit code; 0 of what stays running.
        stays: whether it stays running.
    """

    block: Block
    command: Command | None
    said: list[str]
    lines: list[str]
    code: int
    stays: bool = False

    @property
    def is_as_said(self) -> bool:
        """Whether the page says what was printed."""
        if self.block.marks.get("output") == "any":
            return True
        shows_nothing = self.block.language in ("bash", "sh") or self.stays
        if shows_nothing and not self.said:
            return True
        return agrees(self.said, self.lines)


@dataclass
class Background:
    """A command that stays running."""

    process: subprocess.Popen[str]
    output: Path


@dataclass
class PageRun:
    """The state of a reader who goes through a page: folder, variables, names of Python, servers."""

    places: Places
    interpreters: Interpreters
    python: Path
    stack: ExitStack
    compared: bool = True
    variables: dict[str, str] = field(default_factory=dict)
    folder: Path = field(init=False)
    _session: Session | None = None
    _background: list[Background] = field(default_factory=list)

    def __post_init__(self) -> None:
        programs = self.places.home / "programs"
        needs.add_programs(programs, self.python, self.interpreters.path())
        self.folder = self.places.folder
        self.variables = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(self.places.home),
            "LOGNAME": "ada",
            "USER": "ada",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "COLUMNS": "120",
            "DOCS": str(REPOSITORY / "docs"),
            **{name: os.environ[name] for name in ("TMPDIR",) if name in os.environ},
            **variables_of(self.python),
            **self.variables,
        }

    def give(self, given: needs.Given) -> None:
        """Add what a service brings."""
        self.variables |= given.variables
        for folder in given.programs:
            self.variables["PATH"] += f":{folder}"

    def run(self, block: Block, output: Block | None) -> Iterator[Printed]:
        """Run a block; yield what each of its commands printed."""
        if "stop" in block.marks:
            self.stop_servers()
        if "file" in block.marks:
            path = self.folder / self.places.outward(block.marks["file"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.places.outward(block.text))
        elif block.language == "python":
            done = self._program(block)
            said = output.text.splitlines() if output else said_in_comments(block)
            yield Printed(block, None, said, self._lines(done.printed), done.code)
        elif block.is_run:
            commands = commands_of(block)
            for command in commands:
                stays = "run" in block.marks and command is commands[-1]
                done = self._start(command) if stays else self._command(command.text)
                yield Printed(block, command, command.printed, self._lines(done.printed), done.code, stays)

    def stop_servers(self) -> None:
        """Stop what stays running, as Ctrl+C in its terminal does."""
        while self._background:
            process = self._background.pop().process
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        """End all processes."""
        self.stop_servers()
        if self._session is not None:
            self._session.close()

    def _lines(self, printed: str) -> list[str]:
        return self.places.inward(printed).splitlines()

    def _program(self, block: Block) -> Done:
        self._session = self._session or self.interpreters.session(self.python)
        code = "\n" * (block.line - 1) + self.places.outward(block.text)
        return self._session.ask(self.folder, self.variables, code=code, name="the page")

    def _command(self, text: str) -> Done:
        text = self.places.outward(text)
        if text.startswith("lineal ") and not SHELL_SIGNS.search(text):
            return self._lineal(shlex.split(text, comments=True))
        return self._shell(text)

    def _lineal(self, words: list[str]) -> Done:
        session = self.interpreters.session(OWN)
        try:
            return session.ask(self.folder, self.variables, words=words)
        finally:
            session.close()

    def _shell(self, text: str) -> Done:
        """Run a line of shell, and keep what it does to variables and the folder."""
        state = self.places.home / "state"
        with (self.places.home / "printed").open("w+") as output:
            done = subprocess.run(
                ["bash", "-c", TAKE_STATE + text + KEEP_STATE],
                cwd=self.folder,
                env={**self.variables, "STATE_OF_PAGE": str(state)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=COMMAND_SECONDS,
                check=False,
            )
            output.seek(0)
            printed = output.read()
        if state.exists():
            pairs = (each.partition("=") for each in state.read_text().split("\0") if each)
            left_out = ("STATE_OF_PAGE", "_", "SHLVL", "PWD", "OLDPWD")
            self.variables = {name: value for name, _, value in pairs if name not in left_out}
            self.folder = Path(Path(f"{state}.folder").read_text().rstrip("\n"))
        return Done(done.returncode, printed)

    def _start(self, command: Command) -> Done:
        """Start what stays running; wait until it printed what the page says, or three lines of `lineal serve`."""
        text = self.places.outward(command.text)
        expected = len(command.printed)
        if text.startswith("lineal serve"):
            expected = max(expected, 3)
            text += "".join(
                f" --{flag} {self.places.port(port)}"
                for flag, port in (("grpc-port", "8080"), ("http-port", "8081"))
                if f"--{flag}" not in text
            )
        self.stop_servers()
        output = self.places.home / "served"
        with output.open("w") as lines, (self.places.home / "log").open("w") as log:
            process = subprocess.Popen(
                ["bash", "-c", f"{TAKE_STATE}exec env {text}"],
                cwd=self.folder,
                env={**self.variables, "STATE_OF_PAGE": str(self.places.home / "state")},
                stdin=subprocess.DEVNULL,
                stdout=lines,
                stderr=log,
                text=True,
            )
        self._background.append(Background(process, output))
        end = time.monotonic() + START_SECONDS
        while output.read_text().count("\n") < expected:
            if process.poll() is not None or time.monotonic() > end:
                return Done(process.poll() or -1, output.read_text() + (self.places.home / "log").read_text())
            time.sleep(0.05)
        return Done(0, output.read_text())


def python_of(blocks: list[Block]) -> Path:
    """Return the Python that has what the blocks of a page need, or skip."""
    found = {each.marks["needs"] for each in blocks if each.marks.get("needs") in needs.PYTHONS}
    pythons = {needs.PYTHONS[need]() for need in sorted(found)}
    if len(pythons) > 1:
        raise ValueError(f"no Python has {' and '.join(sorted(found))}")
    return pythons.pop() if pythons else OWN


def left_out(block: Block) -> str | None:
    """Return why a block is not run here, or None if it is."""
    if not block.is_run and "file" not in block.marks:
        return None
    if "elsewhere" in block.marks:
        return "elsewhere"
    if "not run" in block.marks:
        return "not run"
    need = block.marks.get("needs", "")
    return need if need and needs.is_never_run(need) else None


@contextmanager
def reader(home: Path, interpreters: Interpreters, blocks: list[Block]) -> Iterator[PageRun]:
    """Lend a reader in a fresh folder, with the services that the blocks need."""
    with ExitStack() as stack:
        places = Places(home)
        places.make_system_folders()
        run = PageRun(places, interpreters, python_of(blocks), stack)
        stack.callback(run.close)
        wanted = {each.marks["needs"] for each in blocks if each.marks.get("needs") in needs.SERVICES}
        for need in sorted(wanted):
            run.give(needs.SERVICES[need](stack, places))
        yield run


def run_page(page: Path, run: PageRun) -> Iterator[Printed]:
    """Run the blocks of a page in their order; yield what each command and program printed."""
    blocks = blocks_of(page)
    for number, block in enumerate(blocks):
        if left_out(block):
            continue
        after = blocks[number + 1] if number + 1 < len(blocks) else None
        yield from run.run(block, after if after is not None and is_output(after, block) else None)
