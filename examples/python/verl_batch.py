"""A file of `stepgym export RUN --format verl` as verl's DataProto. Needs verl, torch and pyarrow.

    npx stepgym export runs/a --format verl --estimator gigpo
    python examples/python/verl_batch.py runs/a.verl.parquet
"""

import sys

import numpy as np
import pyarrow.parquet as pq
import torch
from verl import DataProto

# Lists of tokens: the column, what fills it up, and the side that it is filled up on.
TOKENS = {"prompts": "left", "responses": "right", "response_mask": "right", "old_log_probs": "right"}
ADVANTAGES = "tokenAdvantages."


def padded(rows, side, kind):
    """Lists of R rows as a tensor (R, longest), filled up with 0; None counts as empty."""
    longest = max((len(row) for row in rows if row is not None), default=0)
    out = torch.zeros((len(rows), longest), dtype=kind)
    for at, row in enumerate(rows):
        if row:
            values = torch.tensor([0 if value is None else value for value in row], dtype=kind)
            start = longest - len(row) if side == "left" else 0
            out[at, start : start + len(row)] = values
    return out


def load(path, estimator=None, pad_token_id=0):
    """Steps as a DataProto, one row per step.

    Tensors, where tokens were recorded: prompts (R, P), filled up on the left; responses, response_mask (0 where filled
    up) and old_log_probs (R, T); input_ids, attention_mask and position_ids (R, P + T); with an estimator, advantages
    and returns (R, T), 0 where a step has none: its response_mask is 0 too. Every other column is an object array (R,).
    """
    table = pq.read_table(path)
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    tensors = {}
    for name, side in TOKENS.items():
        if name in columns:
            kind = torch.float32 if name == "old_log_probs" else torch.int64
            tensors[name] = padded(columns.pop(name), side, kind)
    if "responses" in tensors:
        seen = padded([[1] * len(row or []) for row in table.column("prompts").to_pylist()], "left", torch.int64)
        attention = torch.cat([seen, tensors["response_mask"]], dim=1)
        tensors["prompts"][seen == 0] = pad_token_id
        tensors["responses"][tensors["response_mask"] == 0] = pad_token_id
        tensors["input_ids"] = torch.cat([tensors["prompts"], tensors["responses"]], dim=1)
        tensors["attention_mask"] = attention
        tensors["position_ids"] = (attention.cumsum(dim=1) - 1).clamp(min=0)
    if estimator is not None:
        if "responses" not in tensors:
            raise ValueError("no tokens were recorded, so advantages have no place: export a run with token evidence")
        given = columns[ADVANTAGES + estimator]
        tensors["advantages"] = padded(given, "right", torch.float32)
        tensors["returns"] = tensors["advantages"].clone()
        tensors["response_mask"] = tensors["response_mask"] * torch.tensor([[row is not None] for row in given])
    non_tensors = {name: objects(cells) for name, cells in columns.items()}
    return DataProto.from_dict(tensors=tensors, non_tensors=non_tensors)


def objects(cells):
    """An object array of any cells: NumPy would make a matrix of lists of one length."""
    out = np.empty(len(cells), dtype=object)
    for at, cell in enumerate(cells):
        out[at] = cell
    return out


if __name__ == "__main__":
    data = load(sys.argv[1])
    print(data.batch)
    print({name: (cells.dtype, cells.shape) for name, cells in data.non_tensor_batch.items()})
