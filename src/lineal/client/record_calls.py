"""The client's calls that change records and move aliases, of lineal.v1.RecordsService.

A Lineal server or an embedded store answers them; another metadata server does not know the calls. What stays out: what
a patch means (lineal/record_patch.py).
"""

from __future__ import annotations

from lineal.client.calls import Calls
from lineal.wire import records


class RecordCalls(Calls):
    """The calls of lineal.v1.RecordsService."""

    def change_nodes(self, request: records.ChangeNodesRequest) -> records.ChangeNodesResponse:
        """Change nodes by a JSON merge patch, all of them or none.

        Raises:
            InvalidArgumentError: the request or a value of its patch is wrong.
            NotFoundError: a node does not exist.
            FailedPreconditionError: a node is not as the caller knows it.
            UnimplementedError: the server is not Lineal.
        """
        response: records.ChangeNodesResponse = self._send("ChangeNodes", request)
        return response

    def undo_change(self, audit_id: int) -> records.ChangeNodesResponse:
        """Undo the change of an entry of the audit log.

        Raises:
            NotFoundError: there is no such entry, or its node does not exist.
            FailedPreconditionError: it cannot be undone, or the node has changed again since.
            UnimplementedError: the server is not Lineal.
        """
        response: records.ChangeNodesResponse = self._send("UndoChange", records.UndoChangeRequest(audit_id=audit_id))
        return response

    def put_alias(self, artifact_id: int, alias: str) -> int | None:
        """Give an alias to an artifact; return the id of the version that had it, None if none had.

        Raises:
            InvalidArgumentError: the text can be no alias, or the artifact has no name.
            NotFoundError: the artifact does not exist.
            UnimplementedError: the server is not Lineal.
        """
        response: records.PutAliasResponse = self._send(
            "PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias=alias)
        )
        return response.previous_artifact_id if response.HasField("previous_artifact_id") else None

    def delete_alias(self, artifact_id: int, alias: str) -> None:
        """Take an alias from an artifact.

        Raises:
            NotFoundError: the artifact does not exist, or does not have the alias.
            UnimplementedError: the server is not Lineal.
        """
        self._send("DeleteAlias", records.DeleteAliasRequest(artifact_id=artifact_id, alias=alias))
