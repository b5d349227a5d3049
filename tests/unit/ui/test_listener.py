"""A server that was made the way Streamlit makes it sends at once."""

import os
import socket

import pytest

from lib.ui.kit.server.listener import send_at_once


@pytest.mark.skipif(os.name == "nt", reason="Windows tells a process no descriptors")
@pytest.mark.parametrize("asked", [False, True])
def test_accepted_connections_do_not_wait(asked):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        if asked:
            send_at_once()
        with socket.create_connection(server.getsockname()), server.accept()[0] as accepted:
            assert bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) == asked
