"""The forms of a URI that mean one place."""

from __future__ import annotations

import pytest

from lineal.locations import normal_form, other_forms, path_in


@pytest.mark.parametrize(
    ("several", "normal"),
    [
        (("s3://b/k", "s3://b/k/", "S3://b/k", "s3a://b/k", "s3n://b/k//", "minio://b/k"), "s3://b/k"),
        (("https://b.s3.eu-west-1.amazonaws.com/k/m", "https://s3.amazonaws.com/b/k/m"), "s3://b/k/m"),
        (("gs://b/k", "gcs://b/k/", "https://storage.googleapis.com/b/k"), "gs://b/k"),
        (("https://Models.Example.org:443/m", "HTTPS://models.example.org/m/"), "https://models.example.org/m"),
        (("http://models.example.org:80/m?v=1", "http://models.example.org/m?v=1"), "http://models.example.org/m?v=1"),
        (("http://models.example.org:8080/M",), "http://models.example.org:8080/M"),
        (("hdfs://Node:8020/m", "hdfs://node/m/"), "hdfs://node/m"),
        (("/mnt/m", "file:///mnt/m/", "file://localhost/mnt/m"), "file:///mnt/m"),
        (("hf://org/m", "https://huggingface.co/org/m", "https://HuggingFace.co/org/m/"), "hf://org/m"),
        (("hf://org/m:v2", "https://huggingface.co/org/m/tree/v2"), "hf://org/m:v2"),
        (("models:/churn/3", "models://churn/3", "models:/churn/3/"), "models:/churn/3"),
        (("mlflow-artifacts:/1/m", "mlflow-artifacts://mlflow:5000/1/m"), "mlflow-artifacts:/1/m"),
        (("pvc://claim/m", "pvc://claim/m/"), "pvc://claim/m"),
        (("oci://Registry.example.org/m:1",), "oci://registry.example.org/m:1"),
        (
            (
                "wasbs://c@account.blob.core.windows.net/m",
                "abfss://c@account.dfs.core.windows.net/m/",
                "https://account.blob.core.windows.net/c/m",
            ),
            "https://account.blob.core.windows.net/c/m",
        ),
        (("a model", "a model/"), "a model"),
    ],
)
def test_forms_of_one_place_have_one_normal_form(several: tuple[str, ...], normal: str) -> None:
    assert {normal_form(uri) for uri in several} == {normal}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("s3://b/k", "s3://b/K"),
        ("s3://b/k", "gs://b/k"),
        ("s3://b/k", "s3://b/k/x"),
        ("https://h/m", "https://h:8443/m"),
        ("https://h/m", "http://h/m"),
        ("hf://org/m", "hf://org/m:v2"),
        ("oci://h/m:1", "oci://h/m:2"),
    ],
)
def test_other_places_have_other_forms(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)
    assert other not in other_forms(one)


@pytest.mark.parametrize(
    "pair",
    [
        ("s3://b/k", "minio://b/k/"),
        ("s3://b/k/", "s3://b/k"),
        ("https://b.s3.amazonaws.com/k", "s3://b/k"),
        ("gs://b/k", "gcs://b/k"),
        ("https://H/m", "https://h:443/m"),
        ("hf://org/m", "https://huggingface.co/org/m"),
        ("hf://org/m:v2", "https://huggingface.co/org/m/tree/v2"),
        ("models:/churn/3", "models:/churn/3/"),
        ("mlflow-artifacts://mlflow:5000/1/m", "mlflow-artifacts:/1/m"),
        ("pvc://claim/m/", "pvc://claim/m"),
        ("file:///mnt/m", "/mnt/m"),
        ("oci://h/m", "oci://h/m:latest"),
        ("https://account.blob.core.windows.net/c/m", "abfss://c@account.dfs.core.windows.net/m"),
    ],
)
def test_the_form_in_which_a_program_recorded_a_place_is_looked_up(pair: tuple[str, str]) -> None:
    served, stored = pair

    assert stored in other_forms(served)
    assert served not in other_forms(served)
    assert {normal_form(form) for form in other_forms(served)} == {normal_form(served)}


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("s3://b/k/m", "k/m"),
        ("https://b.s3.amazonaws.com/k/m", "k/m"),
        ("https://h/m?version=1", "m"),
        ("hf://org/m:v2", "m"),
        ("models:/churn/3", "churn/3"),
        ("mlflow-artifacts://mlflow:5000/1/m", "1/m"),
        ("/mnt/m", "mnt/m"),
        ("abfss://c@account.dfs.core.windows.net/k/m", "k/m"),
        ("oci://h/k/m:2", "k/m"),
        ("s3://b", ""),
        ("https://account.blob.core.windows.net/c", ""),
    ],
)
def test_every_form_of_a_place_has_the_path_below_host_and_bucket(uri: str, path: str) -> None:
    assert path_in(normal_form(uri)) == path
    assert all(path in form for form in other_forms(uri))
