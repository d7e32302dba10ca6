import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json, Reward, Step } from '../../../core/data/types.ts'
import { hookSet, type RewardHook, withOptions } from '../../../core/reward/hook.ts'
import { runGroupHook, runTurnHooks } from '../../../core/reward/run-hooks.ts'
import executionSuccess from '../../../rewards/hooks/execution-success.ts'
import goldProgress from '../../../rewards/hooks/gold-progress.ts'
import groundedArguments from '../../../rewards/hooks/grounded-arguments.ts'
import matchTir from '../../../rewards/hooks/matchtir.ts'
import redundantCalls from '../../../rewards/hooks/redundant-calls.ts'
import toolRlCalls from '../../../rewards/hooks/toolrl-calls.ts'
import toolRlFormat from '../../../rewards/hooks/toolrl-format.ts'
import { applyRecipe } from '../../../rewards/shaping/apply.ts'
import type { Recipe } from '../../../rewards/shaping/recipe.ts'
import scheduled from '../../../rewards/shaping/recipes/toolrl-scheduled.ts'
import twoStage from '../../../rewards/shaping/recipes/toolrl-two-stage.ts'
import { describeWithReference } from '../../support/reference.ts'
import { group, signal, step, trajectory } from '../../support/reward-samples.ts'

const FIND = { name: 'find_user', arguments: { email: 'a@b.c' } }
const ORDER = { name: 'get_order', arguments: { order_id: '#W1', full: true } }
const CANCEL = { name: 'cancel', arguments: { order_id: '#W1', reason: 'no longer needed' } }
const GOLD = { calls: [FIND, ORDER, CANCEL], outputs: [] }

const stepsOf = (actions: readonly Json[]): readonly Step[] => actions.map((action, index) => step({ index, action }))

/** What a turn hook says of the last of these steps. */
async function judged(hook: RewardHook, steps: readonly Step[], truth: Json = GOLD): Promise<number | null> {
  const none = { before: () => ({}), after: () => ({}) }
  const last = steps.at(-1) ?? step()
  const rewards = await runTurnHooks(hookSet([hook]).turn, last, steps.slice(0, -1), none, () => truth)
  return numberIn(rewards[0])
}

function numberIn(reward: Reward | undefined): number | null {
  if (reward?.value === null) expect(reward).toMatchObject({ reason: 'declined' })
  return reward?.value ?? null
}

describe('toolrl-calls', () => {
  it('compares a step with the gold calls that no step has made yet', async () => {
    expect(await judged(toolRlCalls, stepsOf([FIND]))).toBe(3)
    expect(await judged(toolRlCalls, stepsOf([FIND, { respond: 'Which order?' }, ORDER]))).toBe(3)
    expect(await judged(toolRlCalls, stepsOf([FIND, FIND]))).toBe(-3)
    expect(await judged(toolRlCalls, stepsOf([FIND, { tool_calls: [ORDER, CANCEL] }]))).toBe(3)
    // 1 for the name, 1 for the parameters' names, 1 of 2 values, of at most 1 + 1 + 2
    const otherOrder = { ...ORDER, arguments: { order_id: '#W2', full: true } }
    expect(await judged(toolRlCalls, stepsOf([FIND, otherOrder]))).toBe((6 * 3) / 4 - 3)
  })

  it('is 0 for messages and where all gold calls were made, and -3 for calls that cannot be read', async () => {
    expect(await judged(toolRlCalls, stepsOf([{ respond: 'Hello' }]))).toBe(0)
    expect(await judged(toolRlCalls, stepsOf([FIND, ORDER, CANCEL, FIND]))).toBe(0)
    expect(await judged(toolRlCalls, stepsOf(['{"name": "find_user", "arg']))).toBe(-3)
    const refused = { code: 'ACTION_INVALID', problem: 'no' } as const
    expect(await judged(toolRlCalls, [step({ action: FIND, refused })])).toBe(-3)
  })

  it('judges an answer to the whole task if it wants all gold calls', async () => {
    const all = withOptions(toolRlCalls, { wanted: 'all' })
    expect(await judged(all, stepsOf([{ tool_calls: [FIND, ORDER, CANCEL] }]))).toBe(3)
    expect(await judged(all, stepsOf([{ respond: 'Hello' }]))).toBe(-3)
    expect(await judged(all, stepsOf([FIND]), { calls: [] })).toBe(0)
  })

  it('reads calls between tags, and as the reference none from a tag that is not closed if it wants all', async () => {
    const all = withOptions(toolRlCalls, { wanted: 'all' })
    const text = `<tool_call>\n${[FIND, ORDER, CANCEL].map((call) => JSON.stringify(call)).join('\n')}\n`
    expect(await judged(all, stepsOf([`${text}</tool_call>`]))).toBe(3)
    expect(await judged(all, stepsOf([text]))).toBe(-3)
    expect(await judged(toolRlCalls, stepsOf([text]))).toBe(3)
  })

  it('declines if there are no gold calls, and fails for an option that it does not know', async () => {
    expect(await judged(toolRlCalls, stepsOf([FIND]), null)).toBeNull()
    const none = { before: () => ({}), after: () => ({}) }
    const hook = withOptions(toolRlCalls, { wanted: 'some' })
    const [reward] = await runTurnHooks([hook], step({ action: FIND }), [], none, () => GOLD)
    expect(reward).toMatchObject({ value: null, reason: 'threw', detail: expect.stringContaining('next or all') })
  })
})

describe('toolrl-format', () => {
  const tags = withOptions(toolRlFormat, { tags: true })

  it('is 1 for what the environment could read', async () => {
    expect(await judged(toolRlFormat, stepsOf([FIND]))).toBe(1)
    const refused = { code: 'ACTION_INVALID', problem: 'no' } as const
    expect(await judged(toolRlFormat, [step({ refused })])).toBe(0)
  })

  it('holds a text to the tags of the wanted answer, or to its own', async () => {
    const answer = '<think> x </think>\n<response> y </response>'
    expect(await judged(tags, stepsOf([answer]))).toBe(1)
    expect(await judged(tags, stepsOf([answer]), { answer: '<tool_call>' })).toBe(0)
    expect(await judged(tags, stepsOf([answer.replace('<think>', '')]))).toBe(0)
    expect(await judged(tags, stepsOf([FIND]))).toBe(0)
  })
})

describe('matchtir', () => {
  const perStep = async (hook: RewardHook, ...members: readonly (readonly Json[])[]) => {
    const judgedGroup = group(members.map((actions, at) => trajectory({ id: `${at}`, steps: stepsOf(actions) })))
    const rewards = await Promise.all(hookSet([hook]).group.map((one) => runGroupHook(one, judgedGroup, () => GOLD)))
    return rewards[0]?.perStep?.map((steps) => steps.map(numberIn))
  }

  it('matches the calls of each whole trajectory and gives a step the mean of its calls', async () => {
    const wrong = { ...CANCEL, arguments: { order_id: '#W1', reason: 'other' } }
    expect(
      await perStep(matchTir, [FIND, { respond: 'Which?' }, { tool_calls: [ORDER, wrong] }], [FIND, FIND]),
    ).toEqual([
      [1, null, (1 + 3 / 4) / 2],
      [1, 0],
    ])
    expect(await perStep(withOptions(matchTir, { unmatched: -0.5 }), [FIND, FIND])).toEqual([[1, -0.5]])
  })

  it('has an optimal and a soft assignment', async () => {
    const near = { name: 'cancel', arguments: { order_id: '#W1' } }
    expect(await perStep(withOptions(matchTir, { assignment: 'optimal' }), [CANCEL, near])).toEqual([[1, 0]])
    const soft = await perStep(withOptions(matchTir, { assignment: 'transport' }), [FIND])
    expect(soft?.[0]?.[0]).toBeCloseTo(1 / 3, 9)
  })
})

describe('execution-success', () => {
  it('is the share of calls that ran', async () => {
    const info = { calls: 4, failed: 1, writes: 0 }
    expect(await judged(executionSuccess, [step({ info })])).toBe(0.75)
    expect(await judged(executionSuccess, [step()])).toBeNull()
  })
})

describe('gold-progress', () => {
  it('pays each gold call once, so that a complete episode sums to 1', async () => {
    const actions = [ORDER, FIND, FIND, { respond: 'Sure?' }, CANCEL]
    const values = await Promise.all(actions.map((_, at) => judged(goldProgress, stepsOf(actions.slice(0, at + 1)))))
    expect(values).toEqual([1 / 3, 1 / 3, 0, 0, 1 / 3])
    expect(await judged(goldProgress, stepsOf([FIND]), { calls: [] })).toBeNull()
  })
})

describe('redundant-calls', () => {
  it('charges a call that was made before, until something changes', async () => {
    expect(await judged(redundantCalls, stepsOf([FIND, ORDER, FIND]))).toBe(-0.1)
    expect(await judged(redundantCalls, stepsOf([{ tool_calls: [FIND, FIND, FIND] }]))).toBe(-0.2)
    expect(await judged(redundantCalls, stepsOf([FIND, ORDER]))).toBe(0)
    expect(await judged(redundantCalls, stepsOf([FIND, { respond: 'x' }]))).toBeNull()
    const written = [step({ action: ORDER, info: { writes: 1 } }), step({ action: ORDER })]
    expect(await judged(redundantCalls, written)).toBe(0)
  })
})

describe('grounded-arguments', () => {
  const seen = '[user]\nI am Mei Kovacs, zip 28236. Cancel #W123, please: it costs 12.50.'
  const share = (args: Json, observation = seen) =>
    judged(groundedArguments, [step({ observation }), step({ action: { name: 't', arguments: args } })])

  it('finds texts, parts of texts and numbers in the observations so far', async () => {
    expect(await share({ order_id: '#W123', name: 'mei' })).toBe(1)
    expect(await share({ order_id: '#W12' })).toBe(0)
    expect(await share({ name: 'Kovacs, Ana' })).toBe(0.5)
    expect(await share({ zip: 28236, price: 12.5, count: 3 })).toBeCloseTo(2 / 3, 12)
    expect(await share({ items: [{ id: '#W123' }, { id: 'made_up' }] })).toBe(0.5)
    expect(await share({ name: 'Zoë "Z"' }, '{"name": "Zoë \\"Z\\""}')).toBe(1)
  })

  it('counts neither truth values nor empty texts, and declines if nothing is left', async () => {
    expect(await share({ flag: true, note: '', other: null })).toBeNull()
    expect(await judged(groundedArguments, stepsOf([{ respond: 'x' }]))).toBeNull()
  })
})

describeWithReference("ToolRL's schedules", (folder) => {
  const RECIPES: Readonly<Record<string, Recipe>> = { SCHEDULEREWARD: scheduled, MAX1STEP30MAX3: twoStage }
  const recipeOf = ({ args: { switches } }: ScheduleCase) =>
    switches.length === 1 ? RECIPES[switches[0] ?? ''] : undefined

  it('are recipes that score as its code does, at every recorded step of training', async () => {
    const cases = casesIn(join(folder, 'vectors/hooks/toolrl_schedule.json')).filter((each) => recipeOf(each))
    expect(cases.length).toBeGreaterThan(15)
    for (const each of cases) {
      const progress = Math.min(1, each.args.step / 150)
      const shaped = applyRecipe(recipeOf(each) ?? scheduled, await scoredBy(each.input), { progress })
      expect(shaped.total, each.name).toBeCloseTo(each.expected.score, 9)
      expect(shaped.perStep?.[0], each.name).toBeCloseTo(each.expected.score, 9)
    }
  })
})

/** One step with ToolRL's two signals. */
async function scoredBy({ solution, answer }: ScheduleCase['input']) {
  const truth = { calls: callsOfText(answer), answer }
  const steps = stepsOf([solution])
  const rewards = [
    signal('toolrl-format', await judged(withOptions(toolRlFormat, { tags: true }), steps, truth)),
    signal('toolrl-calls', await judged(withOptions(toolRlCalls, { wanted: 'all' }), steps, truth)),
  ]
  return trajectory({ steps: [step({ rewards })] })
}

const casesIn = (file: string): readonly ScheduleCase[] => JSON.parse(readFileSync(file, 'utf8')).cases

interface ScheduleCase {
  readonly name: string
  readonly args: { readonly step: number; readonly switches: readonly string[] }
  readonly input: { readonly solution: string; readonly answer: string }
  readonly expected: { readonly score: number }
}

function callsOfText(answer: string): readonly Json[] {
  const inner = answer.split('<tool_call>')[1]?.split('</tool_call>')[0] ?? ''
  const lines = inner.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line): Json => JSON.parse(line))
}
