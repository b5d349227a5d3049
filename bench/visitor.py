"""A student without a browser: speaks Streamlit's own protocol, so that forty fit on two cores.

It opens a page and moves a slider as the browser does, and waits until the script has run. What it cannot
see is drawing, which happens on the student's own machine.
"""

from __future__ import annotations

import time
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect


class Visitor:
    """One open page."""

    def __init__(self, url: str, page: str) -> None:
        self._address = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._page = page
        self._sliders: dict[str, tuple[str, float, float, float]] = {}
        self._moved: dict[str, float] = {}
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
        widget, low, high, step = self._sliders[label]
        self._moved[widget] = low + round(share * (high - low) / step) * step
        return await self._run()

    async def _run(self) -> float:
        message = BackMsg()
        message.rerun_script.page_name = self._page
        for widget, value in self._moved.items():
            state = message.rerun_script.widget_states.widgets.add(id=widget)
            state.double_array_value.data.append(value)
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self._socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "delta":
                self._look_at(answer)
            elif kind == "script_finished":
                return time.perf_counter() - started

    def _look_at(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "slider":
            slider = element.slider
            self._sliders[slider.label] = (slider.id, slider.min, slider.max, slider.step or 1)
        elif kind == "exception":
            self.errors += 1
