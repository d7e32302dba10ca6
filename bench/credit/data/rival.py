"""Advantages as plain numpy and dictionaries compute them, and difflib's greedy grouping: what ours is timed against.

Reads {"what": "advantages", columns} or {"what": "similarity", "pages", "threshold"} and writes JSON with CPU seconds.
"""
import difflib
import importlib
import json
import sys
import time


def discounted(trajectories, rewards, gamma):
    returns = np.zeros(len(rewards))
    running = {}
    for row in range(len(rewards) - 1, -1, -1):
        running[trajectories[row]] = rewards[row] + gamma * running.get(trajectories[row], 0.0)
        returns[row] = running[trajectories[row]]
    return returns


def normalise(keys, values, ddof, lone):
    members = {}
    for row, key in enumerate(keys):
        if key is not None:
            members.setdefault(key, []).append(row)
    result = np.zeros(len(values))
    for rows in members.values():
        own = values[rows]
        if len(rows) == 1:
            result[rows] = own / (1 + 1e-6) if lone else 0.0
        elif own.min() != own.max():
            result[rows] = (own - own.mean()) / (own.std(ddof=ddof) + 1e-6)
    return result


def scored(job):
    groups, trajectories = job["group"], job["trajectory"]
    rewards = np.array(job["signals"]["env"], dtype=float)
    penalty = 0.1 * ~np.array(job["isActionValid"])
    totals = {}
    for row, trajectory in enumerate(trajectories):
        totals[trajectory] = totals.get(trajectory, 0.0) + rewards[row]
    scores = np.array([totals[trajectory] for trajectory in trajectories]) - penalty
    returns = discounted(trajectories, rewards, 0.95) - penalty
    return groups, trajectories, scores, returns


def gigpo(job):
    groups, _, scores, returns = scored(job)
    step = normalise(list(zip(groups, job["anchors"]["text"])), returns, 1, False)
    return normalise(groups, scores, 1, True) + step


def hgpo(job, length=2):
    groups, trajectories, _, returns = scored(job)
    history = {}
    keys = [[] for _ in range(length + 1)]
    for group, trajectory, page in zip(groups, trajectories, job["anchors"]["text"]):
        past = history.setdefault(trajectory, [])
        past.append(page)
        for k in range(length + 1):
            keys[k].append((group, *past[-k - 1 :]) if len(past) > k else None)
    sums, weights = np.zeros(len(returns)), np.zeros(len(returns))
    for k, level in enumerate(keys):
        value = normalise(level, returns, 0, False)
        sums += (k + 2) * value
        weights += (k + 2) * (value != 0)
    return sums / (weights + 1e-6)


def timed(run):
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def similarity(pages, threshold):
    firsts, joined = [], []
    for page in pages:
        found = next((at for at, first in enumerate(firsts) if difflib.SequenceMatcher(None, page, first).ratio() >= threshold), None)
        if found is None:
            found = len(firsts)
            firsts.append(page)
        joined.append(found)
    return joined


def main():
    job = json.load(sys.stdin)
    if job["what"] == "similarity":
        seconds, clusters = timed(lambda: similarity(job["pages"], job["threshold"]))
        json.dump({"seconds": seconds, "values": clusters}, sys.stdout)
        return
    globals()["np"] = importlib.import_module("numpy")
    answer = {}
    for name, run in (("gigpo", gigpo), ("hgpo", hgpo)):
        seconds, values = timed(lambda: run(job))
        answer[name] = {"seconds": seconds, "values": values.tolist()}
    json.dump(answer, sys.stdout)


main()
