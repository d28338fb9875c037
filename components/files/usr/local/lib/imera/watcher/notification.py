"""Messages for the operator: what users notice, since when, seen from where, what to do next."""

import time
from typing import TypedDict

from .configuration import Configuration
from .judgement import Change, Judge, Told

DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS = 86400, 3600, 60


class Notification(TypedDict):
    """Message for the operator. state: of the subject; "test" and "daily" are about none. since: RFC 3339, in UTC."""

    subject: str
    state: Change | str
    title: str
    text: str
    since: str
    seenFrom: str
    command: str
    link: str
    stack: str
    domain: str


def describe(configuration: Configuration, changes: list[Told]) -> Notification:
    """Makes one message of the changes of one moment, the first as its title."""
    first, *others = changes
    is_over = all(change.change in ("over", "stable") for change in changes)
    more = f" (and {len(others)} more)" if others else ""
    return notification(
        configuration,
        subject=first.subject.name,
        state=first.change,
        title=headline(first) + more,
        text="\n\n".join(paragraph(change) for change in changes),
        since=first.since,
        page=first.subject.page,
        todo=not is_over,
    )


def notification(
    configuration: Configuration,
    *,
    subject: str,
    state: str,
    title: str,
    text: str,
    since: float,
    page: str,
    todo: bool = False,
) -> Notification:
    """Makes a message. page: part of docs/watching.md. todo: whether the text says what to do next."""
    command = f"npm run doctor -- --stack {configuration['stack']}"
    documentation = configuration["documentation"] or "docs"
    link = f"{documentation}/watching.md#{page}"
    seen_from = f"{configuration['eye']} in {configuration['place']}"
    return {
        "subject": subject,
        "state": state,
        "title": f"{configuration['domain']}: {title}",
        "text": "\n".join(
            [text, "", f"Seen from {seen_from}.", *([f"Next: {command}", f"More: {link}"] if todo else [])]
        ),
        "since": iso(since),
        "seenFrom": seen_from,
        "command": command,
        "link": link,
        "stack": configuration["stack"],
        "domain": configuration["domain"],
    }


def way_failed(configuration: Configuration, name: str, why: str, now: float) -> Notification:
    """Makes a message that another way does not work."""
    return notification(
        configuration,
        subject=f"way {name}",
        state="trouble",
        title=f"the way {name} does not work",
        text=f"Alarms by {name} are not sent: {why}.\nUsers: nothing. It is tried again and again.",
        since=now,
        page="ways",
        todo=True,
    )


def test(configuration: Configuration, now: float) -> Notification:
    """Makes a message that tries a way."""
    text = "A test: somebody has run 'npm run alarm -- test'. An alarm looks like this, with what users notice."
    return notification(
        configuration, subject="test", state="test", title="a test of alarms", text=text, since=now, page="ways"
    )


def daily(configuration: Configuration, judge: Judge, now: float) -> Notification:
    """Makes the daily message: all is well, or what is not."""
    wrong = [standing.subject.trouble for standing in judge.standings.values() if standing.in_trouble]
    title = f"{len(wrong)} in trouble" if wrong else "all is well"
    text = "\n".join(capital(line) for line in wrong) or f"All {len(judge.standings)} subjects work."
    return notification(
        configuration, subject="daily", state="daily", title=title, text=text, since=now, page="daily-line"
    )


def seconds_until(hour: int, at: float) -> float:
    """Gives how long it is from a time, in seconds since 1970, to the next full hour of that number in UTC."""
    return (hour * HOUR_SECONDS - at) % DAY_SECONDS or DAY_SECONDS


def headline(told: Told) -> str:
    """Gives the headline of a change."""
    subject = told.subject
    return {
        "trouble": subject.trouble,
        "over": f"over: {subject.over}",
        "unstable": f"unstable: {subject.trouble}, again and again",
        "stable": f"stable: {subject.over}",
    }[told.change]


def paragraph(told: Told) -> str:
    """Tells of a change: for a trouble what users notice and what was seen, for its end how long it was."""
    subject = told.subject
    if told.change == "over":
        lasted = duration(told.ended_at - told.since)
        return f"{capital(subject.over)}. It lasted {lasted}, from {iso(told.since)} to {iso(told.ended_at)}."
    if told.change == "stable":
        return f"{capital(subject.over)}, for ten minutes now."
    lines = [
        f"{capital(headline(told))}.",
        f"Users: {subject.users}.",
        f"Since {iso(told.since)}. Seen: {told.detail}.",
    ]
    if told.change == "unstable":
        lines.append("The next message about it comes when it has not changed for ten minutes.")
    return "\n".join(lines)


def capital(sentence: str) -> str:
    """Gives a sentence with a capital first, unless it begins with a name that has a dot."""
    return sentence if "." in sentence.split(" ")[0] else sentence[:1].upper() + sentence[1:]


def iso(at: float) -> str:
    """Writes a time, in seconds since 1970, as RFC 3339."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def duration(seconds: float) -> str:
    """Writes a length of time with its two largest units."""
    left = max(0, round(seconds))
    words = []
    for unit, name in ((DAY_SECONDS, "d"), (HOUR_SECONDS, "h"), (MINUTE_SECONDS, "min"), (1, "s")):
        if left >= unit:
            words.append(f"{left // unit} {name}")
            left %= unit
    return " ".join(words[:2]) or "0 s"
