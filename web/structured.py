"""A log that programs read: one JSON object a line, without a trace and without anything that was typed."""

import json
import logging
from datetime import UTC, datetime
from typing import Final

FIELDS: Final = "fields"
"""The name under which a record carries more than its words: `log.info("request", extra={"fields": {...}})`."""


class JsonFormatter(logging.Formatter):
    """Time, level, who writes, what, and the record's own fields. Of an exception its kind and its place: never its
    text, which might quote anything."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "process": record.process,
            "event": record.getMessage(),
        }
        line |= getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["place"] = _place_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def write_structured_log() -> None:
    """From now on every logger of this process writes such lines to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("uvicorn.error", "alembic"):  # begins and ends that our own lines tell
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _place_of(error: BaseException | None) -> str:
    place = error.__traceback__ if error else None
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_name}, line {place.tb_lineno}" if place else ""
