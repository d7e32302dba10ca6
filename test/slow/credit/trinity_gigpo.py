"""
GiGPO as trinity-rft releases it, from the files of its wheel, over groups of steps. What its module imports of the rest of
the package is stood in for, and so is PyTorch, by arrays of NumPy: it takes means and sample deviations of them, in
single precision.

Arguments: folder of the unpacked wheel, JSON file of {gamma, fnorm, groups}: each group a list of steps of group,
trajectory, anchor, env. Prints the advantages of each group.
"""

import json
import sys
import types
from pathlib import Path

import numpy as np


class Tensor(np.ndarray):
    def clone(self):
        return self.copy()


def tensor(values, dtype=np.float32):
    return np.asarray(values, dtype=np.float32).view(Tensor)


def group_by(experiences, key):
    groups = {}
    for each in experiences:
        groups.setdefault(each.eid.task if key == "task" else each.eid.rid, []).append(each)
    return groups


def module(name, **content):
    made = types.ModuleType(name)
    made.__dict__.update(content)
    sys.modules[name] = made


def stand_ins():
    mean = lambda values: np.float32(values.mean(dtype=np.float32))
    std = lambda values: np.float32(values.std(ddof=1, dtype=np.float32))
    module("torch", tensor=tensor, mean=mean, std=std, float32=np.float32, Tensor=Tensor)
    for name in ("algorithm", "algorithm.advantage_fn", "buffer", "common", "utils"):
        module(f"trinity.{name}")
    module("trinity")
    module("trinity.algorithm.advantage_fn.advantage_fn", AdvantageFn=type("AdvantageFn", (), {}))
    module("trinity.buffer.operators", ExperienceOperator=type("ExperienceOperator", (), {}))
    module("trinity.common.experience", Experience=object, group_by=group_by)
    module("trinity.utils.metrics", aggregate_metrics=lambda *_, **__: {})


def experiences_of(steps):
    made, taken = [], {}
    for step in steps:
        run = step["trajectory"]
        taken[run] = taken.get(run, -1) + 1
        eid = types.SimpleNamespace(task=step["group"], run=run, rid=run, step=taken[run])
        info = {"step_reward": step["env"], "env_state_hash": step["anchor"]}
        made.append(types.SimpleNamespace(eid=eid, info=info, action_mask=None, reward=None))
    return made


def main(folder, cases):
    stand_ins()
    source = Path(folder, "trinity/algorithm/advantage_fn/gigpo_advantage.py").read_text()
    released = {}
    exec(compile(source, "gigpo_advantage.py", "exec"), released)
    settings = json.loads(Path(cases).read_text())
    found = []
    for steps in settings["groups"]:
        experiences = experiences_of(steps)
        released["GiGPOAdvantageFn"](gamma=settings["gamma"], fnorm=settings["fnorm"]).process(experiences)
        found.append([float(each.advantages) for each in experiences])
    print(json.dumps(found))


main(*sys.argv[1:])
