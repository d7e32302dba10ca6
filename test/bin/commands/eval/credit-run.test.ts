import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Agreement } from '../../../../evaluation/oracle/agreement.ts'
import { run, runJson } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

let folder: string
let report: { readonly steps: number; readonly estimators: readonly Agreement[] }
const SLIPPERY = ['--env', 'grid', '--set', 'world=slippery', '--set', 'size=3', '--seed', '4']
const ARGS = ['eval', 'credit', '--run', 'ice', '--forks', '8'] as const

beforeAll(async () => {
  folder = newFolder()
  await run(['rollout', ...SLIPPERY, '--agent', 'random', '--groups', '5', '--out', 'ice'], { folder })
  const { code, json } = await runJson([...ARGS], { folder })
  expect(code).toBe(0)
  report = json
})

describe('stepgym eval credit --run', () => {
  it('holds every estimator against forked values of the steps of the run, the nearest first', () => {
    const measured = report.estimators.filter(({ reason }) => reason === null)
    expect(measured.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['grpo', 'rloo', 'gigpo', 'crbc', 'evidence-closure']),
    )
    for (const { steps } of measured) expect(steps).toBeLessThanOrEqual(report.steps)
    const values = measured.flatMap(({ correlation }) => (correlation === null ? [] : [correlation.value]))
    expect(values).toEqual(values.toSorted((a, b) => b - a))
    for (const { correlation } of measured)
      if (correlation) expect(correlation.low).toBeLessThanOrEqual(correlation.high)
    expect(report.estimators.find(({ label }) => label === 'prime')?.reason).toMatchObject({ code: 'SIGNAL_MISSING' })
  })

  it('keeps the values where eval values keeps them, and estimates none twice', async () => {
    expect(existsSync(join(folder, 'ice.values.jsonl'))).toBe(true)
    const again = await runJson([...ARGS, '--estimator', 'rloo'], { folder })
    expect(again.json).toMatchObject({ spent: { forks: 0 }, estimated: report.steps })
    expect(again.json.estimators).toEqual(report.estimators.filter(({ label }) => label === 'rloo'))
    expect((await runJson(['eval', 'values', 'ice', '--forks', '8'], { folder })).json.spent.forks).toBe(0)
  })

  it('prints a table with intervals, what they cover, and who has no advantages', async () => {
    const { code, out } = await run([...ARGS], { folder })
    expect(code).toBe(0)
    expect(out).toMatch(/^estimator +steps +correlation +rank correlation +same sign +error$/m)
    expect(out).toMatch(/^rloo +\d+ +-?\d\.\d\d ± \d\.\d\d +-?\d\.\d\d ± \d\.\d\d +.* \d\.\d\d ± \d\.\d\d$/m)
    expect(out).toContain('intervals are over groups')
    expect(out).toMatch(/^prime: SIGNAL_MISSING the batch has no signal process/m)
  })

  it('measures within a budget, and continues with the same command', async () => {
    const args = [...ARGS, '--estimator', 'rloo', '--values', 'part.jsonl'] as const
    const cut = await runJson([...args, '--budget', '200'], { folder })
    expect(cut.json).toMatchObject({ isBudgetSpent: true })
    expect(cut.json.estimated).toBeLessThan(report.steps)
    expect(cut.json.estimators[0].steps).toBeLessThanOrEqual(cut.json.estimated)
    const rest = await runJson([...args], { folder })
    expect(rest.json.estimators).toEqual(report.estimators.filter(({ label }) => label === 'rloo'))
  })

  it('keeps what was done when it is interrupted', async () => {
    const { code } = await run([...ARGS, '--values', 'none.jsonl'], { folder, signal: AbortSignal.abort() })
    expect(code).toBe(130)
    expect(readFileSync(join(folder, 'none.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(1)
  })

  it('exits with 1 if no estimator has advantages', async () => {
    expect((await run([...ARGS, '--estimator', 'prime,pure'], { folder })).code).toBe(1)
  })

  it.each([
    [['--run', 'ice', '--rows', '100'], /--rows is for worlds: leave it out with --run/],
    [['--run', 'ice', '--quick'], /--quick is for worlds/],
    [['--world', 'corridor', '--forks', '8'], /--forks is for --run FOLDER/],
    [['--two-valued'], /--two-valued is for --run FOLDER/],
    [['--run', 'nowhere'], /RECORD_FOREIGN/],
    [['--run', 'ice', '--estimator', 'rloo,rloo'], /asked for twice/],
    [['--run', 'ice', '--estimator', 'rlo'], /did you mean rloo/],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await run(['eval', 'credit', ...args], { folder })
    expect(code).toBe(1)
    expect(err).toMatch(message)
  })
})
