"""Gymnasium's own checks, and episodes that are those of the native protocol."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import pytest
from conftest import Server
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import AutoresetMode

import stepgym
from stepgym.adapters.gymnasium import StepgymEnv, StepgymVectorEnv, TextSpace

ID = "stepgym.adapters.gymnasium:stepgym/Text-v0"
ACTIONS = ["50", "25", "not a guess", "75", "10", "90", "40", "60"]


@pytest.mark.parametrize("name", ["guess-number", "grid", "webshop"])
def test_its_checks_pass_without_a_warning(server: Server, name: str) -> None:
    env = gymnasium.make(ID, server=f"{server.url}/{name}", render_mode="ansi")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(env.unwrapped)


def test_an_episode_is_that_of_the_native_protocol(server: Server, guess: stepgym.Gym) -> None:
    env = StepgymEnv(f"{server.url}/guess-number", split="train", render_mode="ansi")
    episode = guess.reset(seed=7, split="train", index=0)
    observation, info = env.reset(seed=7, options={"index": 0})
    assert (observation, info) == (episode.observation, {"actions": episode.actions})
    while episode.ending is None:
        expected = episode.step(ACTIONS[episode.index])
        observation, reward, terminated, truncated, info = env.step(ACTIONS[expected.index])
        assert (
            (observation, reward) == (expected.observation, expected.reward) == (env.render(), info["rewards"]["env"])
        )
        assert (terminated, truncated, info["valid"]) == (expected.terminated, expected.truncated, expected.valid)
    assert (info["ending"], info["outcome"]) == (episode.ending, episode.outcome)
    assert env.episode is not None and env.episode.seed == 7
    with pytest.raises(stepgym.EpisodeOverError):
        env.step("1")
    env.close()


def test_seeds_repeat_episodes_and_later_ones_are_drawn(server: Server) -> None:
    def seeds_of(env: StepgymEnv) -> list[int | None]:
        seeds = []
        for seed in (5, None, None):
            env.reset(seed=seed)
            assert env.episode is not None
            seeds.append(env.episode.seed)
        return seeds

    with stepgym.connect(f"{server.url}/guess-number") as gym:
        first, second = seeds_of(StepgymEnv(gym)), seeds_of(StepgymEnv(gym))
    assert first == second
    assert first[0] == 5
    assert len(set(first)) == 3


def test_listed_actions_are_in_info_and_do_not_change_later(shop: stepgym.Gym) -> None:
    env = StepgymEnv(shop, split="train", index=0)
    env.reset(seed=1)
    info = env.step("search[chair]")[4]
    kept = copy.deepcopy(info)
    assert any(action.startswith("click[") for action in info["actions"])
    env.step(info["actions"][0])
    assert info == kept


def test_a_reset_and_a_close_end_the_running_episode_but_not_a_client_of_others(guess: stepgym.Gym) -> None:
    env = StepgymEnv(guess)
    with pytest.raises(stepgym.RefusedError, match="reset it before the first step"):
        env.step("1")
    env.reset(seed=1)
    first = env.episode
    env.reset(seed=1)
    second = env.episode
    env.close()
    for episode in (first, second):
        assert episode is not None
        with pytest.raises(stepgym.EpisodeOverError):
            episode.step("1")
    assert guess.reset(seed=1).step("50").index == 0


def test_actions_that_are_no_texts_are_given_as_json(serve: Callable[..., Server]) -> None:
    url = f"{serve('--env', 'tools/retail').url}/tools-retail"
    env = StepgymEnv(url)
    env.reset(seed=1)
    assert env.step('{"name": "list_all_product_types", "arguments": {}}')[4]["valid"]
    assert not env.step('{"name": 1}')[4]["valid"]
    assert env.step("Hello")[4]["valid"]
    env.close()


def test_a_space_of_texts_has_all_texts_and_repeats_its_samples() -> None:
    space = TextSpace(5, examples=["ä b", "c"], seed=1)
    assert all(text in space for text in ("", "ä b", "\n\0"))
    assert all(text not in space for text in ("123456", 1, None, ["a"]))
    other = TextSpace(5, examples=["ä b", "c"], seed=1)
    assert space == other != TextSpace(5)
    assert [space.sample() for _ in range(9)] == [other.sample() for _ in range(9)]
    free = TextSpace(5, seed=2)
    samples = [free.sample() for _ in range(50)]
    assert all(text in free and text for text in samples) and len(set(samples)) > 20
    with pytest.raises(ValueError, match="without a mask"):
        free.sample(mask=np.ones(1))


@pytest.mark.parametrize("autoreset", ["disabled", "next-step", "same-step"])
def test_a_vector_is_as_gymnasiums_own_of_the_same_episodes(server: Server, autoreset: str) -> None:
    mode = {
        "disabled": AutoresetMode.DISABLED,
        "next-step": AutoresetMode.NEXT_STEP,
        "same-step": AutoresetMode.SAME_STEP,
    }[autoreset]
    url, count = f"{server.url}/guess-number", 3
    ours = gymnasium.make_vec(ID, count, "vector_entry_point", server=url, autoreset=autoreset, max_steps=3)
    theirs = gymnasium.make_vec(ID, count, "sync", server=url, max_steps=3, vector_kwargs={"autoreset_mode": mode})
    assert (ours.observation_space, ours.action_space) == (theirs.observation_space, theirs.action_space)
    assert ours.metadata["autoreset_mode"] == theirs.metadata["autoreset_mode"]
    assert data_equivalence(ours.reset(seed=11), theirs.reset(seed=11))
    for action in ACTIONS[:3]:
        mine, other = ours.step((action,) * count), theirs.step((action,) * count)
        # The episode that follows has another seed.
        upto = 1 if mine[3].any() and autoreset == "same-step" else 0
        assert data_equivalence(mine[upto:], other[upto:])
    assert mine[3].tolist() == [True] * count
    after: dict[str, Callable[[], Any]] = {
        "disabled": lambda: ours.step(("1",) * count),
        "next-step": lambda: ours.step(("1",) * count)[1:4],
        "same-step": lambda: ours.step(("1",) * count)[2:4],
    }
    if autoreset == "disabled":
        with pytest.raises(stepgym.EpisodeOverError, match="slot 0"):
            after[autoreset]()
        mask = np.array([True, False, True])
        ours.reset(seed=1, options={"reset_mask": mask})
        assert isinstance(ours, StepgymVectorEnv) and ours.vector is not None
        assert [episode and episode.index for episode in ours.vector.episodes] == [0, 3, 0]
    elif autoreset == "next-step":
        assert data_equivalence(after[autoreset](), (np.zeros(count), np.zeros(count, bool), np.zeros(count, bool)))
    else:
        assert data_equivalence(after[autoreset](), (np.zeros(count, bool), np.zeros(count, bool)))
    ours.close()
    theirs.close()


def test_a_vector_refuses_what_does_not_fit_it(guess: stepgym.Gym) -> None:
    with pytest.raises(stepgym.RefusedError, match="autoreset is one of"):
        StepgymVectorEnv(2, guess, autoreset="later")  # type: ignore[arg-type]
    env = StepgymVectorEnv(2, guess, task="none")
    with pytest.raises(stepgym.RefusedError, match="reset it before the first step"):
        env.step(("1", "1"))
    with pytest.raises(stepgym.RefusedError, match="1 seeds for 2 slots"):
        env.reset(seed=[1])
    with pytest.raises(stepgym.RefusedError, match="TASK_UNKNOWN: slot 0"):
        env.reset(seed=1)
    env.close()
    vector = StepgymVectorEnv(2, guess)
    vector.reset(seed=[3, None])
    with pytest.raises(stepgym.RefusedError, match="reset_mask has the shape"):
        vector.reset(options={"reset_mask": np.ones(3, bool)})
    vector.close()
    assert guess.reset(seed=1).step("50").index == 0
