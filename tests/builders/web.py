"""A server of files on 127.0.0.1 that can resume, cut a transfer, change its file and count what was asked for."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Site:
    """What the server offers by path, how it behaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    address: str = ""
    tag: str = '"one"'
    cut_after: int | None = None
    ranges: bool = True
    failures: int = 0
    asked: list[tuple[str, str | None]] = field(default_factory=list)


def _handler(site: Site) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            """Answer with the file, or with the part of it that is asked for while its tag is the same."""
            wanted = self.headers["Range"]
            site.asked.append((self.path, wanted))
            if site.failures:
                site.failures -= 1
                self.send_error(503)
                return
            content = site.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = 0
            if site.ranges and wanted and self.headers["If-Range"] in (None, site.tag):
                start = int(wanted.removeprefix("bytes=").partition("-")[0])
                if start >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(content) - start))
            self.send_header("ETag", site.tag)
            self.send_header("Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT")
            self.end_headers()
            end = len(content) if site.cut_after is None else min(len(content), start + site.cut_after)
            self.wfile.write(content[start:end])

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

    return Handler


@contextmanager
def serve(**files: bytes) -> Iterator[Site]:
    """A site on a free port; `files` by name, with `__` for a point: `a__tsv`."""
    site = Site({f"/{name.replace('__', '.')}": content for name, content in files.items()})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
