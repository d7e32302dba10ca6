import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { linesOf, strollRun, walker } from './scene.ts'

/** The signal `half` is 0.5 in even steps, and null in odd ones. */
const MASK = ['--keep-steps', 'half:least=0.5'] as const

const source = newFolder()
beforeAll(async () => {
  await strollRun(join(source, 'a'), { groups: 3, agent: walker })
})

let folder: string
let number = 0
beforeEach(() => {
  folder = newFolder()
  cpSync(join(source, 'a'), join(folder, 'a'), { recursive: true })
})

const exported = (...args: readonly string[]) => runJson(['export', 'a', ...args], { folder })

async function linesIn(...args: readonly string[]) {
  const out = `x${number++}.jsonl`
  const { code, json } = await exported('--out', out, ...args)
  expect([code, json.error]).toEqual([0, undefined])
  return linesOf(join(folder, out))
}

async function rowsIn(...args: readonly string[]) {
  const out = `x${number++}.parquet`
  expect((await exported('--out', out, ...args)).code).toBe(0)
  return parquetReadObjects({ file: await asyncBufferFromFile(join(folder, out)) })
}

interface Message {
  readonly role: string
  readonly weight?: number
}
const weightsOf = (messages: readonly Message[]): readonly (number | undefined)[] =>
  messages.filter(({ role }) => role === 'assistant').map(({ weight }) => weight)

describe('steps that are not learnt from', () => {
  it('have the weight 0 in sft, and no labels of tokens', async () => {
    const [plain, masked] = [await linesIn('--format', 'sft'), await linesIn('--format', 'sft', ...MASK)]
    masked.forEach(({ messages }, at) => {
      const before = weightsOf(plain[at].messages)
      expect(weightsOf(messages)).toEqual(before.map((weight, step) => (step % 2 === 0 ? weight : 0)))
    })
    const tokens = ['--format', 'sft', '--grain', 'tokens'] as const
    const [all, some] = [await linesIn(...tokens), await linesIn(...tokens, ...MASK)]
    const learnt = (lines: readonly { readonly labels: readonly number[] }[]) =>
      lines.flatMap(({ labels }) => labels.filter((label) => label !== -100))
    expect(learnt(some).every((id) => id >= 10 && (id - 10) % 2 === 0)).toBe(true)
    expect(learnt(some)).toEqual(learnt(all).filter((id) => (id - 10) % 2 === 0))
  })

  it('have null as their label in prm, and others true or false with a threshold', async () => {
    const asked = ['--format', 'prm', '--score', 'half', ...MASK] as const
    for (const { labels } of await linesIn(...asked))
      expect(labels).toEqual(labels.map((_: unknown, at: number) => (at % 2 === 0 ? 0.5 : null)))
    for (const [threshold, label] of [
      ['0.5', true],
      ['0.6', false],
    ] as const)
      for (const { labels } of await linesIn(...asked, '--threshold', threshold))
        expect(labels).toEqual(labels.map((_: unknown, at: number) => (at % 2 === 0 ? label : null)))
  })

  it('have the weight 0 in pairs of trajectories, and are in no pair of steps', async () => {
    const asked = ['--format', 'dpo', '--score', 'arrived'] as const
    const plain = await linesIn(...asked)
    const masked = await linesIn(...asked, ...MASK)
    expect(masked).toHaveLength(plain.length)
    for (const line of masked)
      for (const side of ['chosen', 'rejected'])
        expect(weightsOf(line[side])).toEqual(weightsOf(line[side]).map((_, at) => (at % 2 === 0 ? 1 : 0)))
    expect(plain.flatMap(({ chosen }) => weightsOf(chosen)).every((weight) => weight === undefined)).toBe(true)
    const steps = await linesIn(...asked, '--pairs', 'step', ...MASK)
    expect(steps.length).toBeGreaterThan(0)
    expect(steps.every(({ step }) => step % 2 === 0)).toBe(true)
  })

  it('are out of the masks of tokens, and have no advantage', async () => {
    const tokens = await rowsIn('--format', 'parquet', '--grain', 'tokens', '--estimator', 'grpo', ...ARRIVED, ...MASK)
    for (const { responseMask, stepOf, 'advantages.grpo': advantages } of tokens)
      responseMask.forEach((mask: number, at: number) => {
        const isLearnt = stepOf[at] >= 0 && stepOf[at] % 2 === 0
        expect(mask).toBe(isLearnt ? 1 : 0)
        if (stepOf[at] >= 0) expect(advantages[at] === null).toBe(!isLearnt)
      })
    for (const { step, response_mask: mask } of await rowsIn('--format', 'verl', ...MASK))
      expect([...new Set(mask)]).toEqual([step % 2 === 0 ? 1 : 0])
  })

  it('are not trained on in sharegpt and verifiers', async () => {
    for (const { conversations } of await linesIn('--format', 'sharegpt', ...MASK)) {
      const losses = conversations.flatMap(({ loss }: { loss?: boolean }) => loss ?? [])
      expect(losses.every((loss: boolean, at: number) => at % 2 === 0 || !loss)).toBe(true)
    }
    for (const { nodes } of await linesIn('--format', 'verifiers', ...MASK)) {
      const masks = nodes.flatMap(({ sampled, mask }: { sampled: boolean; mask: boolean[] }) => (sampled ? [mask] : []))
      masks.forEach((mask: readonly boolean[], at: number) => {
        expect(mask).toEqual(mask.map(() => at % 2 === 0))
      })
    }
  })

  it('need a file that has a place for them', async () => {
    const { json } = await exported('--format', 'chat', ...MASK)
    expect(json.error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('name an estimator') })
    expect((await exported('--format', 'sft', '--keep-steps', 'haalf:least=1')).json.error.message).toContain(
      'the run has no signal haalf of steps: did you mean half',
    )
  })
})

/** `grpo` over the outcome: the environment's reward is null where the agent waits. */
const ARRIVED = ['--options', 'grpo.episode=arrived'] as const

describe('trajectories that a filter leaves out', () => {
  it('are in no file, and counted', async () => {
    const { json } = await exported(
      '--format',
      'chat',
      '--filter',
      'likelihood:signal=arrived,aggregate=outcome,least=1',
    )
    const all = (await exported('--format', 'chat', '--out', 'all.jsonl')).json
    expect(json.leftOut.filtered.count).toBeGreaterThan(0)
    expect(json.trajectories + json.leftOut.filtered.count).toBe(all.trajectories)
    const { out } = await run(
      [
        'export',
        'a',
        '--format',
        'chat',
        '--out',
        'y.jsonl',
        '--filter',
        'likelihood:signal=arrived,aggregate=outcome,most=0',
      ],
      { folder },
    )
    expect(out).toMatch(/left out: \d+ trajector(y|ies) by a filter \(g\d\.\d/)
  })

  it('are compared with none', async () => {
    const filter = ['--filter', 'spread:outcome=arrived,deviation=0.45'] as const
    const rows = await rowsIn('--format', 'parquet', '--estimator', 'grpo', ...ARRIVED, ...filter)
    await run(['credit', 'a', '--estimator', 'grpo', ...ARRIVED, ...filter, '--out', 'c.jsonl'], { folder })
    const credited = linesOf(join(folder, 'c.jsonl')).filter(({ grpo }) => grpo !== null)
    expect(rows.map((row) => row['advantages.grpo'])).toEqual(credited.map(({ grpo }) => grpo))
    expect(rows.length).toBeGreaterThan(0)
  })

  it.each([
    ['--filter', 'sprd', 'CONFIG_INVALID', 'there is no filter sprd'],
    ['--filter', 'spread:outcome=env', 'SIGNAL_MISSING', 'no signal env of trajectories'],
    ['--filter', 'spread:outcome=arrved', 'SIGNAL_MISSING', 'did you mean arrived'],
    ['--filter', 'spread:leest=1', 'CONFIG_INVALID', '--filter spread has no field leest'],
    ['--filter', 'consensus:rollouts=half,judge=nothing', 'SIGNAL_MISSING', 'no signal nothing of steps'],
    ['--keep-steps', 'half', 'CONFIG_INVALID', 'needs least or most'],
  ])('are not guessed: %s %s', async (flag, value, code, message) => {
    const { json } = await exported('--format', 'sft', flag, value)
    expect(json.error).toMatchObject({ code, message: expect.stringContaining(message) })
  })
})

describe('pairs by several scores', () => {
  it('hold every two of which one leads in the most important score in which they differ', async () => {
    const lines = await linesIn('--format', 'dpo', '--score', 'arrived,env')
    expect(lines.length).toBeGreaterThan(1)
    for (const { chosen_scores: chosen, rejected_scores: rejected } of lines) {
      const isTie = chosen.arrived === rejected.arrived
      if (isTie) expect(chosen.env).toBeGreaterThan(rejected.env)
      else expect(chosen.arrived).toBeGreaterThan(rejected.arrived)
    }
    const pairs = lines.map(({ chosen_trajectory: one, rejected_trajectory: other }) => `${one} ${other}`)
    expect(new Set(pairs).size).toBe(pairs.length)
  })

  it('ask for a lead in deviations', async () => {
    const all = await linesIn('--format', 'dpo', '--score', 'arrived,env')
    const some = await linesIn('--format', 'dpo', '--score', 'arrived,env', '--sigmas', '0,9')
    expect(some.length).toBeLessThan(all.length)
    for (const { chosen_scores: chosen, rejected_scores: rejected } of some)
      expect(chosen.arrived).toBeGreaterThan(rejected.arrived)
  })

  it.each([
    [['--format', 'sft', '--score', 'arrived,env'], 'several scores compare trajectories, for dpo'],
    [['--format', 'dpo', '--pairs', 'step', '--score', 'arrived,env'], 'several scores compare trajectories'],
    [['--format', 'dpo', '--sigmas', '1'], '--sigmas is for several scores'],
    [['--format', 'dpo', '--score', 'arrived,nothing'], 'no signal nothing'],
    [['--format', 'dpo', '--threshold', '1'], '--threshold is for the formats prm'],
  ])('are refused elsewhere: %j', async (args, message) => {
    const { json } = await exported(...args)
    expect(json.error.message).toContain(message)
  })
})
