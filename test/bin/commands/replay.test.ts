import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { forge } from '../../support/sealed-lines.ts'

let folder: string

beforeEach(async () => {
  folder = newFolder()
  const args = ['--env', 'guess-number', '--agent', 'random', '--groups', '3', '--group-size', '2', '--out', 'run']
  await run(['rollout', ...args, '--hook', 'step-cost:cost=0.5'], { folder })
})

const inFolder = (args: readonly string[]) => run(args, { folder })
const jsonInFolder = (args: readonly string[]) => runJson(args, { folder })

/** Changes what was recorded, as only a forger would. */
function tamper(change: (text: string) => string): void {
  forge(join(folder, 'run'), change)
}

describe('stepgym replay', () => {
  it('finds a run as it was recorded, and exits 0', async () => {
    const steps = [...readRun(join(folder, 'run')).trajectories()].flatMap(({ trajectory }) => trajectory.steps)
    expect(await inFolder(['replay', 'run'])).toEqual({
      code: 0,
      out: `guess-number@1: 6 episodes, ${steps.length} steps as recorded\nno divergence\n`,
      err: '',
    })
    expect((await jsonInFolder(['replay', 'run', '--live'])).json).toEqual({
      ...{ run: 'run', environment: 'guess-number@1', episodes: 6, steps: steps.length, divergences: 0, first: null },
      losses: { tornBytes: 0, unfinished: 0 },
    })
  })

  it('takes no empty run for a good one', async () => {
    tamper(() => '')
    const { code, out } = await inFolder(['replay', 'run'])
    expect([code, out]).toEqual([1, 'guess-number@1: nothing to replay, the run holds no episode\n'])
  })

  it('shows the first divergence in full, and exits 1', async () => {
    tamper((text) => text.replaceAll(': higher"', ': lower"'))
    const { code, out } = await inFolder(['replay', 'run'])
    expect(code).toBe(1)
    expect(out).toMatch(/\n\d episodes led to something else\n\nThe first: trajectory \d\.\d, step \d, observation\n/)
    expect(out).toMatch(/ {2}recorded\n {4}\d+: lower\n {2}now\n {4}\d+: higher\n$/)
    const { json } = await jsonInFolder(['replay', 'run'])
    expect(json).toMatchObject({ episodes: 6, first: { what: 'observation' } })
    expect(json.divergences).toBeGreaterThan(0)
  })

  it('shows values that are not texts as JSON', async () => {
    tamper((text) => text.replaceAll('"value":0}', '"value":0.25}'))
    const { code, out } = await inFolder(['replay', 'run'])
    expect(code).toBe(1)
    expect(out).toMatch(/, reward\n {2}recorded\n(?: {4}.*\n)* {4}.*0\.25/)
  })

  it('finds the environment at the given place', async () => {
    writeFileSync(
      join(folder, 'far.mjs'),
      `export default { id: 'far@1', maxSteps: 2, kind: 'sync', options: {}, invalidReward: 0, fork: 'value',
        parse: (raw) => raw, reset: () => ({}), step: (state) => ({ state, reward: 1, terminated: true }),
        observe: { text: () => 'go' }, actions: () => ['go'] }`,
    )
    await inFolder(['rollout', '--env', './far.mjs', '--agent', 'random', '--out', 'far'])
    expect((await inFolder(['replay', 'far'])).err).toContain('ENV_UNKNOWN')
    expect((await inFolder(['replay', 'far', '--env', './far.mjs'])).code).toBe(0)
    expect((await inFolder(['replay', 'far', '--env', 'guess-number'])).err).toContain('RECORD_FOREIGN')
  })

  it.each([
    ['nowhere', 'RECORD_FOREIGN'],
    ['.', 'RECORD_FOREIGN'],
  ])('says that %s is not a run', async (name, code) => {
    const { code: exitCode, err } = await inFolder(['replay', name])
    expect(exitCode).toBe(1)
    expect(err).toContain(`stepgym: ${code}: `)
  })
})

describe('stepgym rescore', () => {
  it('judges a run with other hooks, and writes a new run', async () => {
    const { code, json } = await jsonInFolder(['rescore', 'run', '--hook', 'success', '--out', 'again'])
    expect(code).toBe(0)
    expect(json).toMatchObject({ run: 'run', out: 'again', environment: 'guess-number@1', summary: { episodes: 6 } })
    expect(json.summary.signals.map(({ name }: { name: string }) => name)).toEqual(['env', 'success'])
    const { manifest } = readRun(join(folder, 'again'))
    expect(manifest.hooks.map(({ name }) => name)).toEqual(['success'])
    expect(manifest.rescoredFrom?.id).toBe(readRun(join(folder, 'run')).manifest.id)
    expect((await inFolder(['replay', 'again'])).code).toBe(0)
  })

  it('gives what the hooks would have given at once', async () => {
    const { json } = await jsonInFolder(['rescore', 'run', '--hook', 'step-cost:cost=0.5', '--out', 'again'])
    const valuesOf = (name: string) =>
      [...readRun(join(folder, name)).trajectories()].map(({ trajectory: { id, steps } }) => ({
        id,
        values: steps.map(({ rewards }) => rewards.map(({ name: signal, value }) => [signal, value])),
      }))
    expect(valuesOf('again')).toEqual(valuesOf('run'))
    expect(json.summary.signals).toHaveLength(2)
  })

  it('takes a recipe into the new manifest', async () => {
    await inFolder(['rescore', 'run', '--hook', 'success', '--recipe', 'outcome-only', '--out', 'again'])
    expect(readRun(join(folder, 'again')).manifest.recipe).toMatchObject({ name: 'outcome-only' })
  })

  it('prints the new signals', async () => {
    const { out } = await inFolder(['rescore', 'run', '--hook', 'success', '--out', 'again'])
    expect(out).toMatch(/^guess-number@1: 6 episodes of run, \d+ steps\n\nsignal +per episode +nulls\nenv /)
    expect(out).toMatch(/\nsuccess .*\n\nrecorded in again\n$/)
  })

  it.each([
    [['rescore', 'run', '--out', 'again'], 'CONFIG_INVALID: say by which hooks'],
    [['rescore', 'run', '--hook', 'success', '--out', 'run'], 'RECORD_FOREIGN'],
    [['rescore', 'run', '--hook', 'succes', '--out', 'again'], 'did you mean success or '],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await inFolder(args)
    expect(code).toBe(1)
    expect(err).toContain(message)
    expect(readdirSync(folder)).toEqual(['run'])
  })
})
