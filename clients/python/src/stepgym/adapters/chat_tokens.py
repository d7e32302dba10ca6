"""Conversations as token ids: what the model sampled stays as it was sampled, what the environment says is put between.

Nothing is tokenized twice: a turn of the model is the ids that it sampled, never the ids of its text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import invalid

_OBSERVATION = "observation-of-the-environment"
_ACTION = "action-of-the-model"


class ChatTokens:
    """Chat template of a tokenizer, as the ids before and between the turns of a model.

    Text of the environment never becomes a special token, whatever it says.

    Args:
        tokenizer: Tokenizer of ``transformers`` with a chat template whose turns end with the token ``eos_token``.
        system: System message; None for none.
        options: Further arguments of the template, such as ``{"enable_thinking": False}``.

    Raises:
        RefusedError: ``CONFIG_INVALID`` for a template that changes its messages or does not end turns with
            ``eos_token``.
    """

    def __init__(self, tokenizer: Any, system: str | None = None, options: Mapping[str, Any] | None = None) -> None:
        self._tokenizer = tokenizer
        self.end: int = tokenizer.eos_token_id
        before = [] if system is None else [{"role": "system", "content": system}]
        asked = {"role": "user", "content": _OBSERVATION}
        acted = {"role": "assistant", "content": _ACTION}

        def rendered(*messages: Mapping[str, str]) -> str:
            text = tokenizer.apply_chat_template(
                [*before, *messages], tokenize=False, add_generation_prompt=True, **(options or {})
            )
            return str(text)

        self._start = _parts(rendered(asked))
        _, _, after = rendered({"role": "user", "content": "-"}, acted, asked).partition(_ACTION)
        if not after.startswith(tokenizer.eos_token):
            raise invalid(f"the chat template does not end a turn of the model with {tokenizer.eos_token!r}")
        self._between = _parts(after.removeprefix(tokenizer.eos_token))

    def start(self, observation: str) -> list[int]:
        """Ids of the prompt: system message, first observation, and the beginning of the model's turn."""
        return self._around(self._start, observation)

    def between(self, observation: str, sampled: Sequence[int]) -> list[int]:
        """Ids between two turns of the model.

        Args:
            observation: What the action led to.
            sampled: Ids of the turn before; the end of a turn is put first if it does not have it.
        """
        ended = bool(sampled) and sampled[-1] == self.end
        return [*([] if ended else [self.end]), *self._around(self._between, observation)]

    def text(self, sampled: Sequence[int]) -> str:
        """Text of a turn, without special tokens."""
        return str(self._tokenizer.decode(list(sampled), skip_special_tokens=True))

    def _around(self, parts: tuple[str, str], observation: str) -> list[int]:
        head, tail = (self._ids(part) for part in parts)
        return [*head, *self._ids(observation, split_special_tokens=True), *tail]

    def _ids(self, text: str, **options: Any) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False, **options)["input_ids"])


def _parts(rendered: str) -> tuple[str, str]:
    """Text before and after the observation."""
    if rendered.count(_OBSERVATION) != 1:
        raise invalid("the chat template does not show a message of the user exactly once, as it is")
    head, _, tail = rendered.partition(_OBSERVATION)
    return head, tail
