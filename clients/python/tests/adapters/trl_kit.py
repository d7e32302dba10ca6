"""TRL's trainers with a tiny model on a CPU."""

import os
from pathlib import Path
from typing import Any

import trl
from trl import GRPOConfig

os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"

TEMPLATES = Path(trl.__file__).parent / "chat_templates"
TAGS = ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<think>", "</think>"]


def settings_of(folder: Path, **changed: Any) -> GRPOConfig:
    """Settings of a training that takes seconds."""
    settings = {
        "output_dir": str(folder / "out"),
        "per_device_train_batch_size": 4,
        "num_generations": 4,
        "max_completion_length": 1500,
        "learning_rate": 1e-2,
        "use_cpu": True,
        "bf16": False,
        "report_to": [],
        "save_strategy": "no",
        "disable_tqdm": True,
    }
    return GRPOConfig(**settings | changed)
