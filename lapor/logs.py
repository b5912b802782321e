"""Log lines: JSON in production, readable while developing; none carries a client's address, a secret or a word of a case.

Three nets, one below the other. Nothing writes typed text on purpose: a request is named by its route, not by its address.
Values under `OWN_KEYS` are masked whole. What is left is searched for personal data (`complaints.masks`), case codes and tokens.
An exception is told by its type and places; its message, which may quote a row, is kept for a developer's screen.
"""

import copy
import logging
import logging.config
import re
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import structlog
from django.conf import settings
from structlog.typing import EventDict, Processor

from complaints import masks

HIDDEN = "[...]"
# What our code and our libraries call the things that no log may hold.
OWN_KEYS = frozenset({
    "address", "args", "authorization", "body", "case_code", "code_hash", "contact", "cookie", "cookies", "data", "email", "files", "full_name",
    "given", "identity", "ip", "kwargs", "loss", "name", "nik", "note", "otp", "params", "password", "phone", "post", "reason", "recipient",
    "remote_addr", "reported_party", "requested_outcome", "secret", "session", "text", "title", "to", "token", "typed", "user_agent", "username", "value",
})  # fmt: skip
# Made by us, of a known shape; searching them would only cost time (and take an id for a token).
SAFE_KEYS = frozenset({
    "child_task_id", "code", "duration_ms", "level", "logger", "request", "request_id", "task", "task_id", "timestamp", "user_id",
})  # fmt: skip
# What `LogMiddleware` says of every request.
OWN_SENTENCES = frozenset({"request_started", "request_finished", "request_failed"})
CASE_CODE = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Za-z]{4}[-\u2013 ]){4}[0-9A-Za-z](?![0-9A-Za-z])|(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Z]{17}(?![0-9A-Za-z])")
TOKEN = re.compile(r"(?<![\w/.-])(?=[\w-]*\d)[\w-]{32,}(?![\w/-])")
ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}(?![\w:])")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def clean(text: str, *, in_request: bool) -> str:
    """One line of text without personal data, codes and tokens; within a request without network addresses too."""
    text = CONTROL.sub(" ", text)
    if in_request:
        text = ADDRESS.sub(HIDDEN, text)
    return masks.masked(TOKEN.sub(HIDDEN, CASE_CODE.sub(HIDDEN, text)))


def _cleaned(key: str, value: Any, in_request: bool) -> Any:
    if key.lower() in OWN_KEYS:
        return HIDDEN
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, Mapping):
        return {str(name): _cleaned(str(name), inner, in_request) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleaned("", inner, in_request) for inner in value]
    return clean(str(value), in_request=in_request)


def hide(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The filter for everything that is about to be written."""
    in_request = "request_id" in event
    kept = ("_record", "_from_structlog", "exc_info", "exception")
    safe = SAFE_KEYS | {"event"} if event.get("event") in OWN_SENTENCES else SAFE_KEYS
    return {key: value if key in safe or key in kept else _cleaned(key, value, in_request) for key, value in event.items()}


def route_of(request: Any) -> str:
    """The pattern of the address that was asked for: what stands in its holes was typed by somebody."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else "(no route)"


class Line(structlog.stdlib.ProcessorFormatter):
    """Libraries put addresses, and the messages of exceptions, into their sentences: out with them."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(unquoted(record))


def unquoted(record: logging.LogRecord) -> logging.LogRecord:
    """The record without what a library quotes."""
    request: Any = getattr(record, "request", None)
    args = record.args
    if isinstance(args, Mapping) and "exc" in args:  # Celery's own line about a task that failed
        record = copy.copy(record)
        record.args = {**args, "exc": "", "args": "", "kwargs": "", "return_value": ""}
    elif isinstance(args, tuple) and hasattr(request, "path"):
        record = copy.copy(record)
        record.args = tuple(route_of(request) if value == request.path else value for value in args)
    return record


def _links(error: BaseException | None) -> list[BaseException]:
    """The exception, and those that led to it."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.f_code.co_filename}:{number} {frame.f_code.co_name}" for frame, number in traceback.walk_tb(trace)][-12:]


def error_of(event: EventDict) -> BaseException | None:
    """The exception that a line is about."""
    told = event.pop("exc_info", None)
    if told is True:
        told = sys.exc_info()
    if isinstance(told, BaseException):
        return told
    return told[1] if isinstance(told, tuple) else None


def tell_type_and_place(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """What went wrong and where, without a word of what it was about."""
    error = error_of(event)
    if error is not None:
        event["error"] = [{"type": f"{type(link).__module__}.{type(link).__qualname__}", "frames": _frames(link.__traceback__)} for link in _links(error)]
    return event


def tell_a_developer(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The traceback as Python prints it, each message cut to its first line (PostgreSQL quotes rows below it) and cleaned."""
    error = error_of(event)
    if error is not None:
        lines = []
        for link in reversed(_links(error)):
            first = str(link).partition("\n")[0]
            lines += [*traceback.format_tb(link.__traceback__), f"{type(link).__qualname__}: {clean(first, in_request=True)}\n"]
        event["exception"] = "".join(lines).rstrip()
    return event


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configuration(*, readable: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING, for every process of ours; structlog is told the same."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Processor] = (
        [tell_a_developer, structlog.dev.ConsoleRenderer(colors=False)] if readable else [tell_type_and_place, structlog.processors.JSONRenderer()]
    )
    line = {
        "()": Line,
        "foreign_pre_chain": list(SHARED),
        "processors": [hide, structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        "use_get_message": True,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "WARNING"},
            "django.server": {"handlers": [], "level": "ERROR"},
            "django.request": {"level": "CRITICAL"},  # the request's own line tells it, with the exception
            **{name: {"level": "WARNING"} for name in ("celery", "kombu", "weasyprint", "fontTools", "PIL", "pikepdf")},
        },
    }


def in_worker(**_signal: Any) -> None:
    """Celery's loggers write as everybody else's do."""
    logging.config.dictConfig(settings.LOGGING)
