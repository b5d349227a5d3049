"""Where the app's own files lie: the one module that knows the shape of the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds app.py."""

ASSETS = ROOT / "assets"
"""Facts as data: every figure with its source, no code."""

BUNDLED_IN_REPOSITORY = "assets/base-model"
"""The bundled model's folder, as whoever has this repository names it."""

BUNDLED_MODEL = ROOT / BUNDLED_IN_REPOSITORY
