"""Accounts of the network, made and given passwords in the running ejabberd."""

from . import ejabberd
from .facts import facts
from .trouble import Trouble

REGISTER = """
  case ejabberd_auth:user_exists({user}, {domain}) of
    true -> there_already;
    false -> {{registered, ejabberd_auth:try_register({user}, {domain}, {password})}}
  end.
"""
SET_PASSWORD = """
  case {{ejabberd_auth:user_exists({user}, {domain}), ejabberd_auth:check_password({user}, <<>>, {domain}, {password})}} of
    {{true, true}} -> unchanged;
    {{true, false}} -> {{password_set, ejabberd_auth:set_password({user}, {domain}, {password})}};
    {{false, _}} -> no_account
  end.
"""


def register(user: str, password: str) -> str:
    """Makes an account, unless it is there already: then its password stays. Gives what was done. Raises Trouble."""
    outcomes = {"{ok, there_already}": "there already", "{ok, {registered, ok}}": "registered"}
    return outcome_of(REGISTER, user, password, outcomes)


def set_password(user: str, password: str) -> str:
    """Gives an account this password. Gives what was done. Raises Trouble, also where there is no account."""
    outcomes = {"{ok, unchanged}": "unchanged", "{ok, {password_set, ok}}": "password set"}
    return outcome_of(SET_PASSWORD, user, password, outcomes)


def outcome_of(expression: str, user: str, password: str, outcomes: dict[str, str]) -> str:
    """Evaluates an expression about an account and gives the word for its outcome. Raises Trouble for any other one."""
    domain = facts()["domain"]
    names = {"user": user, "domain": domain, "password": password}
    answer = ejabberd.erl_call(expression.format(**{name: ejabberd.binary(text) for name, text in names.items()}))
    if answer == "{ok, no_account}":
        raise Trouble(
            f"there is no account {user}@{domain}",
            "ejabberd knows none of that name",
            "see 'ejabberdctl registered_users DOMAIN' for those there are",
        )
    if answer not in outcomes:
        raise Trouble(
            f"the account {user}@{domain} could not be made, or not be given its password",
            f"ejabberd answered {answer}",
            "see its log and PostgreSQL's",
        )
    return outcomes[answer]
