"""Plan of an eye: which probes it makes, of which subjects, how often."""

from collections.abc import Iterator

from . import subject as subjects
from .configuration import Node
from .dns_message import Resolver
from .probes import certificates, logins, messages, names, reach, relay, rooms, uploads
from .probes.keeper import Keeper
from .probes.probe import Probe
from .subjects import FAST_PORTS
from .world import World

FAST_SECONDS, SLOW_SECONDS, MINUTE_SECONDS = 2, 10, 60
# An answer may take longer than the time between two tries, which overlap then.
ANSWER_SECONDS, LONG_ANSWER_SECONDS = 5, 20
# What hangs is to be told of as soon as what refuses: long before its answer is waited for no more.
LATE_SECONDS = 3
CLIENT_TLS, OTHER_TLS = ("c2s", "c2s-direct-tls", "https"), ("s2s", "s2s-direct-tls")


def probes(world: World, keeper: Keeper, resolvers: list[Resolver]) -> Iterator[Probe]:
    """Lists all probes of an eye."""
    yield from of_names(world, resolvers)
    for node in world.configuration["nodes"]:
        yield from of_node(world, node)
    yield from of_session(world, keeper)


def of_names(world: World, resolvers: list[Resolver]) -> Iterator[Probe]:
    """Lists the probes of the DNS."""
    records = world.configuration["records"]
    for_clients = [record for record in records if names.is_for_clients(world, record)]
    others = [record for record in records if record not in for_clients]
    yield Probe(subjects.EYE, FAST_SECONDS, ANSWER_SECONDS, lambda: names.any_answer(resolvers, world.domain))
    yield Probe(subjects.DNS, FAST_SECONDS, ANSWER_SECONDS, lambda: names.as_modelled(resolvers, for_clients))
    yield Probe(subjects.OTHER_DNS, MINUTE_SECONDS / 2, ANSWER_SECONDS, lambda: names.as_modelled(resolvers, others))


def of_node(world: World, node: Node) -> Iterator[Probe]:
    """Lists the probes of a node."""
    key = node["key"]
    here, server = subjects.node(key), subjects.server(key)
    # A node reaches itself whatever becomes of its network.
    seeing = () if world.configuration["role"] == "node" else (subjects.EYE,)
    yield Probe(here, FAST_SECONDS, ANSWER_SECONDS, lambda: reach.any_sign(world, node), lambda: seeing)
    yield Probe(
        server, FAST_SECONDS, ANSWER_SECONDS, lambda: reach.stream_opens(world, node), lambda: (here,), LATE_SECONDS
    )
    yield Probe(subjects.login(key), SLOW_SECONDS, ANSWER_SECONDS, logins.Logins(world, node).attempt)
    yield from of_ports(world, node)
    for subject, interval, services in (
        (subjects.certificate(key), FAST_SECONDS, CLIENT_TLS),
        (subjects.server_certificate(key), MINUTE_SECONDS / 2, OTHER_TLS),
    ):
        yield Probe(
            subject,
            interval,
            ANSWER_SECONDS,
            lambda services=services: certificates.all_right(world, node, services),  # type: ignore[misc]
        )
    yield Probe(
        subjects.certificate_end(key), MINUTE_SECONDS, ANSWER_SECONDS, lambda: certificates.far_from_end(world, node)
    )


def of_ports(world: World, node: Node) -> Iterator[Probe]:
    """Lists the probes of a node's ports."""
    families = [("IPv4", node["serviceIpv4"]), *([("IPv6", node["publicIpv6"])] if world.configuration["ipv6"] else [])]
    for service in world.services("tcp"):
        number = service["firstPort"]
        for family, address in families:
            yield Probe(
                subjects.port(node["key"], number, family),
                FAST_SECONDS if number in FAST_PORTS else SLOW_SECONDS,
                ANSWER_SECONDS,
                # Bound now: the loop goes on.
                lambda address=address, number=number: reach.open_port(address, number),  # type: ignore[misc]
            )


def of_session(world: World, keeper: Keeper) -> Iterator[Probe]:
    """Lists the probes that need the lasting session, or need no node in particular."""
    configuration, domain = world.configuration, world.domain
    any_node = configuration["nodes"][0]

    def reached() -> tuple[str, ...]:
        """Names what a message that arrives proves beside itself."""
        return (subjects.server(keeper.node["key"]), subjects.node(keeper.node["key"])) if keeper.node else ()

    yield Probe(subjects.MESSAGE, FAST_SECONDS, 9, lambda: messages.keeps_talking(keeper), reached, LATE_SECONDS)
    yield Probe(subjects.DATABASE, FAST_SECONDS, ANSWER_SECONDS, messages.Database(world, keeper).attempt)
    for subject, attempt in (
        (subjects.ARCHIVE, lambda: messages.is_archived(keeper.session())),
        (subjects.ROOMS, lambda: rooms.enter(world, keeper.session())),
        (subjects.UPLOAD, lambda: uploads.there_and_back(world, keeper.session())),
    ):
        yield Probe(subject, MINUTE_SECONDS, LONG_ANSWER_SECONDS, attempt)
    stun_port = world.service("stun")["firstPort"]
    yield Probe(
        subjects.STUN,
        SLOW_SECONDS,
        ANSWER_SECONDS,
        lambda: relay.binding_answers(any_node["serviceIpv4"], stun_port),
    )
    yield Probe(subjects.RELAY, MINUTE_SECONDS, LONG_ANSWER_SECONDS, lambda: relay.relays(keeper.session(), domain))
    peer = configuration["peer"]
    if peer is not None:
        yield Probe(
            subjects.FEDERATION,
            MINUTE_SECONDS,
            LONG_ANSWER_SECONDS,
            lambda: messages.peer_answers(keeper.session(), peer),
        )
    for eye in configuration["heartbeats"]:
        yield Probe(
            subjects.heartbeat(eye),
            SLOW_SECONDS,
            ANSWER_SECONDS,
            lambda eye=eye: messages.eye_answers(world, keeper.session(), eye),  # type: ignore[misc]
        )
