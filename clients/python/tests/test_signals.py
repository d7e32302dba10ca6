"""Values of signals for whole trajectories, from rewards of their steps and their outcome."""

import math

import pytest

import stepgym
from stepgym.adapters.signals import value_of_signal

STEPS = [{"env": 0.5, "odd": 1.0}, {"env": 0.25, "odd": math.nan}]


def test_the_outcome_comes_before_the_sum_over_the_steps() -> None:
    assert value_of_signal("env", STEPS, {}) == 0.75
    assert value_of_signal("env", STEPS, {"env": 3.0}) == 3.0


def test_a_value_is_missing_where_a_part_of_it_was_not_computed() -> None:
    assert math.isnan(value_of_signal("odd", STEPS, {}))
    assert math.isnan(value_of_signal("odd", [], {}))
    assert math.isnan(value_of_signal("odd", STEPS, {"odd": math.nan}))


def test_an_episode_without_steps_has_no_reward() -> None:
    assert value_of_signal("env", [], {}) == 0


def test_a_signal_that_the_server_does_not_compute_is_refused() -> None:
    with pytest.raises(stepgym.RefusedError, match=r"no signal 'other'; it has \['env', 'odd', 'won'\]"):
        value_of_signal("other", STEPS, {"won": 1.0})
