"""A door: a port of this machine that stays ours while nobody listens on it."""

import socket


class Door:
    """Reserves a port of 127.0.0.1, a free one for 0, until `close`. OSError if another listens on it.

    While no listener of ours is open, whoever connects is refused and nobody else is given the port.
    """

    def __init__(self, port: int = 0) -> None:
        self._reserved = _bound(port)
        self.port: int = self._reserved.getsockname()[1]

    def listener(self, waiting: int = 1024) -> socket.socket:
        """A socket that listens here, not blocking, with room for so many connections not yet accepted."""
        listener = _bound(self.port)
        listener.listen(waiting)
        listener.setblocking(False)
        return listener

    def close(self) -> None:
        self._reserved.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    # Two sockets may be bound to one port if both say so and, at that time, neither listens.
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
    except OSError:
        bound.close()
        raise
    return bound
