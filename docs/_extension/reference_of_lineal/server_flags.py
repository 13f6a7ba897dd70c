"""The flags of `metadata_store_server` as Markdown, from its own table of flags."""

from __future__ import annotations

from lineal.cli.metadata_store_server.flags import LINEAL, OFFICIAL
from lineal.cli.metadata_store_server.gflags import Flag

from .markdown import blocks, code, prose, sentence, table


def server_flags() -> str:
    """Return a table of the official server's flags, and one of Lineal's own."""
    titles = ("Flag", "Default", "Meaning")
    return blocks(
        table(("Flag of the official server", *titles[1:]), map(_row, OFFICIAL)),
        table(("Flag of Lineal's own", *titles[1:]), map(_row, LINEAL)),
    )


def _row(flag: Flag) -> tuple[str, str, str]:
    default = str(flag.default).lower() if isinstance(flag.default, bool) else str(flag.default)
    return code(f"--{flag.name}"), code(default), prose(sentence(flag.what))
