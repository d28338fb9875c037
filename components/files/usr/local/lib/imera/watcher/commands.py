"""The program: its arguments, and what it prints."""

import asyncio
import contextlib
import json
import os
import pathlib
import signal
import sys

from . import notification
from .configuration import Configuration, Secrets, read_configuration, read_secrets
from .eye import Eye, now
from .failure import Failed, seen
from .probes.probe import Probe
from .ways.way import Way

COMMANDS = ("check", "test", "once")
SESSION_SECONDS = 6
SEND_SECONDS = 20
TODO = "mend imera:alarms where it names a way, and run 'pulumi up': it delivers both files again"


def main(words: list[str], usage: str) -> int:
    """Runs a command. Gives the exit code."""
    command, folders = (words[0], words[1:]) if words[:1] and words[0] in COMMANDS else ("watch", words)
    if len(folders) > 1 or folders[:1] in (["-h"], ["--help"]):
        print(usage, file=sys.stderr)
        return 1
    try:
        eye = make_eye(pathlib.Path(folders[0]) if folders else None)
        return asyncio.run(run(command, eye))
    except Failed as failure:
        print(f"imera-watch: it cannot begin.\n  Why: {failure}.\n  What to do: {TODO}.", file=sys.stderr)
        return 1


def make_eye(folder: pathlib.Path | None) -> Eye:
    """Reads the files and makes the eye. Raises Failed."""
    configuration, secrets = read_files(folder)
    state = folder or pathlib.Path(os.environ.get("STATE_DIRECTORY", "/var/lib/imera-watch"))
    return Eye(configuration, secrets, state)


def read_files(folder: pathlib.Path | None) -> tuple[Configuration, Secrets]:
    """Reads both files. Raises Failed."""
    configuration = read_configuration(folder / "watch.json") if folder else read_configuration()
    return configuration, read_secrets(folder)


async def run(command: str, eye: Eye) -> int:
    """Runs a command with an eye. Gives the exit code."""
    if command == "check":
        return 0
    if command == "test":
        return await send_tests(eye)
    if command == "once":
        return await probe_once(eye)
    return await watch(eye)


async def watch(eye: Eye) -> int:
    """Watches until a signal ends it, which is no failure."""
    print(f"watching {eye.configuration['domain']} with {len(eye.probes)} probes", flush=True)
    watching = asyncio.create_task(eye.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, watching.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    return 0


async def send_tests(eye: Eye) -> int:
    """Sends a test by each way, all at once."""
    told = notification.test(eye.configuration, now())
    results = await asyncio.gather(*(send_test(way, told) for way in eye.delivery.ways))
    return 0 if all(results) else 1


async def send_test(way: Way, told: notification.Notification) -> bool:
    """Sends a test by one way and prints what came of it."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            detail, sent = await way.send(told), True
    except (Failed, OSError, TimeoutError) as error:
        detail, sent = seen(error), False
    await way.close()
    print(json.dumps({"way": way.name, "sent": sent, "detail": detail}), flush=True)
    return sent


async def probe_once(eye: Eye) -> int:
    """Makes each probe once, all at once, when the lasting session had time to open."""
    keeping = asyncio.create_task(eye.keeper.run())
    with contextlib.suppress(Failed, TimeoutError):
        async with asyncio.timeout(SESSION_SECONDS):
            await eye.keeper.opened()
    results = await asyncio.gather(*(print_once(eye, probe) for probe in eye.probes))
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    return 0 if all(results) else 1


async def print_once(eye: Eye, probe: Probe) -> bool:
    """Makes a probe and prints what came of it."""
    trouble = await eye.try_once(probe)
    print(json.dumps({"subject": probe.subject, "ok": trouble is None, "detail": trouble or "works"}), flush=True)
    return trouble is None
