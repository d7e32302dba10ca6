import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { judge, pythonIn } from '../../sandbox/judge/index.ts'
import type { SandboxPool } from '../../sandbox/pool.ts'
import { type HumanEvalProblem, readHumanEval } from '../../sandbox/tasks/humaneval.ts'
import { recordsOfFile } from '../../sandbox/tasks/records.ts'
import { quantile, rounded } from '../measure.ts'
import { keepFigures } from '../results.ts'
import { openPools, timed } from './kit/pools.ts'

/*
 * HumanEval end to end: each problem's canonical solution judged by `split`, two at once. Needs the data set, which
 * STEPGYM_REFERENCE has.
 */
const FILE = join(process.env.STEPGYM_REFERENCE ?? '', 'data/humaneval/HumanEval.jsonl.gz')
const AT_ONCE = 2

const pools = await openPools()
const first = pools[0]
if (!existsSync(FILE)) console.log(`left out: there is no ${FILE}; STEPGYM_REFERENCE names the folder above data/`)
else if (first !== undefined) await measure(first.name, first.pool)
await Promise.all(pools.map(({ pool }) => pool.close()))

async function measure(name: string, pool: SandboxPool): Promise<void> {
  const problems = recordsOfFile(FILE).map(readHumanEval)
  const rest = problems.values()
  const times: number[] = []
  let passed = 0
  const one = async (problem: HumanEvalProblem): Promise<void> => {
    if (await passes(problem, pool)) passed++
  }
  const work = async (): Promise<void> => {
    for (const problem of rest) times.push(await timed(() => one(problem)))
  }
  const ms = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, work)))
  const perSecond = (1000 * problems.length) / ms
  console.log(
    `${name}: ${passed} of ${problems.length} canonical solutions pass in ${rounded(ms / 1000)} s: ` +
      `${rounded(perSecond)} verdicts/s, p50 ${rounded(quantile(times, 0.5))} ms, p99 ${rounded(quantile(times, 0.99))} ms`,
  )
  keepFigures('HumanEval', 'verdicts', [{ name, perSecond, lowest: perSecond, highest: perSecond }])
}

async function passes({ prompt, solution, suite }: HumanEvalProblem, pool: SandboxPool): Promise<boolean> {
  const context = { run: pythonIn(pool, ''), signal: new AbortController().signal, totalMs: 60_000 }
  const candidate = { source: `${prompt}${solution}`, file: 'solution.py', files: new Map<string, Uint8Array>() }
  const { outcomes } = await judge(suite, candidate, context, 'split')
  return outcomes.every(({ status }) => status === 'passed')
}
