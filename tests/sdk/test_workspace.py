from __future__ import annotations

import json

import pytest

from lineal.sdk import Store, Workspace


def test_a_workspace_is_stored_as_a_context_with_description_and_labels(store: Store) -> None:
    workspace = Workspace(store, "bakery", description="loaves", labels={"site": "mill"})
    [context] = store.store.get_contexts_by_type("kubeflow.org/alpha/workspace")
    assert (context.id, context.name) == (workspace.context_id, "bakery")
    assert context.properties["description"].string_value == "loaves"
    assert json.loads(context.properties["labels"].string_value) == {"site": "mill"}


def test_a_workspace_of_a_known_name_is_found_again(store: Store) -> None:
    assert Workspace(store, "bakery").context_id == Workspace(store, "bakery").context_id


def test_an_existing_workspace_keeps_its_description(store: Store) -> None:
    Workspace(store, "bakery", description="first")
    with pytest.warns(UserWarning, match="other values of description"):
        Workspace(store, "bakery", description="second")
    [context] = store.store.get_contexts()
    assert context.properties["description"].string_value == "first"


def test_an_existing_workspace_is_an_error_when_reuse_is_off(store: Store) -> None:
    existing = Workspace(store, "bakery")
    with pytest.raises(ValueError, match=f"'bakery' exists with id {existing.context_id}"):
        Workspace(store, "bakery", reuse_workspace_if_exists=False)


def test_a_new_workspace_is_made_when_reuse_is_off(store: Store) -> None:
    assert Workspace(store, "bakery", reuse_workspace_if_exists=False).context_id


@pytest.mark.parametrize("name", [None, 7, b"bakery", ""])
def test_a_workspace_needs_a_name(store: Store, name: object) -> None:
    with pytest.raises(ValueError, match="'name' must be set"):
        Workspace(store, name)  # type: ignore[arg-type]


@pytest.mark.parametrize("store", [None, "127.0.0.1:8080", object()])
def test_a_workspace_needs_a_store(store: object) -> None:
    with pytest.raises(ValueError, match="'store' must be set"):
        Workspace(store, "bakery")  # type: ignore[arg-type]


def test_the_retired_argument_names_the_one_that_replaced_it(store: Store) -> None:
    with pytest.raises(ValueError, match="pass 'store'"):
        Workspace(store, "bakery", backend_url_prefix="127.0.0.1:8080")


def test_a_workspace_that_another_program_made_in_between_is_used(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Workspace(store, "bakery")
    looked = iter([None])
    original = Workspace._get_existing_context
    monkeypatch.setattr(Workspace, "_get_existing_context", lambda self: next(looked, original(self)))
    assert Workspace(store, "bakery").context_id == first.context_id


def test_a_workspace_shows_itself_in_notebooks_with_every_text_escaped(store: Store) -> None:
    page = Workspace(store, "<b>", labels={"a": "&"})._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "&amp;" in page


def test_labels_that_are_no_mapping_are_refused() -> None:
    with pytest.raises(ValueError, match="'labels' must be a mapping of texts, got 'a'"):
        Workspace(Store(url="sqlite://"), "bakery", labels="a")  # type: ignore[arg-type]
