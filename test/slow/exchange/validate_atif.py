"""Validates every line of files as a trajectory; arguments: a folder with Harbor's models or -, then the files."""

import json
import sys

models, *files = sys.argv[1:]
if models == "-":
    from atif import Trajectory
else:
    sys.path.insert(0, models)
    from harbor.models.trajectories import Trajectory

counts = {}
for file in files:
    with open(file) as lines:
        read = [Trajectory.model_validate(json.loads(line)) for line in lines]
    counts[file] = [len(each.steps) for each in read]
print(json.dumps(counts))
