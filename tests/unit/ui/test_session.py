"""Who is asking, from Streamlit's own cookie."""

from __future__ import annotations

import pytest
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from lib.ui.kit.session import _xsrf_secret


def test_the_secret_survives_a_new_mask():
    token = bytes(range(16))
    first, second = (generate_xsrf_token_string(token, 1_700_000_000) for _ in range(2))
    assert first != second, "Streamlit masks the token anew each time"
    assert _xsrf_secret(first) == _xsrf_secret(second) == token


def test_two_browsers_have_two_secrets():
    assert _xsrf_secret(generate_xsrf_token_string()) != _xsrf_secret(generate_xsrf_token_string())


@pytest.mark.parametrize("cookie", ["", "2|", "nonsense", "2|zz|yy|1", "2|||1", "2|aa|bb"])
def test_a_strange_cookie_names_nobody(cookie):
    assert _xsrf_secret(cookie) is None
