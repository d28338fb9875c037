"""An eye at work: probes, judgement, delivery, and the sign of life to the dead man's switch."""

import asyncio
import contextlib
import pathlib
import time
from typing import cast

from . import findings, memory, notification, subjects
from .configuration import Configuration, Secrets
from .delivery import Delivery, Outbox
from .dns_message import parse_resolver
from .failure import Failed, seen
from .http_request import Request, succeed
from .judgement import Judge
from .memory import Remembered
from .notification import Notification
from .observation import observe
from .plan import probes
from .probes.keeper import Keeper
from .probes.probe import Probe
from .restraint import Restraint
from .ways.make import make_ways
from .world import World, trust

TICK_SECONDS = 0.5
# Between two tries of something that fails: its end is not to be missed by a minute.
RETRY_SECONDS = 2
FINDINGS_SECONDS = 15
SIGN_SECONDS = 60
OVERLAP = 4


class Eye:
    """Eye with its configuration. folder: where it remembers what a restart would forget."""

    def __init__(self, configuration: Configuration, secrets: Secrets, folder: pathlib.Path) -> None:
        self.configuration = configuration
        resolvers = [parse_resolver(text) for text in configuration["resolvers"]]
        restraint = Restraint(f"'npm run pulumi -- up --stack {configuration['stack']}' gives both one password")
        self.world = World(configuration, secrets, trust(configuration["caFile"]), restraint)
        ways = make_ways(configuration, secrets, self.world.context, resolvers)
        self.keeper = Keeper(self.world, self._give_time)
        self.probes = list(probes(self.world, self.keeper, resolvers))
        self.judge = Judge(subjects.subjects(configuration), now(), configuration["delaySeconds"])
        self.delivery = Delivery(ways, self._save, self._way_failed)
        self._file = folder / "memory.json"

    async def run(self) -> None:
        """Watches until it is cancelled."""
        self._remember()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.delivery.run())
            group.create_task(self.keeper.run())
            group.create_task(self._judge())
            for probe in self.probes:
                group.create_task(self._repeat(probe))
            if self.configuration["role"] == "node":
                group.create_task(self._read_findings())
            group.create_task(self._give_signs())
            group.create_task(self._say_daily())

    async def try_once(self, probe: Probe) -> str | None:
        """Makes a probe and takes its result down; gives what failed, or None."""
        return await observe(probe, self.judge, now)

    async def _repeat(self, probe: Probe) -> None:
        """Makes a probe again and again; one that waits for its answer does not keep the next ones from being made."""
        async with asyncio.TaskGroup() as group:
            running: set[asyncio.Task[str | None]] = set()
            while True:
                if len(running) < OVERLAP:
                    task = group.create_task(self.try_once(probe))
                    running.add(task)
                    task.add_done_callback(running.discard)
                await self._pause(probe)

    async def _pause(self, probe: Probe) -> None:
        """Waits until a probe is due: after its interval, or sooner where it fails."""
        waited: float = 0
        while waited < probe.interval_seconds:
            step = min(RETRY_SECONDS, probe.interval_seconds)
            await asyncio.sleep(step)
            waited += step
            if self.judge.standings[probe.subject].failed_at is not None:
                return

    async def _judge(self) -> None:
        is_new = True
        while True:
            if is_new and all(standing.worked_at is not None for standing in self.judge.standings.values()):
                is_new = False
                print(f"all {len(self.judge.standings)} subjects work", flush=True)
            changes = self.judge.tick(now())
            if changes:
                told = notification.describe(self.configuration, changes)
                print(told["title"], flush=True)
                self.delivery.add(told)
            await asyncio.sleep(TICK_SECONDS)

    def _give_time(self, seconds: float) -> None:
        if self.judge.announce_restart(seconds, now()):
            print("the server restarts, as it says, and has a minute at most for that", flush=True)

    async def _read_findings(self) -> None:
        while True:
            found = list(findings.read(self.configuration["eye"]))
            for subject, trouble in found:
                self.judge.add(subject, now())
                if trouble is None:
                    self.judge.worked(subject.name, now())
                else:
                    self.judge.failed(subject.name, now(), trouble)
            present = {subject.name for subject, _ in found}
            for name in self.judge.standings:
                # What is no longer found is well, unless nothing could be found.
                if name.startswith(findings.PREFIX) and name not in present and len(found) > 0 and found[0][1] is None:
                    self.judge.worked(name, now())
            await asyncio.sleep(FINDINGS_SECONDS)

    async def _give_signs(self) -> None:
        """Tells the dead man's switch that this program lives, or that no way of its works."""
        url = self.world.secrets["deadManSwitchUrl"]
        while url is not None:
            ways = self.delivery.outbox
            sign = f"{url}/fail" if ways and len(self.delivery.failing) == len(ways) else url
            with contextlib.suppress(Failed):
                # Whoever waits for the sign tells of its absence.
                await succeed(Request("GET", sign), self.world.context)
            await asyncio.sleep(SIGN_SECONDS)

    async def _say_daily(self) -> None:
        hour = self.configuration["dailyLineHour"]
        while hour is not None:
            await asyncio.sleep(notification.seconds_until(hour, time.time()))
            self.delivery.add(notification.daily(self.configuration, self.judge, now()))

    def _way_failed(self, name: str, why: str) -> Notification:
        return notification.way_failed(self.configuration, name, why, now())

    def _remember(self) -> None:
        try:
            known = memory.read(self._file)
        except Failed as failure:
            print(seen(failure), flush=True)
            return
        for name in known["subjects"]:
            if self.configuration["role"] == "node" and name.startswith(findings.PREFIX):
                self.judge.add(findings.subject(name), now())
        memory.restore(self.judge, known["subjects"])
        self.delivery.restore(cast(Outbox, known["outbox"]))

    def _save(self) -> None:
        outbox = cast(dict[str, list[dict[str, object]]], self.delivery.outbox)
        standings: dict[str, Remembered] = memory.remembered(self.judge)
        memory.write(self._file, {"subjects": standings, "outbox": outbox})


STARTED, STARTED_MONOTONIC = time.time(), time.monotonic()


def now() -> float:
    """Gives the time, in seconds since 1970, by a clock that never goes back."""
    return STARTED + time.monotonic() - STARTED_MONOTONIC
