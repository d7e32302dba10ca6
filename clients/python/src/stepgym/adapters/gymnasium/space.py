"""Texts of any characters as a Gymnasium space: its own ``Text`` has a fixed set of them, without spaces by default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np

_PRINTABLE = [chr(code) for code in range(32, 127)]
_LONGEST_SAMPLE = 16


class TextSpace(gymnasium.Space[str]):
    """Texts of at most ``max_length`` characters.

    Args:
        max_length: Characters.
        examples: Texts that samples are drawn from; without any, samples are 1 to 16 printable ASCII characters.
        seed: Seed of the samples.
    """

    def __init__(self, max_length: int, examples: Sequence[str] = (), seed: int | None = None) -> None:
        super().__init__(shape=(), dtype=np.dtype(object), seed=seed)
        self.max_length = max_length
        self.examples = tuple(examples)

    @property
    def is_np_flattenable(self) -> bool:
        """Whether samples can be flattened into an array: they cannot."""
        return False

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """A text. Masks and probabilities are refused: there is nothing that they could weigh.

        Raises:
            ValueError: A mask or probabilities are given.
        """
        if mask is not None or probability is not None:
            raise ValueError("texts are sampled without a mask and without probabilities")
        if self.examples:
            return self.examples[int(self.np_random.integers(len(self.examples)))]
        length = int(self.np_random.integers(1, min(_LONGEST_SAMPLE, self.max_length) + 1))
        return "".join(_PRINTABLE[int(at)] for at in self.np_random.integers(len(_PRINTABLE), size=length))

    def contains(self, x: Any) -> bool:
        """Whether it is a text of a permitted length."""
        return isinstance(x, str) and len(x) <= self.max_length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TextSpace) and (other.max_length, other.examples) == (self.max_length, self.examples)

    def __repr__(self) -> str:
        return f"TextSpace({self.max_length})"
