"""The routes of the files of records: what is in a folder, with sizes, times and digests.

What stays out: contents; each file says where it is downloaded.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Catalogue, shapes
from lineal.files import ArtifactsRoot
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.server.rest.parameters import NodeId, read_id
from lineal.server.rest.writing import answer

_Path = Annotated[
    str,
    Query(max_length=4096, description="The folder or file, relative to the files of the record; empty for all."),
]


def add(router: APIRouter, catalogue: Catalogue, root: ArtifactsRoot) -> None:
    """Add the routes, over the files below a root."""
    for kind in (ARTIFACT, EXECUTION):
        _add(router, catalogue, root, kind)


def _add(router: APIRouter, catalogue: Catalogue, root: ArtifactsRoot, kind: Kind) -> None:
    @router.get(
        f"/{kind.plural}/{{node_id}}/files",
        response_model=shapes.RecordFiles,
        summary=f"A folder of the files of an {kind.name}, with sizes, times and SHA-256",
        operation_id=f"files_of_{kind.name}",
        tags=[kind.plural],
    )
    def files(
        node_id: NodeId,
        path: _Path = "",
        limit: Annotated[int, Query(ge=1, le=1000, description="The longest page wanted.")] = 1000,
        cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description="`next_cursor`.")] = None,
    ) -> Response:
        number = read_id(node_id, what=kind.name)
        return answer(catalogue.files(root, kind, number, path=path, start=int(cursor or 0), limit=limit))
