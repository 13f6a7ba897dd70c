"""The service descriptor names every call of the official interface."""

from __future__ import annotations

import pytest

from lineal.wire import service

NAMES = """
PutArtifactType PutExecutionType PutContextType PutTypes PutArtifacts PutExecutions PutEvents PutExecution
PutLineageSubgraph PutContexts PutAttributionsAndAssociations PutParentContexts GetArtifactType GetArtifactTypesByID
GetArtifactTypes GetExecutionType GetExecutionTypesByID GetExecutionTypes GetContextType GetContextTypesByID
GetContextTypes GetArtifacts GetExecutions GetContexts GetArtifactsByID GetExecutionsByID GetContextsByID
GetArtifactsByType GetExecutionsByType GetContextsByType GetArtifactByTypeAndName GetExecutionByTypeAndName
GetContextByTypeAndName GetArtifactsByURI GetEventsByExecutionIDs GetEventsByArtifactIDs
GetArtifactsByExternalIds GetExecutionsByExternalIds GetContextsByExternalIds GetArtifactTypesByExternalIds
GetExecutionTypesByExternalIds GetContextTypesByExternalIds GetContextsByArtifact GetContextsByExecution
GetParentContextsByContext GetChildrenContextsByContext GetParentContextsByContexts GetChildrenContextsByContexts
GetArtifactsByContext GetExecutionsByContext GetLineageGraph GetLineageSubgraph
""".split()

METHODS = service.DESCRIPTOR.services_by_name["MetadataStoreService"].methods_by_name


def test_the_service_has_the_52_calls_of_the_interface_and_no_other() -> None:
    assert len(NAMES) == 52
    assert set(METHODS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_call_takes_and_gives_the_messages_of_its_name(name: str) -> None:
    assert METHODS[name].input_type.name == f"{name}Request"
    assert METHODS[name].output_type.name == f"{name}Response"
