"""The node's clock, as the kernel judges it: the store's signatures, calls and certificates need the time."""

import ctypes
import pathlib

from .facts import place

# A machine has that long after its start to find a time server.
PATIENCE_SECONDS = 900
# Returned by adjtimex(2), which `timedatectl` asks too: at the start of a machine, and nine hours after the last answer.
NOT_SYNCHRONISED = 5
# Larger than struct timex; its first field, 0, asks and sets nothing.
TIMEX_BYTES = 1024


def trouble() -> str | None:
    """Gives what is wrong with the clock; None: nothing, or a container, whose clock is its host's."""
    if place("/run/systemd/container").exists() or uptime_seconds() < PATIENCE_SECONDS:
        return None
    if kernel_state() != NOT_SYNCHRONISED:
        return None
    return (
        "no time server has set the clock since the start or for nine hours, and it may be wrong. "
        "What to do: see 'timedatectl timesync-status'; 'systemctl restart systemd-timesyncd' tries again"
    )


def kernel_state() -> int:
    """Gives the state of the kernel's clock by adjtimex(2); -1: the kernel does not say."""
    return int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))


def uptime_seconds() -> float:
    """Gives the seconds since the machine started."""
    return float(pathlib.Path("/proc/uptime").read_text().split()[0])
