"""A private certificate authority, and servers that speak TLS with what it signed. No tests.

Made anew for each run by the `openssl` command, so that no key is kept anywhere.
"""

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

SETTINGS = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:TRUE
[server]
subjectAltName = {names}
[ca]
default_ca = here
[here]
dir = {folder}
new_certs_dir = {folder}
database = {folder}/index
serial = {folder}/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
"""
HERE = "IP:127.0.0.1, DNS:localhost"


class Authority:
    """A private authority; its certificate is what a terminal's `ca_file` names."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True)
        self._folder = folder
        (folder / "index").touch()
        (folder / "serial").write_text("01\n")
        self.certificate = folder / "authority.pem"
        self._key = folder / "authority.key"
        config = self._config("Test authority", HERE)
        self._openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", config),
            *("-extensions", "authority", "-days", "30"),
            *("-keyout", self._key, "-out", self.certificate),
        )

    def server(self, valid_from: datetime, days: int = 30, names: str = HERE) -> Path:
        """A file with the key and the certificate of a server; signed with these dates."""
        config = self._config("centre", names)
        key, request = self._folder / "server.key", self._folder / "server.csr"
        signed, both = self._folder / "server.crt", self._folder / "server.pem"
        self._openssl(
            *("req", "-newkey", "rsa:2048", "-nodes", "-config", config),
            *("-keyout", key, "-out", request),
        )
        until = valid_from + timedelta(days=days)
        self._openssl(
            *("ca", "-batch", "-notext", "-config", config, "-extensions", "server"),
            *("-cert", self.certificate, "-keyfile", self._key, "-in", request, "-out", signed),
            *("-startdate", f"{valid_from:%Y%m%d%H%M%SZ}", "-enddate", f"{until:%Y%m%d%H%M%SZ}"),
        )
        both.write_bytes(key.read_bytes() + signed.read_bytes())
        return both

    def _config(self, name: str, names: str) -> Path:
        config = self._folder / "openssl.cnf"
        config.write_text(SETTINGS.format(folder=self._folder, name=name, names=names))
        return config

    @staticmethod
    def _openssl(*arguments: object) -> None:
        done = subprocess.run(
            ["openssl", *map(str, arguments)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def read_request(secure: ssl.SSLSocket) -> None:
    """A whole request: what is left unread at a close would be a reset."""
    with secure.makefile("rb") as lines:
        length = 0
        while (line := lines.readline()) not in {b"\r\n", b""}:
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        lines.read(length)


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def a_tls_server(chain: Path, talk: Callable[[ssl.SSLSocket], None]) -> Iterator[str]:
    """The https address of a server that shows this certificate and says what `talk` writes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(caller,), daemon=True).start()

    def answer(caller: socket.socket) -> None:
        with suppress(OSError), caller, context.wrap_socket(caller, server_side=True) as secure:
            read_request(secure)
            talk(secure)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
