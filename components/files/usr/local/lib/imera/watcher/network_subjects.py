"""Subjects that any node of the network can serve."""

from collections.abc import Iterator

from .configuration import Configuration
from .subject import ARCHIVE, DATABASE, FEDERATION, MESSAGE, RELAY, ROOMS, STUN, UPLOAD, Subject


def list_all(configuration: Configuration, needs: tuple[tuple[str, ...], ...]) -> Iterator[Subject]:
    """Lists the subjects that any node can serve."""
    on_message, on_database = ((MESSAGE,),), ((DATABASE,), (MESSAGE,))
    yield Subject(
        MESSAGE, "messages do not arrive", "messages arrive again", "nobody's messages arrive", "message", needs=needs
    )
    yield Subject(
        DATABASE,
        "the database does not answer",
        "the database answers again",
        "messages may be lost, history is not there, most cannot log in",
        "database",
        needs=on_message,
    )
    yield Subject(
        ARCHIVE,
        "messages are not archived",
        "messages are archived again",
        "messages are not there on other devices",
        "archive",
        150,
        on_database,
    )
    yield Subject(
        ROOMS, "nobody can enter rooms", "rooms can be entered again", "rooms do not work", "rooms", 150, on_database
    )
    yield Subject(
        UPLOAD,
        "uploads do not work",
        "uploads work again",
        "pictures and files cannot be sent or seen",
        "upload",
        150,
        on_database,
    )
    yield Subject(STUN, "STUN does not answer", "STUN answers again", "calls may not come about", "calls", 25, needs)
    yield Subject(
        RELAY,
        "the relay does not relay",
        "the relay relays again",
        "calls behind strict networks stay silent",
        "calls",
        150,
        ((STUN,), (MESSAGE,)),
    )
    if configuration["peer"] is not None:
        yield Subject(
            FEDERATION,
            f"{configuration['peer']} cannot be reached from the server",
            f"{configuration['peer']} can be reached again from the server",
            "messages with other servers may not arrive; or that one is down",
            "federation",
            200,
            on_message,
            150,
        )
