"""Accounts: each has its password in all forms that the server offers for logins."""

from node import postgres
from node.facts import facts

from .finding import Finding, warning, well

# ejabberd's numbers (src/ejabberd_auth_sql.erl): 1 plain, 2 SCRAM-SHA-1, 3 SCRAM-SHA-256, 4 SCRAM-SHA-512.
SCRAM = {2: "SCRAM-SHA-1", 3: "SCRAM-SHA-256", 4: "SCRAM-SHA-512"}
SELECT = f"""
SELECT username, string_agg(type::text, ',' ORDER BY type) FROM users GROUP BY server_host, username
HAVING array_agg(type::int ORDER BY type::int) <> ARRAY{list(SCRAM)} ORDER BY username LIMIT 20;
"""
COUNT = "SELECT count(DISTINCT (server_host, username)) FROM users;"
SHOWN = 5


def look() -> list[Finding]:
    """Gives the accounts that lack a form, or have their password in plain text. Raises Trouble where the database does not answer."""
    rows = [row.split("|") for row in postgres.query(SELECT, database=facts()["database"]["name"]).splitlines()]
    plain = [user for user, types in rows if "1" in types.split(",")]
    lacking = {user: lack for user, types in rows if (lack := missing(types))}
    found: list[Finding] = []
    if plain:
        found.append(
            warning(
                "password-plain",
                seen=f"{listed(plain)} in plain text",
                wanted="SCRAM forms only",
                meaning="Whoever reads the database or a backup can log in as these people.",
                advice="'npm run ssh -- --stack STACK imera-set-password USER' gives one a new password",
            )
        )
    if lacking:
        found.append(
            warning(
                "password-types",
                seen="; ".join(f"{user} lacks {lack}" for user, lack in list(lacking.items())[:SHOWN]),
                wanted=", ".join(SCRAM.values()),
                meaning="Clients of these people that choose a form which is not there are refused, with the right password.",
                advice="'npm run ssh -- --stack STACK imera-set-password USER' makes all forms; a login with PLAIN does too",
            )
        )
    if found:
        return found
    number = postgres.query(COUNT, database=facts()["database"]["name"]).strip()
    return [well("passwords", f"{number} accounts, each with {', '.join(SCRAM.values())}")]


def missing(types: str) -> str:
    """Gives the names of the forms that are not among numbers such as "2,4"; empty: none is missing."""
    there = types.split(",")
    return ", ".join(name for number, name in SCRAM.items() if str(number) not in there)


def listed(users: list[str]) -> str:
    """Gives the first names of a list, and how many more there are."""
    more = len(users) - SHOWN
    return ", ".join(users[:SHOWN]) + (f" and {more} more" if more > 0 else "")
