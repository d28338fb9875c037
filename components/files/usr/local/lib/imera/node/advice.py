"""Commands that an operator is told to type, for the stack that this node belongs to."""

import json
import os
import pathlib
import re

# facts.py is of no use here: what it raises takes its advice from this module.
FACTS = pathlib.Path(os.environ.get("IMERA_ROOT", "/")) / "etc/imera/node.json"


def with_whole_commands(text: str) -> str:
    """Completes commands in quotes, such as 'pulumi up', and those with --stack STACK, so that they can be typed as they stand."""
    options = stack_options()
    whole = re.sub(r"'pulumi ([a-z][^']*)'", lambda match: f"'npm run pulumi -- {match[1]} --stack STACK'", text)
    return whole.replace("--stack STACK", options)


def stack_options() -> str:
    """Gives the options that name the stack; where node.json does not tell, a form in which its name is to be put."""
    try:
        options = json.loads(FACTS.read_text())["stackOptions"]
    except (OSError, ValueError, LookupError, TypeError):
        # Whoever asks has something to say about that file, or about something worse.
        return "--stack STACK"
    return options if isinstance(options, str) else "--stack STACK"
