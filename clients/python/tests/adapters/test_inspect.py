"""Evaluations of Inspect AI with its mock model, on real servers."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Server
from inspect_ai import Task, eval
from inspect_ai._cli.main import inspect
from inspect_ai.log import EvalSample
from inspect_ai.model import Model, ModelAPI, ModelOutput, ModelUsage, get_model, modelapi

import stepgym
from stepgym.adapters.inspect_ai import episode_task

ACTIONS = ["50", "25", "not a guess", "75", "10", "90", "40", "60"]
EXAMPLE = Path(__file__).parents[4] / "examples/python/inspect_eval.py"


def answering(outputs: Sequence[ModelOutput]) -> Model:
    """Inspect's mock model with these outputs, one after another in each episode."""

    def answered(messages: Any, *_: Any) -> ModelOutput:
        turn = sum(message.role == "assistant" for message in messages)
        # Without usage the mock model downloads a tokenizer to count tokens.
        output: ModelOutput = outputs[turn % len(outputs)].model_copy(update={"usage": ModelUsage()})
        return output

    return get_model("mockllm/model", custom_outputs=answered)


def saying(texts: Sequence[str]) -> Model:
    return answering([ModelOutput.from_content("mockllm/model", text) for text in texts])


def calling(calls: Sequence[tuple[str, dict[str, Any]]]) -> Model:
    return answering([ModelOutput.for_tool_call("mockllm/model", *call) for call in calls])


@modelapi(name="fifty")
class Fifty(ModelAPI):
    """A model that the command line can name: it always says 50."""

    async def generate(self, *_: Any, **__: Any) -> ModelOutput:
        return ModelOutput.from_content("fifty/model", "50")


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("INSPECT_DISPLAY", "none")
    monkeypatch.setenv("INSPECT_LOG_DIR", str(tmp_path))
    yield


def evaluated(task: Task, model: Model, **settings: Any) -> list[EvalSample]:
    [log] = eval(task, model=model, display="none", **settings)
    assert log.status == "success", log.error
    assert log.samples is not None
    return log.samples


def test_a_sample_is_an_episode_of_the_native_protocol(server: Server, guess: stepgym.Gym) -> None:
    [sample] = evaluated(episode_task(f"{server.url}/guess-number", seeds=[7]), saying(ACTIONS))
    episode = guess.reset(task=guess.tasks()[0].id, seed=7)
    while episode.ending is None:
        episode.step(ACTIONS[episode.index])
    played = sample.metadata["episode"]
    assert (played["task"], played["seed"], played["ending"]) == (episode.task.id, 7, episode.ending)
    assert [step["action"] for step in played["steps"]] == ACTIONS[: episode.index]
    assert [step["reward"] for step in played["steps"]] == [step.reward for step in episode.steps]
    assert [step["rewards"] for step in played["steps"]] == [step.rewards for step in episode.steps]
    assert [step["valid"] for step in played["steps"]] == [step.valid for step in episode.steps]
    assert sample.scores is not None
    assert sample.scores["episode_reward"].value == sum(step.reward for step in episode.steps)
    said = [message.text for message in sample.messages if message.role == "user"]
    assert said[1:] == [step.observation for step in episode.steps[:-1]]


def test_samples_play_at_once_and_an_evaluation_may_follow_another(server: Server) -> None:
    for _ in range(2):
        samples = evaluated(episode_task(f"{server.url}/guess-number", seeds=range(12)), saying(ACTIONS))
        assert len({sample.metadata["episode"]["id"] for sample in samples}) == 12


def test_models_call_the_tools_of_an_environment(serve: Callable[..., Server]) -> None:
    server = serve("--env", "tools/retail")
    calls = [
        ("calculate", {"expression": "2 * 3"}),
        ("no_such_tool", {}),
        ("transfer_to_human_agents", {"summary": ""}),
    ]
    [sample] = evaluated(episode_task(f"{server.url}/tools-retail", limit=1), calling(calls))
    system, user = sample.messages[:2]
    assert (system.role, user.role) == ("system", "user")
    assert "Rules for agents" in system.text
    answers = [message.text for message in sample.messages if message.role == "tool"]
    assert "6.0" in answers[0]
    steps = sample.metadata["episode"]["steps"]
    assert [step["action"]["name"] for step in steps] == [name for name, _ in calls]
    assert [step["valid"] for step in steps] == [True, False, True]
    assert sample.metadata["episode"]["ending"] == "terminated"


def test_a_model_at_a_limit_leaves_its_episode_truncated(server: Server, guess: stepgym.Gym) -> None:
    task = episode_task(f"{server.url}/guess-number", seeds=[7])
    [sample] = evaluated(task, saying(["1"]), message_limit=6)
    assert sample.limit is not None
    assert sample.metadata["episode"]["ending"] == "truncated"
    assert 0 < len(sample.metadata["episode"]["steps"]) < guess.environment.max_steps
    assert sample.scores is not None


def test_a_score_may_be_that_of_a_hook(server: Server) -> None:
    task = episode_task(f"{server.url}/guess-number", seeds=range(4), signal="success")
    for sample in evaluated(task, saying(ACTIONS)):
        assert sample.scores is not None
        assert sample.scores["episode_reward"].value == sample.metadata["episode"]["outcome"]["success"]


def test_the_example_is_run_by_inspect_eval(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Inspect finds files by patterns relative to the folder that it runs in.
    monkeypatch.chdir(EXAMPLE.parent)
    options = ["-T", f"server={server.url}/guess-number", "--log-format", "json", "--log-dir", str(tmp_path)]
    inspect.main(["eval", EXAMPLE.name, "--model", "fifty/model", "--display", "none", *options], standalone_mode=False)
    [log] = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert log["status"] == "success"
    assert [score["name"] for score in log["results"]["scores"]] == ["episode_reward"]
    assert [step["action"] for step in log["samples"][0]["metadata"]["episode"]["steps"]] == ["50"] * 8


def test_what_a_server_refuses_is_raised(server: Server) -> None:
    with pytest.raises(stepgym.GymError, match="TASK_UNKNOWN"):
        episode_task(f"{server.url}/guess-number", split="none")
    with pytest.raises(stepgym.GymError, match="ENV_UNKNOWN"):
        episode_task(f"{server.url}/none")
    task = episode_task(f"{server.url}/guess-number", signal="none")
    [log] = eval(task, model=saying(["1"]), display="none")
    assert log.status == "error"
    assert "computes no signal 'none'" in str(log.error)
