"""What is known of the backups between two runs, and the locks of those that run."""

import contextlib
import datetime
import fcntl
import json
import os
import pathlib
import subprocess
import syslog
import tempfile

FACTS = pathlib.Path("/etc/imera/node.json")
RECOVERY = pathlib.Path("/var/lib/imera/recovery.json")
STATUS = pathlib.Path("/var/lib/imera/backup/status.json")
# In memory: a lock ends with its process, and whatever is here with the machine.
RUNTIME = pathlib.Path("/run/imera-backup")


class Failed(Exception):
    """Something did not work. The arguments: what, why, what to do."""

    def __init__(self, what, why, todo):
        super().__init__(what, why, todo)
        self.what, self.why, self.todo = what, why, todo

    def line(self):
        return f"{self.what}: {self.why}"


@contextlib.contextmanager
def failing(what):
    """A full disk, or an answer that is none, is a failure like others: the status must know of it."""
    try:
        yield
    except (OSError, ValueError, LookupError) as error:
        raise Failed(what, f"{type(error).__name__}: {error}", "see 'imera-backup checks' and the journal") from error


def facts():
    return json.loads(FACTS.read_text())


def is_kept():
    """Whether this node keeps backups at all: a drill doesn't, nor one without a store."""
    return facts().get("backup") is not None and facts().get("purpose") != "drill"


def recovery():
    """What step 35 did on this machine's first boot; empty where it hasn't run."""
    return json.loads(RECOVERY.read_text()) if RECOVERY.exists() else {}


def load():
    return json.loads(STATUS.read_text()) if STATUS.exists() else {}


def update(**changes):
    """Changes some entries of the status and keeps the others. Complete or not at all, also when the power goes."""
    with lock("status", wait=True):
        write_json(STATUS, load() | changes)


def write_json(path, document):
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".imera-")
    try:
        with os.fdopen(descriptor, "w") as stream:
            json.dump(document, stream, indent=1, sort_keys=True)
            stream.write("\n")
            os.fchmod(stream.fileno(), 0o644)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


@contextlib.contextmanager
def lock(name, wait):
    """Held by the open file, so that a run that was killed leaves none. Gives whether it was got."""
    RUNTIME.mkdir(mode=0o755, parents=True, exist_ok=True)
    with open(RUNTIME / f"{name}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def run(command, what, timeout_seconds=None, **options):
    """A command's result. It ends with this process, however that ends."""
    try:
        return subprocess.run(
            ["setpriv", "--pdeathsig", "TERM", *command], capture_output=True, text=True, timeout=timeout_seconds, **options
        )
    except subprocess.TimeoutExpired:
        raise Failed(what, f"no end after {timeout_seconds} s", "see whether the backup store answers") from None


def log_error(text):
    """To the journal at priority err, wherever this runs."""
    syslog.openlog("imera-backup", syslog.LOG_PID, syslog.LOG_DAEMON)
    syslog.syslog(syslog.LOG_ERR, text)


def now():
    return datetime.datetime.now(datetime.UTC)


def iso(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def age_seconds(text):
    """How long ago an ISO time was; None stays None."""
    return None if text is None else (now() - datetime.datetime.fromisoformat(text)).total_seconds()
