"""Way to tell the operator of something."""

from typing import Protocol

from ..notification import Notification


class Way(Protocol):
    """Way to tell the operator, under its name in the configuration."""

    name: str

    async def send(self, notification: Notification) -> str:
        """Sends a notification and gives what came of it, in words. Raises Failed, OSError or TimeoutError."""

    async def keep_ready(self) -> None:
        """Does what makes the next notification faster, until it is cancelled."""

    async def close(self) -> None:
        """Gives up what it holds."""


def wrong_password(name: str) -> str:
    """Says what to do where a server does not take the password of a way."""
    return f"set the password of {name} in imera:alarms and run 'npm run pulumi -- up'"


class Waiting:
    """Part of a way that holds nothing between two notifications."""

    async def keep_ready(self) -> None:
        """Does nothing."""

    async def close(self) -> None:
        """Does nothing."""
