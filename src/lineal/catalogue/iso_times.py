"""Times that records keep as texts in ISO 8601. What stays out: which properties hold them."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FRACTION = re.compile(r"\.(\d{1,6})\d*")


def read_time(text: str) -> int | None:
    """Return the time that a text says, in milliseconds since the epoch; None for another text.

    A time without a zone is in UTC.
    All Pythons from 3.10 on read the same: 3.10 itself takes neither a Z nor a fraction of another length than 3 or 6.
    """
    plain = _FRACTION.sub(lambda found: f".{found[1]:0<6}", text.strip().replace("Z", "+00:00"), count=1)
    try:
        read = datetime.fromisoformat(plain)
        moment = read if read.tzinfo else read.replace(tzinfo=timezone.utc)
        return round((moment - _EPOCH).total_seconds() * 1000)
    except (ValueError, OverflowError):
        return None
