"""The machine: memory, time zone, a reboot that is due."""

import pathlib
import time

from node import clock
from node.commands import run
from watch import updates

from .finding import Finding, failure, warning, well

LITTLE_PERCENT = 8


def look() -> list[Finding]:
    """Gives what is wrong with the machine itself."""
    return [memory(), zone(), reboot()]


def memory() -> Finding:
    """Gives whether there is memory left for a moment with more to do."""
    lines = (line.split() for line in pathlib.Path("/proc/meminfo").read_text().splitlines())
    kibibytes = {words[0].rstrip(":"): int(words[1]) for words in lines}
    percent = 100 * kibibytes["MemAvailable"] // max(1, kibibytes["MemTotal"])
    seen = f"{kibibytes['MemAvailable'] // 1024} of {kibibytes['MemTotal'] // 1024} MiB are available ({percent} %)"
    if percent >= LITTLE_PERCENT:
        return well("memory", seen)
    return failure(
        "memory",
        seen=seen,
        wanted=f"{LITTLE_PERCENT} % or more",
        meaning="The kernel will end the server or the database, and everybody is thrown out for a moment.",
        advice="set a larger imera:size and run 'pulumi up'; 'systemctl status ejabberd' on the node shows what it takes",
    )


def zone() -> Finding:
    """Gives whether the machine's times are in UTC."""
    name = time.strftime("%Z", time.localtime())
    answer = run(["date", "+%Z"], what="date did not answer", timeout_seconds=5).stdout.strip() or name
    if answer == "UTC":
        return well("time-zone", "UTC")
    return warning(
        "time-zone",
        seen=answer,
        wanted="UTC",
        meaning="Times in logs and of timers are not those that the operator's commands speak of.",
        command="timedatectl set-timezone UTC",
    )


def reboot() -> Finding:
    """Gives whether an updated kernel or library waits for a reboot."""
    if not updates.REBOOT.exists():
        return well("reboot", f"none is due; up for {int(clock.uptime_seconds() / 86400)} days")
    return warning(
        "reboot",
        seen="an updated kernel or library waits for a reboot",
        wanted="no reboot that is due",
        meaning="A hole that is mended on the disk is still open in memory. A reboot takes the network away for a minute.",
        command="systemctl reboot",
    )
