import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { passAtK } from '../../../rewards/credit/index.ts'
import { type Given, run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

let folder: string

const GRID = ['--env', 'grid', '--set', 'world=slippery', '--set', 'size=3', '--seed', '4']
const HOOKS = ['--hook', 'success', '--hook', 'step-cost', '--hook', 'confidence']

beforeAll(async () => {
  folder = newFolder()
  const grid = [...GRID, ...HOOKS, '--agent', 'random', '--groups', '3', '--group-size', '4']
  await run(['rollout', ...grid, '--out', 'run'], { folder })
  await run(['rollout', ...GRID, '--sampling', 'prefix', '--k', '3', '--groups', '2', '--out', 'tree'], { folder })
  await run(['eval', 'values', 'run', '--forks', '4', '--trajectory', '0.1'], { folder })
})

const show = (args: readonly string[], given: Given = {}) => run(['show', ...args], { folder, ...given })
const shown = (...args: readonly string[]) => runJson(['show', ...args], { folder })
const recorded = (name: string) => [...readRun(join(folder, name)).trajectories()].map(({ trajectory }) => trajectory)
const named = (name: string, id: string) => {
  const found = recorded(name).find((each) => each.id === id)
  if (!found) throw new Error(`no ${id}`)
  return found
}

describe('stepgym show RUN', () => {
  it('lists every group and episode with what it earned and how it ended', async () => {
    const { code, json } = await shown('run')
    expect(code).toBe(0)
    expect(json).toMatchObject({ environment: 'grid@1', agent: 'random', total: 12, tornBytes: 0 })
    const trajectories = recorded('run').toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(json.episodes.map(({ id }: { readonly id: string }) => id)).toEqual(trajectories.map(({ id }) => id))
    for (const [at, { steps, ending, endingReason, taskId, rewards }] of trajectories.entries()) {
      const total = steps.reduce((sum, step) => sum + (step.rewards[0]?.value ?? Number.NaN), 0)
      expect(json.episodes[at]).toMatchObject({ steps: steps.length, ending, endingReason, task: taskId })
      expect(json.episodes[at].totals[0]).toEqual({ name: 'env', sum: total, nulls: 0 })
      expect(json.episodes[at].totals).toContainEqual({ name: 'success', sum: rewards[0]?.value, nulls: 0 })
    }
    expect(json.groups).toHaveLength(3)
    for (const { episodes, least, mean, most } of json.groups) {
      expect(episodes).toBe(4)
      expect(least).toBeLessThanOrEqual(mean)
      expect(mean).toBeLessThanOrEqual(most)
    }
  })

  it('prints the same as tables', async () => {
    const { code, out } = await show(['run'])
    expect(code).toBe(0)
    expect(out).toMatch(/^run: grid@1, random, seed 4, 20/)
    expect(out).toContain('12 episodes in 3 groups; hooks: step-cost, success, confidence')
    expect(out).toMatch(/^group +task +episodes +steps +least +mean +most return +terminated +truncated +aborted$/m)
    expect(out).toMatch(/^episode +task +steps +invalid +return +step-cost +confidence +success +ending$/m)
    expect(out).toMatch(/^2\.3 .* terminated$/m)
    expect(out).toContain('stepgym show run 0.0')
  })

  it('estimates pass@k from the signal success, up to the size of the groups', async () => {
    const { json } = await shown('run')
    const passes = [0, 1, 2].map((group) =>
      recorded('run').filter(({ groupId, rewards }) => groupId === String(group) && Number(rewards[0]?.value) > 0),
    )
    const mean = (k: number) => passes.reduce((sum, { length }) => sum + passAtK(4, length, k), 0) / 3
    expect(json.passAtK).toEqual([1, 2, 4].map((k) => ({ k, value: mean(k) })))
    expect((await show(['run'])).out).toMatch(/^success of one of k episodes: pass@1 [01]\.\d{3}, pass@2 .*pass@4 /m)
    expect((await shown('tree')).json.passAtK).toEqual([])
  })

  it('lists a page, or one group', async () => {
    const { json } = await shown('run', '--offset', '5', '--limit', '2')
    expect(json.episodes.map(({ id }: { readonly id: string }) => id)).toEqual(['1.1', '1.2'])
    expect((await show(['run', '--limit', '2'])).out).toContain('episodes 0 to 1 of 12')
    const one = (await shown('run', '--group', '2')).json
    expect(one.total).toBe(4)
    expect(one.groups.map(({ id }: { readonly id: string }) => id)).toEqual(['2'])
  })

  it('counts what a fork earned from the reset on, and says where it parted', async () => {
    const forks = recorded('tree').filter(({ forkedFrom }) => forkedFrom)
    expect(forks.length).toBeGreaterThan(0)
    const { json } = await shown('tree', '--limit', '1000')
    for (const { id, forkedFrom, steps } of forks) {
      const line = json.episodes.find((each: { readonly id: string }) => each.id === id)
      expect(line).toMatchObject({ forkedFrom, steps: steps.length })
    }
    const [first] = forks
    expect((await show(['tree', '--limit', '1000'])).out).toContain(
      `, forked from ${first?.forkedFrom?.trajectoryId} at step ${first?.forkedFrom?.index}`,
    )
  })

  it('shows an unfinished episode as such, and a torn line as left out, and changes neither', async () => {
    cpSync(join(folder, 'run'), join(folder, 'torn'), { recursive: true })
    const segments = join(folder, 'torn/segments')
    const last = join(segments, readdirSync(segments).sort().at(-1) ?? '')
    const lines = readFileSync(last, 'utf8').split('\n')
    const end = lines.findIndex((line) => line.includes('"end"') && line.includes('"0.0"'))
    const text = `${lines.slice(0, Math.max(1, end)).join('\n')}\n{"type":"st`
    writeFileSync(last, text)
    const { code, out } = await show(['torn'])
    expect(code).toBe(0)
    expect(out).toMatch(/aborted: its record stops before its end/)
    expect(out).toContain('a crash tore the last line (11 bytes): left out')
    expect(readFileSync(last, 'utf8')).toBe(text)
  })

  it('says that a folder is not a run', async () => {
    expect(await shown('nowhere')).toMatchObject({ code: 1, json: { error: { code: 'RECORD_FOREIGN' } } })
  })
})

describe('stepgym show RUN EPISODE', () => {
  it('has every step with every reward, and the last observation', async () => {
    const { code, json } = await shown('run', '0.1')
    expect(code).toBe(0)
    const { steps, rewards } = named('run', '0.1')
    expect(json.steps).toHaveLength(steps.length)
    for (const [at, { index, observation, action, isActionValid, rewards: own }] of steps.entries())
      expect(json.steps[at]).toMatchObject({ index, observation, action, isActionValid, rewards: own })
    expect(json).toMatchObject({ id: '0.1', rewards, lastObservation: steps.at(-1)?.nextObservation })
  })

  it('has the advantages that stepgym credit assigns', async () => {
    await run(['credit', 'run', '--estimator', 'grpo,gigpo', '--out', 'columns.jsonl'], { folder })
    const columns = readFileSync(join(folder, 'columns.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ trajectoryId }) => trajectoryId === '2.2')
    const { json } = await shown('run', '2.2', '--estimator', 'grpo,gigpo')
    expect(columns.length).toBeGreaterThan(0)
    expect(json.steps.map(({ advantages }: { readonly advantages: object }) => advantages)).toEqual(
      columns.map(({ grpo, gigpo }) => ({ grpo, gigpo })),
    )
  })

  it('applies options and a recipe, and says why an estimator has no advantages', async () => {
    const plain = (await shown('run', '2.2', '--estimator', 'gigpo')).json
    const chosen = ['--options', 'gigpo.norm=mean_norm', '--recipe', 'outcome-only']
    const other = (await shown('run', '2.2', '--estimator', 'gigpo', ...chosen)).json
    expect(other.steps[0].advantages).not.toEqual(plain.steps[0].advantages)
    const { json } = await shown('run', '2.2', '--estimator', 'prime,grpo')
    expect(json.withoutCredit).toMatchObject({ prime: { code: 'SIGNAL_MISSING' } })
    expect(json.steps[0].advantages).toMatchObject({ prime: null, grpo: expect.any(Number) })
    expect((await show(['run', '2.2', '--estimator', 'prime,grpo'])).out).toMatch(
      /^prime: no advantages: SIGNAL_MISSING:/m,
    )
  })

  it('has the values that eval values left beside the run, and only for what it estimated', async () => {
    expect(existsSync(join(folder, 'run.values.jsonl'))).toBe(true)
    const { json } = await shown('run', '0.1')
    expect(json.valuesFrom).toEqual({ path: 'run.values.jsonl', agent: 'random', forks: 4 })
    for (const { values } of json.steps) expect(values.value.count).toBe(4)
    const { json: other } = await shown('run', '0.2')
    for (const { values } of other.steps) expect(values).toBeNull()
    const before = readFileSync(join(folder, 'run.values.jsonl'), 'utf8')
    expect((await show(['run', '0.1'])).out).toMatch(
      /^ +value +V \d\.\d{3} {2}Q \d\.\d{3} {2}A [+-]?\d\.\d{3}, interval/m,
    )
    expect(readFileSync(join(folder, 'run.values.jsonl'), 'utf8')).toBe(before)
  })

  it('refuses values of another run, and a file that is not there', async () => {
    expect(await shown('tree', '0.0', '--values', 'run.values.jsonl')).toMatchObject({
      code: 1,
      json: { error: { code: 'CONFIG_INVALID', message: 'run.values.jsonl holds the values of another run' } },
    })
    expect(await shown('run', '0.1', '--values', 'nowhere.jsonl')).toMatchObject({
      code: 1,
      json: { error: { code: 'CONFIG_INVALID', message: expect.stringContaining('stepgym eval values run') } },
    })
    writeFileSync(join(folder, 'text.jsonl'), 'something else\n')
    expect(await shown('run', '0.1', '--values', 'text.jsonl')).toMatchObject({
      json: { error: { code: 'RECORD_FOREIGN' } },
    })
    expect(readFileSync(join(folder, 'text.jsonl'), 'utf8')).toBe('something else\n')
  })

  it('cuts observations and actions to the terminal, and shows them whole on request', async () => {
    const args = ['rollout', '--env', 'guess-number', '--agent', 'scripted:actions=["WORDS"],repeat=true']
    const long = 'word '.repeat(200).trim()
    await run([...args.map((each) => each.replace('WORDS', long)), '--groups', '1', '--out', 'long'], { folder })
    const { out } = await show(['long', '0.0'], { columns: 70 })
    const widths = out.split('\n').map((line) => line.length)
    expect(out).toContain('…')
    expect(Math.max(...widths.slice(2))).toBeLessThanOrEqual(70)
    expect((await show(['long', '0.0', '--full'], { columns: 70 })).out).toContain(`> ${long}`)
  })

  it('shows a refused action as invalid, with what the agent saw', async () => {
    expect((await show(['long', '0.0'])).out).toMatch(/^ +invalid: guess a whole number from 1 to 100/m)
  })

  it('shows the steps that a fork shares, and whose they are', async () => {
    const fork = recorded('tree').find(({ forkedFrom }) => (forkedFrom?.index ?? 0) > 0)
    const { json } = await shown('tree', fork?.id ?? '')
    expect(json.steps.map(({ index }: { readonly index: number }) => index)).toEqual(
      Array.from({ length: (fork?.forkedFrom?.index ?? 0) + (fork?.steps.length ?? 0) }, (_, index) => index),
    )
    expect((await show(['tree', fork?.id ?? ''])).out).toContain(`step 0 (shared with ${json.steps[0].trajectoryId})`)
  })

  it('shows a null with its reason, never as 0', async () => {
    await run(
      [
        'rollout',
        ...GRID,
        '--agent',
        'scripted:actions=["north"],repeat=true',
        '--hook',
        'confidence',
        '--groups',
        '1',
        '--group-size',
        '1',
        '--out',
        'null',
      ],
      { folder },
    )
    expect((await show(['null', '0.0'])).out).toMatch(/confidence – \(declined\)/)
    expect((await show(['null'])).out).toMatch(/^0\.0 .* –/m)
  })

  it('names the episodes that there are if one is not', async () => {
    const { code, json } = await shown('run', '9.9')
    expect(code).toBe(1)
    expect(json.error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/no episode "9\.9": (there are|did you mean) \d/),
    })
  })

  it('names the agent with the options that it was given, and the options of the environment', async () => {
    const { out } = await show(['long'])
    expect(out).toContain('guess-number@1, scripted:actions=["word word')
    expect((await show(['run'])).out).toMatch(/^options: world=slippery, size=3, /m)
    const { json } = await shown('long')
    expect(json).toMatchObject({ agent: 'scripted', agentOptions: { repeat: true } })
    expect((await shown('run')).json).toMatchObject({ agentOptions: {}, options: { world: 'slippery', size: 3 } })
    expect((await shown('long', '0.0')).json).toMatchObject({ agent: 'scripted', agentOptions: { repeat: true } })
    await run(
      ['rollout', '--env', 'guess-number', '--agent', 'scripted:actions=["word"]', '--groups', '1', '--out', 'text'],
      { folder },
    )
    expect((await show(['text', '0.0'])).out).toContain('scripted:actions=["word"]')
  })
})
