"""Points in time: aware datetimes in UTC, and as text RFC 3339 without fractions, such as 2026-11-22T10:00:00Z."""

import datetime


def now() -> datetime.datetime:
    """Gives the present time."""
    return datetime.datetime.now(datetime.UTC)


def iso(time: datetime.datetime) -> str:
    """Formats a time in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_of_epoch(seconds: float) -> str:
    """Formats a time that is given in seconds since 1970."""
    return iso(datetime.datetime.fromtimestamp(seconds, datetime.UTC))


def parse(text: str) -> datetime.datetime:
    """Parses RFC 3339. Raises ValueError."""
    return datetime.datetime.fromisoformat(text)


def age_seconds(text: str) -> float:
    """Gives the seconds since a time."""
    return (now() - parse(text)).total_seconds()
