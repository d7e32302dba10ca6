import { afterAll, describe } from 'vitest'
import { SandboxPool } from '../../../sandbox/index.ts'
import {
  type CodeSuite,
  type JudgeContext,
  type JudgeName,
  judge,
  pythonIn,
  type Verdict,
} from '../../../sandbox/judge/index.ts'
import { backendsHere } from './backends.ts'

const found = (await backendsHere()).find(({ problem }) => problem === null)

/** What a suite over a sandbox is given. */
export interface SandboxHere {
  readonly pool: SandboxPool
  readonly context: JudgeContext
  /** Statuses of Python tests, each a text, for the source of a candidate. */
  statuses(source: string, tests: readonly string[], judge?: JudgeName): Promise<readonly string[]>
  verdict(source: string, suite: Partial<CodeSuite>, judge?: JudgeName): Promise<Verdict>
}

/** A suite over the strongest back end of this machine; skipped, with the reason printed, where there is none. */
export function describeWithSandbox(title: string, suite: (here: SandboxHere) => void): void {
  if (found === undefined) {
    describe.skip(`${title} (no sandbox works here)`, () => {})
    return
  }
  describe(title, () => {
    const pool = new SandboxPool(found.backend, { size: 2, warm: 1 })
    afterAll(() => pool.close())
    suite(here(pool))
  })
}

const NO_FILES = new Map<string, Uint8Array>()
const EMPTY: CodeSuite = { kind: 'code', setup: '', bind: {}, tests: [], limitSeconds: 2 }

const wholes = new WeakMap<Partial<CodeSuite>, CodeSuite>()

/** The same suite for the same parts, whose calls are then collected once. */
function wholeOf(parts: Partial<CodeSuite>): CodeSuite {
  const whole = wholes.get(parts) ?? { ...EMPTY, ...parts }
  wholes.set(parts, whole)
  return whole
}

function here(pool: SandboxPool): SandboxHere {
  const context = { run: pythonIn(pool, ''), signal: new AbortController().signal, totalMs: 60_000 }
  const verdict = (source: string, suite: Partial<CodeSuite>, name: JudgeName = 'split') =>
    judge(wholeOf(suite), { source, file: 'solution.py', files: NO_FILES }, context, name)
  return {
    pool,
    context,
    verdict,
    statuses: async (source, tests, name) =>
      (await verdict(source, { tests }, name)).outcomes.map(({ status }) => status),
  }
}
