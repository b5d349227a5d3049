"""How long PostgreSQL is waited for. Imports psycopg: only where rooms are kept there.

A server that is gone refuses at once. One that hangs says nothing, and libpq's only limit to that is `connect_timeout`,
which is for the beginning of a connection: `statement_timeout` is kept by the server, which hangs, and
`tcp_user_timeout` is about the network, where the kernel of a machine acknowledges for a process that stands still. So
the client gives up by itself; the other two are for a server that is slow, and for a machine that is gone.
"""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

ANSWER_S = 8.0
"""For the answer to one statement. Those of a lesson take milliseconds."""
CONNECT_S = 5
SERVER_S = 6
"""After which the server itself ends a statement, that waits for another's lock, say: before the client gives up."""
LEFT_ALONE_S = 30
"""After which the server ends a transaction whose client says nothing more, and gives its locks free."""
CHECK_S = 0.1


def connect_arguments(url: sa.URL) -> dict[str, Any]:
    """For libpq (https://www.postgresql.org/docs/current/libpq-connect.html); what the address itself says, stands."""
    ours = {
        "connect_timeout": CONNECT_S,
        "tcp_user_timeout": int(1000 * ANSWER_S),
        "options": f"-c statement_timeout={SERVER_S}s -c idle_in_transaction_session_timeout={LEFT_ALONE_S}s",
    }
    return {name: value for name, value in ours.items() if name not in url.query}


def give_up_in_time(engine: sa.Engine) -> None:
    """Make every connection of the engine one that waits no longer than ANSWER_S for an answer."""

    @sa.event.listens_for(engine, "do_connect")
    def connect(_dialect, _record, words: list, arguments: dict[str, Any]) -> PatientConnection:
        return PatientConnection.connect(*words, **arguments)


class PatientConnection(psycopg.Connection):
    """All that psycopg asks of a server goes through `wait`, which has a limit of its own since 3.3 but sets none."""

    def wait(self, gen: PQGen[RV], interval: float = CHECK_S, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, ANSWER_S if timeout is None else timeout)
        except psycopg.OperationalError:
            # What comes later would be taken for the answer to the next question.
            if self.info.transaction_status is TransactionStatus.ACTIVE:
                self.close()
            raise
