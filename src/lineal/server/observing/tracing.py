"""Spans for OpenTelemetry, from the request to the statement, where it is installed and asked for.

OpenTelemetry's own environment variables (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME and others) say where spans
go. A span holds the text of a statement, which never holds a value. Without `--traces` nothing is imported.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import lineal
from lineal import errors, pages
from lineal.store.engine.database import Database

_NO_SPAN = nullcontext()
_LONGEST_STATEMENT = 2000
_span: Callable[[str, Mapping[str, str]], AbstractContextManager[Any]] | None = None


def request_span(name: str, headers: Iterable[tuple[str, Any]]) -> AbstractContextManager[Any]:
    """Return what a request runs inside of: a span that goes on the caller's trace, or nothing."""
    if _span is None:
        return _NO_SPAN
    return _span(name, {key: value for key, value in headers if isinstance(value, str)})


def begin(database: Database, exporter: Any = None) -> Callable[[], None]:
    """Trace requests and statements from now on; return the function that ends it and sends the rest.

    Args:
        database: whose statements.
        exporter: takes the spans; None sends them by OTLP to where the environment says.

    Raises:
        FailedPreconditionError: OpenTelemetry is not installed.
    """
    try:
        provider = _provider(exporter)
    except ModuleNotFoundError as error:
        raise errors.FailedPreconditionError(
            f"--traces needs the package {error.name}; install it with: pip install 'lineal[otel]'",
            errors.Details(page=pages.INSTALL.name),
        ) from None
    tracer = provider.get_tracer("lineal", lineal.__version__)
    _trace_requests(tracer)
    _trace_statements(tracer, database)

    def end() -> None:
        global _span
        _span = database.span = None
        provider.shutdown()

    return end


def _provider(exporter: Any) -> Any:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if exporter is None:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter()
    named = {"service.version": lineal.__version__}
    if "OTEL_SERVICE_NAME" not in os.environ:
        named["service.name"] = "lineal"
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _trace_requests(tracer: Any) -> None:
    global _span
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    def span(name: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
        found: AbstractContextManager[Any] = tracer.start_as_current_span(
            name, context=extract(headers), kind=SpanKind.SERVER
        )
        return found

    _span = span


def _trace_statements(tracer: Any, database: Database) -> None:
    from opentelemetry.trace import SpanKind

    system = database.dialect.name

    def span(sql: str) -> AbstractContextManager[Any]:
        attributes = {"db.system": system, "db.statement": sql[:_LONGEST_STATEMENT]}
        found: AbstractContextManager[Any] = tracer.start_as_current_span(
            sql.split(None, 1)[0], kind=SpanKind.CLIENT, attributes=attributes
        )
        return found

    database.span = span
