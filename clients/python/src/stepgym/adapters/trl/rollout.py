"""Groups of a server as the ``rollout_func`` of ``GRPOTrainer``, with an advantage for every token."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from ...group import Closed, CreditRequest
from ...sync import Episode, Group, Gym
from ..chat_tokens import ChatTokens
from ..shared import gym_of
from ..token_play import Player, Sampled, Transcript
from .starts import Row, groups_of, row_of

TOKEN_ADVANTAGES = "token_advantages"
EPISODE_REWARD = "episode_reward"


class StepRollout:
    """``rollout_func`` that plays groups of a server with the trainer's model, for ``StepCreditTrainer``.

    The prompt of a row is the start of an episode, as ``rows`` makes them. The model sees the observations of the
    environment in the chat template of the trainer's tokenizer. Ids that were sampled are never tokenized again. An
    episode whose completion has ``max_completion_length`` tokens is ended as truncated.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``, or a client.
        token: Token of a trainer, if the server has tokens.
        credit: Estimator of the advantages, by name or as a request with options.
        system: System message; None for none.
        pattern: Regular expression whose first group is the action in what the model writes; None for the whole text.
        turn_tokens: Most tokens of a turn; ``max_completion_length`` by default.
        deadline: Seconds that a group has; the server's limit by default.
        template: Further arguments of the chat template, such as ``{"enable_thinking": False}``.
    """

    def __init__(
        self,
        server: str | Gym,
        *,
        token: str | None = None,
        credit: str | CreditRequest = "gigpo",
        system: str | None = None,
        pattern: str | None = None,
        turn_tokens: int | None = None,
        deadline: float | None = None,
        template: dict[str, Any] | None = None,
    ) -> None:
        self._gym = gym_of(server, token)
        self._credit = CreditRequest(estimator=credit) if isinstance(credit, str) else credit
        self._system = system
        self._pattern = pattern
        self._turn_tokens = turn_tokens
        self._deadline = deadline
        self._template = template
        self.episodes: list[Episode] = []
        """Episodes of the last call, in the order of its rows."""
        self.transcripts: list[Transcript] = []
        """Transcripts of those episodes."""

    def rows(self, split: str, count: int, *, seed: int | None = None, max_steps: int | None = None) -> list[Row]:
        """Rows of a data set: the first ``count`` tasks of a split. With ``seed`` every episode has it; without, the
        server draws one for each group."""
        return [row_of(split=split, index=index, seed=seed, max_steps=max_steps) for index in range(count)]

    def __call__(self, prompts: list[Any], trainer: Any) -> dict[str, Any]:
        """Plays a group for each repeated prompt.

        Returns:
            ``prompt_ids``, ``completion_ids``, ``env_mask`` (1 on sampled tokens that have an advantage), ``logprobs``
            (None without vLLM), ``token_advantages`` and ``step_of``, each a list with a list per row; and
            ``episode_reward``, the sum of the environment's rewards, None where a part was not judged.
        """
        size = trainer.num_generations if trainer.model.training else trainer.num_generations_eval
        groups = [self._started(start, size) for start in groups_of(prompts, size)]
        self.episodes = [episode for group in groups for episode in group.episodes]
        try:
            with _turns_of(trainer, self._turn_tokens):
                self.transcripts = self._player(trainer).play(self.episodes)
        except BaseException:
            for group in groups:
                group.abort()
            raise
        advantages = [each for group in groups for each in self._advantages_of(group.closed(), group)]
        return _columns(self.episodes, self.transcripts, advantages, trainer)

    def _started(self, start: dict[str, Any], size: int) -> Group:
        return self._gym.group(size, credit=[self._credit], deadline=self._deadline, agent="trl", **start)

    def _player(self, trainer: Any) -> Player:
        tokenizer = getattr(trainer.processing_class, "tokenizer", trainer.processing_class)
        return Player(
            chat=ChatTokens(tokenizer, self._system, self._template),
            sample=lambda conversations: _sampled(trainer, conversations),
            most_tokens=trainer.max_completion_length,
            pattern=self._pattern,
            policy=getattr(trainer.model.config, "_name_or_path", "") or "policy",
            version=str(trainer.state.global_step),
            temperature=trainer.temperature,
            top_p=trainer.top_p,
        )

    def _advantages_of(self, closed: Closed, group: Group) -> list[Any]:
        """Advantages of the steps of each member, None for one that was aborted."""
        name = self._credit.name or self._credit.estimator
        by_episode = {
            member.episode: array for member, array in zip(closed.members, closed.advantages[name], strict=True)
        }
        for reason in sorted({reason for reason in closed.reasons[name] if reason is not None}):
            warnings.warn(f"group {closed.group}: steps without an advantage: {reason}", stacklevel=2)
        return [by_episode.get(episode.id) for episode in group.episodes]


def _sampled(trainer: Any, conversations: list[list[int]]) -> Sequence[Sampled]:
    """Turns by the trainer's own generation. Prompts are given as different ones: only first turns are repeated."""
    ids, log_probs = trainer._generate_single_turn(conversations, None, {}, 1)
    if log_probs is None:
        return [Sampled(list(each)) for each in ids]
    return [Sampled(list(each), list(own)) for each, own in zip(ids, log_probs, strict=True)]


@contextlib.contextmanager
def _turns_of(trainer: Any, tokens: int | None) -> Iterator[None]:
    """Limits what the trainer generates at once."""
    owner, name = (
        (trainer.vllm_generation, "max_completion_length")
        if trainer.use_vllm
        else (trainer.generation_config, "max_new_tokens")
    )
    before = getattr(owner, name)
    if tokens is not None:
        setattr(owner, name, tokens)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _columns(
    episodes: Sequence[Episode], transcripts: Sequence[Transcript], advantages: Sequence[Any], trainer: Any
) -> dict[str, Any]:
    spread = [each.spread(own) for each, own in zip(transcripts, advantages, strict=True)]
    # TRL needs a token in each completion; a masked one teaches nothing.
    filler = [trainer._tokenizer.eos_token_id]
    return {
        "prompt_ids": [each.prompt_ids for each in transcripts],
        "completion_ids": [each.completion_ids or filler for each in transcripts],
        "env_mask": [[int(not math.isnan(value)) for value in own] or [0] for own in spread],
        "logprobs": [each.log_probs or [0.0] for each in transcripts] if trainer.use_vllm else None,
        TOKEN_ADVANTAGES: [[0.0 if math.isnan(value) else value for value in own] or [0.0] for own in spread],
        "step_of": [each.step_of or [-1] for each in transcripts],
        EPISODE_REWARD: [_reward_of(episode) for episode in episodes],
    }


def _reward_of(episode: Episode) -> float | None:
    total = math.fsum(step.reward for step in episode.steps)
    return None if math.isnan(total) else total


def episode_reward(prompts: list[Any], completions: list[Any], **columns: Any) -> list[float | None]:
    """Reward function for TRL's logs: the sum of the environment's rewards of each episode."""
    rewards: list[float | None] = columns[EPISODE_REWARD]
    return rewards
