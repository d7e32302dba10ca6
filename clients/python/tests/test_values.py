"""What is sent: actions, seeds, evidence, addresses."""

import math
import pickle
from typing import Any

import numpy as np
import pytest

import stepgym
from stepgym.address import socket_address, without_token
from stepgym.encoding import encoded, plain, seed_of
from stepgym.errors import error_of
from stepgym.evidence import evidence_json
from stepgym.requests import rules_of


def test_numpy_values_become_numbers_and_lists() -> None:
    value = {
        "a": np.int64(3),
        "b": np.array([[1.5, 2]]),
        "c": (True, None, "x"),
        "d": np.bool_(False),
        "e": np.str_("y"),
    }
    assert plain(value) == {"a": 3, "b": [[1.5, 2.0]], "c": [True, None, "x"], "d": False, "e": "y"}
    assert [type(item) for item in plain(value).values()] == [int, list, list, bool, str]


def test_numbers_that_python_has_no_type_for_become_floats() -> None:
    values = [np.longdouble(1.5), np.array([0.25], np.longdouble), np.array(2.0, np.float16), np.float16(0.5)]
    assert plain(values) == [1.5, [0.25], 2.0, 0.5]
    assert encoded({"value": plain(values)}) == '{"value":[1.5,[0.25],2.0,0.5]}'


def test_arrays_are_read_in_their_order_whatever_their_strides() -> None:
    grid = np.arange(6, dtype=">i4").reshape(2, 3)
    assert plain(grid[:, ::-1].T) == [[2, 5], [1, 4], [0, 3]]


def test_halves_of_surrogate_pairs_are_escaped_and_other_texts_are_not() -> None:
    assert encoded({"action": "\ud800 \u00e9"}) == '{"action":"\\ud800 \\u00e9"}'
    assert encoded({"action": "\U0001f600 \u00e9"}) == '{"action":"\U0001f600 \u00e9"}'


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def containing_itself() -> list[object]:
    value: list[object] = []
    value.append(value)
    return value


@pytest.mark.parametrize("value", [nested(100_000), containing_itself(), {"a": nested(2000)}])
def test_values_without_an_end_are_refused(value: object) -> None:
    with pytest.raises(stepgym.RefusedError, match="contains itself, or is nested too deeply"):
        plain(value)


@pytest.mark.parametrize("value", [[10**5000], object(), len])
def test_requests_that_cannot_be_written_are_refused(value: object) -> None:
    with pytest.raises(stepgym.RefusedError, match="FRAME_INVALID: the request"):
        encoded({"value": value})


@pytest.mark.parametrize("value", [math.nan, math.inf, np.float32("nan"), [1, {"a": -math.inf}], np.array([np.nan])])
def test_numbers_that_json_lacks_are_refused(value: object) -> None:
    with pytest.raises(stepgym.RefusedError, match="which JSON cannot represent"):
        plain(value)


@pytest.mark.parametrize("value", [b"text", {1: 2}, object(), {"a": {2.5}}, 1j])
def test_values_that_are_not_json_are_refused(value: object) -> None:
    with pytest.raises(stepgym.RefusedError, match="FRAME_INVALID"):
        plain(value)


@pytest.mark.parametrize("seed", [0, 7, 2**53 - 1, np.uint64(5)])
def test_seeds_are_numbers_as_far_as_json_carries_them(seed: int) -> None:
    assert seed_of(seed) == int(seed)


def test_larger_seeds_are_digits() -> None:
    assert seed_of(2**53) == "9007199254740992"
    assert seed_of(np.uint64(2**64 - 1)) == "18446744073709551615"


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "7", True, np.float64(1)])
def test_other_seeds_are_refused(seed: object) -> None:
    with pytest.raises(stepgym.RefusedError, match="SEED_INVALID"):
        seed_of(seed)


def test_token_evidence_takes_arrays() -> None:
    evidence = stepgym.TokenEvidence(
        prompt_ids=np.arange(3, dtype=np.int32),
        token_ids=[5, 6],
        log_probs=np.array([-0.5, -np.inf], dtype=np.float32),
        policy="p",
        version="1",
        finish_reason="stop",
    )
    assert encoded(evidence.to_json()) == (
        '{"kind":"token","policyId":"p","policyVersion":"1","temperature":1.0,"topP":1.0,"promptTokenIds":[0,1,2],'
        '"actionTokenIds":[5,6],"logProbs":[-0.5,-Infinity],"finishReason":"stop"}'
    )


@pytest.mark.parametrize(
    ("token_ids", "log_probs", "message"),
    [
        ([1, 2], [-1.0], "log_probs has 1 entries for 2 of token_ids"),
        ([1], [math.nan], "log_probs has nan: a log-probability is at most 0"),
        ([1], [math.inf], "log_probs has inf"),
        ([1], [0.5], "log_probs has 0.5: a log-probability is at most 0, or -inf"),
        ([1.5], [-1.0], "integers"),
        ([[1]], [-1.0], "shape"),
        ([1], [[-1.0]], "shape"),
        ([1], [None], "log_probs must be a list of numbers"),
        ([1], ["-1"], "log_probs must be a list of numbers"),
        ([1], [-1j], "log_probs must be a list of numbers"),
        ([[1], [1, 2]], [-1.0], "token_ids must be a list of"),
        ([2**70], [-1.0], "token_ids must be a list of integers"),
        (None, [-1.0], "token_ids must be a list of integers"),
    ],
)
def test_evidence_that_does_not_fit_is_refused(token_ids: list[int], log_probs: list[float], message: str) -> None:
    evidence = stepgym.TokenEvidence(
        prompt_ids=[], token_ids=token_ids, log_probs=log_probs, policy="p", version="1", finish_reason="stop"
    )
    with pytest.raises(stepgym.RefusedError, match=message) as refused:
        evidence.to_json()
    assert refused.value.code == "EVIDENCE_INVALID"


@pytest.mark.parametrize("name", ["policy", "version", "finish_reason"])
def test_names_in_evidence_are_texts(name: str) -> None:
    fields: dict[str, Any] = {"policy": "p", "version": "1", "finish_reason": "stop", name: 3}
    evidence = stepgym.TokenEvidence(prompt_ids=[], token_ids=[1], log_probs=[-1.0], **fields)
    with pytest.raises(stepgym.RefusedError, match=f"EVIDENCE_INVALID: {name} is a text, not 3"):
        evidence.to_json()


def test_a_log_probability_may_be_rounded_to_a_little_above_0() -> None:
    evidence = stepgym.TokenEvidence(
        prompt_ids=[], token_ids=[1], log_probs=[1e-7], policy="p", version="1", finish_reason="stop"
    )
    assert evidence.to_json()["logProbs"] == [1e-7]


def test_evidence_is_of_its_classes() -> None:
    with pytest.raises(stepgym.RefusedError, match="EVIDENCE_INVALID: evidence is TokenEvidence or"):
        evidence_json({"kind": "token"})  # type: ignore[arg-type]
    assert evidence_json(None) is None


def test_categorical_evidence_has_one_log_probability_per_action() -> None:
    evidence = stepgym.CategoricalEvidence(
        actions=["a", "b"], index=np.int64(1), log_prob=-0.7, log_probs=[-0.7], policy="p", version="1"
    )
    with pytest.raises(stepgym.RefusedError, match="log_probs has 1 entries for 2 of actions"):
        evidence.to_json()


def test_errors_have_the_class_of_their_code_and_survive_pickling() -> None:
    classes = {
        "EPISODE_ENDED": stepgym.EpisodeOverError,
        "REPLY_LATE": stepgym.LateError,
        "CONNECTION_LOST": stepgym.LostError,
        "SESSION_FENCED": stepgym.FencedError,
        "GROUP_INVALID": stepgym.RefusedError,
    }
    for code, expected in classes.items():
        error = pickle.loads(pickle.dumps(error_of(code, "why")))
        assert (type(error), error.code, error.message, str(error)) == (expected, code, "why", f"{code}: why")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://h:1/shop", "ws://h:1/shop/ws"),
        ("https://h/t/TOKEN/shop/", "wss://h/t/TOKEN/shop/ws"),
        ("h:1", "ws://h:1/ws"),
        ("ws://h:1/shop/ws", "ws://h:1/shop/ws"),
    ],
)
def test_addresses_of_servers_become_those_of_sockets(url: str, address: str) -> None:
    assert socket_address(url) == address


@pytest.mark.parametrize("url", ["ftp://h", "http://", "http://h/#x", "", "http://[::1", None, b"http://h"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(stepgym.RefusedError, match="is not the address of a server"):
        socket_address(url)


@pytest.mark.parametrize("url", ["http://h:99999/x", "http://" + "a" * 300, "http://h/\ud800", None, [], b"x", [3]])
def test_addresses_that_no_socket_has_are_refused_before_it_is_opened(url: str) -> None:
    with pytest.raises(stepgym.RefusedError, match="CONFIG_INVALID"):
        stepgym.connect(url)


def test_messages_hide_tokens() -> None:
    assert without_token("http://h/t/SECRET/shop") == "http://h/t/***/shop"
    assert without_token("http://h/t/SECRET") == "http://h/t/***"
    assert without_token("http://h/shop") == "http://h/shop"


@pytest.mark.parametrize("credit", ["gigpo", stepgym.CreditRequest(estimator="gigpo")])
def test_credit_that_is_no_list_is_refused_with_the_list(credit: Any) -> None:
    with pytest.raises(stepgym.RefusedError, match=r"CONFIG_INVALID: credit is a list: \[.*'gigpo'.*\]"):
        rules_of(2, credit, "wait", None)
