"""What a page names and a test has elsewhere: ports, folders, the host."""

from __future__ import annotations

import re
import socket
from pathlib import Path

from tests.ports import free_port

HOME = "/home/ada"
FOLDER = f"{HOME}/work"
"""Where the reader of a page works, as its outputs say it."""
SYSTEM_FOLDERS = ("/var/lib/lineal", "/etc/lineal", "/run/secrets")
PORTS = ("8080", "8081", "8443", "8444", "5000", "5432", "3306")
HOST = "laptop"
_PORT = re.compile(rf"(?:(?<=:)|(?<=port[= ])|(?<=Port[= ])|(?<=listen )|(?<=-p )|(?<=PORT=))({'|'.join(PORTS)})\b")


class Places:
    """The places of one page."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "work"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.hosts: dict[str, str] = {}
        self._ports: dict[str, str] = {}

    def port(self, named: str) -> str:
        """Return the port that stands for one of a page."""
        if named not in self._ports:
            self._ports[named] = str(free_port())
        return self._ports[named]

    def give_port(self, named: str, real: str) -> None:
        """Let a port of the page be that of a server which runs already."""
        self._ports[named] = real

    def outward(self, text: str) -> str:
        """Return a text of the page as it is run."""
        for host, real in self.hosts.items():
            text = text.replace(host, real)
        text = _PORT.sub(lambda found: self.port(found.group(1)), text)
        for folder in SYSTEM_FOLDERS:
            text = text.replace(folder, f"{self.home}/system{folder}")
        return text.replace(HOME, str(self.home))

    def inward(self, text: str) -> str:
        """Return what was printed as the page says it."""
        for named, real in self._ports.items():
            text = re.sub(rf"(?<!\d){real}(?!\d)", named, text)
        for host, real in self.hosts.items():
            text = text.replace(self.inward_host(real), host)
        text = text.replace(f"{self.home}/system", "").replace(str(self.home), HOME)
        return re.sub(rf"\b{re.escape(socket.gethostname())}\b", HOST, text)

    def inward_host(self, real: str) -> str:
        """Return the place of a host after its port was settled."""
        for named, port in self._ports.items():
            real = real.replace(port, named)
        return real

    def make_system_folders(self) -> None:
        """Make the folders of a system that pages write to."""
        for folder in SYSTEM_FOLDERS:
            Path(f"{self.home}/system{folder}").mkdir(parents=True, exist_ok=True)
