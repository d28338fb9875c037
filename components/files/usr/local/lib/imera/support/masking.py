"""Takes from texts what nobody who helps has to know: secrets, people's names and addresses, and what they wrote."""

import re
from collections.abc import Callable, Iterable

SECRET = "[secret]"
# Whoever has such a link can take an account over.
RESET_LINK = re.compile(r"(?<=/reset/)[0-9a-f]{40}")
# Shorter ones would be found in texts that have nothing to do with them.
LEAST_SECRET = 6
JID = re.compile(r"[\w.+%-]+@(?:[\w-]+\.)+[\w-]+")
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f:]*[0-9a-f]", re.IGNORECASE)
# XML, Erlang's binaries, and the text of an SQL statement: in them is what people wrote.
CONTENT = re.compile(r"<[a-z/?!].*|<<.*|SQL query.*|(?:STATEMENT|DETAIL|CONTEXT|QUERY):.*", re.IGNORECASE)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Puts a word in the place of each secret, of each line of one that has several, and of what opens an account."""
    parts = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
    for part in sorted((part for part in parts if is_secret(part)), key=len, reverse=True):
        text = text.replace(part, SECRET)
    return RESET_LINK.sub(SECRET, text)


def is_secret(part: str) -> bool:
    """Whether a line of a secret is worth hiding: the first and last ones of a private key are not."""
    return len(part) >= LEAST_SECRET and not part.startswith("-----")


def without_people(text: str, kept: Iterable[str]) -> str:
    """Puts numbers in the place of accounts and addresses; the same number each time. kept: those of the network itself."""
    numbered = Numbering(set(kept))
    text = JID.sub(numbered.replacing("account"), text)
    text = IPV4.sub(numbered.replacing("address"), text)
    return IPV6.sub(numbered.replacing("address"), text)


class Numbering:
    """Numbers of what is hidden, given in the order in which it is met."""

    def __init__(self, kept: set[str]) -> None:
        self.kept = kept
        self.numbers: dict[str, int] = {}

    def replacing(self, word: str) -> Callable[[re.Match[str]], str]:
        """Gives the function by which a pattern replaces what it finds."""

        def replace(found: re.Match[str]) -> str:
            if found.group() in self.kept:
                return found.group()
            number = self.numbers.setdefault(found.group(), len(self.numbers) + 1)
            return f"[{word} {number}]"

        return replace


def without_content(line: str) -> str:
    """Cuts a line of a log off where people's words may begin."""
    return CONTENT.sub("…", line)[:300]
