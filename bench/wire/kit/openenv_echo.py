"""An echo environment of 2 KB on the real OpenEnv server, as its documentation says to build one."""

import sys

import uvicorn
from openenv.core.env_server.http_server import create_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State

PAGE = "red leather shoes, price 19.99; " * 64


class EchoAction(Action):
    action: str


class EchoObservation(Observation):
    text: str


class Echo(Environment):
    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self):
        super().__init__()
        self._state = State()

    def reset(self, seed=None, episode_id=None, **kwargs):
        self._state = State(episode_id=episode_id, step_count=0)
        return EchoObservation(text=PAGE, reward=0.0, done=False)

    def step(self, action, timeout_s=None, **kwargs):
        self._state.step_count += 1
        return EchoObservation(text=action.action + PAGE, reward=0.0, done=False)

    @property
    def state(self):
        return self._state


app = create_app(Echo, EchoAction, EchoObservation, env_name="echo", max_concurrent_envs=4096)
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", ws_max_size=2**24)
