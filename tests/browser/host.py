"""A made-up website on an origin of its own, which embeds the chat."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOOPBACK = "127.0.0.1"
# What the README says that a website's policy needs.
NEEDED = "script-src https://HOST; frame-src https://HOST"
PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>A made-up shop</title>
    {head}
  </head>
  <body>
    <main><h1>A made-up shop</h1><p><a href="/other">Another page</a></p>{body}</main>
  </body>
</html>
"""


class HostSite:
    """Serves one page at every path, as strict as a bank would be."""

    def __init__(self, app: str) -> None:
        self.app = app
        self.page = self.policy = ""
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever)
        # Another name is another site than the app's, an address on it the same.
        self.url = f"http://localhost:{self._server.server_port}"
        self.same_site_url = f"http://{LOOPBACK}:{self._server.server_port}"
        self.embed()

    def __enter__(self) -> "HostSite":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def embed(self, attributes: str = 'data-language="en"', *, body: str = "") -> None:
        """From now on serve a page with the chat's one line, and `body`."""
        line = (
            f'<script type="module" src="{self.app}/widget.js" {attributes}></script>'
        )
        self.show(line, body)

    @contextmanager
    def embedding(self, app: str) -> Iterator[None]:
        """Embed the chat of another app for a while."""
        before, self.app = self.app, app
        self.embed()
        try:
            yield
        finally:
            self.app = before
            self.embed()

    def show(self, head: str, body: str = "") -> None:
        """From now on serve a page with all of this in it."""
        self.page = PAGE.format(head=head, body=body)
        self.policy = (
            f"default-src 'none'; {NEEDED.replace('https://HOST', self.app)};"
            " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", site.policy)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler
