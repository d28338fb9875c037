"""Makes the ways to tell of an alarm from their settings."""

import ssl
from collections.abc import Iterator
from typing import Any

from ..configuration import Configuration, Secrets, mismatches
from ..dns_message import Resolver
from ..failure import Failed
from . import posts
from .chat import Chat
from .mail import Smtp
from .settings import KINDS
from .way import Way

POSTS: dict[str, Any] = {
    "ntfy": posts.ntfy,
    "slack": posts.slack,
    "webhook": posts.webhook,
    "mail-api": posts.mail_api,
}


def make_ways(
    configuration: Configuration, secrets: Secrets, context: ssl.SSLContext, resolvers: list[Resolver]
) -> list[Way]:
    """Makes all ways. Raises Failed with everything that is wrong in their settings."""
    problems = list(way_problems(configuration, secrets))
    if problems:
        raise Failed("; ".join(problems))
    return [make_way(way, secrets["ways"][str(way["name"])], context, resolvers) for way in configuration["ways"]]


def make_way(way: Any, secret: Any, context: ssl.SSLContext, resolvers: list[Resolver]) -> Way:
    """Makes a way whose settings are right."""
    if way["type"] == "xmpp":
        return Chat(way, secret, context, resolvers)
    if way["type"] == "smtp":
        return Smtp(way, secret, context)
    return posts.Post(way["name"], context, POSTS[way["type"]](way, secret))


def way_problems(configuration: Configuration, secrets: Secrets) -> Iterator[str]:
    """Lists what is wrong in the ways' settings and secrets."""
    names = [way.get("name") for way in configuration["ways"]]
    if len(set(map(str, names))) < len(names):
        yield "watch.json.ways: two have one name"
    for at, way in enumerate(configuration["ways"]):
        where = f"watch.json.ways[{at}]"
        kind = KINDS.get(str(way.get("type")))
        if kind is None:
            yield f"{where}.type: expected one of {', '.join(KINDS)}"
            continue
        yield from mismatches(way, kind[0], where)
        name = str(way.get("name"))
        yield from mismatches(secrets["ways"].get(name), kind[1], f"watch-secrets.json.ways.{name}")
    for name in secrets["ways"]:
        if name not in names:
            yield f"watch-secrets.json.ways.{name}: there is no such way"
