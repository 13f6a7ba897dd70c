"""The forms of a URI that mean one location, and the URIs of data sets of OpenLineage."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineal.locations import DataSetName, is_plain, joined, normal_form, other_forms, path_in, split

_PIECES = st.sampled_from(
    [
        *(
            "s3",
            "S3A",
            "minio",
            "file",
            "hdfs",
            "https",
            "Postgresql",
            "mysql+x",
            "wasbs",
            "abfss",
            "hf",
            "models",
            "oci",
        ),
        *(
            "mlflow-artifacts",
            "bigquery",
            "bq",
            "dbfs",
            "duckdb",
            "arn:aws:s3:::",
            "arn:aws:glue:r:1",
            "huggingface.co",
        ),
        *(
            ":",
            "/",
            "//",
            "://",
            "#",
            "?",
            "@",
            ".",
            "..",
            "/./",
            "%",
            "%2F",
            "%41",
            "%7e",
            "%25",
            "%23",
            "%20",
            "%C3%A9",
            "%3F",
            ":80",
            ":5432",
        ),
        *("C:", "\\", "Host", "a", "B", "é", " ", "localhost", ":latest", "s3.amazonaws.com", ".s3.amazonaws.com"),
        *("storage.googleapis.com", "c@a.dfs.core.windows.net", "a.blob.core.windows.net", "a.dfs.core.windows.net"),
    ]
)
_URIS = st.one_of(st.text(max_size=20), st.lists(_PIECES, max_size=9).map("".join))


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
        (
            ("/mnt/m", "file:///mnt/m/", "file://localhost/mnt/m", "file:/mnt/m", "/mnt/./m", "/mnt//m"),
            "file:///mnt/m",
        ),
        (("file://Host/mnt/m", "FILE://host/mnt/m/"), "file://host/mnt/m"),
        (("/my data/é", "file:///my%20data/%c3%A9", "file:/my data/é"), "file:///my%20data/%C3%A9"),
        (("/day=1/x", "file:///day%3D1/%78"), "file:///day=1/x"),
        (("C:\\data\\x", "c:/data/x", "file:///C:/data/x", "file://c:/data/x"), "file:///C:/data/x"),
        (("s3://b//k", "s3a://b///k//", "arn:aws:s3:::b/k", "arn:aws:s3:::b#k", "s3://b%2F#k", "S3://b#k"), "s3://b/k"),
        (("s3://b#/a#b", "s3://b/a#b"), "s3://b/a#b"),
        (("https://h/a%7Eb/./c", "https://H/a~b/c/"), "https://h/a~b/c"),
        (("https://s3.amazonaws.com/b//k",), "s3://b/k"),
        (
            ("postgresql://DB:5432/shop.public.t", "postgres://db/shop.public.t", "postgres://db%2F#shop.public.t"),
            "postgres://db/shop.public.t",
        ),
        (("mysql://Db:3306/shop.t", "mysql+pymysql://db/shop.t"), "mysql://db/shop.t"),
        (("hive://h:9083/shop.t", "hive://h/shop.t"), "hive://h/shop.t"),
        (("hdfs://h:8020//user/./x/", "hdfs://h/user/x"), "hdfs://h/user/x"),
        (("hdfs:///user/x", "hdfs:/user/x"), "hdfs:///user/x"),
        (("bigquery:p.d.t", "bq://p.d.t", "bigquery://p.d.t"), "bigquery:p.d.t"),
        (
            ("arn:aws:glue:eu-west-1:1#table/d/t", "arn:aws:glue:eu-west-1:1:table/d/t"),
            "arn:aws:glue:eu-west-1:1:table/d/t",
        ),
        (("duckdb:///w/shop.duckdb#shop.main.orders",), "duckdb:///w/shop.duckdb#shop.main.orders"),
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
                "https://Account.dfs.core.windows.net:443/c/m/",
                "abfs://c@Account.DFS.core.windows.net/m",
            ),
            "https://account.blob.core.windows.net/c/m",
        ),
        (("a model", "a model/"), "a model"),
        (("Orders:2026", "Orders:2026/"), "Orders:2026"),
        (("https://b.s3.amazonaws.com/my%20k/%C3%A9", "s3a://b/my k/é"), "s3://b/my k/é"),
        (("https://b.s3.amazonaws.com/day%3D1/a%2520b", "s3://b/day=1/a%20b"), "s3://b/day=1/a%20b"),
        (("https://storage.googleapis.com/b/my%20k", "gcs://b/my k"), "gs://b/my k"),
        (("https://b.s3.amazonaws.com/a%3Fv=1",), "https://b.s3.amazonaws.com/a%3Fv=1"),
        (("https://b.s3.amazonaws.com/a%FF",), "https://b.s3.amazonaws.com/a%FF"),
        (
            ("abfss://c@a.dfs.core.windows.net/my k", "https://a.blob.core.windows.net/c/my%20k"),
            "https://a.blob.core.windows.net/c/my%20k",
        ),
        (("https://h/é k", "https://h/%c3%A9%20k"), "https://h/%C3%A9%20k"),
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
        ("s3://b/k", "s3://B/k"),
        ("s3://b/k", "s3://b/k "),
        ("s3://b/a/k", "s3://b/a//k"),
        ("s3://b/a/k", "s3://b/a/./k"),
        ("s3://b/%41", "s3://b/A"),
        ("s3://b/k?versionId=1", "s3://b/k?versionId=2"),
        ("s3://b/#/k", "s3://b/k"),
        ("s3://b/day=1", "s3://b"),
        ("https://h/m?v=1/", "https://h/m?v=1"),
        ("https://h/m#one", "https://h/m#two"),
        ("https://h#one", "https://h/one"),
        ("https://h/a%2Fb", "https://h/a/b"),
        ("file:///x", "file://host/x"),
        ("/x%41", "/xA"),
        ("/x/../y", "/y"),
        ("/X", "/x"),
        ("x/y", "/x/y"),
        ("postgres://h/d.s.T", "postgres://h/d.s.t"),
        ("postgres://h/d.s.t", "postgres://h:5433/d.s.t"),
        ("postgres://h/d.s.t", "mysql://h/d.s.t"),
        ("postgres://A@h/d", "postgres://a@h/d"),
        ("duckdb:///w/a#t", "duckdb:///w/a/t"),
        ("duckdb:///w/a#t", "duckdb:///w/b#t"),
        ("pvc://Claim/m", "pvc://claim/m"),
        ("arn:aws-cn:s3:::b/k", "s3://b/k"),
        ("Orders:2026", "orders:2026"),
        ("https://b.s3.amazonaws.com/a%20b", "s3://b/a%20b"),
        ("https://a.blob.core.windows.net/c/a%20b", "wasbs://c@a.blob.core.windows.net/a%20b"),
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
        ("/my data", "file:///my%20data"),
        ("file:///my%20data", "/my data"),
        ("file:///x", "file:/x/"),
        ("postgres://h/d.s.t", "postgresql://h:5432/d.s.t"),
        ("bigquery:p.d.t", "bq://p.d.t"),
        ("mysql://h/d.t", "mysql://h:3306/d.t"),
        ("gs://b/my k", "https://storage.googleapis.com/b/my%20k"),
        ("https://a.blob.core.windows.net/c/my%20k", "abfss://c@a.dfs.core.windows.net/my k"),
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
        ("https://b.s3.amazonaws.com/my%20key/m", "key/m"),
        ("/my data/x", "data/x"),
    ],
)
def test_every_form_of_a_place_has_the_path_below_host_and_bucket(uri: str, path: str) -> None:
    assert path_in(normal_form(uri)) == path
    assert all(path in form for form in other_forms(uri))


@given(_URIS)
def test_the_normal_form_of_a_normal_form_is_itself(uri: str) -> None:
    assert normal_form(normal_form(uri)) == normal_form(uri)


@given(_URIS)
def test_the_other_forms_of_a_uri_mean_its_location(uri: str) -> None:
    assert {normal_form(form) for form in other_forms(uri)} <= {normal_form(uri)}


@given(_URIS, _URIS)
def test_the_uri_of_a_data_set_says_its_namespace_and_its_name(namespace: str, name: str) -> None:
    assert split(joined(namespace, name)) == (namespace, name)


@pytest.mark.parametrize(
    ("namespace", "name", "uri"),
    [
        ("s3://b", "k/m", "s3://b/k/m"),
        ("file", "/x/y", "file:///x/y"),
        ("file://host", "/x", "file://host/x"),
        ("hdfs://h:8020", "/user/x", "hdfs://h:8020/user/x"),
        ("dbfs://ws", "/x", "dbfs://ws/x"),
        ("postgres://h:5432", "shop.public.t", "postgres://h:5432/shop.public.t"),
        ("bigquery", "p.d.t", "bigquery:p.d.t"),
        ("kafka://h:9092", "topic", "kafka://h:9092/topic"),
        ("duckdb:///w/shop.duckdb", "shop.main.t", "duckdb:///w/shop.duckdb#shop.main.t"),
        ("arn:aws:glue:r:1", "table/d/t", "arn:aws:glue:r:1#table/d/t"),
        ("bigtable://P/I", "t", "bigtable://P/I#t"),
        ("s3://b", "#/key", "s3://b##/key"),
        ("s3://b/", "k", "s3://b%2F#k"),
        ("file", "/100%", "file#/100%"),
        ("", "", "#"),
    ],
)
def test_a_data_set_has_a_usual_uri_where_that_can_be_taken_apart(namespace: str, name: str, uri: str) -> None:
    assert joined(namespace, name) == uri
    assert split(uri) == DataSetName(namespace, name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("s3://b", "k"), ("s3a://b", "/k/")),
        (("file", "/x"), ("file://localhost", "/x")),
        (("file", "/100%"), ("file", "/100%/")),
        (("postgres://h:5432", "d.s.t"), ("postgresql://H", "d.s.t")),
        (("abfss://c@a.dfs.core.windows.net", "k"), ("wasbs://c@a.blob.core.windows.net", "/k")),
        (("s3://b", "#/key"), ("s3a://b", "#/key/")),
        (("duckdb:///w/shop.duckdb", "d.s.t"), ("duckdb:///w/shop.duckdb", "d.s.t")),
    ],
)
def test_two_names_of_one_data_set_have_one_normal_form(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert normal_form(joined(*one)) == normal_form(joined(*other))


@pytest.mark.flaky(reruns=2)
def test_a_long_uri_takes_no_time() -> None:
    long_host = "a.s3" * 30_000
    for uri in (
        f"https://{long_host}",
        f"https://{long_host}/k",
        f"https://h/{'%41/./' * 30_000}",
        f"s3://b/{'/' * 100_000}k",
    ):
        started = time.monotonic()
        normal_form(uri)
        assert time.monotonic() - started < 1


def test_a_path_with_a_percent_sign_is_the_file_that_its_uri_names() -> None:
    assert normal_form("/100%") == normal_form("file:///100%25") == normal_form(joined("file", "/100%"))


@given(st.from_regex(r"((s3|gs)://[a-z0-9-]{1,5}|file://|s3a://b|S3://b)?(/[\w.=-]{0,4}){0,4}", fullmatch=True))
def test_a_uri_that_looks_usual_is_a_usual_form(uri: str) -> None:
    normal = normal_form(uri)
    assert not is_plain(uri) or uri == normal or uri in other_forms(normal)


@pytest.mark.parametrize(
    "uri", ["s3://bucket/models/1", "/data/x.csv", "file:///data/x.csv", "gs://b/y=2026/z.parquet"]
)
def test_most_uris_look_usual(uri: str) -> None:
    assert is_plain(uri)
