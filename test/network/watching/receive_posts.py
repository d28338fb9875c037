"""Web server over TLS that answers everything with success, and keeps each request as a line of JSON in /run/posts.jsonl.

Arguments: port, folder with server.pem and server-key.pem.
"""

import http.server
import json
import pathlib
import ssl
import sys
import time

KEPT = pathlib.Path("/run/posts.jsonl")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps requests."""

    def do_GET(self) -> None:
        """Keeps a request and answers."""
        self.keep()

    def do_POST(self) -> None:
        """Keeps a request and answers."""
        self.keep()

    def keep(self) -> None:
        """Keeps a request and answers."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        kept = {"at": time.time(), "method": self.command, "path": self.path, "headers": headers, "body": body}
        with KEPT.open("a") as file:
            file.write(f"{json.dumps(kept)}\n")
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")


port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
server = http.server.ThreadingHTTPServer(("", port), Receiver)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
