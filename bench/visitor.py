"""A student without a browser: speaks Streamlit's own protocol, so that forty fit on two cores.

It opens a page and moves a slider as the browser does, and waits until the script has run. What it cannot
see is drawing, which happens on the student's own machine.
"""

from __future__ import annotations

import time
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from websockets.asyncio.client import connect


class Visitor:
    """One open page."""

    def __init__(self, url: str, page: str, query: str = "") -> None:
        self._address = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._page, self._query = page, query
        self._sliders: dict[str, Slider] = {}
        self._buttons: dict[str, str] = {}
        self._moved: dict[str, float | str] = {}
        self.enabled: set[str] = set()
        """Labels of the buttons that can be pressed."""
        self._fragment = ""
        """The part of the page that asked to be run again and again."""
        self.alerts: list[str] = []
        """What the last run of the page said in its coloured boxes."""
        self.errors = 0

    async def __aenter__(self) -> Visitor:
        self._socket = await connect(self._address, subprotocols=["streamlit"], max_size=None)
        await self._run()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    async def move(self, label: str, share: float) -> float:
        """Put the slider called `label` at `share` (0 to 1) of its range; seconds until the script has run."""
        slider = self._sliders[label]
        if slider.options:
            self._moved[slider.id] = slider.options[round(share * (len(slider.options) - 1))]
        else:
            step = slider.step or 1
            self._moved[slider.id] = slider.min + round(share * (slider.max - slider.min) / step) * step
        return await self._run()

    async def press(self, label: str) -> float:
        """Press the button called `label`; seconds until the script has run."""
        return await self._run(pressed=self._buttons[label])

    async def look(self) -> float:
        """Run the part that follows a job again, as the page's own timer does; where there is none, the page."""
        return await self._run(fragment=self._fragment)

    async def _run(self, pressed: str | None = None, fragment: str = "") -> float:
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.page_name, message.rerun_script.query_string = self._page, self._query
        if pressed:
            message.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
        for widget, value in self._moved.items():
            state = message.rerun_script.widget_states.widgets.add(id=widget)
            values = state.string_array_value if isinstance(value, str) else state.double_array_value
            values.data.append(value)
        self.alerts = []
        self._fragment = fragment
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self._socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "delta":
                self._look_at(answer)
            elif kind == "auto_rerun":
                self._fragment = answer.auto_rerun.fragment_id
            elif kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self._fragment = ""  # the part asked for the whole page, which comes now
            elif kind == "script_finished":
                return time.perf_counter() - started

    def _look_at(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "slider":
            self._sliders[element.slider.label] = element.slider
        elif kind == "button":
            self._buttons[element.button.label] = element.button.id
            (self.enabled.discard if element.button.disabled else self.enabled.add)(element.button.label)
        elif kind == "alert":
            self.alerts.append(element.alert.body)
        elif kind == "exception":
            self.errors += 1
