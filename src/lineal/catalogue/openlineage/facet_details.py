"""The facets that people read, in words: what each of OpenLineage's own facets says, one line after another.

A facet that is not in the table has no details; it is shown as JSON. What stays out: reading facets
(recorded_facets.py), and columns, which have a view of their own (columns.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lineal.catalogue.openlineage.reading import (
    Object,
    integer_in,
    number_in,
    object_in,
    objects_in,
    text_in,
)
from lineal.catalogue.shapes import FacetDetail, Reference
from lineal.counting import amount

RunOf = Callable[[str], Reference | None]
"""Returns the execution of a run by the run's id, if the store has it."""
Details = Iterator[FacetDetail]
_FIRST = 20


def details(name: str, content: Object, run_of: RunOf) -> list[FacetDetail]:
    """Return what a facet says; nothing for one that is not known, or that has another shape than it should."""
    if name == "parent":
        return list(_parent(content, run_of))
    return list(_KNOWN[name](content)) if name in _KNOWN else []


def named_runs(content: Object) -> list[str]:
    """Return the ids of the runs that a parent facet names."""
    both = (content, object_in(content, "root"))
    return [run for each in both if (run := text_in(object_in(each, "run"), "runId"))]


def _parent(content: Object, run_of: RunOf) -> Details:
    parent, *root = dict.fromkeys(_run_and_job(each) for each in (content, object_in(content, "root")))
    for label, (run, job) in zip(("Parent run", "Root run"), (parent, *root), strict=False):
        if run:
            record = run_of(run)
            text = job if job and record else f"{job} ({run})" if job else run
            yield FacetDetail(label, text, "record", record=record)


def _run_and_job(said: Object) -> tuple[str | None, str | None]:
    return text_in(object_in(said, "run"), "runId"), text_in(object_in(said, "job"), "name")


def _lines(*named: tuple[str, str]) -> Callable[[Object], Details]:
    """Return what writes some texts of a facet under labels."""

    def write(content: Object) -> Details:
        for label, name in named:
            if text := text_in(content, name):
                yield FacetDetail(label, text)

    return write


def _numbers(*named: tuple[str, str]) -> Callable[[Object], Details]:
    def write(content: Object) -> Details:
        for label, name in named:
            number = integer_in(content, name)
            if number is not None:
                yield FacetDetail(label, str(number), "bytes" if name in ("size", "bytes") else "number")

    return write


def _nominal_time(content: Object) -> Details:
    for label, name in (("Nominal start", "nominalStartTime"), ("Nominal end", "nominalEndTime")):
        if text := text_in(content, name):
            yield FacetDetail(label, text, "time")


def _error_message(content: Object) -> Details:
    if message := text_in(content, "message"):
        yield FacetDetail("Error", message, "long")
    if stack := text_in(content, "stackTrace"):
        yield FacetDetail("Stack trace", stack, "code", text_in(content, "programmingLanguage"))


def _processing_engine(content: Object) -> Details:
    if words := _joined([text_in(content, "name"), text_in(content, "version")], " "):
        yield FacetDetail("Engine", words)
    if adapter := text_in(content, "openlineageAdapterVersion"):
        yield FacetDetail("Adapter for OpenLineage", adapter)


def _execution_parameters(content: Object) -> Details:
    for each in objects_in(content, "parameters"):
        if name := text_in(each, "name") or text_in(each, "key"):
            yield FacetDetail(name, _scalar(each.get("value")))


def _documentation(content: Object) -> Details:
    if text := text_in(content, "description"):
        yield FacetDetail("Description", text, "long")


def _data_source(content: Object) -> Details:
    name, uri = text_in(content, "name"), text_in(content, "uri")
    if name:
        yield FacetDetail("Source", name)
    if uri and uri != name:
        yield FacetDetail("Address of the source", uri)


def _source_code(content: Object) -> Details:
    if code := text_in(content, "sourceCode"):
        yield FacetDetail("Source code", code, "code", text_in(content, "language"))


def _source_code_location(content: Object) -> Details:
    for label, name in (("Source code", "url"), ("Repository", "repoUrl"), ("Pull request", "pullRequestNumber")):
        if text := text_in(content, name):
            is_link = text.lower().startswith(("http://", "https://"))
            yield FacetDetail(label, text, "link" if is_link else "text")
    yield from _lines(("Path", "path"), ("Version", "version"), ("Tag", "tag"), ("Branch", "branch"))(content)


def _sql(content: Object) -> Details:
    if query := text_in(content, "query"):
        yield FacetDetail("SQL", query, "code", text_in(content, "dialect"))


def _ownership(content: Object) -> Details:
    owners = [_with_note(text_in(each, "name"), text_in(each, "type")) for each in objects_in(content, "owners")]
    if words := _joined(owners, ", "):
        yield FacetDetail("Owners", words)


def _job_type(content: Object) -> Details:
    parts = [text_in(content, name) for name in ("integration", "jobType", "processingType")]
    if words := _joined(parts, ", "):
        yield FacetDetail("Kind of job", words)


def _symlinks(content: Object) -> Details:
    for each in objects_in(content, "identifiers")[:_FIRST]:
        if name := text_in(each, "name"):
            place = _joined([text_in(each, "namespace"), name], " ")
            yield FacetDetail("Other name", _with_note(place, text_in(each, "type")) or name)


def _lifecycle(content: Object) -> Details:
    previous = object_in(content, "previousIdentifier")
    before = _joined([text_in(previous, "namespace"), text_in(previous, "name")], " ")
    if change := text_in(content, "lifecycleStateChange"):
        yield FacetDetail("Last change", f"{change}, before: {before}" if before else change)


def _hierarchy(content: Object) -> Details:
    levels = [_with_note(text_in(each, "name"), text_in(each, "type")) for each in objects_in(content, "hierarchy")]
    if words := _joined(levels, " › "):
        yield FacetDetail("Within", words)


def _tags(content: Object) -> Details:
    tags = [each for each in objects_in(content, "tags") if not text_in(each, "field")]
    words = [_joined([text_in(each, "key"), text_in(each, "value")], ": ") for each in tags]
    if text := _joined(words[:_FIRST], ", "):
        yield FacetDetail("Tags", text)


def _quality(content: Object) -> Details:
    yield from _numbers(("Rows", "rowCount"), ("Size", "bytes"), ("Files", "fileCount"))(content)
    if updated := text_in(content, "lastUpdated"):
        yield FacetDetail("Last updated", updated, "time")
    if measured := object_in(content, "columnMetrics"):
        yield FacetDetail("Measured", amount(len(measured), "columns"))


def _assertions(content: Object) -> Details:
    checks = objects_in(content, "assertions")
    failed = [each for each in checks if each.get("success") is not True]
    if checks:
        yield FacetDetail("Checks", f"{len(checks) - len(failed):,} passed, {len(failed):,} failed")
    for each in failed[:_FIRST]:
        about = _with_note(text_in(each, "name") or text_in(each, "assertion"), text_in(each, "column"))
        yield FacetDetail("Failed check", about or "check")


def _tests(content: Object) -> Details:
    for each in objects_in(content, "tests")[:_FIRST]:
        if words := _with_note(text_in(each, "name"), text_in(each, "status")):
            yield FacetDetail("Test", words)


def _schema(content: Object) -> Details:
    if fields := objects_in(content, "fields"):
        yield FacetDetail("Schema", amount(len(fields), "columns"))


def _column_lineage(content: Object) -> Details:
    if fields := object_in(content, "fields"):
        yield FacetDetail("Column lineage", f"of {amount(len(fields), 'columns')}")


def _extraction_error(content: Object) -> Details:
    total, failed = number_in(content, "totalTasks"), number_in(content, "failedTasks")
    if total is not None and failed is not None:
        yield FacetDetail("Not extracted", f"{failed:,.0f} of {amount(int(total), 'tasks')}")
    for each in objects_in(content, "errors")[:_FIRST]:
        if message := text_in(each, "errorMessage"):
            yield FacetDetail("Extraction error", message, "long")


def _joined(parts: Iterable[str | None], mark: str) -> str:
    return mark.join(part for part in parts if part)


def _with_note(text: str | None, note: str | None) -> str | None:
    return f"{text} ({note})" if text and note else text


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


_KNOWN: dict[str, Callable[[Object], Details]] = {
    "nominalTime": _nominal_time,
    "errorMessage": _error_message,
    "processing_engine": _processing_engine,
    "externalQuery": _lines(("Query", "externalQueryId"), ("Query of", "source")),
    "extractionError": _extraction_error,
    "executionParameters": _execution_parameters,
    "test": _tests,
    "documentation": _documentation,
    "sourceCode": _source_code,
    "sourceCodeLocation": _source_code_location,
    "sql": _sql,
    "ownership": _ownership,
    "jobType": _job_type,
    "tags": _tags,
    "schema": _schema,
    "dataSource": _data_source,
    "version": _lines(("Version of the data", "datasetVersion")),
    "columnLineage": _column_lineage,
    "symlinks": _symlinks,
    "storage": _lines(("Storage", "storageLayer"), ("File format", "fileFormat")),
    "lifecycleStateChange": _lifecycle,
    "datasetType": _lines(("Kind of data set", "datasetType"), ("More exactly", "subType")),
    "catalog": _lines(
        ("Catalogue", "name"), ("Kind of catalogue", "type"), ("Framework", "framework"), ("Warehouse", "warehouseUri")
    ),
    "hierarchy": _hierarchy,
    "dataQualityMetrics": _quality,
    "dataQualityAssertions": _assertions,
    "inputStatistics": _numbers(("Rows read", "rowCount"), ("Bytes read", "size"), ("Files read", "fileCount")),
    "outputStatistics": _numbers(
        ("Rows written", "rowCount"), ("Bytes written", "size"), ("Files written", "fileCount")
    ),
}
