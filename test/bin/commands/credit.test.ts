import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import { readRun } from '../../../records/index.ts'
import reinforcePlusPlus from '../../../rewards/advantage/reinforce-plus-plus.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string

beforeEach(() => {
  folder = newFolder()
})

const inFolder = (...args: readonly string[]) => run(['credit', ...args], { folder })
const jsonInFolder = (...args: readonly string[]) => runJson(['credit', ...args], { folder })
const write = (name: string, content: unknown): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
const linesOf = (name: string): readonly unknown[] =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

const BATCH = {
  trajectory: ['a', 'b', 'a'],
  group: ['g', 'g', 'g'],
  anchors: { text: ['start', 'start', 'end'] },
  signals: { env: [0, 0, 1], prm: [0.5, 0.25, null] },
  outcomes: { success: [1, 0, 1] },
}

describe('stepgym credit RUN', () => {
  beforeEach(async () => {
    const args = ['--env', 'guess-number', '--agent', 'random', '--groups', '3', '--group-size', '2', '--out', 'run']
    await run(['rollout', ...args, '--hook', 'success', '--recipe', 'outcome-only'], { folder })
  })

  it('compares estimators and writes a line a step, groups in the order of the record, their members in their own', async () => {
    const { code, json } = await jsonInFolder('run', '--estimator', 'grpo,gigpo,hgpo')
    expect(code).toBe(0)
    const recorded = [...readRun(join(folder, 'run')).trajectories()].map(({ trajectory }) => trajectory)
    const groups = [...new Set(recorded.map(({ groupId }) => groupId))]
    const trajectories = groups.flatMap((group) =>
      recorded.filter(({ groupId }) => groupId === group).toSorted((a, b) => a.member - b.member),
    )
    const steps = trajectories.flatMap(({ id, steps: own }) => own.map(({ index }) => ({ trajectoryId: id, index })))
    expect(json).toMatchObject({
      source: 'run',
      steps: steps.length,
      trajectories: 6,
      groups: 3,
      out: 'run.credit.jsonl',
    })
    expect(json.estimators.map(({ name }: { name: string }) => name)).toEqual(['grpo', 'gigpo', 'hgpo'])
    expect(json.agreement).toHaveLength(3)
    const number = expect.any(Number)
    expect(linesOf('run.credit.jsonl')).toEqual(
      steps.map((place) => ({ ...place, grpo: number, gigpo: number, hgpo: number })),
    )
  })

  it('says that the run names a recipe, and goes by the one that is chosen', async () => {
    expect((await inFolder('run', '--estimator', 'grpo')).out).toContain('recorded with the recipe outcome-only')
    const { json } = await jsonInFolder('run', '--estimator', 'grpo', '--recipe', 'outcome-only')
    expect(json).toMatchObject({ recipe: 'outcome-only', recordedRecipe: null })
    expect(json.estimators[0].diagnostics.signals).toEqual(['outcome-only'])
  })
})

describe('stepgym credit of what a run lacks', () => {
  const rollout = (...args: readonly string[]) =>
    run(['rollout', '--env', 'guess-number', '--agent', 'random', ...args, '--out', 'run'], { folder })
  const segment = (): string => {
    const segments = join(folder, 'run', 'segments')
    return join(segments, readdirSync(segments).toSorted().at(-1) ?? '')
  }

  it('exits with 1 if no estimator has any advantage, and says why', async () => {
    await rollout('--groups', '2', '--group-size', '1')
    const { code, out } = await inFolder('run', '--estimator', 'grpo,gigpo')
    expect(code).toBe(1)
    expect(out).toContain(
      'SIGNAL_MISSING: too few trajectories are usable in 2 of 2 groups (at most 1; a group needs 2)',
    )
    expect(out).toContain('nothing to write')
    expect(existsSync(join(folder, 'run.credit.jsonl'))).toBe(false)
    const { code: some, json } = await jsonInFolder('run', '--estimator', 'grpo,reinforce-plus-plus')
    expect(some).toBe(1)
    expect(json.estimators).toMatchObject([{ reason: { code: 'SIGNAL_MISSING' } }, { reason: null }])
  })

  it('names torn bytes and unfinished episodes, as replay, rescore and eval do', async () => {
    await rollout('--groups', '2', '--group-size', '2')
    const lines = readFileSync(segment(), 'utf8').split('\n')
    const end = lines.findLastIndex((line) => line.includes('"type":"end"'))
    writeFileSync(segment(), `${lines.slice(0, end).join('\n')}\n{"type":`)
    const words = ['a crash tore the last line of the record: 8 bytes left out', 'counted as aborted: 1 episode']
    const { json } = await jsonInFolder('run', '--estimator', 'grpo')
    expect(json.losses).toEqual({ tornBytes: 8, unfinished: 1 })
    const evals = [
      ['values', 'run', '--forks', '2', '--trajectory', '0.0'],
      ['fatal', 'run', '--forks', '2', '--trajectory', '0.0'],
      ['credit', '--run', 'run', '--estimator', 'grpo', '--forks', '2'],
    ]
    for (const args of evals)
      expect((await runJson(['eval', ...args], { folder })).json.losses).toEqual({ tornBytes: 8, unfinished: 1 })
    const commands = [
      ['credit', 'run', '--estimator', 'grpo'],
      ['replay', 'run'],
      ['rescore', 'run', '--hook', 'success', '--out', 'rescored'],
      ['eval', 'values', 'run', '--forks', '2', '--trajectory', '0.0'],
    ]
    for (const command of commands) {
      const result = await run(command, { folder })
      for (const each of words) expect(`${command[0]}: ${result.err}`).toContain(each)
    }
  })

  it('says that all members were aborted', async () => {
    await rollout('--groups', '1', '--group-size', '2')
    const lines = readFileSync(segment(), 'utf8').trimEnd().split('\n')
    const end = lines.findIndex((line) => line.includes('"type":"end"'))
    writeFileSync(segment(), `${lines.slice(0, end).join('\n')}\n`)
    const { code, err } = await inFolder('run', '--estimator', 'grpo')
    expect(code).toBe(1)
    expect(err).toContain('all trajectories were aborted (2): none has steps to credit')
  })

  it('writes beside the run, also from within it', async () => {
    await rollout('--groups', '2', '--group-size', '2')
    const { code } = await run(['credit', '.', '--estimator', 'grpo'], { folder: join(folder, 'run') })
    expect(code).toBe(0)
    expect(existsSync(join(folder, 'run.credit.jsonl'))).toBe(true)
    expect(readdirSync(join(folder, 'run')).filter((name) => name.includes('credit'))).toEqual([])
  })
})

describe('stepgym credit --batch', () => {
  it('takes steps of any trainer, and answers in their order', async () => {
    write('steps.json', BATCH)
    const options = ['--options', 'grpo.norm=mean_norm', '--options', 'grpo.crossSteps=false']
    const { code, out } = await inFolder('--batch', 'steps.json', '--estimator', 'grpo', ...options, '--out', 'a.jsonl')
    expect(code).toBe(0)
    expect(linesOf('a.jsonl')).toEqual([
      { trajectoryId: 'a', index: 0, grpo: 0.5 },
      { trajectoryId: 'b', index: 0, grpo: -0.5 },
      { trajectoryId: 'a', index: 1, grpo: 0.5 },
    ])
    expect(out).toContain('steps.json: 3 steps of 2 trajectories in 1 group\n')
    expect(out).toMatch(/\ngrpo +100\.0 % +100\.0 % +0\.167 +0\.577 +-0\.500 +0\.500 +0\n/)
    expect(out).toMatch(/\na line a step in a\.jsonl\n$/)
  })

  it('gives a mean that only rounding keeps from 0 no sign', async () => {
    const env = [0.1, 0.7, 0.2, 0.3]
    write('steps.json', { trajectory: ['a', 'b', 'c', 'd'], group: ['g', 'g', 'g', 'g'], signals: { env } })
    for (const norm of ['mean_norm', 'mean_std_norm']) {
      const { out } = await inFolder('--batch', 'steps.json', '--estimator', 'grpo', '--options', `grpo.norm=${norm}`)
      expect(out).toMatch(/\ngrpo +100\.0 % +100\.0 % +0\.000 /)
    }
  })

  it('writes null if a step has no advantage, and why one estimator has none at all', async () => {
    write('steps.json', BATCH)
    const names = 'pure,grpo,mt-grpo'
    const { code, out } = await inFolder('--batch', 'steps.json', '--estimator', names, '--options', 'pure.process=prm')
    expect(code).toBe(1)
    expect(out).toMatch(/\nmt-grpo\n {2}none: SIGNAL_MISSING: the batch has no signal turn/)
    expect(out).toMatch(
      /\npure\n {2}none: SIGNAL_MISSING: too few trajectories are usable \(1; a group needs 2\): values are null/,
    )
    expect(linesOf('steps.credit.jsonl')).toEqual(
      ['a', 'b', 'a'].map((trajectoryId, at) => ({
        trajectoryId,
        index: at === 2 ? 1 : 0,
        pure: null,
        grpo: expect.any(Number),
        'mt-grpo': null,
      })),
    )
  })

  it('goes by the progress of training', async () => {
    write('steps.json', BATCH)
    write('fading.json', {
      ...{ name: 'fading', version: 1, onNull: 'error' },
      terms: [{ signal: 'success', weight: 1, aggregate: 'outcome', schedule: { kind: 'linear', from: 0, to: 2 } }],
    })
    const options = ['--options', 'grpo.norm=mean_norm', '--recipe', './fading.json']
    const asked = ['--batch', 'steps.json', '--estimator', 'grpo', ...options]
    expect((await inFolder(...asked)).err).toContain('say how far it is, from 0 to 1')
    const { json } = await jsonInFolder(...asked, '--progress', '0.5')
    expect(json.estimators[0].spread.most).toBeCloseTo(1 / 3, 12)
  })

  it('learns from what filters and a mask leave, and says how much they leave out', async () => {
    write('steps.json', BATCH)
    const asked = ['--batch', 'steps.json', '--estimator', 'grpo', '--filter', 'spread:outcome=success'] as const
    const { json } = await jsonInFolder(...asked, '--keep-steps', 'prm:least=0.5')
    expect(json.leftOut).toEqual({ trajectories: 0, steps: 2 })
    expect(json.estimators[0].diagnostics.rows.masked).toBe(2)
    const { out } = await inFolder(...asked, '--keep-steps', 'prm:least=0.5')
    expect(out).toContain('left out by filters: 0 trajectories; by the mask: 2 steps')
    const none = await inFolder(...asked, '--keep-steps', 'prm:least=5')
    expect(none).toMatchObject({ code: 1, out: expect.stringContaining('the mask leaves no step') })
    expect((await inFolder(...asked, '--filter', 'spread:least=7')).out).toContain('the filters leave no trajectory')
  })

  it('takes weights of signals in place of a recipe', async () => {
    write('steps.json', BATCH)
    const asked = ['--batch', 'steps.json', '--estimator', 'grpo', '--options', 'grpo.norm=mean_norm'] as const
    const spreadOf = async (weights: string) =>
      (await jsonInFolder(...asked, '--weights', weights)).json.estimators[0].spread.most
    expect(await spreadOf('success=-4')).toBeCloseTo(8 / 3, 12)
    expect(await spreadOf('success=1,env=2')).toBeCloseTo(1, 12)
    for (const [weights, message] of [
      ['success=0', 'all weights are 0'],
      ['sucess=1', 'did you mean success'],
      ['success=much', 'Give weights, as success=1'],
      ['success=1 --recipe', 'Give weights'],
    ] as const)
      expect((await inFolder(...asked, '--weights', weights)).err).toContain(message)
    const both = await inFolder(...asked, '--weights', 'success=1', '--recipe', 'outcome-only')
    expect(both.err).toContain('leave --recipe out')
  })

  it('replaces its own columns, and nothing else', async () => {
    write('steps.json', BATCH)
    const asked = ['--batch', 'steps.json', '--estimator', 'grpo']
    await inFolder(...asked)
    expect((await inFolder(...asked)).code).toBe(0)
    const { code, err } = await inFolder(...asked, '--out', 'steps.json')
    expect(code).toBe(1)
    expect(err).toMatch(/CONFIG_INVALID: .*steps\.json exists and holds no columns/)
    expect(JSON.parse(readFileSync(join(folder, 'steps.json'), 'utf8'))).toEqual(BATCH)
    expect((await inFolder(...asked, '--out', 'nowhere/x.jsonl')).err).toContain('cannot be written')
  })

  it.each([
    [{ ...BATCH, group: ['g', 'g'] }, 'the column group has 2 rows, and trajectory has 3'],
    [{ ...BATCH, signals: { env: [0, 'x', 1] } }, 'row 1: signals.env is "x", and should be a finite number'],
    [{ ...BATCH, step: [0, 0, 2] }, 'row 2: step is 2, and should be 1'],
    [{ ...BATCH, rewards: [] }, 'a batch has no column rewards'],
    [{ ...BATCH, group: ['g', 'g', 'h'] }, 'row 2: group is "h", and should be "g"'],
    [{ trajectory: [], group: [] }, 'a batch needs at least one row'],
    ['[', 'no JSON: '],
  ])('refuses %j', async (content, message) => {
    write('steps.json', content)
    const { code, err } = await inFolder('--batch', 'steps.json', '--estimator', 'grpo')
    expect(code).toBe(1)
    expect(err).toContain(`stepgym: BATCH_INVALID: ${message}`)
    expect(existsSync(join(folder, 'steps.credit.jsonl'))).toBe(false)
  })

  it.each([
    [
      ['--estimator', 'gigpoo'],
      'ESTIMATOR_UNKNOWN: there is no advantage estimator "gigpoo": did you mean gigpo or igpo?',
    ],
    [['--estimator', 'gpro'], 'did you mean grpo?'],
    [[], 'CONFIG_INVALID: say by which estimators: --estimator bi-level-gae,consistency-blend'],
    [['--estimator', 'grpo,grpo'], 'CONFIG_INVALID: the estimator grpo is asked for twice'],
    [
      ['--estimator', 'grpo', '--options', 'gigpo.gamma=1'],
      '--options sets gigpo, which is not asked for: asked for are grpo',
    ],
    [['--estimator', 'grpo', '--options', 'grpo=1'], 'write grpo.KEY=VALUE'],
    [['--estimator', 'grpo', '--options', 'grpo.gama=1'], 'the estimator grpo has no option gama: it has mode'],
    [['--estimator', 'grpo', '--options', 'grpo.epsilon=x'], 'grpo: epsilon should be a number from 0'],
    [['--estimator', 'grpo', '--recipe', 'outcome-onli'], 'did you mean outcome-only?'],
    [['run', '--estimator', 'grpo'], 'and not both'],
  ])('refuses %j', async (args, message) => {
    write('steps.json', BATCH)
    const { code, err } = await inFolder('--batch', 'steps.json', ...args)
    expect(code).toBe(1)
    expect(err).toContain(message)
  })

  it.each([
    ['--progress', '1.5'],
    ['--options', 'x'],
    ['--equality', 'loose'],
  ])('does not understand %s %s', async (...args) => {
    expect((await inFolder('--estimator', 'grpo', ...args)).code).toBe(2)
  })

  it("writes the advantages of tokens, a method's own or those of the step", async () => {
    const logProbs = [[-1, -2], [-0.5], null]
    write('steps.json', { ...BATCH, logProbs })
    const estimators = 'reinforce-plus-plus,grpo'
    const { code } = await inFolder('--batch', 'steps.json', '--estimator', estimators, '--tokens')
    expect(code).toBe(0)
    const batch = parseBatch(JSON.parse(readFileSync(join(folder, 'steps.json'), 'utf8')))
    const own = [...(reinforcePlusPlus.compute(batch).perToken ?? [])]
    const lines = linesOf('steps.credit.jsonl') as { grpo: number; tokens: Record<string, number[] | null> }[]
    // In the batch the rows of trajectory a come first: two tokens, none, then the one of b.
    expect(lines.map(({ tokens }) => tokens['reinforce-plus-plus'])).toEqual([own.slice(0, 2), own.slice(2), null])
    expect(own).toHaveLength(3)
    const [first, second] = lines
    expect(lines.map(({ tokens }) => tokens.grpo)).toEqual([[first?.grpo, first?.grpo], [second?.grpo], null])
  })

  it('refuses tokens that were not recorded', async () => {
    write('steps.json', BATCH)
    const { code, err } = await inFolder('--batch', 'steps.json', '--estimator', 'grpo', '--tokens')
    expect(code).toBe(1)
    expect(err).toContain('SIGNAL_MISSING: no tokens were recorded')
    expect(existsSync(join(folder, 'steps.credit.jsonl'))).toBe(false)
  })

  it('needs a run or a batch', async () => {
    expect((await inFolder('--estimator', 'grpo')).err).toContain('name the folder of a run, or a batch file')
  })

  it('takes an estimator of the working folder', async () => {
    write('steps.json', BATCH)
    write(
      'mine.mjs',
      `export default { name: 'mine', summary: 'one each', consumes: [], defaults: {}, compute: ({ rowCount }) => ({
         advantages: new Float64Array(rowCount).fill(1), mask: new Uint8Array(rowCount).fill(1), perToken: null, parts: {},
         diagnostics: { estimator: 'mine', options: {}, signals: ['env'], rows: { total: 3, masked: 0, copies: 0 },
           groups: { total: 1, sizes: { least: 2, most: 2, mean: 2 }, tooSmall: 0, usable: { most: 2, needed: 2 }, zeroVariance: null },
           stepGroups: null, anchor: null, nulls: {}, truncated: 0, leftOut: { aborted: 0, empty: 0 }, warnings: [] } }) }`,
    )
    const { json } = await jsonInFolder('--batch', 'steps.json', '--estimator', './mine.mjs')
    expect(json.estimators[0]).toMatchObject({ name: 'mine', spread: { mean: 1 } })
  })
})
