"""Facts of node.json that only the certificate depends on."""

from typing import TypedDict, cast

from node import facts


class Wanted(TypedDict):
    """What is ordered where. components/model/node-facts.ts describes each field."""

    contact: str
    certificateNames: list[str]
    acmeDirectoryUrl: str
    cloudflareApiUrl: str | None
    dnsPropagationSeconds: int


def wanted() -> Wanted:
    """Reads the facts. Raises OSError or ValueError."""
    return cast(Wanted, facts.facts())
