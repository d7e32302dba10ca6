"""A real OpenEnv server: a number is to be found. Arguments: port, and 'seeded' or 'random'; or 'successor', which answers
each number with the next one."""

import random
import sys

import uvicorn
from openenv.core.env_server.http_server import create_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State

PORT, MODE = int(sys.argv[1]), sys.argv[2]


class Guess(Action):
    number: int


class Hint(Observation):
    text: str


class Guessing(Environment):
    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self):
        super().__init__()
        self._state = State()
        self._goal = 0

    def reset(self, seed=None, episode_id=None, most=8, **kwargs):
        self._state = State(episode_id=episode_id, step_count=0)
        self._goal = random.Random(seed if MODE == "seeded" else None).randint(1, most)
        start = f"guess a number from 1 to {most}"
        return Hint(text=start if MODE == "seeded" else f"{start} ({random.random()})")

    def step(self, action, timeout_s=None, **kwargs):
        self._state.step_count += 1
        hit = action.number == self._goal
        hint = "yes" if hit else "higher" if action.number < self._goal else "lower"
        return Hint(text=hint, reward=1.0 if hit else 0.0, done=hit)

    @property
    def state(self):
        return self._state


class Number(Observation):
    number: int


class Successor(Guessing):
    def reset(self, seed=None, episode_id=None, **kwargs):
        return Number(number=2**53 + 1)

    def step(self, action, timeout_s=None, **kwargs):
        return Number(number=action.number + 1, done=action.number < 0)


played = (Successor, Guess, Number) if MODE == "successor" else (Guessing, Guess, Hint)
app = create_app(*played, env_name="guessing", max_concurrent_envs=64)
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error")
