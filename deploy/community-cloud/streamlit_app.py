"""The same app, with a requirements file of its own beside it: what Streamlit Community Cloud is given as entrypoint.

Community Cloud looks for requirements beside the entrypoint first. Visitors get `app.py` at the root, as everywhere.
"""

import os
import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
# Two workers with nothing to do take more than the least that Community Cloud gives; see docs/community-cloud.md.
os.environ.setdefault("WORKERS", "1")

from app import MIDDLEWARE, ROUTES, lifespan  # noqa: E402 (after the path to it is known)
from lib.logs import record_error  # noqa: E402

app = st.App(ROOT / "app.py", lifespan=lifespan, routes=ROUTES, middleware=MIDDLEWARE, on_script_error=record_error)
