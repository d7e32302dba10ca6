"""Groups that a language model plays token by token, and the step that sampled each of its tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..evidence import TokenEvidence
from ..sync import Episode
from ..sync.group import take_choices
from .action_text import action_in
from .chat_tokens import ChatTokens


@dataclass(frozen=True)
class Sampled:
    """One turn of a model.

    Attributes:
        ids: Token ids, at least one.
        log_probs: Log-probability of each under the distribution that it was sampled from, in nats; None if unknown.
    """

    ids: list[int]
    log_probs: list[float] | None = None


Sample = Callable[[list[list[int]]], Sequence[Sampled]]
"""Samples the next turn of each of B conversations, given all ids of each so far."""


@dataclass
class Transcript:
    """Episode as tokens.

    Attributes:
        prompt_ids: Ids before the model's first token, (P,).
        completion_ids: Ids from there on, of the model and of the environment, (L,).
        step_of: Zero-based step that sampled each token of the completion, -1 for those of the environment, (L,).
        log_probs: Log-probability of each token of the completion; 0 for those of the environment, NaN where unknown.
        actions: Text of each step's action.
    """

    prompt_ids: list[int]
    completion_ids: list[int] = field(default_factory=list)
    step_of: list[int] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        """The whole conversation."""
        return [*self.prompt_ids, *self.completion_ids]

    @property
    def steps(self) -> npt.NDArray[np.int64]:
        """``step_of`` as an array, for ``Closed.on_tokens``."""
        return np.array(self.step_of, dtype=np.int64)

    def spread(self, advantages: Sequence[float] | npt.NDArray[np.float64] | None) -> list[float]:
        """Advantage of each token of the completion, NaN where it has none: on tokens of the environment, and of steps
        without one. None for an episode without any."""
        if advantages is None:
            return [float("nan")] * len(self.step_of)
        padded = np.append(np.asarray(advantages, dtype=np.float64), np.nan)
        return [float(value) for value in padded[self.steps]]

    def add_turn(self, sampled: Sampled, step: int, action: str) -> None:
        """Adds what the model sampled for a step."""
        self.completion_ids += sampled.ids
        self.step_of += [step] * len(sampled.ids)
        self.log_probs += [float("nan")] * len(sampled.ids) if sampled.log_probs is None else sampled.log_probs
        self.actions.append(action)

    def drop_turn(self, step: int) -> None:
        """Removes the turn of a step that was not taken, because the episode had ended before."""
        kept = self.step_of.index(step)
        del self.completion_ids[kept:], self.step_of[kept:], self.log_probs[kept:], self.actions[-1:]

    def add_observation(self, ids: Sequence[int]) -> None:
        """Adds ids of the environment."""
        self.completion_ids += ids
        self.step_of += [-1] * len(ids)
        self.log_probs += [0.0] * len(ids)


@dataclass(frozen=True)
class Player:
    """How a language model plays episodes.

    Attributes:
        chat: Chat template.
        sample: Samples turns.
        most_tokens: Ids of a completion from which on the episode is ended as truncated: no turn begins beyond it.
        pattern: Regular expression whose first group is the action in a turn; None for the whole text.
        policy, version: Name of the policy and of its weights, for the record; evidence is recorded only where
            log-probabilities are known.
        temperature, top_p: Sampling parameters, for the record.
    """

    chat: ChatTokens
    sample: Sample
    most_tokens: int
    pattern: str | None = None
    policy: str = "policy"
    version: str = "0"
    temperature: float = 1.0
    top_p: float = 1.0

    def play(self, episodes: Sequence[Episode]) -> list[Transcript]:
        """Plays episodes to their end, all turns at once, and returns a transcript of each."""
        transcripts = [Transcript(self.chat.start(episode.observation)) for episode in episodes]
        while running := [at for at, episode in enumerate(episodes) if episode.ending is None]:
            full = [at for at in running if len(transcripts[at].completion_ids) >= self.most_tokens]
            take_choices([episodes[at] for at in full], [None] * len(full))
            self._take_turns([at for at in running if at not in full], episodes, transcripts)
        return transcripts

    def _take_turns(
        self, running: Sequence[int], episodes: Sequence[Episode], transcripts: Sequence[Transcript]
    ) -> None:
        if not running:
            return
        turns = self.sample([transcripts[at].ids for at in running])
        choices: list[Any] = []
        before = {at: episodes[at].index for at in running}
        for at, sampled in zip(running, turns, strict=True):
            action = action_in(self.chat.text(sampled.ids), self.pattern)
            choices.append(self._choice(action, transcripts[at].ids, sampled))
            transcripts[at].add_turn(sampled, episodes[at].index, action)
        take_choices([episodes[at] for at in running], choices)
        for at, sampled in zip(running, turns, strict=True):
            episode = episodes[at]
            if episode.index == before[at]:
                transcripts[at].drop_turn(before[at])
            elif episode.ending is None:
                transcripts[at].add_observation(self.chat.between(episode.observation, sampled.ids))

    def _choice(self, action: str, prompt_ids: list[int], sampled: Sampled) -> Any:
        if sampled.log_probs is None:
            return action
        ended = sampled.ids[-1] == self.chat.end
        evidence = TokenEvidence(
            prompt_ids=prompt_ids,
            token_ids=sampled.ids,
            log_probs=sampled.log_probs,
            policy=self.policy,
            version=self.version,
            finish_reason="stop" if ended else "length",
            temperature=self.temperature,
            top_p=self.top_p,
        )
        return action, evidence
