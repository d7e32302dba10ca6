"""
Log-probabilities by the logits of a GGUF itself, in double precision.

Arguments: GGUF file, JSON list of requests: {text} or {ids}, and perhaps `greedy`, a number of likeliest tokens to add. Prints for
each its ids, the log-probability of every id but the first, and `shifted`: that of each id under the row after it.
"""

import json
import math
import sys

import numpy as np
from llama_cpp import Llama


def log_softmax(row):
    row = np.asarray(row, np.float64)
    row = row - row.max()
    return row - math.log(np.exp(row).sum())


def main(path, requests):
    model = Llama(path, n_ctx=2048, logits_all=True, verbose=False)
    found = []
    for request in json.loads(requests):
        text = request.get("text")
        ids = request["ids"] if text is None else model.tokenize(text.encode(), add_bos=False, special=True)
        model.reset()
        model.eval(ids)
        for _ in range(request.get("greedy", 0)):
            ids.append(int(np.argmax(model.scores[len(ids) - 1])))
            model.eval(ids[-1:])
        rows = [log_softmax(model.scores[at]) for at in range(len(ids))]
        log_probs = [float(rows[at][each]) for at, each in enumerate(ids[1:])]
        shifted = [float(rows[at][each]) for at, each in enumerate(ids)]
        found.append({"ids": ids, "logProbs": log_probs, "shifted": shifted})
    print(json.dumps(found))


main(*sys.argv[1:])
