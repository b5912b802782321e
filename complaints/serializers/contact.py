"""What the API takes and says of a reporter's contact."""

from typing import Any

from rest_framework import serializers

from ..services import Known


class ContactChangeIn(serializers.Serializer[Any]):
    """At least one of the two; what is left out stays as it is, unless `only` is true."""

    email = serializers.CharField(required=False, allow_blank=True)
    phone = serializers.CharField(required=False, allow_blank=True)
    only = serializers.BooleanField(required=False, help_text="Remove the one that is not written here.")


class CodeIn(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="The digits that were sent to the contact.")


class ContactOut(serializers.Serializer[Any]):
    """What is known of a contact; the contact itself is sealed."""

    exists = serializers.BooleanField()
    is_verified = serializers.BooleanField()
    verified_at = serializers.DateTimeField(allow_null=True)
    unreachable_by_email_since = serializers.DateTimeField(allow_null=True)
    code_until = serializers.DateTimeField(allow_null=True, help_text="Until when the code that was sent can be used.")


def contact_out(known: Known) -> dict[str, Any]:
    return {
        "exists": known.exists,
        "is_verified": known.is_verified,
        "verified_at": known.verified_at,
        "unreachable_by_email_since": known.lost_at,
        "code_until": known.code_until,
    }
