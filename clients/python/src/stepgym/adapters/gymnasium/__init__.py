"""Environments of a server as Gymnasium environments.

``gymnasium.make("stepgym.adapters.gymnasium:stepgym/Text-v0", server="http://HOST:PORT/ENVIRONMENT")``, and the same
with ``make_vec`` and ``vectorization_mode="vector_entry_point"``; or the classes themselves.
"""

from ..extras import needs

with needs("gymnasium"):
    import gymnasium

    from .env import StepgymEnv
    from .space import TextSpace
    from .vector import StepgymVectorEnv

__all__ = ["StepgymEnv", "StepgymVectorEnv", "TextSpace"]

if "stepgym/Text-v0" not in gymnasium.registry:
    gymnasium.register("stepgym/Text-v0", entry_point=StepgymEnv, vector_entry_point=StepgymVectorEnv)
