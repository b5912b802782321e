"""A mail server of a few commands, on a port of its own: it takes every mail, or answers RCPT as it is told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TAKEN = "250 2.1.5 Ok"


class Post(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, answer: str) -> None:
        self.answer = answer  # to every RCPT
        self.asked: list[str] = []  # the recipients that were named
        self.mails: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Talk)

    @property
    def mailers(self) -> dict[str, Any]:
        """Django's setting that sends here."""
        options = {"host": "127.0.0.1", "port": self.server_address[1]}
        return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


class _Talk(socketserver.StreamRequestHandler):
    server: Post

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 uji.invalid ESMTP")
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            verb = line[:4].upper()
            if verb == "QUIT":
                self.say("221 2.0.0 Bye")
                return
            if verb == "RCPT":
                self.server.asked.append(line[8:].strip("<>"))
                self.say(self.server.answer)
            elif verb == "DATA":
                self.say("354 Go ahead")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.say("250 2.0.0 Ok")
            else:
                self.say("250 uji.invalid" if verb in {"EHLO", "HELO", "MAIL", "RSET"} else "502 5.5.2 Not here")


@contextmanager
def post(answer: str = TAKEN) -> Iterator[Post]:
    with Post(answer) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
