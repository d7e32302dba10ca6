"""Environments that the bridge is tried with: spaces of every kind, luck of every kind, and misbehaviour."""

import os
import random
import time

import gymnasium
import numpy as np
from gymnasium import spaces

WORDS = spaces.Text(min_length=1, max_length=12, charset="abcdefghijklmnopqrstuvwxyz")


class Words(gymnasium.Env):
    """Say a word that is longer than the last: observations and actions are texts."""

    observation_space = spaces.Text(min_length=0, max_length=80, charset="abcdefghijklmnopqrstuvwxyz ,:")
    action_space = WORDS

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._word = (options or {}).get("word") or str(self.np_random.choice(["a", "an"]))
        return f"say a word longer than: {self._word}", {"letters": len(self._word), "answer": "hidden"}

    def step(self, action):
        is_longer = len(action) > len(self._word)
        self._word = action
        return f"longer than: {action}", float(is_longer), not is_longer, len(action) == 12, {"letters": len(action)}


class Shapes(gymnasium.Env):
    """Shows the action that it was given, in the types of its space."""

    action_space = spaces.Dict(
        {
            "box": spaces.Box(-1, 1, (2, 2), np.float32),
            "bits": spaces.MultiBinary(3),
            "bytes": spaces.Box(0, 255, (2,), np.uint8),
            "counts": spaces.MultiDiscrete([2, 3], start=[0, 5]),
            "direction": spaces.Discrete(3, start=-1),
            "list": spaces.Sequence(spaces.Discrete(4)),
            "one": spaces.OneOf([spaces.Discrete(2), WORDS]),
            "pair": spaces.Tuple([spaces.Discrete(2), WORDS]),
        }
    )
    observation_space = spaces.Dict({"action": action_space, "odd": spaces.Box(-np.inf, np.inf, (3,))})

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return {"action": {}, "odd": np.array([np.nan, np.inf, -np.inf], dtype=np.float32)}, {}

    def step(self, action):
        assert self.action_space.contains(action)
        return {"action": action, "odd": np.float32(0.1)}, np.float32(0.1), False, False, {}


class Luck(gymnasium.Env):
    """Draws a number in each step, from a generator that its `source` names."""

    action_space = spaces.Discrete(2)
    observation_space = spaces.Box(0, 1, (), np.float64)

    def __init__(self, source):
        self._source = source

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self._held = self.np_random
        return 0.0, {}

    def step(self, action):
        draws = {
            "own": lambda: self.np_random.random(),
            "held": lambda: self._held.random(),
            "random": random.random,
            "numpy": np.random.random,
            "system": lambda: int.from_bytes(os.urandom(4), "little") / 2**32,
        }
        return draws[self._source](), 0.0, False, False, {}


class Trouble(gymnasium.Env):
    """Does in a step what its `kind` says."""

    action_space = spaces.Discrete(2)
    observation_space = spaces.Discrete(2)

    def __init__(self, kind):
        self._kind = kind

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        print("text on standard output")
        return 0, {}

    def step(self, action):
        if action == 0:
            return 0, 1.0, False, False, {}
        return getattr(self, self._kind)()

    def hang(self):
        time.sleep(1000)

    def spin(self):
        while True:
            pass

    def crash(self):
        os.kill(os.getpid(), 11)

    def leave(self):
        raise SystemExit(0)

    def break_down(self):
        raise ValueError("it broke")

    def write(self):
        os.write(1, b'{"n": 1}\n' * 1000)
        return 1, 1.0, False, False, {}

    def read(self):
        return input(), 1.0, False, False, {}

    def grow(self):
        return np.zeros(10_000_000), 1.0, False, False, {}

    def nothing(self):
        return object(), 1.0, False, False, {}

    def nan(self):
        return 1, float("nan"), False, False, {}


gymnasium.register("Words-v0", Words)
gymnasium.register("Shapes-v0", Shapes)
gymnasium.register("Luck-v0", Luck)
gymnasium.register("Trouble-v0", Trouble)
