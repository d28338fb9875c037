"""Errors that say what failed, why, and what to do."""

import contextlib
from collections.abc import Iterator

from .advice import with_whole_commands


class Trouble(Exception):
    """Something that failed or was refused. Arguments: what, why and what to do, none with a full stop.

    Commands in what to do, such as 'pulumi up', are completed for the node's stack.
    """

    def __init__(self, what: str, why: str, todo: str) -> None:
        super().__init__(what, why, todo)
        self.what, self.why, self.todo = what, why, with_whole_commands(todo)

    def line(self) -> str:
        """Gives what and why, in one line."""
        return " ".join(f"{self.what}: {self.why}".split())

    def text(self, program: str) -> str:
        """Gives all of it, for an operator to read."""
        return f"{program}: {self.what}.\n  Why: {self.why}.\n  What to do: {self.todo}."


@contextlib.contextmanager
def as_trouble(what: str) -> Iterator[None]:
    """Turns a full disk, or an answer that cannot be parsed, into Trouble, so that the backups' status records it."""
    try:
        yield
    except (OSError, ValueError, LookupError) as error:
        raise Trouble(what, f"{type(error).__name__}: {error}", "see 'imera-backup checks' and the journal") from error
