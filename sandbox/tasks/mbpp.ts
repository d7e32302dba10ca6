import type { JsonObject } from '../../core/data/types.ts'
import type { CodeSuite, JudgeName } from '../judge/types.ts'
import { RecordReader } from './records.ts'
import { type CodeTask, tasksInvalid } from './task.ts'

/** A problem of MBPP (Austin et al., "Program Synthesis with Large Language Models", 2021), whole or sanitized. */
export interface MbppProblem {
  readonly id: string
  readonly text: string
  readonly code: string
  /** Its tests, then its challenge tests. */
  readonly suite: CodeSuite
  readonly challengeTests: number
  readonly judge: JudgeName
}

/** Problems whose tests use objects of a class of the candidate's. */
const INLINE = new Set(['367', '601', '927'])
const LIMIT_SECONDS = 3

/**
 * Reads a record: `task_id`, `text` or `prompt`, `code`, `test_list`, and what it has of `test_setup_code`, `test_imports`
 * and `challenge_test_list`. Tests may use what the reference code imports, and its functions under their names.
 * @throws GymError CONFIG_INVALID
 */
export function readMbpp(record: JsonObject): MbppProblem {
  const where = `MBPP record ${String(record.task_id)}`
  const read = new RecordReader(where, record)
  const [id, code, challenge] = [read.id('task_id'), read.text('code'), read.texts('challenge_test_list')]
  const tests = [...read.texts('test_list'), ...challenge]
  if (tests.length === 0) throw tasksInvalid(where, 'test_list has no test')
  const setup = [...importsOf(code), ...read.texts('test_imports'), read.text('test_setup_code', '')].join('\n')
  const suite: CodeSuite = { kind: 'code', setup, bind: functionsOf(code), tests, limitSeconds: LIMIT_SECONDS }
  const judge = INLINE.has(id) ? 'inline' : 'split'
  return {
    id,
    text: read.text('prompt' in record ? 'prompt' : 'text'),
    code,
    suite,
    challengeTests: challenge.length,
    judge,
  }
}

const importsOf = (code: string): readonly string[] => code.match(/^(?:import|from) [^\r\n]+/gm) ?? []

const functionsOf = (code: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...code.matchAll(/^def (\w+)/gm)].map(([, name = '']) => [name, name]))

/** The problem as a task: `shown` of its tests are public, as the only place that says what functions are called. */
export function mbppTask({ id, text, code, suite, judge }: MbppProblem, shown: number): CodeTask {
  const publicTests = Math.min(shown, suite.tests.length)
  const examples = suite.tests.slice(0, publicTests).join('\n')
  return {
    id: `MBPP/${id}`,
    statement: `${text}\n\nWrite it in solution.py. Your code must pass tests such as:\n\n${examples}`,
    entry: 'solution.py',
    files: {},
    suite,
    publicTests,
    judge,
    reference: { 'solution.py': code },
  }
}
