"""Environments on the real OpenEnv server, as its documentation says to build one. Arguments: a name and the port.

``echo`` and ``page`` are those of ``bench/clients/kit/environments.ts``, ``endless-page`` is that of ``echo.ts``.
"""

import sys

import uvicorn
from openenv.core.env_server.http_server import create_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State

PAGE = "red leather shoes, price 19.99; " * 64
LINKS = [f"click[item {at}]" for at in range(16)]


class TextAction(Action):
    action: str


class PageObservation(Observation):
    text: str


class TextObservation(PageObservation):
    available_actions: list[str] | None = None


class Echo(Environment):
    """Says each action back: what remains is the protocol."""

    SUPPORTS_CONCURRENT_SESSIONS = True
    OBSERVATION = TextObservation
    STEPS = 32

    def __init__(self):
        super().__init__()
        self._state = State()

    def reset(self, seed=None, episode_id=None, **kwargs):
        self._state = State(episode_id=episode_id, step_count=0)
        return self._seen("", done=False)

    def step(self, action, timeout_s=None, **kwargs):
        self._state.step_count += 1
        return self._seen(action.action, done=self._state.step_count == self.STEPS)

    def _seen(self, text, done):
        return TextObservation(text=text, reward=0.0, done=done)

    @property
    def state(self):
        return self._state


class Page(Echo):
    """The same on a page of 2 KB, with 16 listed actions."""

    def _seen(self, text, done):
        return TextObservation(text=text + PAGE, available_actions=LINKS, reward=0.0, done=done)


class EndlessPage(Echo):
    """The page without actions, and without an end."""

    OBSERVATION = PageObservation
    STEPS = None

    def _seen(self, text, done):
        return PageObservation(text=text + PAGE, reward=0.0, done=done)


name, port = sys.argv[1:]
made = {"echo": Echo, "page": Page, "endless-page": EndlessPage}[name]
app = create_app(made, TextAction, made.OBSERVATION, env_name=name, max_concurrent_envs=4096)
uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", ws_max_size=2**24)
