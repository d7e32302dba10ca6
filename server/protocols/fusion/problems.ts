import { messageOf } from '../../../core/data/errors.ts'
import { parseJson } from '../../../core/data/json.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { JudgeName, Suite } from '../../../sandbox/judge/index.ts'
import { readHumanEval } from '../../../sandbox/tasks/humaneval.ts'
import { readMbpp } from '../../../sandbox/tasks/mbpp.ts'
import { RecordReader } from '../../../sandbox/tasks/records.ts'
import { type CodeTask, tasksInvalid } from '../../../sandbox/tasks/task.ts'
import { before, type ExtractedType, extractCode, functionBody } from './extract.ts'

/** What a request says about a prompt or a submission, in SandboxFusion's `config`. */
export interface TestConfig {
  readonly language: string | null
  /** Seconds of the tests. */
  readonly runTimeout: number | null
  /** A completion with prose and fenced code; otherwise it continues the prompt. */
  readonly isFreeform: boolean
  /** Whether tests after the first that fails run. */
  readonly runsAll: boolean
}

/** A problem of a data set. */
export interface Problem {
  readonly id: string | number
  /** What else is known of it, as `labels` of its prompt. */
  readonly labels: JsonObject
  readonly suite: Suite
  readonly judge: JudgeName
  prompt(config: TestConfig): string
  /** Code of a completion, and the whole source that is judged. */
  source(
    completion: string,
    config: TestConfig,
  ): { readonly code: string; readonly type: ExtractedType | null; readonly source: string }
}

/** Modules that the signatures and solutions of HumanEval use without importing them. */
const IMPORTS = `import math, re, sys, copy, datetime, itertools, collections, heapq, statistics, functools, hashlib, string
from typing import *
from collections import *
`

/** @throws GymError CONFIG_INVALID */
export function humanEvalProblem(record: JsonObject): Problem {
  const { id, prompt, suite } = readHumanEval({ canonical_solution: '', ...record })
  const { prompt: _, ...labels } = record
  const asked = `\`\`\`python\n${prompt}\n\`\`\`\n\nComplete this code as its docstring says, in one fenced block with all of it.`
  return {
    id,
    labels,
    suite,
    judge: 'split',
    prompt: ({ isFreeform }) => (isFreeform ? asked : prompt),
    source(completion, { isFreeform }) {
      if (!isFreeform) {
        const code = functionBody(completion)
        return { code, type: null, source: `${IMPORTS}${prompt}\n${code}\n` }
      }
      const extracted = extractCode(completion, 'python')
      return { ...extracted, source: `${IMPORTS}${extracted.code}\n` }
    },
  }
}

/** @param record of MBPP's own files, or in SandboxFusion's columns `id`, `content`, `labels`, `test_list` @throws GymError CONFIG_INVALID */
export function mbppProblem(record: JsonObject): Problem {
  const own = 'content' in record ? ownMbpp(record) : record
  const { text, suite, judge } = readMbpp(own)
  const { task_id: id = '', text: _, prompt: __, ...labels } = own
  const tests = suite.tests.slice(0, suite.tests.length - new RecordReader('', own).texts('challenge_test_list').length)
  return {
    id: typeof id === 'number' ? id : String(id),
    labels,
    suite: { ...suite, tests },
    judge,
    prompt: () =>
      `You are an expert Python programmer, and here is your task: ${text} Your code should pass these tests:\n\n${tests.join('\n')}`,
    source: (completion) => mbppSource(completion, String(own.test_setup_code ?? '')),
  }
}

function mbppSource(completion: string, setup: string): ReturnType<Problem['source']> {
  const { code, type } = extractCode(before(completion, /\[DONE\]/), 'python')
  const own = before(before(code, /\nassert|\n"""/), /if __name__ ==/)
  return { code: own, type, source: `${setup}\n${own}\n` }
}

/** A row of SandboxFusion's table for MBPP as a record of MBPP. Tests name the candidate's functions themselves. */
function ownMbpp({ id = '', content = '', labels, test_list = [] }: JsonObject): JsonObject {
  const more = objectIn(labels)
  return { code: '', ...more, task_id: id, text: content, test_list: listIn(test_list), challenge_test_list: [] }
}

/** @param record with the columns `id`, `content`, `labels` and `test` of SandboxFusion @throws GymError CONFIG_INVALID */
export function stdinProblem(record: JsonObject): Problem {
  const read = new RecordReader(`stdin problem ${String(record.id)}`, record)
  const tests = listIn(record.test ?? []).map((test, at) =>
    caseIn(test, `stdin problem ${String(record.id)}, test ${at + 1}`),
  )
  const id = typeof record.id === 'number' ? record.id : read.id('id')
  return stdinOf(id, read.text('content'), objectIn(record.labels), tests)
}

/** An input, empty where a row has none, and the output that is expected. A test without one would pass in silence. */
function caseIn(test: Json, place: string): { readonly input: string; readonly output: string } {
  const [{ stdin = '' }, { stdout }] = [objectIn(objectIn(test).input), objectIn(objectIn(test).output)]
  if (typeof stdin === 'string' && typeof stdout === 'string') return { input: stdin, output: stdout }
  throw tasksInvalid(place, 'input.stdin and output.stdout are texts')
}

function stdinOf(
  id: string | number,
  content: string,
  labels: JsonObject,
  tests: readonly { readonly input: string; readonly output: string }[],
): Problem {
  return {
    id,
    labels,
    suite: { kind: 'stdin', tests, limitSeconds: 20 },
    judge: 'split',
    prompt: ({ language }) =>
      `${content}\n\nWrite a whole program in ${language ?? 'python'} that reads its standard input and writes to its standard output.`,
    source(completion, { language }) {
      const extracted = extractCode(completion, language ?? 'python')
      return { ...extracted, source: extracted.code }
    },
  }
}

/** A task of a folder of one's own, as docs/sandbox-python.md describes its files. */
export function taskProblem({ id, statement, suite, judge, entry }: CodeTask): Problem {
  if (suite.kind === 'stdin') return stdinOf(id, statement, {}, suite.tests)
  return {
    id,
    labels: { entry },
    suite,
    judge,
    prompt: () => statement,
    source(completion) {
      const extracted = extractCode(completion, 'python')
      return { ...extracted, source: extracted.code }
    },
  }
}

/** An object, also as the JSON text that a database column holds. */
const objectIn = (value: Json | undefined): JsonObject => {
  const read = parsed(value)
  return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as JsonObject) : {}
}

const listIn = (value: Json): readonly Json[] => {
  const read = parsed(value)
  return Array.isArray(read) ? read : []
}

function parsed(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return value
  try {
    return parseJson(value)
  } catch (thrown) {
    throw tasksInvalid('a column of JSON', messageOf(thrown))
  }
}
