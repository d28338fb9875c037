"""Debian packages of this node: which are missing, and how apt comes to install them on a bad day."""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

from .facts import place
from .trouble import Trouble

LIST = place("/usr/local/lib/imera/packages")
LOG = place("/var/log/imera-packages.log")
LOCK = place("/run/imera-packages.lock")
BACKPORTS = place("/etc/apt/sources.list.d/imera-backports.list")
# Another program may hold dpkg's lock; whoever waits for this one is told between two turns.
TURN_SECONDS = 60
PAUSE_SECONDS = 20
# A mirror that delivers a byte at a time never is silent, so apt itself would wait for it for ever.
UPDATE_SECONDS, DOWNLOAD_SECONDS = 300, 900
# What apt-get says after the reason, and in place of one.
GENERIC = re.compile(
    "Some index files failed|Unable to fetch some archives|Sub-process|Unable to lock|Unable to acquire|Unmet dependencies"
)
LOCKED = re.compile("Could not get lock|Unable to lock|Unable to acquire|locked by another process")


def needed() -> list[str]:
    """Reads the packages that this node needs, each as NAME or NAME/RELEASE. Raises OSError."""
    lines = (line.partition("#")[0].strip() for line in LIST.read_text().splitlines())
    return [line for line in lines if line]


def missing() -> list[str]:
    """Selects the packages that are needed and not installed, each as NAME or NAME/RELEASE."""
    packages = needed()
    found = states(map(name_of, packages))
    return [package for package in packages if found.get(name_of(package)) != "i "]


def half_installed() -> list[str]:
    """Selects the packages, needed or not, whose files dpkg was unpacking when it was killed."""
    return [name for name, state in states(()).items() if state[:1] == "H" or state[1:] == "R"]


def states(names: Iterable[str]) -> dict[str, str]:
    """Gives the states of packages, all where no name is given: dpkg's letter of the state, and R or a space."""
    show = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Abbrev}\n", *names]
    lines = (line.split(" ", 1) for line in output_of(show)[1].splitlines() if " " in line)
    # The letter before them is what the operator wishes: i, or h for a package that is held.
    return {name: status[1:3] for name, status in lines}


def name_of(package: str) -> str:
    """Gives the name in NAME/RELEASE."""
    return package.partition("/")[0]


def version(name: str) -> str:
    """Gives the installed version of a package; empty where it is not installed."""
    return output_of(["dpkg-query", "--show", "--showformat=${Version}", name])[1]


def is_interrupted() -> bool:
    """Whether dpkg was killed in the middle, as by a reboot, and has not been made good since."""
    updates = place("/var/lib/dpkg/updates")
    begun = updates.is_dir() and any(name.isdigit() for name in os.listdir(updates))
    return begun or output_of(["dpkg", "--audit"])[1].strip() != ""


def install(patience_seconds: float, report: Callable[[str], None]) -> list[str]:
    """Installs what is missing, and mends what was cut off. Gives the packages that were missing.

    Tries again until it is there, or raises Trouble when that took longer than patience_seconds; the last try may take its
    time. report: takes a line each time that it has to try again.
    """
    with lock(patience_seconds):
        wanted = missing()
        if wanted:
            add_sources(wanted)
        deadline = time.monotonic() + patience_seconds
        tries = 0
        while lacking := missing():
            reason = attempt(lacking, deadline - time.monotonic())
            if reason is None:
                continue
            tries += 1
            left = deadline - time.monotonic()
            if left <= 0:
                raise refusal(lacking, reason, tries)
            report(f"{reason}. Trying again, for {max(1, round(left / 60))} min at most")
            make_good(reason, tries)
            time.sleep(min(PAUSE_SECONDS, left, 2 * tries))
        if is_interrupted() and (reason := attempt((), patience_seconds)):
            # Nothing that this node needs, and nothing to stop for.
            report(f"{reason}. See 'dpkg --audit'; it is tried again the next time")
        return wanted


def add_sources(packages: Sequence[str]) -> None:
    """Lets apt have backports from the mirror that it has their release from, where packages need them and it lacks them."""
    # Also of what was never fetched, and without fetching it.
    words = apt(["apt-get", "update", "--print-uris"])[1]
    sources = re.findall(r"^'(\S+?)/dists/(\S+)/InRelease'", words, re.MULTILINE)
    mirrors = {release: mirror for mirror, release in sources}
    wanted = {package.partition("/")[2] for package in packages if package.endswith("-backports")}
    lines = [
        f"deb {mirrors[base]} {release} main\n"
        for release in sorted(wanted - set(mirrors))
        if (base := release.removesuffix("-backports")) in mirrors
    ]
    if lines:
        BACKPORTS.parent.mkdir(parents=True, exist_ok=True)
        BACKPORTS.write_text("".join(lines))


def refusal(lacking: Sequence[str], reason: str, tries: int) -> Trouble:
    """Gives the Trouble of packages that could not be installed."""
    return Trouble(
        f"packages are missing: {' '.join(map(name_of, lacking))}",
        f"{reason} ({tries} tries; all of apt's words are in {LOG})",
        "when the cause is gone, run the same command again: it goes on where it stopped",
    )


def attempt(lacking: Sequence[str], seconds_left: float) -> str | None:
    """Tries to install packages. Gives why that failed; None: it did not."""
    configured = apt(["dpkg", "--configure", "--pending"])[1]
    patience = f"DPkg::Lock::Timeout={max(1, round(min(TURN_SECONDS, seconds_left)))}"
    get = ["apt-get", "--assume-yes", "--quiet=2", "-o", patience]
    # apt takes what is half installed for installed.
    install, names = ("install", "--fix-broken", "--reinstall"), [*lacking, *set(half_installed()) - set(lacking)]
    steps = (
        ([*get, "update", "-o", "APT::Update::Error-Mode=any"], UPDATE_SECONDS),
        ([*get, *install, "--download-only", *names], DOWNLOAD_SECONDS),
        # Nobody ends dpkg in the middle.
        ([*get, *install, *names], None),
    )
    for command, seconds in steps:
        code, words = apt(command if seconds is None else ["timeout", "--kill-after=10", str(seconds), *command])
        if code in (124, 137):
            return f"apt-get did not end within {seconds} s: the mirror is slow, or silent"
        if code != 0:
            # Of a lock dpkg tells more: who has it.
            return first_error(configured + words if LOCKED.search(words) else words)
    still = [name_of(package) for package in missing()]
    return f"apt-get ended well, and {' '.join(still)} is not installed" if still else None


def make_good(reason: str, tries: int) -> None:
    """Removes what was downloaded by half, which apt would trip over again."""
    if tries > 1 and not LOCKED.search(reason):
        for folder in ("/var/lib/apt/lists", "/var/cache/apt/archives/partial"):
            for entry in place(folder).glob("*"):
                if entry.is_dir():
                    shutil.rmtree(entry, ignore_errors=True)
                elif entry.name != "lock":
                    entry.unlink(missing_ok=True)


def first_error(words: str) -> str:
    """Gives the reason in the words of apt-get or dpkg: the first error that says something."""
    errors = [found[1].strip() for line in words.splitlines() if (found := re.match("(?:E|dpkg: error): ?(.*)", line))]
    specific = [error for error in errors if not GENERIC.search(error)]
    last = words.strip().splitlines() or ["it said nothing"]
    error = re.sub(r"\s+", " ", (specific or errors or last[-1:])[0])[:240].rstrip(".")
    return re.sub(r"with pid (\d+)", lambda found: f"with pid {found[1]}{command_of(found[1])}", error)


def command_of(pid: str) -> str:
    """Gives the name of a process in parentheses; empty where it has ended."""
    try:
        return f" ({pathlib.Path('/proc', pid, 'comm').read_text().strip()})"
    except OSError:
        return ""


def apt(command: Sequence[str]) -> tuple[int, str]:
    """Runs a command that changes packages. Gives its exit code and its words, which go to the log as well."""
    code, words = output_of(command)
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("a") as log:
        log.write(
            f"# {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {' '.join(command)}\n{words}# exit code {code}\n"
        )
    return code, words


def output_of(command: Sequence[str]) -> tuple[int, str]:
    """Runs a command that asks nobody anything. Gives its exit code, and its standard output and error."""
    # Not ended with this process: dpkg would be cut off in the middle when the connection to the operator is lost.
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return result.returncode, result.stdout


@contextlib.contextmanager
def lock(patience_seconds: float) -> Iterator[None]:
    """Takes the lock of the installation: the first boot and converge both run it. Raises Trouble when that takes too long."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience_seconds
    with LOCK.open("w") as file:
        while not has_locked(file):
            if time.monotonic() > deadline:
                raise Trouble(
                    "the packages could not be looked at",
                    f"another program has held {LOCK} for {patience_seconds:g} s",
                    f"see 'fuser -v {LOCK}', and run the same command again",
                )
            time.sleep(0.5)
        yield


def has_locked(file: IO[str]) -> bool:
    """Takes the lock of a file, where it is free. Gives whether it was."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
