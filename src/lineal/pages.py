"""The pages of the documentation that messages, help texts and answers name, and where the built site is.

A message names a page by a constant of this module, so mypy finds a name that does not exist. In a terminal it reads
`see: lineal docs NAME`; over HTTP it is an address under /docs. The build of the site fails if one of these pages or
anchors is missing. What stays out: serving the site (server/site.py), and the command (cli/docs.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

ADDRESS = "/docs"
"""Where a server shows the site."""
START = "index.html"


@dataclass(frozen=True)
class Page:
    """A page, or a section of one.

    Attributes:
        name: what `lineal docs` takes.
        path: the page's file without its suffix, relative to the root of the site.
        anchor: the section, "" for the whole page.
    """

    name: str
    path: str
    anchor: str = ""

    @property
    def see(self) -> str:
        """The words for a terminal."""
        return f"see: lineal docs {self.name}"

    @property
    def place(self) -> str:
        """The address relative to the root of the site."""
        return f"{self.path}.html" + (f"#{self.anchor}" if self.anchor else "")

    def address(self, prefix: str = "") -> str:
        """Return the address on a server, which a proxy may show under a path prefix."""
        return f"{prefix}{ADDRESS}/{self.place}"


AUDIT = Page("audit", "operations/retention", "the-audit-log")
BACKUP = Page("backup", "operations/backup")
CHANGING_RECORDS = Page("changing-records", "rest", "changing-records")
CLI = Page("cli", "reference/cli")
COMPATIBILITY = Page("compatibility", "compatibility")
COMPLETION = Page("completion", "reference/cli", "completion")
CONTAINERS = Page("containers", "operations/containers")
CONNECTING = Page("connecting", "operations/databases", "when-it-does-not-connect")
DATABASES = Page("databases", "operations/databases")
DIGESTS = Page("digests", "operations/files", "digests")
DOCTOR = Page("doctor", "operations/backup", "examining-a-store")
ERRORS = Page("errors", "errors")
FAULTS = Page("faults", "operations/server", "when-a-request-fails-inside-the-server")
FILES = Page("files", "operations/files")
OBJECT_STORES = Page("object-stores", "operations/files", "object-stores")
FILTER_QUERY = Page("filter-query", "filter-query")
HEALTH = Page("health", "operations/server", "health")
IMPORT_KFP = Page("import-kfp", "operations/import-kfp")
IMPORT_MLFLOW = Page("import-mlflow", "operations/import-mlflow")
INSTALL = Page("install", "get-started/notebook", "install")
LIMITS = Page("limits", "operations/security", "limits")
MIGRATIONS = Page("migrations", "operations/migrations")
MLFLOW = Page("mlflow", "mlflow")
MLFLOW_SERVED = Page("served-to-mlflow", "mlflow", "what-is-served")
OBSERVABILITY = Page("observability", "operations/observability")
OPENLINEAGE = Page("openlineage", "openlineage")
QUICKSTART = Page("quickstart", "get-started/notebook")
RECORDING_STEPS = Page("recording-steps", "sdk/steps", "where-steps-are-recorded")
REPLACING = Page("replacing-ml-metadata", "compatibility", "replacing-the-python-package")
REST = Page("rest", "rest")
REST_ERRORS = Page("rest-errors", "rest", "errors")
RETENTION = Page("retention", "operations/retention")
ROLES = Page("roles", "operations/security", "roles-and-workspaces")
SDK = Page("sdk", "sdk")
SEARCHING = Page("searching", "searching")
SECURITY = Page("security", "operations/security")
SENDING_OPENLINEAGE = Page("sending-openlineage", "operations/sending-openlineage")
SERVER = Page("server", "operations/server")
SETTINGS = Page("settings", "reference/settings")
START_PAGE = Page("start", "index")
TOKENS = Page("tokens", "operations/security", "tokens")
TROUBLE_WITH_CALLS = Page("trouble-with-calls", "help/troubleshooting", "servers-calling")
TROUBLE_WITH_STORES = Page("trouble-with-stores", "help/troubleshooting", "while-a-store-is-open")
TROUBLESHOOTING = Page("troubleshooting", "help/troubleshooting")
WATCHERS = Page("watchers", "watchers")
WORKERS = Page("workers", "operations/workers")

PAGES = {page.name: page for page in list(globals().values()) if isinstance(page, Page)}
"""All of them by name."""


def built_site() -> Path | None:
    """Return the folder of the built site, or None where it has not been built (`make site`)."""
    folder = site_folder()
    return folder if (folder / START).is_file() else None


def site_folder() -> Path:
    """Return the folder that the site is built into."""
    return Path(str(resources.files("lineal") / "site" / "static"))
