"""Restraint after a refused login: a server shuts out an address from which wrong passwords keep coming, whoever sends them."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .failure import Failed, Refused, seen

Result = TypeVar("Result")

# ejabberd bans an address at the 20th refusal, and forgets those after which none came for an hour. Pauses that double come to the
# longest one, after which all is forgotten, with the thirteenth.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 4800.0


class Restraint:
    """Restraint of all who log in with one account. advice: what makes the server take the login, as a part of a sentence.

    clock: gives seconds that never go back.
    """

    def __init__(self, advice: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._advice, self._clock = advice, clock
        self._pause_seconds = 0.0
        self._next_at = 0.0
        self._words = ""

    async def attempt(self, log_in: Callable[[], Awaitable[Result]]) -> Result:
        """Logs in where that is due, and gives what log_in gives. Raises Failed, also where it is not due, and what log_in raises."""
        begun_at, pause_seconds = self._clock(), self._pause_seconds
        if begun_at < self._next_at:
            raise Failed(self._describe())
        if pause_seconds > 0:
            # Others who log in meanwhile wait for what comes of it.
            self._next_at = begun_at + pause_seconds
        try:
            result = await log_in()
        except Refused as refusal:
            self._words = seen(refusal)
            if self._pause_seconds == pause_seconds:
                self._pause_seconds = min(pause_seconds * 2 or FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
            self._next_at = self._clock() + self._pause_seconds
            raise Failed(self._describe()) from refusal
        except BaseException:
            # Not refused: a server that is gone is to be missed no longer than it is gone.
            self._next_at = self._clock()
            raise
        self.forget()
        return result

    def forget(self) -> None:
        """Has the next login tried at once, whatever was refused."""
        self._pause_seconds = self._next_at = 0.0

    def _describe(self) -> str:
        left_seconds = max(1, round(self._next_at - self._clock()))
        return f"{self._words}; {self._advice}; tried again in {left_seconds} s, for a server shuts out who is refused too often"
