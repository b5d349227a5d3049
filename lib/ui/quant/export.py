"""Rows of figures as the text of a CSV file."""

from __future__ import annotations

import csv
import io


def csv_of(rows: list[dict] | None) -> str | None:
    """One line a row under a header; None if there are no rows."""
    if not rows:
        return None
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
