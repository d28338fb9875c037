"""Restart of the server that it announces itself: what that cuts off is not told of until it should be over.

An announcement counts for a minute at most, and no other one counts within ten: nobody hides an outage behind restarts.
"""

import re
from collections.abc import Iterable, Mapping

from .subject import Subject
from .xmpp.elements import CLIENT, Element

LONGEST_SECONDS, PAUSE_SECONDS = 60.0, 600.0
RESTART = "{urn:imera:watch}restart"


def restart_seconds(message: Element, domain: str) -> float | None:
    """Gives how long the server says that it restarts. None where the message is no announcement, or not the domain's own."""
    restart = message.find(RESTART)
    if restart is None or message.get("from") != domain or message.get("type") != "headline":
        return None
    seconds = restart.get("seconds", "")
    return (
        float(seconds) if message.tag == f"{{{CLIENT}}}message" and re.fullmatch("[1-9][0-9]{0,3}", seconds) else None
    )


class AnnouncedRestart:
    """The restart that was announced last. It ends early when everything that it cut off works again for a while."""

    def __init__(self, subjects: Mapping[str, Subject]) -> None:
        self._affected = {name for name, subject in subjects.items() if rests_on_server(subject, subjects)}
        self._cut: set[str] = set()
        self._announced_at: float | None = None
        self._until: float = 0

    def announce(self, seconds: float, now: float) -> bool:
        """Takes down that one begins. Gives whether it counts."""
        if self._announced_at is not None and now - self._announced_at < PAUSE_SECONDS:
            return False
        self._cut = set()
        self._announced_at, self._until = now, now + min(seconds, LONGEST_SECONDS)
        return True

    def holds(self, name: str, now: float) -> bool:
        """Whether a subject may be away because of it."""
        return now < self._until and name in self._affected

    def failed(self, name: str) -> None:
        """Takes down that a subject worked until now and fails."""
        self._cut.add(name)

    def settle(self, stable: Iterable[str], now: float) -> None:
        """Ends it where what it cut off is stable again."""
        cut = self._cut & self._affected
        if cut and cut <= set(stable):
            self._until = min(self._until, now)


def rests_on_server(subject: Subject, subjects: Mapping[str, Subject]) -> bool:
    """Whether a subject is a server, or rests on one, be it at several removes."""
    needs = (name for group in subject.needs for name in group)
    return subject.is_server or any(rests_on_server(subjects[name], subjects) for name in needs)
