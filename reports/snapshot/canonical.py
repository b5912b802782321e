"""One way of writing a snapshot down, so that its digest means something: keys in order, numbers whole or as decimal text."""

import hashlib
import json
from typing import Any

Data = dict[str, Any]
FORMAT = "lapor-edition/1"


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(data: Any) -> str:
    """The SHA-256 of what is written so."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()
