"""The environments of environments.ts on the real OpenEnv server. Arguments: the environment and the port."""

import sys

import uvicorn
from openenv.core.env_server.http_server import create_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State

PAGE = "red leather shoes, price 19.99; " * 64
LINKS = [f"click[item {at}]" for at in range(16)]
STEPS = 32


class TextAction(Action):
    action: str


class TextObservation(Observation):
    text: str
    available_actions: list[str] | None = None


class Echo(Environment):
    """Says each action back: what remains is the protocol."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self):
        super().__init__()
        self._state = State()

    def reset(self, seed=None, episode_id=None, **kwargs):
        self._state = State(episode_id=episode_id, step_count=0)
        return self._seen("", done=False)

    def step(self, action, timeout_s=None, **kwargs):
        self._state.step_count += 1
        return self._seen(action.action, done=self._state.step_count == STEPS)

    def _seen(self, text, done):
        return TextObservation(text=text, reward=0.0, done=done)

    @property
    def state(self):
        return self._state


class Page(Echo):
    """The same on a page of 2 KB, with 16 listed actions."""

    def _seen(self, text, done):
        return TextObservation(text=text + PAGE, available_actions=LINKS, reward=0.0, done=done)


name, port = sys.argv[1:]
made = {"echo": Echo, "page": Page}[name]
app = create_app(made, TextAction, TextObservation, env_name=name, max_concurrent_envs=4096)
uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", ws_max_size=2**24)
