"""Episodes of a server as an agent loop of verl, with an advantage for every token."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import numpy as np
import torch
from verl.experimental.agent_loop.agent_loop import AgentLoopBase, AgentLoopOutput, register

from ...episode import AsyncEpisode
from ...errors import invalid
from ...evidence import TokenEvidence
from ...group import AsyncGroup, Closed, CreditRequest
from ..action_text import action_in
from ..chat_tokens import ChatTokens
from ..shared import shared_async_gym
from ..token_play import Sampled, Transcript

_STARTS = ("task", "split", "index", "seed", "max_steps")


class StepOutput(AgentLoopOutput):
    """Output whose ``rm_scores`` has one number a token, where verl's has one on the last token.

    Attributes:
        token_scores: One per token of the response; empty for verl's own form.
    """

    token_scores: list[float] = []  # noqa: RUF012 (pydantic copies defaults)

    def as_dict(self) -> dict[str, Any]:
        """Columns of the row, as verl's trainer reads them."""
        columns: dict[str, Any] = super().as_dict()
        columns.pop("token_scores", None)
        if self.token_scores:
            columns["rm_scores"] = torch.tensor(self.token_scores, dtype=torch.float32)
        return columns


@register("stepgym")
class StepAgentLoop(AgentLoopBase):
    """Agent loop ``stepgym``: plays the episode of a row, in a group with the other sessions of its prompt.

    The column ``stepgym`` of a row is the start of its episodes: any of ``task``, ``split``, ``index``, ``seed``,
    ``max_steps``; and ``credit: false`` for rows that are played alone, as those of validation are. The model sees the
    observations of the environment in the tokenizer's chat template.

    Args:
        server: ``http://HOST:PORT/ENVIRONMENT``.
        token: Token of a trainer, if the server has tokens.
        credit: Estimator of the advantages.
        options: Options that replace its defaults.
        system: System message; None for none.
        pattern: Regular expression whose first group is the action in what the model writes; None for the whole text.
        turn_tokens: Most tokens of a turn; what is left of ``response_length`` by default.
        deadline: Seconds that a group has.
        scores: ``reward`` for verl's own score on the last token, which the trainer ``stepgym_sync`` reads beside the
            advantages; ``advantages`` for one a token, which any trainer passes to the estimator ``stepgym_scores``.
        rest: What verl gives every agent loop.
    """

    def __init__(
        self,
        *,
        server: str,
        token: str | None = None,
        credit: str = "gigpo",
        options: Mapping[str, Any] | None = None,
        system: str | None = None,
        pattern: str | None = None,
        turn_tokens: int | None = None,
        deadline: float = 3600.0,
        scores: str = "reward",
        **rest: Any,
    ) -> None:
        super().__init__(**rest)
        if scores not in ("reward", "advantages"):
            raise invalid(f"scores is reward or advantages, not {scores!r}")
        self._server = (server, token)
        self._credit = CreditRequest(estimator=credit, options=None if options is None else dict(options))
        self._chat = ChatTokens(self.tokenizer, system, self.apply_chat_template_kwargs)
        self._pattern = pattern
        self._turn_tokens = turn_tokens
        self._deadline = deadline
        self._scores = scores

    async def run(self, sampling_params: dict[str, Any], **row: Any) -> AgentLoopOutput:
        """Plays the episode of a row and waits for the credit of its group."""
        given = dict(row.get("stepgym") or {})
        group = await self._joined(given, row)
        [episode] = group.episodes
        try:
            transcript = await self._played(episode, sampling_params, str(row.get("global_steps", 0)))
        except BaseException:
            await group.abort()
            raise
        closed = await group.closed()
        return self._output(episode, transcript, _advantages_of(closed, episode))

    async def _joined(self, given: dict[str, Any], row: Mapping[str, Any]) -> AsyncGroup:
        """Group of a row: one with the other sessions of its prompt, or one of its own."""
        gym = await shared_async_gym(*self._server)
        start = {name: given[name] for name in _STARTS if given.get(name) is not None}
        if given.get("credit", True) is False:
            return await gym.group(1, deadline=self._deadline, agent="verl", **start)
        return await gym.join(
            f"verl-{row['uid']}-{row.get('global_steps', 0)}",
            self.rollout_config.n,
            credit=[self._credit],
            deadline=self._deadline,
            agent="verl",
            **start,
        )

    async def _played(self, episode: AsyncEpisode, sampling_params: dict[str, Any], version: str) -> Transcript:
        transcript = Transcript(self._chat.start(episode.observation))
        if len(transcript.prompt_ids) > self.rollout_config.prompt_length:
            raise invalid(
                f"the first observation makes a prompt of {len(transcript.prompt_ids)} tokens, and"
                f" data.max_prompt_length is {self.rollout_config.prompt_length}"
            )
        request = uuid4().hex
        while episode.ending is None:
            room = self.rollout_config.response_length - len(transcript.completion_ids)
            if room <= 0:
                await episode.truncate("the response is full")
                break
            sampled = await self._sampled(request, transcript, sampling_params, room)
            action = action_in(self._chat.text(sampled.ids), self._pattern)
            evidence = self._evidence(transcript, sampled, sampling_params, version)
            transcript.add_turn(sampled, episode.index, action)
            await episode.step(action, evidence=evidence)
            if episode.ending is None:
                transcript.add_observation(self._chat.between(episode.observation, sampled.ids))
        return transcript

    async def _sampled(
        self, request: str, transcript: Transcript, sampling_params: dict[str, Any], room: int
    ) -> Sampled:
        most = room if self._turn_tokens is None else min(room, self._turn_tokens)
        output = await self.server_manager.generate(
            request_id=request, prompt_ids=transcript.ids, sampling_params={**sampling_params, "max_tokens": most}
        )
        ids = list(output.token_ids)[:most]
        if not ids:
            raise invalid("the engine of the model returned no token")
        return Sampled(ids, None if output.log_probs is None else list(output.log_probs)[: len(ids)])

    def _evidence(
        self, transcript: Transcript, sampled: Sampled, sampling_params: Mapping[str, Any], version: str
    ) -> TokenEvidence | None:
        if sampled.log_probs is None:
            return None
        return TokenEvidence(
            prompt_ids=transcript.ids,
            token_ids=sampled.ids,
            log_probs=sampled.log_probs,
            policy="verl",
            version=version,
            finish_reason="stop" if sampled.ids[-1] == self._chat.end else "length",
            temperature=sampling_params.get("temperature", 1.0),
            top_p=sampling_params.get("top_p", 1.0),
        )

    def _output(self, episode: AsyncEpisode, transcript: Transcript, advantages: Sequence[float]) -> StepOutput:
        length = self.rollout_config.response_length
        spread = transcript.spread(advantages)[:length]
        total = math.fsum(step.reward for step in episode.steps)
        values = [0.0 if math.isnan(value) else value for value in spread]
        known = all(value is not None for value in transcript.log_probs) and not np.isnan(transcript.log_probs).any()
        return StepOutput(
            prompt_ids=transcript.prompt_ids,
            response_ids=transcript.completion_ids[:length],
            response_mask=[int(not math.isnan(value)) for value in spread],
            response_logprobs=transcript.log_probs[:length] if known else None,
            reward_score=0.0 if math.isnan(total) else total,
            num_turns=2 * len(episode.steps),
            metrics={},
            token_scores=values if self._scores == "advantages" else [],
            extra_fields={
                "stepgym": {
                    "episode": episode.id,
                    "token_advantages": values,
                    "step_of": transcript.step_of[:length],
                    "step_rewards": [step.rewards for step in episode.steps],
                    "outcome": episode.outcome,
                    "ending": episode.ending,
                },
                "reward_extra_info": {},
            },
        )


def _advantages_of(closed: Closed, episode: AsyncEpisode) -> Sequence[float]:
    """Advantages of the steps; NaN where there are none. In a row that is played alone all sampled tokens count."""
    if not closed.advantages:
        return [0.0] * episode.index
    [arrays] = closed.advantages.values()
    for member, array in zip(closed.members, arrays, strict=True):
        if member.episode == episode.id:
            return [float(value) for value in array]
    return [math.nan] * episode.index
