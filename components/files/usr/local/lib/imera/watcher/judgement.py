"""Judgement of what probes see: changes, not states; patience, inhibition, no storm.

A subject is in trouble when it has not worked for as long as its patience and something failed meanwhile, or when nothing but
failures came for as long as its patience with those. It is held back while what it rests on has not worked since, so that a dead
droplet hides its services. Pure: whoever uses it brings the time, in seconds
since 1970 of a clock that never goes back.
"""

from dataclasses import dataclass, field
from typing import Literal

from .announcement import AnnouncedRestart
from .subject import Subject

Change = Literal["trouble", "over", "unstable", "stable"]

# One message a subject a minute, whatever it does meanwhile.
QUIET_SECONDS = 60.0
# So many beginnings and ends within that time are one message: unstable.
FLAPS, FLAP_SECONDS = 3, 600.0
# A failure alone, or two, may be chance.
MISSES = 3
# Works again: for that long, without a failure.
RECOVERY_SECONDS = 4.0
# Who was stopped for longer has not looked meanwhile.
BLIND_SECONDS = 5.0


@dataclass
class Standing:
    """What is known of a subject. None: it did not happen.

    failures: how many since it last worked. patient_from, failing_from: when it last worked and first failed, or when its patience
    began anew. works_since: the first success that no failure has followed.
    trouble_since, ended_at: of the present trouble, or of the last one. flaps: when troubles began and ended.
    """

    subject: Subject
    patient_from: float
    worked_at: float | None = None
    failed_at: float | None = None
    failing_from: float = 0
    failures: int = 0
    works_since: float | None = None
    detail: str = ""
    in_trouble: bool = False
    trouble_since: float = 0
    ended_at: float = 0
    told: Change = "over"
    told_at: float | None = None
    flaps: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """Change to tell. detail: what was seen last. since: the trouble's beginning; ended_at: its end, where it has one."""

    subject: Subject
    change: Change
    detail: str
    since: float
    ended_at: float


class Judge:
    """Judge of all subjects, from a time on. delay_seconds: added to the patience of those that are seen elsewhere too."""

    def __init__(self, known: dict[str, Subject], now: float, delay_seconds: float = 0) -> None:
        self.standings = {name: Standing(subject, now) for name, subject in known.items()}
        self._restart = AnnouncedRestart(known)
        self._delay_seconds = delay_seconds
        self._ticked_at = now

    def add(self, subject: Subject, now: float) -> None:
        """Watches another subject from now on. One that is known keeps its standing."""
        self.standings.setdefault(subject.name, Standing(subject, now)).subject = subject

    def announce_restart(self, seconds: float, now: float) -> bool:
        """Takes down that the servers say that they restart. Gives whether they get the time."""
        return self._restart.announce(seconds, now)

    def worked(self, name: str, now: float) -> None:
        """Takes down that a subject worked."""
        standing = self.standings[name]
        standing.worked_at = standing.patient_from = now
        standing.failed_at, standing.failures = None, 0
        if standing.works_since is None:
            standing.works_since = now

    def failed(self, name: str, now: float, detail: str) -> None:
        """Takes down that a subject failed, and what was seen."""
        standing = self.standings[name]
        standing.detail, standing.works_since = detail, None
        standing.failures += 1
        if standing.failed_at is None:
            standing.failed_at = standing.failing_from = now
            self._restart.failed(name)

    def tick(self, now: float) -> list[Told]:
        """Judges at a time, once a second or more often; gives the changes to tell."""
        blind_seconds = now - self._ticked_at
        self._ticked_at = now
        self._restart.settle((name for name, standing in self.standings.items() if is_stable(standing, now)), now)
        for standing in self.standings.values():
            if blind_seconds > BLIND_SECONDS:
                standing.patient_from += blind_seconds
                standing.failing_from += blind_seconds
            self._judge(standing, now)
        return [told for standing in self.standings.values() if (told := self._tell(standing, now)) is not None]

    def _judge(self, standing: Standing, now: float) -> None:
        if standing.in_trouble:
            if standing.works_since is not None and is_stable(standing, now):
                standing.in_trouble, standing.ended_at = False, standing.works_since
                standing.flaps.append(now)
        elif standing.failed_at is not None:
            if self._rests_on_trouble(standing.subject):
                standing.patient_from = standing.failing_from = now
            elif self._is_held(standing):
                # Failures until then may be those of what it rests on.
                standing.failing_from = now
            is_restarting = self._restart.holds(standing.subject.name, now)
            if is_restarting and not standing.subject.is_server:
                # When the server is back, all that rests on it has its time to come back.
                standing.patient_from = standing.failing_from = now
            if self._is_due(standing, now) and not self._is_held(standing) and not is_restarting:
                standing.in_trouble, standing.trouble_since = True, standing.failed_at
                standing.flaps.append(now)

    def _is_due(self, standing: Standing, now: float) -> bool:
        subject = standing.subject
        delay_seconds = self._delay_seconds if subject.is_seen_elsewhere else 0
        is_silent = now - standing.patient_from >= subject.patience_seconds + delay_seconds
        is_failing = now - standing.failing_from >= subject.failing_seconds + delay_seconds
        return is_silent or (is_failing and standing.failures >= MISSES)

    def _rests_on_trouble(self, subject: Subject) -> bool:
        return any(all(self._is_down(name) for name in group) for group in subject.needs)

    def _is_down(self, name: str) -> bool:
        standing = self.standings[name]
        return standing.in_trouble or (standing.failed_at is not None and self._rests_on_trouble(standing.subject))

    def _is_held(self, standing: Standing) -> bool:
        """Whether all of a group that it rests on have not worked since it failed: they may be what is wrong."""
        failed_at = standing.failed_at or 0
        return any(
            all((self.standings[name].worked_at or 0) < failed_at for name in group) for group in standing.subject.needs
        )

    def _tell(self, standing: Standing, now: float) -> Told | None:
        standing.flaps = [at for at in standing.flaps if now - at < FLAP_SECONDS]
        change = self._change(standing)
        quiet = standing.told_at is not None and now - standing.told_at < QUIET_SECONDS
        if change is None or (quiet and change != "unstable"):
            return None
        standing.told, standing.told_at = change, now
        return Told(standing.subject, change, standing.detail, standing.trouble_since, standing.ended_at)

    def _change(self, standing: Standing) -> Change | None:
        if standing.told == "unstable":
            if standing.flaps:
                return None
            return "trouble" if standing.in_trouble else "stable"
        if len(standing.flaps) >= FLAPS:
            return "unstable"
        if standing.in_trouble:
            return None if standing.told == "trouble" or self._is_held(standing) else "trouble"
        return "over" if standing.told == "trouble" else None


def is_stable(standing: Standing, now: float) -> bool:
    """Whether a subject has worked for a while without a failure."""
    return standing.works_since is not None and now - standing.works_since >= RECOVERY_SECONDS
