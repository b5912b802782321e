"""Pages in a real browser without a server: what Chromium asks for, Django's test client answers, inside the test's transaction."""

from typing import Any

from django.contrib.staticfiles import finders
from django.test import Client
from django.test.signals import template_rendered
from playwright.sync_api import Browser, Page, Route

HOST = "http://localhost:4711"  # a place that browsers trust as they trust TLS
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "woff2": "font/woff2", "png": "image/png"}


class Face:
    """One browser page that sees the house through a test client; foreign requests, errors and dialogs are written down."""

    def __init__(self, browser: Browser, client: Client, *, width: int = 1280, javascript: bool = True, **options: Any) -> None:
        self.client = client
        self.alarms: list[str] = []
        self.rendered: set[str] = set()
        self.context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=javascript, locale="id-ID", **options)
        self.context.route("**/*", self._answer)
        self.page: Page = self.context.new_page()
        self.answers: dict[str, Any] = {}
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.alarms.append(f"error {error}"))
        self.page.on("console", lambda message: self.alarms.append(f"console {message.text}") if message.type == "error" else None)

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":  # a page that asks before it is left
            dialog.accept()
            return
        self.alarms.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if not url.startswith(f"{HOST}/"):
            self.alarms.append(f"request {url}")
            route.abort()
            return
        path = url.removeprefix(HOST)
        found = finders.find(path.partition("?")[0].removeprefix("/static/")) if path.startswith("/static/") else None
        if isinstance(found, str):
            with open(found, "rb") as file:
                route.fulfill(body=file.read(), content_type=KINDS.get(found.rpartition(".")[2], "application/octet-stream"))
            return
        answer = self.answers.pop(path, None)
        if answer is None:
            route.fulfill(status=204)  # what a page's script asks for beside: the database belongs to the test alone
            return
        headers = {name: value for name, value in answer.items() if name.lower() != "content-length"}
        route.fulfill(status=200 if answer.status_code >= 400 else answer.status_code, headers=headers, body=self._body(answer))

    @staticmethod
    def _body(answer: Any) -> bytes:
        return b"".join(answer.streaming_content) if answer.streaming else answer.content

    def show(self, path: str, sent: dict[str, Any] | None = None) -> Any:
        """Open an address, or what a form sent there answers; returns Django's response."""

        def note(template: Any, **_given: Any) -> None:
            self.rendered.add(str(template.name))

        template_rendered.connect(note)
        try:
            answer = self.client.get(path) if sent is None else self.client.post(path, sent)
        finally:
            template_rendered.disconnect(note)
        self.answers[path] = answer
        self.page.goto(f"{HOST}{path}", wait_until="load")
        return answer

    def close(self) -> None:
        self.context.close()
