"""Plays fixed actions on a server, and prints what a test compares. Arguments: the scene and the address."""

import json
import sys

import stepgym

ACTIONS = ["50", "7", {"not": "a guess"}, "80", "33", "50", "2", "99"]


def evidence(index: int) -> stepgym.TokenEvidence:
    return stepgym.TokenEvidence(
        prompt_ids=[1, 2],
        token_ids=[index, 3],
        log_probs=[-0.1 * index, -1e-7],
        policy="fixed",
        version="1",
        finish_reason="stop",
    )


def fixed(gym: stepgym.Gym) -> object:
    """An episode with evidence, a fork of it, a vector, and a group with a member that is left and one that is aborted."""
    episode = gym.reset(seed=2**60 + 3, agent="fixed")
    for index, action in enumerate(ACTIONS[:3]):
        episode.step(action, evidence=evidence(index))
    [fork] = episode.fork()
    fork.step("10")
    fork.truncate("enough")
    while episode.ending is None:
        episode.step(ACTIONS[episode.index])
    vector = gym.vector([{"seed": 5}, {"seed": 6, "maxSteps": 2}], autoreset="same-step", agent="fixed")
    for action in ACTIONS[:4]:
        vector.step([action, action])
    vector.close()
    group = gym.group(3, seed=11, credit=["grpo"], agent="fixed")
    left, aborted, whole = group.episodes
    for step, action in enumerate(ACTIONS):
        for episode in [left, aborted, whole][step // 3 :]:
            if episode.ending is None:
                episode.step(action)
        if step == 2:
            left.truncate("the model stopped")
            aborted.abort()
    group.closed(60)
    return None


def guess(episode: stepgym.Episode) -> str:
    """Member 0 finds the number by halving; the others count."""
    if episode.member > 0:
        return str(10 * episode.member + episode.index + 1)
    low, high = 1, 100
    for step in episode.steps:
        half = (low + high) // 2
        low, high = (half + 1, high) if "higher" in step.observation else (low, half - 1)
    return str((low + high) // 2)


def credit(gym: stepgym.Gym) -> object:
    """Advantages of a group, as the digits of their doubles."""
    group = gym.group(
        4,
        seed=3,
        credit=["grpo", stepgym.CreditRequest(estimator="gigpo", options={"gamma": 0.9}), "hgpo"],
    )
    closed = group.play(guess)
    arrays = {name: [array.tolist() for array in each] for name, each in closed.advantages.items()}
    return {"episodes": [member.episode for member in closed.members], "advantages": arrays}


with stepgym.connect(sys.argv[2]) as client:
    print(json.dumps({"fixed": fixed, "credit": credit}[sys.argv[1]](client)))
