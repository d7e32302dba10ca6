import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'

const PROGRAM = `
import json
steps = [
    {"trajectory": 2**53 + 1, "group": 7, "signals": {"env": float("nan")}, "anchors": {"state": 2**53}, "isActionValid": 1},
    {"trajectory": 2**53, "group": 7, "signals": {"env": 1.0}, "anchors": {"state": 2**53 + 1}, "isActionValid": 0},
    {"trajectory": 3, "group": 7, "signals": {"env": 0.0}, "anchors": {"state": 2**53 + 1}, "isActionValid": True},
]
columns = {
    "uid": [step["group"] for step in steps],
    "traj_uid": [step["trajectory"] for step in steps],
    "step_rewards": [step["signals"]["env"] for step in steps],
    "anchor_obs": [step["anchors"]["state"] for step in steps],
    "is_action_valid": [bool(step["isActionValid"]) for step in steps],
}
with open("lines.jsonl", "w") as file:
    for step in steps:
        print(json.dumps(step), file=file)
with open("list.json", "w", encoding="utf-8-sig") as file:
    json.dump(steps, file, indent=2)
with open("columns.json", "w") as file:
    json.dump(columns, file)
`

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'])
    return true
  } catch {
    return false
  }
}

describe.runIf(hasPython())('batches that Python wrote', () => {
  it.each(['lines.jsonl', 'list.json', 'columns.json'])('%s is read, however it was written', async (file) => {
    const folder = newFolder()
    execFileSync('python3', ['-c', PROGRAM], { cwd: folder })
    const { code, json } = await runJson(
      ['credit', '--batch', join(folder, file), '--estimator', 'grpo', '--options', 'grpo.invalidActionPenalty=0'],
      { folder },
    )
    expect(code).toBe(0)
    expect(json).toMatchObject({ steps: 3, trajectories: 3, groups: 1 })
    expect(json.readAs[0]).toMatch(/signals\.env: row 0 is NaN, read as null/)
    expect(json.estimators[0].spread.share).toBeCloseTo(2 / 3, 12)
  })
})
