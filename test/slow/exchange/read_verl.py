"""What the loader of an export makes of a file; arguments: the folder of the loader, the file, the estimator."""

import json
import sys

sys.path.insert(0, sys.argv[1])
from verl_batch import load  # noqa: E402

data = load(sys.argv[2], sys.argv[3])
tensors = {name: {"shape": list(value.shape), "rows": value.tolist()} for name, value in data.batch.items()}
others = {name: value.tolist() for name, value in data.non_tensor_batch.items()}
print(json.dumps({"size": len(data), "tensors": tensors, "others": others}))
