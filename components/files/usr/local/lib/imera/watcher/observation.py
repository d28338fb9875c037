"""Observation of a subject: a probe is made, and the judge told what came of it."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from .failure import Failed, Unseen, seen
from .judgement import Judge
from .probes.probe import Probe


async def observe(probe: Probe, judge: Judge, now: Callable[[], float]) -> str | None:
    """Makes a probe and takes its result down; gives what failed, or None. now: gives the judge's time."""
    try:
        with noted_late(probe, judge, now):
            async with asyncio.timeout(probe.timeout_seconds):
                await probe.attempt()
    except Unseen:
        return None
    except (Failed, OSError, TimeoutError) as error:
        judge.failed(probe.subject, now(), seen(error))
        return seen(error)
    for subject in (probe.subject, *probe.also()):
        judge.worked(subject, now())
    return None


@contextlib.contextmanager
def noted_late(probe: Probe, judge: Judge, now: Callable[[], float]) -> Iterator[None]:
    """Takes down a failure where the block takes longer than the probe's answer may."""
    if probe.late_seconds is None:
        yield
        return
    words = f"no answer for {probe.late_seconds:g} s"
    loop = asyncio.get_running_loop()
    note = loop.call_later(probe.late_seconds, lambda: judge.failed(probe.subject, now(), words))
    try:
        yield
    finally:
        note.cancel()
