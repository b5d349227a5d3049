"""The socket the web server listens on."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

import psutil


def send_at_once() -> None:
    """Turn Nagle's algorithm (RFC 896) off for every connection that is accepted from now on.

    A page is a hundred small messages, and with the algorithm the last of them waits until the browser has
    acknowledged the one before, which costs 40 ms at every second move of a slider. asyncio turns it off by itself, but
    only on sockets that were made with their protocol named, and Streamlit 1.67 makes its listening socket without.
    Accepted sockets inherit it. On Windows, where a process is not told its descriptors, all stays as it is.
    """
    with suppress(psutil.Error, OSError):
        for connection in psutil.Process().net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.fd >= 0:
                with socket.socket(fileno=os.dup(connection.fd)) as listener:
                    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
