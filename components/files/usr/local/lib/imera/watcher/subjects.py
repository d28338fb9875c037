"""All subjects of a network: those of each node, and those that any node can serve."""

from collections.abc import Iterator

from . import network_subjects
from .configuration import Configuration
from .subject import (
    DATABASE,
    DNS,
    EYE,
    FAST_PATIENCE_SECONDS,
    MESSAGE,
    OTHER_DNS,
    Subject,
    certificate,
    certificate_end,
    heartbeat,
    login,
    node,
    port,
    server,
    server_certificate,
)

FAST_PORTS = (5222, 5223, 443)
PORT_USERS = {
    "s2s": "messages with other servers do not arrive",
    "s2s-direct-tls": "messages with some other servers are late",
    "https": "uploads and clients in browsers do not work",
    "stun": "calls may not come about",
    "proxy65": "some files cannot be handed over",
}


def subjects(configuration: Configuration) -> dict[str, Subject]:
    """Lists all subjects of a configuration by name, but for those of the node's own health."""
    return {subject.name: subject for subject in all_subjects(configuration)}


def all_subjects(configuration: Configuration) -> Iterator[Subject]:
    """Lists the subjects."""
    yield Subject(
        EYE,
        "this eye is cut off",
        "this eye sees again",
        "nothing",
        "eye",
        20,
        failing_seconds=20,
        is_seen_elsewhere=False,
    )
    for name, patience_seconds in ((DNS, FAST_PATIENCE_SECONDS), (OTHER_DNS, 40)):
        yield Subject(
            name,
            "the DNS answers something else than it should",
            "the DNS answers as it should",
            "clients and other servers may not find the network, or find another one",
            "dns",
            patience_seconds,
            ((EYE,),),
        )
    servers = tuple(server(each["key"]) for each in configuration["nodes"])
    for each in configuration["nodes"]:
        yield from of_node(configuration, each["key"], each["name"])
    yield from network_subjects.list_all(configuration, (servers, (EYE,)))
    for eye in configuration["heartbeats"]:
        yield Subject(
            heartbeat(eye),
            f"the eye on {eye} is silent",
            f"the eye on {eye} watches again",
            "nothing; but what it would see, nobody tells",
            "silent-eye",
            60,
            ((MESSAGE,),),
            60,
            is_seen_elsewhere=False,
        )


def of_node(configuration: Configuration, key: str, name: str) -> Iterator[Subject]:
    """Lists the subjects of a node."""
    on_node, on_server = ((node(key),), (EYE,)), ((server(key),),)
    yield Subject(
        node(key),
        f"{name} cannot be reached",
        f"{name} can be reached again",
        "nobody can log in or write there",
        "node",
        needs=((EYE,),),
    )
    yield Subject(
        server(key),
        f"the server on {name} does not answer",
        f"the server on {name} answers again",
        "nobody can log in or write there",
        "server",
        needs=on_node,
        is_server=True,
    )
    yield Subject(
        login(key),
        f"nobody can log in on {name}",
        f"one can log in on {name} again",
        "who is logged in stays; others, and phones that come back, cannot log in",
        "login",
        20,
        (*on_server, (DATABASE,)),
    )
    for subject, patience_seconds in ((certificate(key), FAST_PATIENCE_SECONDS), (server_certificate(key), 40)):
        yield Subject(
            subject,
            f"the certificate on {name} is not right",
            f"the certificate on {name} is right again",
            "clients and other servers refuse to connect, or warn",
            "certificate",
            patience_seconds,
            on_server,
        )
    yield Subject(
        certificate_end(key),
        f"the certificate on {name} ends soon",
        f"the certificate on {name} is renewed",
        "nothing yet; clients cannot connect when it has ended",
        "certificate",
        0,
        (*on_server, (certificate(key),)),
    )
    for service in configuration["services"]:
        if service["reach"] == "everyone" and "tcp" in service["transports"]:
            for family in ("IPv4", "IPv6") if configuration["ipv6"] else ("IPv4",):
                number = service["firstPort"]
                yield Subject(
                    port(key, number, family),
                    f"port {number} ({service['name']}) of {name} is closed over {family}",
                    f"port {number} ({service['name']}) of {name} is open again over {family}",
                    PORT_USERS.get(service["name"], "clients that use it cannot connect"),
                    "port",
                    FAST_PATIENCE_SECONDS if number in FAST_PORTS else 25,
                    on_server,
                )
