"""Failure of something that the watcher tried: a probe, or a way to tell of an alarm."""


class Failed(Exception):
    """Something that was tried and did not work. The argument is what was seen, without a full stop."""


class Refused(Failed):
    """A user and a password that a server did not take."""


class Unseen(Exception):
    """Nothing that could be judged was seen: the subject neither works nor fails."""


def seen(error: BaseException) -> str:
    """Describes an error in one line, as what was seen."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    words = " ".join(str(error).split())
    return words[:300] or type(error).__name__
