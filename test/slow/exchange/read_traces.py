"""Reads lines of files as traces of verifiers; prints what it reads of each: tokens, log-probabilities, advantages."""

import json
import sys

from verifiers.v1 import WireTrace

read = {}
for file in sys.argv[1:]:
    with open(file) as lines:
        traces = [WireTrace.model_validate(json.loads(line)) for line in lines]
    read[file] = [
        {
            "reward": trace.reward,
            "turns": trace.num_turns,
            "isTruncated": trace.is_truncated,
            "tools": len(trace.tools),
            "branches": [
                {
                    "tokens": branch.token_ids,
                    "mask": branch.sampled_mask,
                    "logProbs": branch.logprobs,
                    "advantages": branch.advantages,
                    "roles": [message.role for message in branch.messages],
                }
                for branch in trace.branches
            ],
        }
        for trace in traces
    ]
print(json.dumps(read))
