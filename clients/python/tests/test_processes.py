"""Clients and processes: forks, copies, threads, interrupts."""

import copy
import os
import pickle
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import COMMAND, Proxy, Server

import stepgym


def in_fork(act: Callable[[], object]) -> str:
    """What a fork of this process gets: a value, or an error."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            found = repr(act())
        except BaseException as error:
            found = f"{type(error).__name__} {error}"
        os.write(writing, found.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        found = pipe.read()
    os.waitpid(child, 0)
    return found


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_leaves_the_session_to_its_process(server: Server, guess: stepgym.Gym) -> None:
    episode = guess.reset(seed=1)
    assert "LostError CONNECTION_LOST: the client belongs to the process" in in_fork(lambda: episode.step("50"))
    for nothing in (guess.close, lambda: episode.truncate_soon("stopped")):
        assert in_fork(nothing) == "None"
    assert in_fork(lambda: stepgym.connect(guess.url).reset(seed=1).step("50").index) == "0"
    assert episode.step("50").index == 0
    assert not guess.is_closed


def test_clients_are_not_copied_but_what_they_return_is(guess: stepgym.Gym) -> None:
    episode = guess.reset(seed=1)
    of_session: list[Any] = [guess, episode, guess.group(2), guess.vector(2)]
    for each in of_session:
        for duplicate in (pickle.dumps, copy.deepcopy):
            with pytest.raises(stepgym.RefusedError, match="connect again where it is needed"):
                duplicate(each)
    closed = guess.group(2, seed=1, credit=["rloo"]).play(lambda _: "1")
    values = [episode.step("50"), episode.task, episode.snapshot(), guess.environment, closed.members]
    assert pickle.loads(pickle.dumps(values)) == values
    arrays = pickle.loads(pickle.dumps(closed)).advantages["rloo"]
    assert [each.tolist() for each in arrays] == [each.tolist() for each in closed.advantages["rloo"]]


def test_threads_that_play_while_the_client_is_closed_all_end(server: Server) -> None:
    gym = stepgym.connect(f"{server.url}/guess-number")
    started = threading.Barrier(5)
    codes: list[str] = []

    def play() -> None:
        started.wait(60)
        try:
            while True:
                gym.reset(max_steps=1).step("1")
        except stepgym.GymError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=play) for _ in range(4)]
    for each in threads:
        each.start()
    started.wait(60)
    gym.close()
    for each in threads:
        each.join(60)
    assert codes == ["CONNECTION_LOST"] * 4


def test_threads_take_the_steps_of_one_episode_once_each(guess: stepgym.Gym) -> None:
    episode = guess.reset(seed=9)
    indices: list[int] = []
    threads = [threading.Thread(target=lambda: indices.append(episode.step("1").index)) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(indices) == [step.index for step in episode.steps] == list(range(6))


def test_a_step_whose_wait_was_interrupted_is_not_taken_twice(proxied: Proxy) -> None:
    with stepgym.connect(f"http://127.0.0.1:{proxied.port}/guess-number") as gym:
        episode = gym.reset(seed=3)
        proxied.is_open.clear()
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            episode.step("50")
        proxied.is_open.set()
        with pytest.raises(stepgym.RefusedError, match="REQUEST_CONFLICT"):
            episode.step("51")
        assert [episode.step(guess).index for guess in ("50", "25")] == [0, 1]


SCRIPT = f"""
import os, signal, sys, threading, stepgym
gym = stepgym.local("guess-number", command={shlex.join(COMMAND)!r}.split())
episode = gym.reset(seed=1)
try:
    os.killpg(0, signal.SIGINT)
    threading.Event().wait()
except KeyboardInterrupt:
    pass
print(gym.url, episode.step("50").index, flush=True)
sys.stdin.read()
"""


def test_a_local_server_outlives_an_interrupt_and_ends_with_its_process() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with program, stepgym.connect(_first_word(program), retries=0) as gym:
        program.kill()
        with pytest.raises(stepgym.LostError):
            while True:
                gym.reset()


def _first_word(program: "subprocess.Popen[str]") -> str:
    assert program.stdout is not None
    url, index = program.stdout.readline().split()
    assert index == "0"
    return url
