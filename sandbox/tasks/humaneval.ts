import type { JsonObject } from '../../core/data/types.ts'
import type { CodeSuite } from '../judge/types.ts'
import { RecordReader } from './records.ts'
import type { CodeTask } from './task.ts'

/** A problem of HumanEval (Chen et al., "Evaluating Large Language Models Trained on Code", 2021). */
export interface HumanEvalProblem {
  readonly id: string
  readonly prompt: string
  readonly solution: string
  readonly suite: CodeSuite
}

/** Seconds for the whole test of a problem, as in its reference implementation. */
const LIMIT_SECONDS = 3

/**
 * Reads a record: `task_id`, `prompt`, `canonical_solution`, `test`, `entry_point`. Functions that the prompt defines
 * beside the entry point run where the test runs: a candidate that redefines them changes nothing.
 * @throws GymError CONFIG_INVALID
 */
export function readHumanEval(record: JsonObject): HumanEvalProblem {
  const read = new RecordReader(`HumanEval record ${String(record.task_id)}`, record)
  const [prompt, entry] = [read.text('prompt'), read.text('entry_point')]
  const suite: CodeSuite = {
    kind: 'code',
    setup: `${prompt}\n    pass\n`,
    bind: { [entry]: entry },
    tests: [`${read.text('test')}\ncheck(${entry})\n`],
    limitSeconds: LIMIT_SECONDS,
  }
  return { id: read.text('task_id'), prompt, solution: read.text('canonical_solution'), suite }
}

/** The problem as a task: the whole file is written, prompt included. Its one test is hidden. */
export function humanEvalTask({ id, prompt, solution, suite }: HumanEvalProblem): CodeTask {
  return {
    id,
    statement: `Complete this Python code in solution.py, from its first line to its last:\n\n${prompt}`,
    entry: 'solution.py',
    files: { 'solution.py': prompt },
    suite,
    publicTests: 0,
    judge: 'split',
    reference: { 'solution.py': `${prompt}${solution}` },
  }
}
