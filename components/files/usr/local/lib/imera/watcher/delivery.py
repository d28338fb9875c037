"""Delivery of notifications by every way, each tried again until it works; a way that fails is told of by the others."""

import asyncio
import sys
from collections.abc import Callable

from .failure import Failed, seen
from .notification import Notification
from .ways.way import Way

SEND_SECONDS = 15
PAUSES_SECONDS = (1, 2, 4, 8, 15, 30, 60)
# So many tries in a row without success: the other ways say so.
TRIES = 3
# What is older tells nothing that somebody can still use.
MESSAGES = 100

Outbox = dict[str, list[Notification]]


class Delivery:
    """Delivery by some ways. saved: called after each change of the outbox, which lists by way what is still to be sent."""

    def __init__(
        self, ways: list[Way], saved: Callable[[], None], way_failed: Callable[[str, str], Notification]
    ) -> None:
        self.outbox: Outbox = {way.name: [] for way in ways}
        self.failing: dict[str, str] = {}
        self.ways = ways
        self._saved, self._way_failed = saved, way_failed
        self._filled = {way.name: asyncio.Event() for way in ways}

    def restore(self, outbox: Outbox) -> None:
        """Takes over what a former delivery had not sent yet."""
        for name, waiting in outbox.items():
            if name in self.outbox:
                self.outbox[name][:0] = waiting
                self._filled[name].set()

    def add(self, notification: Notification, *, without: str | None = None) -> None:
        """Has a notification sent by all ways, or by all but one."""
        for name, waiting in self.outbox.items():
            if name != without:
                waiting.append(notification)
                del waiting[:-MESSAGES]
                self._filled[name].set()
        self._saved()

    async def run(self) -> None:
        """Sends until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for way in self.ways:
                group.create_task(way.keep_ready())
                group.create_task(self._serve(way))

    async def _serve(self, way: Way) -> None:
        waiting, filled = self.outbox[way.name], self._filled[way.name]
        tries = 0
        while True:
            if not waiting:
                filled.clear()
                await filled.wait()
                continue
            notification = waiting[0]
            failure = await self._try(way, notification)
            if failure is None:
                tries = 0
                self.failing.pop(way.name, None)
                # It may have been dropped meanwhile, where too many came.
                if notification in waiting:
                    waiting.remove(notification)
                self._saved()
                continue
            tries += 1
            if tries == TRIES:
                self.add(self._way_failed(way.name, failure), without=way.name)
            await asyncio.sleep(PAUSES_SECONDS[min(tries, len(PAUSES_SECONDS)) - 1])

    async def _try(self, way: Way, notification: Notification) -> str | None:
        """Sends once; gives what went wrong, or None."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await way.send(notification)
        except (Failed, OSError, TimeoutError) as error:
            self.failing[way.name] = seen(error)
            print(f"{way.name}: not sent: {seen(error)}", file=sys.stderr, flush=True)
            return seen(error)
        print(f"{way.name}: sent: {notification['title']}", flush=True)
        return None
