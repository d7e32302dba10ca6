"""Episodes as SkyRL-gym's generators make and play them."""

from collections.abc import Callable
from typing import Any

import pytest
import skyrl_gym
from conftest import Server

import stepgym
from stepgym.adapters.shared import shared_gym
from stepgym.adapters.skyrl import StepgymTextEnv

ACTIONS = ["50", "25", "not a guess", "75", "10", "90", "40", "60"]
PROMPT = [{"role": "system", "content": "Guess."}]


@pytest.fixture(scope="module", autouse=True)
def registered() -> None:
    skyrl_gym.register(id="stepgym", entry_point="stepgym.adapters.skyrl:StepgymTextEnv")


def made(server: Server, name: str = "guess-number", **start: Any) -> StepgymTextEnv:
    env = skyrl_gym.make("stepgym", env_config={"server": f"{server.url}/{name}"}, extras={"stepgym": start})
    assert isinstance(env, StepgymTextEnv)
    return env


def test_an_episode_is_that_of_the_native_protocol(server: Server, guess: stepgym.Gym) -> None:
    env = made(server, seed=7, split="train", index=0)
    episode = guess.reset(seed=7, split="train", index=0)
    messages, metadata = env.init(PROMPT)
    assert messages == [*PROMPT, {"role": "user", "content": episode.observation}]
    assert (metadata["seed"], metadata["task"]) == (7, episode.task.id)
    while episode.ending is None:
        expected = episode.step(ACTIONS[episode.index])
        output = env.step(ACTIONS[expected.index])
        assert output["reward"] == expected.reward == output["metadata"]["rewards"]["env"]
        assert output["done"] == (expected.ending is not None)
        said = [] if output["done"] else [{"role": "user", "content": expected.observation}]
        assert output["observations"] == said
        assert output["metadata"]["valid"] == expected.valid
    assert (env.turns, env.max_turns) == (episode.index, episode.max_steps)
    metrics = env.get_metrics()
    assert metrics == {"steps": 8, "valid": 7 / 8, **episode.outcome}
    env.close()


def test_a_rollout_that_ends_early_is_truncated_and_keeps_its_credit(server: Server) -> None:
    env = made(server, seed=7)
    env.init(PROMPT)
    env.step("50")
    env.close()
    env.close()
    assert env.episode is not None
    with pytest.raises(stepgym.EpisodeOverError, match="EPISODE_ENDED"):
        env.episode.step("1")


def test_an_action_may_stand_between_tags(server: Server) -> None:
    config = {"server": f"{server.url}/guess-number", "pattern": "<action>(.*?)</action>"}
    env = StepgymTextEnv(config, {"stepgym": {"seed": 7}})
    env.init(PROMPT)
    thought = "Is it <action>1</action>? No: <action>\n50 </action>"
    plain = made(server, seed=7)
    plain.init(PROMPT)
    assert env.step(thought) == plain.step("50")
    assert not env.step("no tags")["metadata"]["valid"]


def test_all_environments_of_a_process_share_one_session(server: Server) -> None:
    envs = [made(server, seed=seed) for seed in range(20)]
    assert len({id(env._gym) for env in envs}) == 1
    gym = shared_gym(f"{server.url}/guess-number")
    assert gym is envs[0]._gym
    gym.close()
    assert shared_gym(f"{server.url}/guess-number") is not gym


def test_a_row_may_name_its_server_and_its_steps(serve: Callable[..., Server], server: Server) -> None:
    env = StepgymTextEnv({}, {"stepgym": {"server": f"{server.url}/guess-number", "max_steps": 2}})
    assert env.max_turns == 2
    env.init([])
    env.step("1")
    assert env.step("1")["done"]
    with pytest.raises(stepgym.RefusedError, match="needs its server"):
        StepgymTextEnv()
    with pytest.raises(stepgym.RefusedError, match="init it before the first step"):
        made(server).step("1")
