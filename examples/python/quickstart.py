"""Groups of web shop episodes and their per-step advantages, from Python.

pip install ./clients/python && python examples/python/quickstart.py
"""

import random

import stepgym

rng = random.Random(0)


def policy(episode: stepgym.Episode) -> str:
    """Searches for what is wanted, opens an item and buys it, or clicks at random: put your model here."""
    actions: list[str] = episode.actions or [f"search[{episode.task.public['instruction']}]"]
    if "click[buy now]" in actions and rng.random() < 0.5:
        return "click[buy now]"
    return rng.choice(actions)


with stepgym.local("webshop", hooks=["progress"]) as gym:
    for index in range(2):
        group = gym.group(4, split="train", index=index, seed=7, credit=["gigpo"])
        closed = group.play(policy)
        print(group.episodes[0].task.public["instruction"])
        for member, advantages in zip(closed.members, closed.advantages["gigpo"]):
            assert advantages.shape == (len(member.steps),)
            reward = sum(step["env"] for step in member.steps)
            played = f"reward {reward:.2f}, {len(member.steps):2} steps, {member.ending}"
            print(f"  {played}: advantages {advantages.round(2).tolist()}")
