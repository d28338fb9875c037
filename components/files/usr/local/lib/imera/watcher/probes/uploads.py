"""Whether a file can be uploaded, and fetched again (XEP-0363). The node deletes it later."""

import secrets

from ..failure import Failed
from ..http_request import Request, succeed
from ..world import World
from ..xmpp.elements import Element
from ..xmpp.session import Session

UPLOAD = "urn:xmpp:http:upload:0"


async def there_and_back(world: World, session: Session) -> None:
    """Uploads some bytes and compares what is fetched. Raises Failed."""
    content = secrets.token_hex(16).encode()
    answer = await session.iq(
        "get",
        f"<request xmlns='{UPLOAD}' filename='watch.txt' size='{len(content)}' content-type='text/plain'/>",
        world.configuration["hosts"]["upload"],
    )
    put, get = address(answer, "put"), address(answer, "get")
    at = world.configuration["nodes"][0]["serviceIpv4"]
    await succeed(Request("PUT", put, {"Content-Type": "text/plain"}, content, at), world.context)
    fetched = await succeed(Request("GET", get, address=at), world.context)
    if fetched.body != content:
        raise Failed("another content came back than was uploaded")


def address(slot: Element, name: str) -> str:
    """Gives one of the two addresses of a slot. Raises Failed."""
    element = slot.find(f"{{{UPLOAD}}}slot/{{{UPLOAD}}}{name}")
    url = element.get("url") if element is not None else None
    if url is None or not url.startswith("https://"):
        raise Failed(f"the server gave no address to {name}")
    return url
