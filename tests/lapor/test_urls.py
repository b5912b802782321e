"""The addresses of the house itself."""

import re

from django.test import Client


def test_the_page_that_describes_the_api_lives_with_the_strict_policy(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    script = client.get("/api/v1/docs/?script=")

    assert "script-src 'self';" in page["Content-Security-Policy"]
    assert re.findall(r"<script(?! src=)", page.content.decode()) == []
    assert 'src="/api/v1/docs/?script="' in page.content.decode()
    assert "SwaggerUIBundle" in script.content.decode()
    assert script["Content-Type"].startswith("application/javascript")
