"""How the API's lists are cut into pages."""

import base64
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request


class CasePagination(pagination.CursorPagination):
    page_size = 50
    max_page_size = 100
    page_size_query_param = "page_size"
    ordering: Any = ("-submitted_at", "-pk")

    def encode_cursor(self, cursor: Any) -> str:
        """Sealed: the place in the list is the second at which a report was sent, perhaps by somebody anonymous."""
        sealed = _seal().encrypt(cursor.position.encode()).decode() if cursor.position is not None else None
        return str(super().encode_cursor(cursor._replace(position=sealed)))

    def decode_cursor(self, request: Request) -> Any:
        found: Any = super().decode_cursor(request)
        if found is None or found.position is None:
            return found
        try:
            return found._replace(position=_seal().decrypt(found.position).decode())
        except InvalidToken:
            raise NotFound(self.invalid_cursor_message) from None


def _seal() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac("lapor.api.cursor", "", algorithm="sha256").digest()))


class CodePagination(pagination.CursorPagination):
    page_size = 50
    ordering = "code"


class SlugPagination(CodePagination):
    ordering = "slug"
