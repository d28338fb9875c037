"""Login by SCRAM (RFC 5802, RFC 7677), without the password on the wire and with proof that the server knows it too."""

import base64
import functools
import hashlib
import hmac
import secrets
import unicodedata

from ..failure import Failed

# Strongest first.
HASHES = {"SCRAM-SHA-512": "sha512", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}
# A server that asks for more would keep this program busy instead of answering.
ITERATIONS = 200_000
NO_BINDING = "n,,"


class Scram:
    """One login. mechanism: one of HASHES."""

    def __init__(self, mechanism: str, user: str, password: str) -> None:
        self._hash = HASHES[mechanism]
        self._password = password
        self._nonce = secrets.token_urlsafe(18)
        name = user.replace("=", "=3D").replace(",", "=2C")
        self._first = f"n={name},r={self._nonce}"
        self._server_signature = b""

    def first(self) -> bytes:
        """Gives the client's first message."""
        return (NO_BINDING + self._first).encode()

    def final(self, challenge: bytes) -> bytes:
        """Answers the server's challenge. Raises Failed where that is no challenge of SCRAM."""
        told = parts(challenge)
        nonce, salt, iterations = told.get("r", ""), told.get("s", ""), told.get("i", "")
        if not nonce.startswith(self._nonce) or not iterations.isdigit() or not 1 <= int(iterations) <= ITERATIONS:
            raise Failed("the server's challenge is not one of SCRAM")
        key = salted(self._hash, self._password, salt, int(iterations))
        without_proof = f"c={base64.b64encode(NO_BINDING.encode()).decode()},r={nonce}"
        signed = f"{self._first},{challenge.decode()},{without_proof}".encode()
        client_key = hmac.digest(key, b"Client Key", self._hash)
        signature = hmac.digest(hashlib.new(self._hash, client_key).digest(), signed, self._hash)
        proof = bytes(one ^ other for one, other in zip(client_key, signature, strict=True))
        self._server_signature = hmac.digest(hmac.digest(key, b"Server Key", self._hash), signed, self._hash)
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def check(self, success: bytes) -> None:
        """Raises Failed where the server has not proved that it knows the password."""
        told = base64.b64decode(parts(success).get("v", ""))
        if not self._server_signature or not hmac.compare_digest(told, self._server_signature):
            raise Failed("the server did not prove that it knows the account")


def strongest(offered: set[str]) -> str | None:
    """Gives the strongest mechanism of SCRAM among those offered; None: there is none."""
    return next((name for name in HASHES if name in offered), None)


def parts(message: bytes) -> dict[str, str]:
    """Splits a message of SCRAM into its attributes."""
    pairs = (part.partition("=") for part in message.decode(errors="replace").split(","))
    return {name: value for name, _, value in pairs}


@functools.lru_cache(maxsize=16)
def salted(hash_name: str, password: str, salt: str, iterations: int) -> bytes:
    """Derives the salted password. Kept: a login every ten seconds would compute the same thousands of rounds."""
    prepared = unicodedata.normalize("NFKC", password).encode()
    return hashlib.pbkdf2_hmac(hash_name, prepared, base64.b64decode(salt), iterations)
