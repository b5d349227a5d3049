"""A student without a browser: speaks Streamlit's own protocol, so that forty fit on two cores.

It opens a page and moves a slider as the browser does, and waits until the script has run. What it cannot
see is drawing, which happens on the student's own machine.
"""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Mapping
from http.cookies import SimpleCookie
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Button_pb2 import Button
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Slider_pb2 import Slider
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect

from lib.ui.kit.session import COOKIE

NO_TOKEN = "none"
"""Where Streamlit's browser sends a token against forged requests: it is asked for only where users log in."""
LONGEST_S = 60.0
"""A page that takes longer counts as hung."""
PICKED = ":material/check:"
"""The sign on the answer that is a student's own."""


async def new_browser(url: str) -> str:
    """The token that the server gives a browser with its first answer."""

    def ask() -> str:
        with urllib.request.urlopen(url, timeout=LONGEST_S) as answer:
            return SimpleCookie(answer.headers["Set-Cookie"])[COOKIE].value

    return await asyncio.to_thread(ask)


class Visitor:
    """One open page, of the browser that has this token; without one, of a browser that takes no cookies.

    headers  what its connection says beside that, as a proxy would
    """

    def __init__(
        self, url: str, page: str, query: str = "", token: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        self._address = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._page, self._query = page, query
        self._headers = {**(headers or {}), **({"Cookie": f"{COOKIE}={token}"} if token else {})}
        self._known_as = ""
        """What the server calls the page, once it has run: a browser opens it by its address and then says this."""
        self._session = ""
        self._forget_page()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        """How long each run of the script took, by what it was for."""
        self.received_bytes = 0
        self.errors = 0
        self.calls = 0
        """How often the server ran the page of its own accord."""

    def _forget_page(self) -> None:
        """A run of the whole page draws all of it anew."""
        self._sliders: dict[str, Slider] = {}
        self._selects: dict[str, str] = {}
        self._buttons: dict[str, list[str]] = defaultdict(list)
        self.enabled: set[str] = set()
        """Labels of the buttons that can be pressed."""
        self.picked: str | None = None
        """The label of the answer that is marked as one's own."""
        self._due: dict[str, float] = {}
        self._every: dict[str, float] = {}
        """The parts of the page that asked to be run again and again: when next, and how many seconds after that."""
        self._fragment = ""
        """The last of them."""
        self.words: list[str] = []
        """What the last run of the page, or of a part of it, said in headings, texts, bars and labels of figures."""
        self.alerts: list[str] = []
        """The same in coloured boxes."""

    async def __aenter__(self) -> Visitor:
        await self._connect()
        await self._run("open")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    @property
    def sliders(self) -> list[str]:
        """Labels of those that can be moved."""
        return [label for label, slider in self._sliders.items() if not slider.disabled]

    def place(self, label: str) -> float:
        """Where the server says that a slider stands."""
        slider = self._sliders[label]
        return (slider.value if slider.set_value else slider.default)[0]

    def key(self, label: str) -> str:
        """What the page calls the button with this label, with which Streamlit ends its name."""
        return self._buttons[label][0].split("-", 2)[-1]

    def answers(self) -> list[str]:
        """Labels of the buttons that answer a question: "A · …"."""
        return sorted(label for label in self.enabled if label[1:4] == " · ")

    async def go(self, page: str) -> float:
        """Open another page in the same window, by the app's list of pages."""
        self._page, self._known_as, self._query, self._moved = page, "", "", {}
        return await self._run("open")

    async def follow(self, page: str, query: str) -> float:
        """Open a link that was sent, with its settings: an address of its own, not a move within the app."""
        self._page, self._query = page, query
        return await self.reload()

    async def reload(self) -> float:
        """The same address anew: the browser is known, what was typed is not."""
        await self._socket.close()
        self._session = self._known_as = ""
        await self._connect()
        return await self._run("open")

    async def sleep(self, seconds: float) -> float:
        """Lose the connection for so long, then take it up where it was, as a phone in a pocket does."""
        await self._socket.close()
        await asyncio.sleep(seconds)
        moved = self._moved
        await self._connect()
        self._moved = moved
        return await self._run("open")

    async def move(self, label: str, share: float) -> float:
        """Put the slider called `label` at `share` (0 to 1) of its range; seconds until the script has run."""
        slider = self._sliders[label]
        state = WidgetState(id=slider.id)
        if slider.options:
            state.string_array_value.data.append(slider.options[round(share * (len(slider.options) - 1))])
        else:
            step = slider.step or 1
            state.double_array_value.data.append(slider.min + round(share * (slider.max - slider.min) / step) * step)
        self._moved[slider.id] = state
        return await self._run("move")

    async def select(self, label: str, option: str) -> float:
        """Choose one of a list."""
        self._moved[self._selects[label]] = WidgetState(id=self._selects[label], string_value=option)
        return await self._run("move")

    async def press(self, label: str, which: int = 0) -> float:
        """Press the button called `label`, where there are several this one; seconds until the script has run."""
        return await self._run("press", pressed=self._buttons[label][which])

    async def look(self) -> float:
        """Run the part that follows a job again, as the page's own timer does; where there is none, the page."""
        return await self._run("look", fragment=self._fragment)

    async def stay(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Have the page open for so long, its timers running, or until something is so; whether it is."""
        end = time.monotonic() + seconds
        while not until():
            fragment = min(self._due, key=self._due.__getitem__, default="")
            next_at = min(end, self._due.get(fragment, end))
            if await self._is_called(next_at):
                continue
            if next_at == end:
                return until()
            self._due[fragment] = time.monotonic() + self._every[fragment]
            await self._run("look", fragment=fragment)
        return True

    async def _is_called(self, until: float) -> bool:
        """Whether the server has sent something of its own accord before then: a run of the page is taken whole."""
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                received = await self._socket.recv()
        except TimeoutError:
            return False
        over = self._take(received) or ForwardMsg.FromString(received).WhichOneof("type") != "new_session"
        self.calls += not over
        async with asyncio.timeout(LONGEST_S):
            while not over:
                over = self._take(await self._socket.recv())
        return True

    async def _connect(self) -> None:
        self._moved: dict[str, WidgetState] = {}
        known = [NO_TOKEN, self._session] if self._session else []
        self._socket = await connect(
            self._address, subprotocols=["streamlit", *known], additional_headers=self._headers, max_size=None
        )

    async def _run(self, kind: str, pressed: str | None = None, fragment: str = "") -> float:
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.query_string = self._query
        if self._known_as:
            message.rerun_script.page_script_hash = self._known_as
        else:
            message.rerun_script.page_name = self._page
        if pressed:
            message.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
        message.rerun_script.widget_states.widgets.extend(self._moved.values())
        while await self._is_called(time.monotonic()):
            pass
        self.words, self.alerts = [], []
        started = time.perf_counter()
        async with asyncio.timeout(LONGEST_S):
            await self._socket.send(message.SerializeToString())
            while not self._take(await self._socket.recv()):
                pass
        self.seconds[kind].append(time.perf_counter() - started)
        return self.seconds[kind][-1]

    def _take(self, received: bytes) -> bool:
        """One message from the server; whether the script has finished with it."""
        self.received_bytes += len(received)
        message = ForwardMsg.FromString(received)
        match message.WhichOneof("type"):
            case "new_session":
                self._session = message.new_session.initialize.session_id or self._session
                if not message.metadata.run.fragment_ids:
                    self._forget_page()
            case "navigation":
                self._known_as = message.navigation.page_script_hash
            case "delta":
                self._look_at(message.delta.new_element)
            case "auto_rerun":
                self._fragment = message.auto_rerun.fragment_id
                self._every[self._fragment] = message.auto_rerun.interval
                self._due[self._fragment] = time.monotonic() + message.auto_rerun.interval
            case "stop_auto_rerun":
                for gone in message.stop_auto_rerun.fragment_ids:
                    self._due.pop(gone, None)
            case "script_finished":
                self.errors += message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR
                # Or a part has asked for the whole page, which comes now.
                return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _look_at(self, element: Element) -> None:
        match element.WhichOneof("type"):
            case "slider":
                self._sliders[element.slider.label] = element.slider
            case "selectbox":
                self._selects[element.selectbox.label] = element.selectbox.id
            case "button":
                self._look_at_button(element.button)
            case "heading":
                self.words.append(element.heading.body)
            case "markdown":
                self.words.append(element.markdown.body)
            case "progress":
                self.words.append(element.progress.text)
            case "metric":
                self.words.append(element.metric.label)
            case "alert":
                self.alerts.append(element.alert.body)
            case "exception":
                self.errors += 1

    def _look_at_button(self, button: Button) -> None:
        if button.id not in self._buttons[button.label]:
            self._buttons[button.label].append(button.id)
        (self.enabled.discard if button.disabled else self.enabled.add)(button.label)
        if button.icon == PICKED:
            self.picked = button.label
