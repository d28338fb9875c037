"""What probes share: configuration, secrets, trust, and the session that stays open."""

import ssl
from dataclasses import dataclass

from .configuration import Configuration, Node, Secrets, Service
from .failure import Failed
from .restraint import Restraint
from .xmpp.connection import Connection
from .xmpp.log_in import Account, Endpoint, log_in

RESOURCE = "eye-"


@dataclass(frozen=True)
class World:
    """Network as an eye sees it. context: trust in the system's authorities, and in those of caFile. restraint: of all logins with
    the account.
    """

    configuration: Configuration
    secrets: Secrets
    context: ssl.SSLContext
    restraint: Restraint

    @property
    def domain(self) -> str:
        """Gives the right side of every JID."""
        return self.configuration["domain"]

    @property
    def account(self) -> Account:
        """Gives the account that eyes log in with."""
        return Account(self.configuration["accountUser"], self.secrets["accountPassword"])

    @property
    def bare_jid(self) -> str:
        """Gives the account's bare JID."""
        return f"{self.configuration['accountUser']}@{self.domain}"

    def resource(self, eye: str | None = None) -> str:
        """Gives the resource of an eye's lasting session; default: this one's."""
        return RESOURCE + (eye or self.configuration["eye"])

    def services(self, transport: str) -> list[Service]:
        """Lists the services that everyone may reach, by one transport."""
        return [
            service
            for service in self.configuration["services"]
            if service["reach"] == "everyone" and transport in service["transports"]
        ]

    def service(self, name: str) -> Service:
        """Finds a service. Raises Failed where the network has none of that name."""
        for service in self.configuration["services"]:
            if service["name"] == name:
                return service
        raise Failed(f"the configuration has no service {name}")

    def login_endpoint(self, node: Node, *, direct_tls: bool) -> Endpoint:
        """Gives where clients log in at a node."""
        service = self.service("c2s-direct-tls" if direct_tls else "c2s")
        return Endpoint(self.domain, node["serviceIpv4"], service["firstPort"], direct_tls)

    async def log_in(self, node: Node, resource: str, *, direct_tls: bool) -> tuple[Connection, str]:
        """Logs in at a node; gives the connection and the full JID. Raises Failed, OSError or TimeoutError."""
        endpoint = self.login_endpoint(node, direct_tls=direct_tls)
        return await self.restraint.attempt(lambda: log_in(endpoint, self.context, self.account, resource))


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Makes the trust in the system's authorities and those of a file. Raises Failed where that cannot be read."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise Failed(f"caFile {ca_file} cannot be read: {error}") from error
    return context
