"""Episodes of a server in verl: the agent loop ``stepgym``, the trainer ``stepgym_sync``, the estimator
``stepgym_scores``. ``VERL_USE_EXTERNAL_MODULES=stepgym.adapters.verl`` registers them."""

from ..extras import needs

with needs("verl"):
    from .agent_loop import StepAgentLoop, StepOutput
    from .trainer import StepCreditTrainer, stepgym_scores

__all__ = ["StepAgentLoop", "StepCreditTrainer", "StepOutput", "stepgym_scores"]
