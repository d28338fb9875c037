"""Token of the DNS provider, Cloudflare, as Cloudflare itself judges it: certbot's words change from version to version."""

import dataclasses
import datetime
import json
import urllib.error
import urllib.request
from typing import Any

from node import timestamps

API_URL = "https://api.cloudflare.com/client/v4"
TIMEOUT_SECONDS = 10
# It can be used from the node's addresses only.
ELSEWHERE = 9109


@dataclasses.dataclass(frozen=True)
class Fault:
    """Lack of the token: why it is of no use, and what to do, neither with a full stop. passes: whether it may be gone by itself soon."""

    why: str
    todo: str
    passes: bool = False


@dataclasses.dataclass(frozen=True)
class Judgement:
    """Judgement of the token by Cloudflare. fault: None where it works. ends: None where it has no end, or that is not known."""

    fault: Fault | None
    ends: datetime.datetime | None = None


def fault(token: str, api_url: str | None) -> Fault | None:
    """Asks Cloudflare what is wrong with a token. None: nothing is, by its answer. api_url: where its API is; None: its own place.

    What it may do in the zone is not known by this.
    """
    return judge(token, api_url, TIMEOUT_SECONDS).fault


def judge(token: str, api_url: str | None, timeout_seconds: float) -> Judgement:
    """Asks Cloudflare whether a token works, and until when."""
    request = urllib.request.Request(
        f"{(api_url or API_URL).rstrip('/')}/user/tokens/verify", headers={"Authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_seconds) as response:
            return judged(json.load(response))
    except urllib.error.HTTPError as refused:
        return Judgement(refusal(refused))
    except (OSError, ValueError) as error:
        return Judgement(
            Fault(
                f"Cloudflare's API does not answer: {getattr(error, 'reason', error)}",
                "see whether the node reaches it, and https://www.cloudflarestatus.com; 'converge' tries again",
                passes=True,
            )
        )


def judged(answer: Any) -> Judgement:
    """Gives what an answer with a status says: active, disabled or expired. Raises ValueError where its end is no time."""
    result = answer.get("result") if isinstance(answer, dict) else None
    fields = result if isinstance(result, dict) else {}
    status, ends = fields.get("status"), fields.get("expires_on")
    if status == "active":
        return Judgement(None, timestamps.parse(ends) if isinstance(ends, str) else None)
    return Judgement(
        Fault(
            f"Cloudflare says that the node's token is {status or 'none that it knows'}",
            "switch it on in Cloudflare's list of API tokens, or delete it there: then 'pulumi up' makes another",
        )
    )


def refusal(refused: urllib.error.HTTPError) -> Fault:
    """Gives what a refusal says."""
    try:
        errors = json.load(refused)["errors"]
        codes, words = [error["code"] for error in errors], "; ".join(error["message"] for error in errors)
    except (OSError, ValueError, LookupError, TypeError):
        codes, words = [], refused.reason
    why = f"Cloudflare refuses the node's token: {refused.code} {words}"
    if refused.code >= 500 or refused.code == 429:
        todo = "wait until it works; 'converge' tries again"
        return Fault(f"Cloudflare's API answers {refused.code} {words}", todo, passes=True)
    if ELSEWHERE in codes:
        return Fault(why, "see whether the node has other addresses than 'pulumi up' knows: run it, and it sets them")
    return Fault(why, "run 'pulumi up': it makes another where this one is gone")
