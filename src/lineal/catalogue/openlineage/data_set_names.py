"""Which artifacts the names of data sets in facets mean.

What stays out: the forms of names (lineal/locations.py), and looking them up (store/own_rows/locations.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from lineal.locations import DataSetName, joined
from lineal.store.engine.session import Session
from lineal.store.own_rows import locations


class DataSetNames:
    """Looks names up, each once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[DataSetName, list[int]] = {}

    def look_up(self, names: Iterable[DataSetName]) -> None:
        """Look up those that are not known yet, all at once."""
        uris = {name: joined(*name) for name in names if name not in self._found}
        at = locations.artifacts_at(self._session, list(dict.fromkeys(uris.values()))) if uris else {}
        self._found |= {name: [row.id for row in at[uri]] for name, uri in uris.items()}

    def artifacts(self, name: DataSetName) -> list[int]:
        """Return the ids of the artifacts of a name, all its versions, in ascending order."""
        self.look_up([name])
        return self._found[name]

    def mean(self, name: DataSetName | None, artifact_id: int) -> bool:
        """Say whether a name means an artifact; None always does, as the facet belongs to it."""
        return name is None or artifact_id in self.artifacts(name)
