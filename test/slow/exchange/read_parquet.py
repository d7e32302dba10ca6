"""What pyarrow and datasets read of exports; arguments: the file of steps, that of tokens, and a folder for a cache."""

import json
import sys

import pyarrow.parquet as pq
from datasets import load_dataset

steps, tokens, cache = sys.argv[1:4]


def arrow_of(path):
    table = pq.read_table(path)
    types = {field.name: str(field.type) for field in table.schema}
    return {"types": types, "rows": json.loads(json.dumps(table.to_pylist()))}


def features_of(path):
    data = load_dataset("parquet", data_files=path, split="train", cache_dir=cache)
    return {"types": {name: str(kind) for name, kind in data.features.items()}, "first": data[0]}


print(
    json.dumps(
        {
            "steps": arrow_of(steps),
            "tokens": arrow_of(tokens),
            "datasets": {"steps": features_of(steps), "tokens": features_of(tokens)},
            "notes": json.loads(pq.read_metadata(steps).metadata[b"stepgym"]),
        }
    )
)
