"""End of a program that fails: for whoever reads it one error that says what to do, for the journal where it happened."""

import os
import sys
import syslog
import traceback
from types import TracebackType

from .trouble import Trouble


def guard(name: str, exit_code: int = 1) -> None:
    """Ends this program so whenever it fails: at once, whatever its threads are at, with the code and without a traceback."""

    def end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = error.text(name) if isinstance(error, Trouble) else unexpected(name, error)
        if not isinstance(error, Trouble):
            log(name, "".join(traceback.format_exception(kind, error, trace)))
        sys.stdout.flush()
        print(text, file=sys.stderr, flush=True)
        os._exit(exit_code)

    sys.excepthook = end


def unexpected(name: str, error: BaseException) -> str:
    """Describes an error that no part of the program expected, in the form of Trouble."""
    words = " ".join(str(error).split()) or "no words"
    return Trouble(
        "it ended on an error that it does not know",
        f"{type(error).__name__}: {words[:500]}",
        f"mend that and run it again; where it happened is in 'journalctl -t {name}'",
    ).text(name)


def log(name: str, text: str) -> None:
    """Writes to the journal, a line at a time."""
    syslog.openlog(name, 0, syslog.LOG_DAEMON)
    for line in text.splitlines():
        syslog.syslog(syslog.LOG_ERR, line)
