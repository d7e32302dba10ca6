"""Episodes, groups, forks and vectors on a real server."""

import asyncio
import math
from typing import Any

import numpy as np
import pytest
from conftest import Proxy, Server
from guessing import halving

import stepgym


def test_an_episode_is_played_to_its_end(guess: stepgym.Gym) -> None:
    episode = guess.reset(seed=np.int64(7), split="train", index=0)
    assert (episode.seed, episode.task.split, episode.index, episode.ending) == (7, "train", 0, None)
    while episode.ending is None:
        step = episode.step(halving(episode))
        assert (step.index, step.valid) == (episode.index - 1, True)
        assert step.rewards["env"] == step.reward
    assert episode.ending == "terminated"
    assert episode.outcome == {"success": 1.0}
    assert [step.index for step in episode.steps] == list(range(episode.index))
    with pytest.raises(stepgym.EpisodeOverError):
        episode.step("50")


def test_an_action_that_cannot_be_read_is_a_step(guess: stepgym.Gym) -> None:
    step = guess.reset(seed=1).step({"no": ["guess"]})
    assert (step.valid, step.reward, step.index) == (False, 0.0, 0)


def test_an_episode_that_the_policy_leaves_is_truncated(guess: stepgym.Gym) -> None:
    episode = guess.reset(seed=1)
    episode.step("50")
    assert repr(episode) == f"<Episode {episode.id}: index 1, running>"
    episode.truncate("the model stopped")
    assert repr(episode) == f"<Episode {episode.id}: index 1, truncated>"
    with pytest.raises(stepgym.EpisodeOverError):
        episode.step("25")
    aborted = guess.reset(seed=1)
    aborted.abort()
    with pytest.raises(stepgym.EpisodeOverError):
        aborted.step("25")


def test_tasks_are_listed_in_pages(shop: stepgym.Gym) -> None:
    first, second = shop.tasks(limit=2), shop.tasks(offset=1, limit=1)
    assert first[1:] == second
    assert shop.reset(task=second[0].id).task == second[0]
    with pytest.raises(stepgym.RefusedError, match="TASK_UNKNOWN"):
        shop.reset(task="none")


def test_other_views_and_actions_are_there(shop: stepgym.Gym) -> None:
    episode = shop.reset(split="train", index=0)
    assert episode.observe("html").startswith("<")
    assert episode.list_tools() is None
    episode.step("search[chair]")
    assert any(str(action).startswith("click[") for action in episode.actions or [])


def test_a_group_closes_with_advantages_for_every_step(guess: stepgym.Gym) -> None:
    requests: list[str | stepgym.CreditRequest] = [
        "rloo",
        stepgym.CreditRequest(estimator="gigpo", options={"gamma": 0.5}, name="half"),
    ]
    group = guess.group(4, split="train", index=0, seed=3, credit=requests)
    numbers = iter(range(1, 1000))
    closed = group.play(lambda episode: halving(episode) if episode.member == 0 else str(next(numbers)))
    assert [member.member for member in closed.members] == [0, 1, 2, 3]
    assert set(closed.advantages) == {"rloo", "half"}
    for arrays in closed.advantages.values():
        assert [array.shape for array in arrays] == [(len(member.steps),) for member in closed.members]
        assert all(array.dtype == np.float64 and np.isfinite(array).all() for array in arrays)
    assert closed.advantages["rloo"][0][0] > 0
    assert closed.reasons == {"rloo": [None] * 4, "half": [None] * 4}
    spread = closed.on_tokens("rloo", [np.array([-1, 0, 0, -1])] * 4)
    assert spread[0].tolist() == [0.0, *[np.float32(closed.advantages["rloo"][0][0])] * 2, 0.0]
    with pytest.raises(stepgym.RefusedError, match="no credit 'x'"):
        closed.on_tokens("x", [])
    with pytest.raises(stepgym.RefusedError, match="names steps from 0 to 99"):
        closed.on_tokens("rloo", [np.array([0, 99])] * 4)


def test_a_policy_ends_members_as_truncated_and_gives_evidence(guess: stepgym.Gym) -> None:
    evidence = stepgym.TokenEvidence(
        prompt_ids=[1], token_ids=[2, 3], log_probs=[-1, -2], policy="p", version="1", finish_reason="stop"
    )
    group = guess.group(2, seed=3, credit=["grpo"])
    closed = group.play(lambda episode: None if episode.index == 2 else ("1", evidence))
    assert [(member.ending, len(member.steps)) for member in closed.members] == [("truncated", 2)] * 2


def test_clients_of_different_processes_join_one_group_by_its_name(server: Server, guess: stepgym.Gym) -> None:
    with stepgym.connect(f"{server.url}/guess-number") as other:
        first = guess.join("joined", 3, seed=3, credit=["rloo"])
        places = [first, guess.join("joined"), other.join("joined", member=2)]
        assert {place.start_tag for place in places} == {first.start_tag}
        assert [place.episodes[0].member for place in places] == [0, 1, 2]
        with pytest.raises(stepgym.RefusedError, match="GROUP_INVALID"):
            other.join("joined")
        for place in places:
            while place.episodes[0].ending is None:
                place.episodes[0].step(str(place.episodes[0].member + 1))
        closed = [place.closed(60) for place in places]
        assert [member.member for member in closed[0].members] == [0, 1, 2]
        for each in closed[1:]:
            assert [array.tolist() for array in each.advantages["rloo"]] == [
                array.tolist() for array in closed[0].advantages["rloo"]
            ]
        with pytest.raises(stepgym.RefusedError, match="it has closed"):
            guess.join("joined", 3)


def test_a_policy_that_raises_aborts_the_group(guess: stepgym.Gym) -> None:
    def failing(episode: stepgym.Episode) -> str:
        if episode.index == 1:
            raise ZeroDivisionError("the model broke")
        return "1"

    group = guess.group(3, seed=3, credit=["grpo"])
    with pytest.raises(ZeroDivisionError):
        group.play(failing)
    closed = group.closed(60)
    assert (len(closed.members), len(closed.aborted)) == (0, 3)
    assert closed.advantages == {"grpo": []}


def test_advantages_that_cannot_be_computed_are_nan_with_a_reason(guess: stepgym.Gym) -> None:
    group = guess.group(2, seed=3, credit=["grpo"])
    group.episodes[1].abort()
    while group.episodes[0].ending is None:
        group.episodes[0].step("1")
    closed = group.closed(60)
    [advantages] = closed.advantages["grpo"]
    [reason] = closed.reasons["grpo"]
    assert advantages.shape == (len(closed.members[0].steps),)
    assert np.isnan(advantages).all() == (reason is not None)


def test_an_unknown_estimator_is_refused_before_the_group_starts(guess: stepgym.Gym) -> None:
    with pytest.raises(stepgym.RefusedError, match="ESTIMATOR_UNKNOWN"):
        guess.group(2, credit=["none"])


def test_forks_and_snapshots_continue_from_the_same_past(guess: stepgym.Gym) -> None:
    episode = guess.reset(seed=5)
    episode.step("50")
    point, sealed = episode.snapshot(), episode.sealed_snapshot()
    forks = episode.fork(2)
    restored, reopened = guess.restore(point), guess.restore(sealed)
    results = [each.step("20") for each in (episode, *forks, restored, reopened, *guess.fork(point))]
    assert {(step.observation, step.reward, step.index) for step in results} == {
        (results[0].observation, results[0].reward, 1)
    }
    with pytest.raises(stepgym.RefusedError, match="SNAPSHOT_UNKNOWN"):
        guess.restore(stepgym.Snapshot("none", "none", 0))
    for foreign, code in ((b"\xff\xfe", "SNAPSHOT_FOREIGN"), ("none", "CONFIG_INVALID")):
        with pytest.raises(stepgym.RefusedError, match=code):
            guess.restore(foreign)  # type: ignore[arg-type]


def test_counts_and_options_may_be_of_numpy(guess: stepgym.Gym) -> None:
    options = {"gamma": np.float32(0.5)}
    request = stepgym.CreditRequest(estimator="gigpo", options=options)  # type: ignore[arg-type]
    group = guess.group(np.int64(2), seed=3, credit=[request])  # type: ignore[arg-type]
    assert [len(each) for each in group.play(lambda _: "1").advantages["gigpo"]] == [8, 8]
    assert len(guess.vector(np.int64(2))) == 2
    assert len(guess.reset(seed=1).fork(np.int64(2))) == 2  # type: ignore[arg-type]


def test_an_action_may_have_half_of_a_surrogate_pair(guess: stepgym.Gym) -> None:
    step = guess.reset(seed=1).step("\ud800")
    assert (step.valid, "\ud800" in step.observation) == (False, True)


def test_a_vector_steps_all_slots_at_once(guess: stepgym.Gym) -> None:
    vector = guess.vector([{"seed": seed} for seed in range(4)])
    singles = [guess.reset(seed=seed) for seed in range(4)]
    for action in ["1", "2", "3"]:
        result = vector.step([action] * 4)
        expected = [single.step(action) for single in singles]
        assert result.slots.tolist() == [0, 1, 2, 3]
        assert result.index.tolist() == [step.index for step in expected]
        assert result.reward.tolist() == [step.reward for step in expected]
        assert result.observation == [step.observation for step in expected]
        assert result.rewards["env"].tolist() == result.reward.tolist()
    assert [episode and episode.index for episode in vector.episodes] == [3] * 4
    some = vector.step(["4", "5"], slots=np.array([2, 0]))
    assert (some.slots.tolist(), some.index.tolist()) == ([2, 0], [3, 3])
    vector.close()


@pytest.mark.parametrize("autoreset", ["disabled", "next-step", "same-step"])
def test_what_follows_an_end_is_as_in_gymnasium(guess: stepgym.Gym, autoreset: str) -> None:
    vector = guess.vector([{"seed": 1, "maxSteps": 2}], autoreset=autoreset)  # type: ignore[arg-type]
    first = vector.episodes[0]
    vector.step(["1"])
    last = vector.step(["1"])
    assert last.truncated.tolist() == [True]
    assert last.started.tolist() == [autoreset == "same-step"]
    assert (last.final_observation[0] is not None) == (autoreset == "same-step")
    after = vector.step(["1"])
    assert after.index.tolist() == [{"disabled": -1, "next-step": -1, "same-step": 0}[autoreset]]
    assert after.started.tolist() == [autoreset == "next-step"]
    assert [error.code for error in after.errors.values()] == (["EPISODE_ENDED"] if autoreset == "disabled" else [])
    assert math.isnan(after.reward[0]) == (autoreset == "disabled")
    if autoreset == "disabled":
        assert vector.reset().started.tolist() == [True]
        assert vector.step(["1"]).index.tolist() == [0]
    assert first is not None and first.ending == "truncated" and first.index == 2


def test_lists_that_do_not_fit_the_slots_are_refused_before_anything_is_sent(guess: stepgym.Gym) -> None:
    vector = guess.vector(2)
    odd: list[Any] = [(["1"], None), (["1"], [2]), (["1"], [-1]), (["1"], [0.5]), (["1"], ["0"])]
    for actions, slots in odd:
        with pytest.raises(stepgym.RefusedError, match="CONFIG_INVALID"):
            vector.step(actions, slots=slots)
    with pytest.raises(stepgym.RefusedError, match="EVIDENCE_INVALID"):
        vector.step(["1", "1"], evidence=[{}, None])  # type: ignore[list-item]
    assert vector.step(["1", "1"]).index.tolist() == [0, 0]


def test_slots_are_received_as_they_get_ready(proxied: Proxy) -> None:
    with stepgym.connect(f"http://127.0.0.1:{proxied.port}/guess-number") as gym:
        # With these seeds no slot finds its number, which would end its episode.
        vector = gym.vector([{"seed": 1}, {"seed": 2}, {"seed": 3}], delivery="ready")
        proxied.is_open.clear()
        vector.send(["1", "2", "3"])
        with pytest.raises(stepgym.RefusedError, match="actions is a list with an entry for each slot, not a text"):
            vector.send("123")
        with pytest.raises(stepgym.RefusedError, match="slot 0 awaits its reply"):
            vector.send(["1"], slots=[0])
        with pytest.raises(stepgym.LateError, match="no slot of the vector got ready"):
            vector.recv(0.2)
        proxied.is_open.set()
        ready: list[int] = []
        while len(ready) < 3:
            ready += vector.recv(60).slots.tolist()
        assert sorted(ready) == [0, 1, 2]
        vector.send(["1"], slots=[ready[0]])
        assert vector.recv(60).index.tolist() == [1]


def test_events_report_late_rewards_and_closed_groups(server: Server) -> None:
    async def scenario() -> list[str]:
        url = f"{server.url}/guess-number"
        async with await stepgym.connect_async(url) as gym, await stepgym.connect_async(url) as watcher:
            await watcher.subscribe("group.closed", "step.taken")
            seen: list[str] = []

            async def follow() -> None:
                async for event in watcher.events():
                    seen.append(event["type"])
                    if event["type"] == "group.closed":
                        return

            following = asyncio.create_task(follow())
            await asyncio.sleep(0)
            group = await gym.group(2, seed=1)
            await group.play(lambda episode: "1")
            await asyncio.wait_for(following, 60)
            return seen

    seen = asyncio.run(scenario())
    assert seen[-1] == "group.closed"
    assert seen.count("step.taken") >= 2


def test_coroutine_policies_play_members_concurrently(server: Server) -> None:
    async def scenario() -> stepgym.Closed:
        async with await stepgym.connect_async(f"{server.url}/guess-number") as gym:
            group = await gym.group(3, seed=2, credit=["rloo"])
            arrived = asyncio.Barrier(3) if hasattr(asyncio, "Barrier") else None

            async def policy(episode: stepgym.AsyncEpisode) -> str:
                # Passes only if all members choose at the same time.
                if arrived is not None and episode.index == 0:
                    await asyncio.wait_for(arrived.wait(), 60)
                return "1"

            return await group.play(policy)

    closed = asyncio.run(scenario())
    assert [len(member.steps) for member in closed.members] == [8, 8, 8]
