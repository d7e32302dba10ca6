"""Requests of an episode: a new environment, resets and steps of it, and a probe of whether seeds make it repeatable."""

import hashlib
import importlib
import json
import math
import os
import platform
import random
import re
import sys

import gymnasium
import numpy as np
from bridge_spaces import Refused, action_of, json_of, schema_of, written

#: Characters of a schema: agents are shown all of it.
MOST_SCHEMA = 100_000
#: Texts that colour what follows, and the one that ends it.
COLOURED = re.compile(r"\x1b\[[0-9;]*m(.*?)\x1b\[0m", re.DOTALL)
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Session:
    """Environments that are made one after another, each of them by `make` for one episode."""

    def __init__(self, made):
        self._id = made["id"]
        self._kwargs = made["kwargs"]
        self._env = None
        self._shown = {}
        if made["module"] is not None:
            sys.path.insert(0, os.getcwd())
            importlib.import_module(made["module"])

    def versions(self):
        return {"gymnasium": gymnasium.__version__, "python": platform.python_version()}

    def answer(self, do, **fields):
        requests = {
            "make": self.make,
            "reset": self.reset,
            "step": self.step,
            "probe": self.probe,
            "close": self.close,
        }
        return requests[do](**fields)

    def make(self, shown):
        """
        Makes a new environment.

        Args:
            shown: `characters` of an observation or rendering, `isRendered`, and names of fields of `info`.
        """
        self.close()
        self._shown = shown
        rendering = {"render_mode": "ansi"} if shown["isRendered"] else {}
        self._env = gymnasium.make(self._id, disable_env_checker=True, **self._kwargs, **rendering)
        return {name: bounded(schema_of(getattr(self._env, f"{name}_space"))) for name in ("action", "observation")}

    def reset(self, seed, options):
        seed_globals(seed)
        observation, info = self._env.reset(seed=seed, options=options or None)
        return self._view(observation, info)

    def step(self, action, seed):
        """With a seed, what the environment draws in this step is a function of it."""
        try:
            value = action_of(self._env.action_space, action)
        except Refused as refused:
            return {"refused": str(refused)}
        if seed is not None:
            self._seed(seed)
        observation, reward, terminated, truncated, info = self._env.step(value)
        ends = {"terminated": bool(terminated), "truncated": bool(truncated)}
        return {**self._view(observation, info), "reward": reward_of(reward), **ends}

    def close(self):
        env, self._env = self._env, None
        if env is not None:
            env.close()
        return None

    def probe(self, shown, seed, steps, isSeeded):
        """Digests of what a reset and some steps show under a seed: environments that are repeatable give the same."""
        self.make(shown)
        seen = self.reset(seed, None)
        digests = [digest_of(seen)]
        self._env.action_space.seed(seed)
        for at in range(steps):
            action = json_of(self._sample(seen))
            seen = self.step(action, seed + at if isSeeded else None)
            digests.append(digest_of(seen))
            if "refused" in seen or seen["terminated"] or seen["truncated"]:
                break
        self.close()
        return digests

    def _sample(self, seen):
        space = self._env.action_space
        if seen.get("mask") is None:
            return space.sample()
        mask = np.zeros(int(space.n), dtype=np.int8)
        mask[[each - int(space.start) for each in seen["mask"]]] = 1
        return space.sample(mask)

    def _seed(self, seed):
        """The generator itself is set: parts of the environment may hold it."""
        bits = self._env.unwrapped.np_random.bit_generator
        bits.state = type(bits)(seed).state
        seed_globals(seed)

    def _view(self, observation, info):
        most, names = self._shown["characters"], self._shown["info"]
        return {
            "observation": json.loads(written(observation, most)),
            "rendering": self._rendering(most),
            "discrete": discrete_of(self._env.action_space),
            "mask": mask_of(self._env.action_space, info),
            "info": {name: json.loads(written(info[name], most)) for name in names if name in info},
        }

    def _rendering(self, most):
        if not self._shown["isRendered"]:
            return None
        text = self._env.render()
        if not isinstance(text, str):
            raise TypeError(f"a rendering is a text, not a {type(text).__name__}")
        if len(text) > most:
            raise ValueError(f"a rendering has {len(text)} characters, and the option `characters` is {most}")
        return without_colours(text)


def bounded(schema):
    """A schema that is longer than an agent could be shown is none."""
    return schema if len(json.dumps(schema)) <= MOST_SCHEMA else {"description": "a value of a large space"}


def seed_globals(seed):
    """For environments that draw from the generators of all, and not from their own."""
    random.seed(seed)
    np.random.seed(seed % 2**32)


def discrete_of(space):
    if not isinstance(space, gymnasium.spaces.Discrete):
        return None
    return {"start": int(space.start), "n": int(space.n)}


def mask_of(space, info):
    """The actions that `info["action_mask"]` admits; None where it says nothing of a discrete space."""
    mask = info.get("action_mask")
    if not isinstance(space, gymnasium.spaces.Discrete) or np.shape(mask) != (int(space.n),):
        return None
    return [int(space.start) + at for at, is_admissible in enumerate(mask) if is_admissible]


def reward_of(reward):
    """None for what is not a finite number: it was not judged."""
    if reward is None or np.shape(reward) not in ((), (1,)):
        return None
    number = float(np.asarray(json_of(reward)).reshape(()))
    return number if math.isfinite(number) else None


def digest_of(shown):
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def without_colours(text):
    """What is coloured is in brackets, as its place may be what the colour shows; no other control sequence is left."""
    return ESCAPE.sub("", COLOURED.sub(lambda found: f"[{found.group(1)}]", text))
