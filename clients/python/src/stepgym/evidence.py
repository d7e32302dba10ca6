"""Evidence: how an action was sampled, recorded with its step for trainers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .encoding import JSON, Integer, plain
from .errors import error_of

Integers: TypeAlias = Sequence[int] | npt.NDArray[np.integer[Any]]
Floats: TypeAlias = Sequence[float] | Sequence[float | np.floating[Any]] | npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, kw_only=True)
class TokenEvidence:
    """Choice of a language model.

    Attributes:
        prompt_ids: Token ids of the prompt, shape (P,).
        token_ids: Token ids of the action, shape (L,).
        log_probs: Log-probability of each sampled token under the distribution that it was sampled from, in nats,
            shape (L,); -inf is allowed, NaN is not.
        policy: Name of the policy.
        version: Version of its weights, a text such as ``"step-120"``.
        finish_reason: Why sampling stopped, such as ``stop`` or ``length``.
        temperature, top_p: Sampling parameters.
    """

    prompt_ids: Integers
    token_ids: Integers
    log_probs: Floats
    policy: str
    version: str
    finish_reason: str
    temperature: float = 1.0
    top_p: float = 1.0

    def to_json(self) -> dict[str, JSON]:
        """Form on the wire. Raises ``EVIDENCE_INVALID`` for NaN or lists of different lengths."""
        tokens = _integers(self.token_ids, "token_ids")
        log_probs = _log_probs(self.log_probs, "log_probs")
        _expect_equal(len(log_probs), len(tokens), "log_probs", "token_ids")
        return {
            "kind": "token",
            **_sampling(self.policy, self.version, self.temperature, self.top_p),
            "promptTokenIds": _integers(self.prompt_ids, "prompt_ids"),
            "actionTokenIds": tokens,
            "logProbs": log_probs,
            "finishReason": _text(self.finish_reason, "finish_reason"),
        }


@dataclass(frozen=True, kw_only=True)
class CategoricalEvidence:
    """Choice among listed actions.

    Attributes:
        actions: Actions that were considered, K of them.
        index: Zero-based position of the one taken.
        log_prob: Its log-probability in nats.
        policy: Name of the policy.
        version: Version of its weights.
        log_probs: Log-probabilities of all actions, shape (K,), if they are known.
        temperature, top_p: Sampling parameters.
    """

    actions: Sequence[JSON]
    index: Integer
    log_prob: float | np.floating[Any]
    policy: str
    version: str
    log_probs: Floats | None = None
    temperature: float = 1.0
    top_p: float = 1.0

    def to_json(self) -> dict[str, JSON]:
        """Form on the wire. Raises ``EVIDENCE_INVALID`` for NaN or lists of different lengths."""
        fields = {
            "kind": "categorical",
            **_sampling(self.policy, self.version, self.temperature, self.top_p),
            "actions": plain(list(self.actions), "the evidence"),
            "index": plain(self.index, "index of the evidence"),
            "logProb": _log_probs([self.log_prob], "log_prob")[0],
        }
        if self.log_probs is None:
            return fields
        log_probs = _log_probs(self.log_probs, "log_probs")
        _expect_equal(len(log_probs), len(self.actions), "log_probs", "actions")
        return {**fields, "logProbs": log_probs}


Evidence: TypeAlias = TokenEvidence | CategoricalEvidence


def evidence_json(evidence: Evidence | None) -> dict[str, JSON] | None:
    """Form on the wire. Raises ``EVIDENCE_INVALID``."""
    if evidence is None or isinstance(evidence, (TokenEvidence, CategoricalEvidence)):
        return None if evidence is None else evidence.to_json()
    raise error_of(
        "EVIDENCE_INVALID", f"evidence is TokenEvidence or CategoricalEvidence, not {type(evidence).__name__}"
    )


def _sampling(policy: str, version: str, temperature: float, top_p: float) -> dict[str, JSON]:
    return {
        "policyId": _text(policy, "policy"),
        "policyVersion": _text(version, "version"),
        "temperature": plain(temperature, "temperature"),
        "topP": plain(top_p, "top_p"),
    }


def _text(value: object, name: str) -> str:
    if isinstance(value, str):
        return value
    raise error_of("EVIDENCE_INVALID", f"{name} is a text, not {value!r}")


def _integers(values: Integers, name: str) -> list[int]:
    array = _array(values, name)
    if array.ndim != 1 or (array.size > 0 and not np.issubdtype(array.dtype, np.integer)):
        raise error_of(
            "EVIDENCE_INVALID", f"{name} must be a list of integers, not of shape {array.shape} of {array.dtype}"
        )
    return [int(value) for value in array.tolist()]


def _log_probs(values: Floats, name: str) -> list[float]:
    array = _array(values, name)
    if array.ndim != 1 or array.dtype.kind in _NO_FLOATS:
        raise error_of(
            "EVIDENCE_INVALID", f"{name} must be a list of numbers, not of shape {array.shape} of {array.dtype}"
        )
    array = array.astype(np.float64)
    for value in array.tolist():
        if math.isnan(value) or value > _MOST_LOG_PROB:
            raise error_of("EVIDENCE_INVALID", f"{name} has {value}: a log-probability is at most 0, or -inf")
    return [float(value) for value in array.tolist()]


_MOST_LOG_PROB = 1e-3
"""Rounding may lift the log-probability of a certain choice a little above 0."""

_NO_FLOATS = "bcmMOSU"
"""Kinds of arrays whose items are no real numbers."""


def _array(values: Integers | Floats, name: str) -> npt.NDArray[Any]:
    try:
        return np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise error_of("EVIDENCE_INVALID", f"{name} must be a list of numbers: {error}") from None


def _expect_equal(length: int, expected: int, name: str, of: str) -> None:
    if length != expected:
        raise error_of("EVIDENCE_INVALID", f"{name} has {length} entries for {expected} of {of}")
