"""Logs in by PLAIN, each login over a connection of its own, all at once, and prints what the server said last to each, as JSON.

usage: plain_logins.py ADDRESS DOMAIN, with [[USER, PASSWORD, SASL version: 1 or 2], ...] as JSON on standard input
"""

import base64
import json
import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor

STREAM_ENDS = "</stream:stream>"


def open_tls(address):
    """Connects to the port of direct TLS, whoever's certificate is there."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection((address, 5223), 90))


def answer(connection, said, *ends):
    """Says something, and gives the answer up to one of the ends, or to the end of the connection."""
    connection.sendall(said.encode())
    heard = ""
    while not any(end in heard for end in (*ends, STREAM_ENDS)):
        part = connection.recv(65536)
        if not part:
            break
        heard += part.decode()
    return heard


def attempt(user, password, version):
    """Gives the element that begins a login."""
    secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    if version == 1:
        return f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>"
    return (
        "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='PLAIN'>"
        f"<initial-response>{secret}</initial-response></authenticate>"
    )


def log_in(address, domain, user, password, version):
    """Logs in once, and gives the last that the server said."""
    opening = (
        f"<stream:stream to='{domain}' from='{user}@{domain}' version='1.0' xmlns='jabber:client'"
        " xmlns:stream='http://etherx.jabber.org/streams'>"
    )
    with open_tls(address) as connection:
        heard = answer(connection, opening, "</stream:features>")
        if STREAM_ENDS in heard:
            return heard
        return answer(connection, attempt(user, password, version), "</failure>", "<success")


def main():
    """Makes the logins that standard input names."""
    address, domain = sys.argv[1:]
    logins = json.load(sys.stdin)
    with ThreadPoolExecutor(len(logins)) as pool:
        print(json.dumps(list(pool.map(lambda login: log_in(address, domain, *login), logins))))


if __name__ == "__main__":
    main()
