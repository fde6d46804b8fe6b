"""A link carries what it is given, both ways, and ends with its connections."""

import socket
import threading
from contextlib import closing

from liveedge.bench.link import Link

SENT = bytes(range(256)) * 1024


def answer(listener: socket.socket) -> None:
    """Read a line, send a lot, and hang up."""
    with listener.accept()[0] as connection:
        assert connection.recv(100) == b"more\n"
        connection.sendall(SENT)


def test_everything_arrives_in_order_and_the_end_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=answer, args=(listener,))
        server.start()
        link = Link(listener.getsockname()[1], kbps=100_000)
        with (
            link.laid() as port,
            closing(socket.create_connection(("127.0.0.1", port), 10)) as client,
        ):
            client.sendall(b"more\n")
            with client.makefile("rb") as received:
                assert received.read() == SENT
        server.join(10)
        assert not server.is_alive()


def test_whom_nobody_answers_is_hung_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nowhere = unused.getsockname()[1]
    link = Link(nowhere, kbps=1000)
    with (
        link.laid() as port,
        closing(socket.create_connection(("127.0.0.1", port), 10)) as client,
    ):
        assert client.recv(1) == b""


def test_it_ends_while_somebody_is_connected() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Link(listener.getsockname()[1], kbps=1000).laid() as port,
    ):
        client = socket.create_connection(("127.0.0.1", port), 10)
        listener.accept()[0].close()
    with client:
        assert client.recv(1) == b""
