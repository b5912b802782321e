"""What the API's description says of refusals: the same for every endpoint, so that none forgets one."""

from typing import Any

# status: when it is answered.
PROBLEMS = {
    400: "The body is no JSON.",
    401: "The token is not known, or has ended.",
    403: "The caller may know of it, but not do or read this.",
    404: "There is no such thing, or none that the caller may know of.",
    406: "Only JSON can be given.",
    409: "The state or the version has moved on.",
    412: "The ETag in If-Match has moved on.",
    413: "The body is too large.",
    415: "The body must be JSON.",
    422: "Something in the body or the query cannot be taken; `fields` says what.",
    429: "Too many tries; Retry-After says when to come back.",
    503: "Nothing can be stored right now; Retry-After says when to come back.",
}
ONLY_WRITING = {400, 409, 412, 413, 415}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is for programs, `title` for people; a step may add what it knows, such as `version`.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["type", "title", "status", "code"],
}


def tell_problems(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """Adds the refusals to every operation (a hook of drf-spectacular)."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for operations in result["paths"].values():
        for method, operation in operations.items():
            for status, when in PROBLEMS.items():
                if method == "get" and status in ONLY_WRITING:
                    continue
                content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
                operation["responses"].setdefault(str(status), {"description": when, "content": content})
    return result
