"""Milliseconds that Python needs to load tau-bench's data, and to hash it by tau-bench's definition."""

import hashlib
import json
import pathlib
import sys
import time

TABLES = {"retail": ("orders", "products", "users"), "airline": ("flights", "reservations", "users")}
ROUNDS = 5


def load(folder: pathlib.Path) -> dict:
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in TABLES[folder.name]}


def hashable(value):
    if isinstance(value, dict):
        return tuple((key, hashable(item)) for key, item in sorted(value.items()))
    if isinstance(value, list):
        return tuple(hashable(item) for item in value)
    return value


def median_ms(work) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[ROUNDS // 2]


folder = pathlib.Path(sys.argv[1])
data = load(folder)
print(
    json.dumps(
        {
            "load": median_ms(lambda: load(folder)),
            "hash": median_ms(lambda: hashlib.sha256(str(hashable(data)).encode()).hexdigest()),
        }
    )
)
