"""Two questions a proxy or a container asks, answered in JSON.

GET /healthz   200 while this process serves at all. Whoever restarts processes asks this one.
GET /readyz    200 if a student who came now could work: a job that is started would find a worker, and each further
               check passes; else 503 with the checks that fail. Whoever sends visitors asks this one.

Neither names a student, a file or a version. Streamlit's own `/_stcore/health` tells as much as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lib.classroom.storage.where import may_hold_rooms

HEALTH, READINESS = "/healthz", "/readyz"
Check = Callable[[], bool]


def routes(checks: Mapping[str, Check]) -> list[Route]:
    """The two routes.

    checks  by name: whether a part works; one that raises an exception doesn't
    """

    async def healthy(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> JSONResponse:
        passed = {name: await run_in_threadpool(_passes, check) for name, check in checks.items()}
        works = all(passed.values())
        return JSONResponse(
            {"status": "ok" if works else "not ready", "checks": passed}, status_code=200 if works else 503
        )

    return [Route(HEALTH, healthy), Route(READINESS, ready)]


def rooms_respond() -> bool:
    """Whether a room could be opened or entered; a file that the first room will make counts as there."""
    if not may_hold_rooms():
        return True
    from lib.classroom.storage.database import database  # SQLAlchemy: only where there are rooms

    with database().reading():
        return True


def _passes(check: Check) -> bool:
    try:
        return bool(check())
    except Exception:  # whatever it is, this part does not work
        return False
