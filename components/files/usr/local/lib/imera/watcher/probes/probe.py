"""Probe of a subject: what is tried, how often, and how long an answer may take."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Probe:
    """Probe of one subject. attempt raises Failed, OSError or TimeoutError where it does not work,
    and Unseen where that cannot be told.

    also: subjects that are seen to work too, whenever this one is. late_seconds: without an answer for so long, it counts as a
    failure, while the answer is still waited for; None: it is waited for and nothing else.
    """

    subject: str
    interval_seconds: float
    timeout_seconds: float
    attempt: Callable[[], Awaitable[None]]
    also: Callable[[], tuple[str, ...]] = tuple
    late_seconds: float | None = None
