"""Session of PostgreSQL that stays open: one statement after the other, each with its own transaction."""

import pathlib
import subprocess

from node import postgres
from node.facts import facts
from node.trouble import Trouble

# What no statement of ours prints.
END = "imera-import: end of answer"
FOLDER = pathlib.Path(__file__).resolve().parent


class Session:
    """A psql that reads statements from this process. It ends with this process, and at the first error of SQL."""

    def __init__(self) -> None:
        command = postgres.psql_command("--tuples-only", "--no-align", database=facts()["database"]["name"])
        command = ["setpriv", "--pdeathsig", "TERM", *command]
        pipe = subprocess.PIPE
        self.psql = subprocess.Popen(command, cwd="/", stdin=pipe, stdout=pipe, stderr=pipe)

    def run(self, statement: str) -> str:
        """Runs SQL that ends in a semicolon, and gives what it selects, a row a line. Raises Trouble."""
        assert self.psql.stdin and self.psql.stdout
        lines: list[str] = []
        try:
            self.psql.stdin.write(f"{statement}\n\\echo '{END}'\n".encode())
            self.psql.stdin.flush()
        except BrokenPipeError:
            pass
        for line in self.psql.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            if text == END:
                return "\n".join(lines)
            lines.append(text)
        raise self.failure()

    def run_file(self, name: str) -> None:
        """Runs a file of SQL that stands beside this module. Raises Trouble."""
        self.run(f"BEGIN;\n{(FOLDER / name).read_text()}\nCOMMIT;")

    def failure(self) -> Trouble:
        """Says why the session has ended."""
        assert self.psql.stderr
        words = " ".join(self.psql.stderr.read().decode(errors="replace").split())
        return Trouble(
            "PostgreSQL did not take what was to be imported",
            words[:2000] or "psql ended without a word",
            f"see 'systemctl status {postgres.unit()}', then run the import again: it goes on where it was",
        )
