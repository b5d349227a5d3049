"""A click is seen to, whatever else is asked for at the same moment.

A browser tells that a button was pressed once. Streamlit 1.67 loses it where the next thing the browser asks for is the
whole page: what waits behind a run that is going, such as a list's that is drawn anew each second, is thrown away with
that run; so is what was taken up a moment ago and has not come to its callback. Whoever lets a text through and goes
on to the projector at once has then let nothing through.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
    _coalesce_widget_states,
)

Asked = ClientState
"""What a browser asks for."""


class KeptRequests(ScriptRequests):
    """What one run of a page after the other is asked for; what is given up can be handed on."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._taken_up: RerunData | None = None
        """What the next run starts with, until its callbacks are about to be called."""

    def on_scriptrunner_ready(self) -> ScriptRequest:
        with self._lock:
            request = super().on_scriptrunner_ready()
            self._taken_up = _rerun_of(request)
            return request

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        """The first time in a run, this is asked just before its callbacks are called: nothing is lost from then on."""
        with self._lock:
            before, self._taken_up = self._taken_up, None
            request = super().on_scriptrunner_yield()
            then = _rerun_of(request)
            if then is None or before is None:
                return request
            states = _coalesce_widget_states(before.widget_states, then.widget_states)
            self._taken_up = replace(then, widget_states=states)
            return ScriptRequest(ScriptRequestType.RERUN, self._taken_up)

    def give_up(self) -> WidgetStates | None:
        """Stop; and what had been asked for and not been seen to, its clicks among it."""
        with self._lock:
            waiting = self._rerun_data if self._state is ScriptRequestType.RERUN else None
            left = [each.widget_states for each in (self._taken_up, waiting) if each is not None]
            self._taken_up = None
            self.request_stop()
        states = None
        for each in left:
            states = _coalesce_widget_states(states, each)
        return states


def _rerun_of(request: ScriptRequest | None) -> RerunData | None:
    return request.rerun_data if request is not None and request.type is ScriptRequestType.RERUN else None


def with_clicks(asked: Asked, kept: WidgetStates) -> Asked:
    """What a browser asks for, and the clicks of before it."""
    both = Asked()
    both.CopyFrom(asked)
    both.widget_states.CopyFrom(_coalesce_widget_states(kept, asked.widget_states))
    return both


def of_the_whole_page(asked: Asked) -> Asked:
    """The same, wherever on the page it was asked for."""
    whole = Asked()
    whole.CopyFrom(asked)
    whole.fragment_id = ""
    return whole


def has_click(asked: Asked) -> bool:
    return any(each.trigger_value for each in asked.widget_states.widgets)


def of_a_fragment(before: Asked, fragment: str) -> Asked:
    """Of the page that was asked for before, this fragment, as if its time had come.

    Without the values of its controls, which the session has, and perhaps newer ones.
    """
    wanted = Asked(
        query_string=before.query_string,
        page_script_hash=before.page_script_hash,
        fragment_id=fragment,
        is_auto_rerun=True,
    )
    if before.HasField("context_info"):
        wanted.context_info.CopyFrom(before.context_info)
    return wanted
