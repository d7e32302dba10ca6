"""Groups stepped as verl-agent's rollout loop steps them."""

import math
from collections.abc import Callable

import pytest
from guessing import halving

import stepgym
from stepgym.adapters.verl_agent import StepgymEnvironmentManager


def test_a_rollout_is_that_of_the_native_protocol(guess: stepgym.Gym) -> None:
    manager = StepgymEnvironmentManager(guess, env_num=2, group_n=2, seed=3)
    observations, infos = manager.reset()
    assert observations["text"][0].startswith(observations["anchor"][0])
    assert [info["won"] for info in infos] == [False] * 4
    groups = [guess.group(2, seed=3 + at, split="train", index=0) for at in range(2)]
    episodes = [episode for group in groups for episode in group.episodes]
    total_infos: list[list[dict[str, object]]] = [[] for _ in range(4)]
    total_batch: list[list[dict[str, bool]]] = [[] for _ in range(4)]
    guesses: list[Callable[[stepgym.Episode], str]] = [halving, lambda episode: "1", halving, lambda episode: "2"]
    while any(episode.ending is None for episode in episodes):
        active = [episode.ending is None for episode in episodes]
        actions = [choose(episode) for choose, episode in zip(guesses, episodes, strict=True)]
        steps = [
            episode.step(action) if episode.ending is None else None
            for episode, action in zip(episodes, actions, strict=True)
        ]
        texts = [f"I think it is <action>{action}</action>" for action in actions]
        observations, rewards, dones, infos = manager.step(texts)
        assert observations["anchor"] == [episode.observation for episode in episodes]
        assert rewards.tolist() == [step.reward if step else 0.0 for step in steps]
        assert dones.tolist() == [episode.ending is not None for episode in episodes]
        assert [bool(info["is_action_valid"]) for info in infos] == [True] * 4
        for at in range(4):
            total_infos[at].append(infos[at])
            total_batch[at].append({"active_masks": active[at]})
    success = manager.success_evaluator(total_infos=total_infos, total_batch_list=total_batch)
    assert success["success_rate"].tolist() == [episode.outcome["success"] for episode in episodes]
    assert 0 < success["success_rate"].mean() < 1


def test_what_still_runs_is_truncated_by_the_next_reset(guess: stepgym.Gym) -> None:
    manager = StepgymEnvironmentManager(guess, env_num=1, group_n=2)
    manager.reset([{"stepgym": {"seed": 9}}] * 2)
    first = manager.episodes
    assert [episode.seed for episode in first] == [9, 9]
    _, rewards, dones, infos = manager.step(["<action>50</action>", "no action"])
    assert [bool(info["is_action_valid"]) for info in infos] == [True, False]
    assert rewards.shape == dones.shape == (2,) and not math.isnan(float(rewards.sum()))
    manager.reset()
    for episode in [*first, *manager.episodes]:
        with pytest.raises(stepgym.EpisodeOverError, match="EPISODE_ENDED"):
            for _ in range(9):
                episode.step("1")
    with pytest.raises(stepgym.RefusedError, match="1 actions for 2 episodes"):
        manager.step(["1"])
    manager.close()


def test_an_outcome_that_the_server_does_not_compute_is_refused(guess: stepgym.Gym) -> None:
    manager = StepgymEnvironmentManager(guess, env_num=1, group_n=1, success="won")
    manager.reset()
    with pytest.raises(stepgym.RefusedError, match="no outcome 'won'"):
        for _ in range(8):
            manager.step(["<action>1</action>"])
