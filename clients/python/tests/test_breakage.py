"""What breaks: connections, servers, tokens, time."""

import asyncio
import json
import shlex
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import COMMAND, Proxy, Server
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serving
from websockets.typing import Subprotocol

import stepgym
from stepgym.adapters.shared import shared_async_gym, shared_gym

ACTIONS = ["50", "25", "75", "10", "90", "40", "60", "33"]


def played(episode: stepgym.Episode) -> list[tuple[int, str, float]]:
    return [(step.index, step.observation, step.reward) for step in episode.steps]


def test_no_step_is_lost_or_repeated_when_connections_break(server: Server, proxied: Proxy) -> None:
    with stepgym.connect(f"{server.url}/guess-number") as whole:
        expected = [whole.reset(seed=seed) for seed in range(6)]
        for episode in expected:
            while episode.ending is None:
                episode.step(ACTIONS[episode.index])
    with stepgym.connect(f"http://127.0.0.1:{proxied.port}/guess-number") as gym:
        for seed, other in enumerate(expected):
            episode = gym.reset(seed=seed)
            while episode.ending is None:
                cut = threading.Timer(0.001 * (episode.index % 3), proxied.cut)
                cut.start()
                episode.step(ACTIONS[episode.index])
                cut.join()
            assert (played(episode), episode.ending) == (played(other), other.ending)
    assert proxied.connections > 6


def test_a_late_reply_is_never_taken_for_another(server: Server, proxied: Proxy) -> None:
    with stepgym.connect(f"http://127.0.0.1:{proxied.port}/guess-number", timeout=1.0) as gym:
        episode = gym.reset(seed=3)
        proxied.is_open.clear()
        with pytest.raises(stepgym.LateError, match="no reply to step within 1 s"):
            episode.step("50")
        assert (episode.index, episode.steps) == (0, [])
        proxied.is_open.set()
        step = episode.step("50")
        assert (step.index, episode.index) == (0, 1)
        assert episode.step("25").index == 1


def test_a_step_behind_one_without_a_reply_is_late_too_and_both_can_be_requested_again(proxied: Proxy) -> None:
    async def scenario() -> None:
        async with await stepgym.connect_async(f"http://127.0.0.1:{proxied.port}/guess-number") as gym:
            episode = await gym.reset(seed=3)
            proxied.is_open.clear()
            first, second = asyncio.create_task(episode.step("50")), asyncio.create_task(episode.step("25"))
            await asyncio.sleep(0)
            first.cancel()
            proxied.is_open.set()
            with pytest.raises(stepgym.LateError, match="step 0 has no reply yet"):
                await second
            assert [(await episode.step(guess)).index for guess in ("50", "25")] == [0, 1]

    asyncio.run(scenario())


def test_a_server_that_is_silent_is_sought_over_another_socket(proxied: Proxy) -> None:
    with stepgym.connect(f"http://127.0.0.1:{proxied.port}/guess-number", silence=0.2) as gym:
        episode = gym.reset(seed=3)
        episode.step("50")
        proxied.swallow()
        assert episode.step("25").index == 1
        assert proxied.connections > 1


def test_another_action_for_a_step_that_was_taken_is_refused(server: Server, proxied: Proxy) -> None:
    with stepgym.connect(f"http://127.0.0.1:{proxied.port}/guess-number", timeout=1.0) as gym:
        episode = gym.reset(seed=3)
        proxied.is_open.clear()
        with pytest.raises(stepgym.LateError):
            episode.step("50")
        proxied.is_open.set()
        with pytest.raises(stepgym.RefusedError, match="REQUEST_CONFLICT"):
            episode.step("51")


def test_steps_continue_on_a_server_that_was_killed_and_restarted(serve: Callable[..., Server], folder: Path) -> None:
    server = serve("--env", "guess-number", "--record", str(folder / "run"))
    with stepgym.connect(f"{server.url}/guess-number", retries=40) as gym:
        episode = gym.reset(seed=4)
        vector = gym.vector([{"seed": 4}, {"seed": 4}])
        group = gym.group(2, seed=4, credit=["rloo"])
        before = episode.step("50")
        assert vector.step(["50", "50"]).observation == [before.observation] * 2
        server.kill()
        restarting = threading.Thread(target=server.start)
        restarting.start()
        after = episode.step("25")
        restarting.join()
        assert after.index == 1
        result = vector.step(["25", "25"])
        assert (result.index.tolist(), result.observation) == ([1, 1], [after.observation] * 2)
        for member, guess in zip(group.episodes, ("1", "2"), strict=True):
            while member.ending is None:
                member.step(guess)
        closed = group.closed(60)
        assert [len(each) for each in closed.advantages["rloo"]] == [8, 8]


def test_a_server_that_is_gone_for_good_is_reported(serve: Callable[..., Server]) -> None:
    server = serve("--env", "guess-number")
    gym = stepgym.connect(f"{server.url}/guess-number", retries=2)
    episode = gym.reset(seed=1)
    server.kill()
    with pytest.raises(stepgym.LostError, match="CONNECTION_LOST"):
        episode.step("50")
    with pytest.raises(stepgym.LostError):
        gym.reset()
    gym.close()
    with pytest.raises(stepgym.LostError, match="no connection"):
        stepgym.connect(f"{server.url}/guess-number")


def test_a_session_that_a_restarted_server_has_no_record_of_is_lost(serve: Callable[..., Server]) -> None:
    server = serve("--env", "guess-number")
    with stepgym.connect(f"{server.url}/guess-number", retries=40) as gym:
        episode = gym.reset(seed=1)
        server.kill()
        server.start()
        for lost in (lambda: episode.step("50"), gym.reset):
            with pytest.raises(stepgym.LostError, match="SESSION_UNKNOWN"):
                lost()
        assert gym.is_over


def test_adapters_open_another_session_where_theirs_was_lost(serve: Callable[..., Server]) -> None:
    server = serve("--env", "guess-number")
    url = f"{server.url}/guess-number"

    def restart() -> None:
        server.kill()
        server.start()

    async def scenario() -> None:
        gym = await shared_async_gym(url)
        await gym.reset()
        restart()
        with pytest.raises(stepgym.LostError):
            await gym.reset()
        another = await shared_async_gym(url)
        assert (await another.reset(seed=1)).index == 0
        await another.close()

    gym = shared_gym(url)
    assert shared_gym(url) is gym and gym.reset(seed=1).index == 0
    restart()
    with pytest.raises(stepgym.LostError):
        gym.reset()
    assert shared_gym(url).reset(seed=1).index == 0
    shared_gym(url).close()
    asyncio.run(scenario())


def test_tokens_decide_what_a_client_sees(serve: Callable[..., Server]) -> None:
    server = serve("--env", "guess-number", "--token", "agent=aaaaaaaaaaaaaaaa", "--token", "trainer=bbbbbbbbbbbbbbbb")
    url = f"{server.url}/guess-number"
    for token in (None, "cccccccccccccccc"):
        with pytest.raises(stepgym.RefusedError, match="UNAUTHORIZED"):
            stepgym.connect(url, token=token)
    with stepgym.connect(url, token="aaaaaaaaaaaaaaaa") as agent:
        episode = agent.reset(seed=1)
        step = episode.step("50")
        assert (agent.role, episode.seed, step.rewards, step.reward) == ("agent", None, {}, 0.0)
        with pytest.raises(stepgym.RefusedError, match="FORBIDDEN"):
            agent.group(2)
    with stepgym.connect(url, token="bbbbbbbbbbbbbbbb") as trainer:
        assert trainer.role == "trainer"


@pytest.mark.parametrize("spoken", [None, "stepgym.v2", "stepgym.v1"])
def test_a_server_of_another_protocol_or_version_is_refused_at_once(spoken: str | None) -> None:
    async def greet(socket: ServerConnection) -> None:
        if spoken is not None:
            await socket.send(json.dumps({"type": "welcome", "protocol": "stepgym.v2", "session": "s"}))
        await socket.wait_closed()

    async def scenario() -> None:
        # It takes any version that is offered, or says nothing of versions.
        def choose(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
            return None if spoken != "stepgym.v1" else offered[0]

        async with serving(greet, "127.0.0.1", 0, select_subprotocol=choose) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            with pytest.raises(stepgym.RefusedError, match=r"FRAME_INVALID: .*(version|stepgym\.v1)"):
                await asyncio.wait_for(stepgym.connect_async(f"http://127.0.0.1:{port}/x"), 30)

    asyncio.run(scenario())


def test_unknown_environments_and_odd_settings_are_refused(server: Server) -> None:
    with pytest.raises(stepgym.RefusedError, match="ENV_UNKNOWN"):
        stepgym.connect(f"{server.url}/none")
    odd: list[dict[str, Any]] = [{"timeout": 0}, {"timeout": "1"}, {"retries": -1}, {"retries": 1.5}, {"silence": -2.0}]
    for settings in [*odd, {"token": "secret\n"}, {"token": 3}]:
        with pytest.raises(stepgym.RefusedError, match="CONFIG_INVALID") as refused:
            stepgym.connect(server.url, **settings)
        assert "secret" not in str(refused.value)


def test_a_session_that_another_client_resumed_is_fenced(server: Server) -> None:
    async def scenario() -> None:
        first = await stepgym.connect_async(f"{server.url}/guess-number")
        second = await stepgym.connect_async(f"{server.url}/guess-number")
        episode = await first.reset(seed=1)
        second._link.session.id = first._link.session.id
        second._link.session.last_seq = first._link.session.last_seq
        assert second._link.socket is not None
        second._link.socket.transport.abort()
        with pytest.raises(stepgym.FencedError):
            while True:
                await episode.step("50")
                await asyncio.sleep(0.02)
        await first.close()
        await second.close()

    asyncio.run(scenario())


def test_a_client_that_is_closed_refuses_requests(server: Server) -> None:
    gym = stepgym.connect(f"{server.url}/guess-number")
    episode = gym.reset()
    gym.close()
    gym.close()
    with pytest.raises(stepgym.LostError, match="the client was closed"):
        episode.step("50")


def test_a_local_server_ends_with_its_client() -> None:
    with stepgym.local("guess-number", command=COMMAND) as gym:
        assert gym.environment.id == "guess-number@1"
        assert gym.reset(seed=1).step("50").index == 0


def test_a_local_server_that_does_not_start_says_why() -> None:
    with pytest.raises(stepgym.RefusedError, match=r'ENV_UNKNOWN: .*"no-such-environment"'):
        stepgym.local("no-such-environment", command=COMMAND)
    with pytest.raises(stepgym.LostError, match="not a command"):
        stepgym.local("webshop", command=["sh", "-c", "echo not a command >&2; exit 1"])
    with pytest.raises(stepgym.RefusedError, match="CONFIG_INVALID: the command 'no-such-command' cannot be started"):
        stepgym.local("webshop", command=["no-such-command"])


@pytest.mark.parametrize(
    "said",
    [
        "npm error code ENOTCACHED",
        "npm ERR! could not determine executable to run",
        'npm error npx canceled due to missing packages and no YES option: ["stepgym"]',
    ],
)
def test_a_folder_without_stepgym_is_named_with_what_to_do(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npx = tmp_path / "npx"
    npx.write_text(f"#!/bin/sh\necho {shlex.quote(said)} >&2\nexit 1\n")
    npx.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(stepgym.RefusedError, match="CONFIG_INVALID: stepgym is not installed here") as refused:
        stepgym.local("webshop")
    assert str(tmp_path) in refused.value.message
    assert "command=[" in refused.value.message


def test_neither_stepgym_nor_npx_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(stepgym.RefusedError, match="there is no command stepgym, and none npx"):
        stepgym.local("webshop")
