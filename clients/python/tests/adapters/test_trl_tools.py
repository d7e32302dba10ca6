"""TRL's loop of tools over a server: environments as classes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Server
from datasets import Dataset
from recorded import lines_of
from tiny_model import tiny_model, tiny_tokenizer
from trl import GRPOTrainer
from trl_kit import TAGS, TEMPLATES, settings_of

import stepgym
from stepgym.adapters.trl import environment_factory

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")


class Scripted(GRPOTrainer):  # type: ignore[misc]
    """TRL's loop of tools over turns that are written by hand: ``script`` gives the text of each row's next turn."""

    script: Callable[[int, int], str]

    def _generate_single_turn(self, prompt_ids: Any, *rest: Any, **more: Any) -> Any:
        texts = [
            self.script(row, self._tokenizer.decode(ids).count("<tool_response>")) for row, ids in enumerate(prompt_ids)
        ]
        return [self._tokenizer(f"{text}<|im_end|>", add_special_tokens=False)["input_ids"] for text in texts], None


def called(name: str, **arguments: Any) -> str:
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


def scripted(folder: Path, factory: Any, script: Callable[[int, int], str], rows: list[dict[str, Any]]) -> Scripted:
    tokenizer = tiny_tokenizer(TAGS, (TEMPLATES / "qwen3.jinja").read_text())
    asked = [{"prompt": [{"role": "user", "content": "Begin."}], **row} for row in rows]
    trainer = Scripted(
        model=tiny_model(tokenizer),
        args=settings_of(folder, max_steps=2, max_completion_length=400, shuffle_dataset=False, logging_steps=1),
        train_dataset=Dataset.from_list(asked),
        processing_class=tokenizer,
        environment_factory=factory,
    )
    trainer.script = script
    return trainer


def test_an_environment_plays_a_rollout_and_ends_it_where_the_model_stops(
    serve: Callable[..., Server], folder: Path
) -> None:
    server = serve("--env", "guess-number", "--hook", "success", "--record", str(folder / "run"))
    factory = environment_factory(f"{server.url}/guess-number", split="train", index=0)
    # TRL samples another turn only for those that called: each time the first of them stops, so row m takes m steps.
    trainer = scripted(
        folder,
        factory,
        lambda row, answers: called("act", action=str(10 * answers + 1)) if row > 0 else "I stop.",
        [{"seed": seed} for seed in (4, 5)],
    )
    trainer.train()
    lines = list(lines_of(folder / "run"))
    agents = {line["trajectoryId"]: line["agent"] for line in lines if line["type"] == "episode"}
    played = [each for each in agents if agents[each] != "tools"]
    steps = [sum(line["type"] == "step" and line["trajectoryId"] == each for line in lines) for each in played]
    assert steps == [0, 1, 2, 3] * 2
    ends = {line["trajectoryId"]: line for line in lines if line["type"] == "end"}
    assert [(ends[each]["ending"], ends[each]["endingReason"]) for each in played] == [
        ("truncated", "the model stopped")
    ] * 8


def test_every_environment_has_a_class_whose_tools_are_its_own(serve: Callable[..., Server], folder: Path) -> None:
    names = [
        "guess-number",
        "grid",
        "shop-miniature",
        "webshop",
        "file-desk",
        "tools/retail",
        "tools/bfcl",
        "sandbox/sql",
    ]
    server = serve(*(part for name in names for part in ("--env", name)))
    tools = {}
    for name in names:
        factory = environment_factory(f"{server.url}/{name.replace('/', '-')}")
        tokenizer = tiny_tokenizer(TAGS, (TEMPLATES / "qwen3.jinja").read_text())
        trainer = GRPOTrainer(
            model=tiny_model(tokenizer),
            args=settings_of(folder),
            train_dataset=Dataset.from_list([{"prompt": [{"role": "user", "content": "Begin."}]}]),
            processing_class=tokenizer,
            environment_factory=factory,
        )
        tools[name] = {tool.__name__ for tool in trainer.tools}
        environment = factory()
        assert environment.get_reward() is None
        assert environment.reset(prompt="ignored", seed=3).startswith("\n")
        assert isinstance(environment.get_reward(), float)
    assert [tools[name] for name in names[:5]] == [{"act"}] * 5
    assert {"find_user_id_by_email", "respond"} <= tools["tools/retail"]
    assert len(tools["tools/bfcl"]) > 5 and len(tools["sandbox/sql"]) > 0


def test_a_tool_call_reaches_the_environment_with_its_arguments(serve: Callable[..., Server]) -> None:
    server = serve("--env", "tools/retail", "--hook", "success")
    environment = environment_factory(f"{server.url}/tools-retail", reward="success")()
    environment.reset(split="train", index=0, seed=1)
    assert "Backpack" in environment.list_all_product_types()
    assert "Error" in environment.get_order_details(order_id="#W0")
    assert environment.get_reward() in (0.0, 1.0)
    other = environment_factory(f"{server.url}/tools-retail", reward="none")()
    other.reset(seed=1)
    other.list_all_product_types()
    with pytest.raises(stepgym.RefusedError, match=r"no signal 'none'; it has \['env', 'success'\]"):
        other.get_reward()
    with pytest.raises(stepgym.EpisodeOverError):
        environment.list_all_product_types()
    with pytest.raises(stepgym.RefusedError, match="a start has"):
        environment_factory(f"{server.url}/tools-retail", level=3)


def test_an_environment_that_is_thrown_away_truncates_its_episode(serve: Callable[..., Server]) -> None:
    server = serve("--env", "guess-number")
    environment = environment_factory(f"{server.url}/guess-number")()
    environment.reset(seed=1)
    [episode] = environment._episodes
    del environment
    with pytest.raises(stepgym.EpisodeOverError, match="EPISODE_ENDED"):
        for _ in range(8):
            episode.step("1")
    assert len(episode.steps) == 0
