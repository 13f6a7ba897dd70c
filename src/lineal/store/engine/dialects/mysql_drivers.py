"""Which driver speaks to MySQL and MariaDB: mysqlclient, which is compiled, if it is installed, and PyMySQL otherwise.

A database URL may name one: `mysql+mysqldb://` or `mysql+pymysql://`. What stays out: the drivers' connections.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lineal import errors, pages
from lineal.store.engine.dialects.mysql_session import MySQLConnector
from lineal.store.engine.dialects.urls import ServerURL


@dataclass(frozen=True)
class MySQLDriver:
    """A driver.

    Attributes:
        name: as its project calls it.
        module: the module with its errors.
        connector: the module and the class that opens its connections.
        extra: the extra of Lineal that installs it.
        packs_rows: whether many rows are cheaper to read as few texts (packing.py).
    """

    name: str
    module: str
    connector: tuple[str, str]
    extra: str
    packs_rows: bool

    def errors(self) -> Any:
        """Return the module with its errors.

        Raises:
            ModuleNotFoundError: the driver is not installed.
            ImportError: it cannot be loaded, for example without the library that it needs.
        """
        found = importlib.import_module(self.module)
        if found.__name__ != self.module:  # PyMySQL, which a program may have registered under both names
            raise ModuleNotFoundError(f"{self.module} is {found.__name__} here", name=self.module)
        return found

    def objection(self, url: ServerURL) -> str:
        """Return why the driver cannot do what a URL asks for, or an empty text."""
        found: Callable[[ServerURL], str] | None = getattr(
            importlib.import_module(self.connector[0]), "objection", None
        )
        return found(url) if found else ""

    def connector_for(self, url: ServerURL, timeout: float) -> MySQLConnector:
        """Return what opens connections; `timeout` is for opening one, in seconds."""
        module, name = self.connector
        made: MySQLConnector = getattr(importlib.import_module(module), name)(url, timeout)
        return made


_FOLDER = "lineal.store.engine.dialects"
MYSQLCLIENT = MySQLDriver(
    "mysqlclient", "MySQLdb", (f"{_FOLDER}.mysqldb_connection", "MySQLdbConnector"), "mysqlclient", packs_rows=False
)
PYMYSQL = MySQLDriver(
    "PyMySQL", "pymysql", (f"{_FOLDER}.mysql_connection", "PyMySQLConnector"), "mysql", packs_rows=True
)
_log = logging.getLogger(__name__)
_CURE = "use ssl_mode=verify_identity, or mysql+pymysql://"
_BY_NAME = {"mysqldb": MYSQLCLIENT, "pymysql": PYMYSQL}


def driver_for(url: ServerURL) -> MySQLDriver:
    """Return the driver that a URL names, or without a name the first that is installed and can do what the URL asks.

    Raises:
        FailedPreconditionError: it is not installed, cannot be loaded or cannot do it, or there is none.
    """
    if url.driver:
        driver = _loaded(_BY_NAME[url.driver], f"mysql+{url.driver}")
        reason = driver.objection(url)
        if reason:
            raise errors.FailedPreconditionError(f"{driver.name} does not fit the database URL: {reason}; {_CURE}")
        return driver
    try:
        MYSQLCLIENT.errors()
        reason = MYSQLCLIENT.objection(url)
    except ModuleNotFoundError:
        return _loaded(PYMYSQL, "mysql")
    except ImportError as error:
        reason = f"it cannot be loaded: {error}"
    if reason:
        _log.warning("mysqlclient is installed, and PyMySQL is used instead: %s", reason)
        return _loaded(PYMYSQL, "mysql")
    return MYSQLCLIENT


def _loaded(driver: MySQLDriver, scheme: str) -> MySQLDriver:
    try:
        driver.errors()
    except ModuleNotFoundError as error:
        raise errors.FailedPreconditionError(
            f"{scheme}:// needs the driver {driver.name}; install it with pip install 'lineal[{driver.extra}]'",
            errors.Details(page=pages.DATABASES.name),
        ) from error
    except ImportError as error:
        raise errors.FailedPreconditionError(
            f"{scheme}:// needs the driver {driver.name}, which cannot be loaded: {error}; install it again with pip "
            f"install --force-reinstall --no-cache-dir 'lineal[{driver.extra}]'"
        ) from error
    return driver
