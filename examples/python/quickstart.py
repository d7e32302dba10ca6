"""Groups of web shop episodes and their per-step advantages, from Python.

pip install ./clients/python && python examples/python/quickstart.py
"""

import random

import stepgym

rng = random.Random(0)


def policy(episode: stepgym.Episode) -> str:
    """Searches, then clicks something at random: put your model here."""
    links = [action for action in episode.actions or [] if action.startswith("click[")]
    return rng.choice(links) if links else "search[comfortable shoes]"


with stepgym.local("webshop", hooks=["progress"]) as gym:
    for index in range(2):
        group = gym.group(4, split="train", index=index, seed=7, credit=["gigpo"])
        closed = group.play(policy)
        print(group.episodes[0].task.public["instruction"])
        for member, advantages in zip(closed.members, closed.advantages["gigpo"]):
            assert advantages.shape == (len(member.steps),)
            print(f"  {len(member.steps):2} steps, {member.ending}: advantages {advantages.round(2).tolist()}")
