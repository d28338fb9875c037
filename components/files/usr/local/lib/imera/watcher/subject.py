"""Subject that is watched: what it is, what users notice when it fails, what it rests on; and the names of all of them."""

from dataclasses import dataclass

# A message every two seconds: three stay without an answer.
FAST_PATIENCE_SECONDS = 7.0


@dataclass(frozen=True)
class Subject:
    """Something that works or does not.

    trouble, over: its two states as a headline. users: what they notice. page: part of docs/watching.md. patience_seconds: how long
    it may be without success, and failing_seconds: with failures only, before that is said. needs: groups of subjects; where all of one group fail, this one says nothing.
    is_seen_elsewhere: whether an eye that sees better tells of it too, so that this one gives it time. is_server: whether it is a node's
    server.
    """

    name: str
    trouble: str
    over: str
    users: str
    page: str
    patience_seconds: float = FAST_PATIENCE_SECONDS
    needs: tuple[tuple[str, ...], ...] = ()
    failing_seconds: float = 10
    is_seen_elsewhere: bool = True
    is_server: bool = False


EYE = "eye"
DNS, OTHER_DNS = "dns", "other dns"
MESSAGE, DATABASE, ARCHIVE, ROOMS = "message", "database", "archive", "rooms"
UPLOAD, STUN, RELAY, FEDERATION = "upload", "stun", "relay", "federation"


def node(key: str) -> str:
    """Names the subject of whether a node can be reached at all."""
    return f"node {key}"


def server(key: str) -> str:
    """Names the subject of whether the server on a node answers."""
    return f"server {key}"


def login(key: str) -> str:
    """Names the subject of whether one can log in at a node."""
    return f"login {key}"


def port(key: str, number: int, family: str) -> str:
    """Names the subject of a port of a node, family "IPv4" or "IPv6"."""
    return f"port {number} of {key} over {family}"


def certificate(key: str) -> str:
    """Names the subject of what a node's ports for clients show."""
    return f"certificate on {key}"


def server_certificate(key: str) -> str:
    """Names the subject of what a node's ports for servers show."""
    return f"certificate for servers on {key}"


def certificate_end(key: str) -> str:
    """Names the subject of when a node's certificate ends."""
    return f"end of the certificate on {key}"


def heartbeat(eye: str) -> str:
    """Names the subject of whether another eye gives a sign of life."""
    return f"eye {eye}"
