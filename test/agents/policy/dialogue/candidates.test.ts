import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MOST_CALLS } from '../../../../agents/policy/dialogue/calls.ts'
import { dialogueChoices } from '../../../../agents/policy/dialogue/choices.ts'
import { MOST_ANSWERS } from '../../../../agents/policy/dialogue/messages.ts'
import type { Json, JsonObject } from '../../../../core/data/types.ts'
import type { Turn } from '../../../../core/rollout/agent.ts'
import { share } from '../../../support/long.ts'

const text = (example: string): Json => ({ type: 'string', description: `such as '${example}'` })
const tool = (name: string, properties: JsonObject): Json => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties, required: Object.keys(properties) } },
})
const ids = (example: string): Json => ({ type: 'array', items: text(example) })
const TASK: Json = {
  tools: [
    tool('find_user', { first_name: text('Ada'), last_name: text('Byron'), zip: text('12345') }),
    tool('get_order', { order_id: text('#W0000000') }),
    tool('exchange', { order_id: text('#W0000000'), item_ids: ids('1000000000'), new_item_ids: ids('1000000000') }),
    tool('cancel', { order_id: text('#W0000000'), reason: { type: 'string', enum: ['by mistake', 'too late'] } }),
    tool('rate', { stars: { type: 'integer' }, isFair: { type: 'boolean' } }),
    tool('draw', { at: { type: 'object', properties: {} } }),
    tool('list_all', {}),
  ],
}

const turn = (observation: string, action: Json = null): Turn => ({ observation, action, isActionValid: true })
const actionsAfter = (observation: string, history: readonly Turn[] = [], task = TASK): readonly Json[] =>
  dialogueChoices({ task, history }, observation, 64).actions
const callsOf = (name: string, actions: readonly Json[]): readonly Json[] =>
  actions.flatMap((action) =>
    typeof action === 'object' && action !== null && 'name' in action && action.name === name
      ? [action.arguments ?? null]
      : [],
  )

const ORDER = JSON.stringify({
  order_id: '#W1234567',
  items: [
    { name: 'Mug', item_id: '1111111111', price: 8.5, options: { color: 'red' } },
    { name: 'Camera', item_id: '2222222222', price: 300, options: { zoom: '5x' } },
  ],
  payment_history: [{ amount: 308.5 }],
})
const PRODUCT = JSON.stringify({
  name: 'Mug',
  variants: {
    3333333333: { item_id: '3333333333', options: { color: 'blue' } },
    4444444444: { item_id: '4444444444', options: { color: 'green' } },
  },
})
const EXCHANGE = [
  turn('[user]\nI want to exchange the Mug.'),
  turn('[user]\nThe order is #W1234567. I would rather have color green.'),
  turn(`[get_order]\n${ORDER}`),
]

describe('candidate actions of a conversation', () => {
  it('have arguments that were seen: nothing can be called before a value of its form is', () => {
    const actions = actionsAfter('[user]\nHello, I need help.')
    for (const name of ['find_user', 'get_order', 'exchange', 'cancel', 'rate'])
      expect(callsOf(name, actions)).toEqual([])
    expect(callsOf('list_all', actions)).toEqual([{}])
    expect(callsOf('get_order', actionsAfter('[user]\nIt is #W1234567.'))).toEqual([{ order_id: '#W1234567' }])
  })

  it('prefer values that stand together in one message, in the order of the parameters', () => {
    const actions = actionsAfter('[user]\nI have a Mug. I am Mateo Ito, zip code 80206.')
    expect(callsOf('find_user', actions)[0]).toEqual({ first_name: 'Mateo', last_name: 'Ito', zip: '80206' })
  })

  it('take ids from the answers of tools, those first that are about what the user said', () => {
    const calls = callsOf('exchange', actionsAfter(`[get_product]\n${PRODUCT}`, EXCHANGE))
    expect(calls).toContainEqual({ order_id: '#W1234567', item_ids: ['1111111111'], new_item_ids: ['4444444444'] })
    expect(calls.length).toBeLessThanOrEqual(MOST_CALLS)
  })

  it('offer each value that a schema lists, the one that the user said first', () => {
    const calls = callsOf('cancel', actionsAfter('[user]\nCancel #W1234567, it is too late.'))
    expect(calls).toEqual([
      { order_id: '#W1234567', reason: 'too late' },
      { order_id: '#W1234567', reason: 'by mistake' },
    ])
  })

  it('read numbers and truth values, and leave out tools whose parameters have no simple type', () => {
    const actions = actionsAfter('[user]\nGive it 4 stars.')
    expect(callsOf('rate', actions)).toContainEqual({ stars: 4, isFair: true })
    expect(callsOf('draw', actions)).toEqual([])
  })

  it('ask for what a tool needs, confirm, answer with numbers that were shown, and end', () => {
    const said = actionsAfter(`[get_order]\n${ORDER}`).flatMap((action) =>
      typeof action === 'object' && action !== null && 'respond' in action ? [`${action.respond}`] : [],
    )
    expect(said).toContain('To cancel I need: order id, reason. Can you tell me?')
    expect(said).toContain('The amount is 308.5. Is there anything else?')
    expect(said.filter((each) => each.startsWith('The ')).length).toBeLessThanOrEqual(MOST_ANSWERS)
    expect(said.some((each) => each.includes('confirm'))).toBe(true)
    expect(said.at(-1)).toContain('done')
  })

  it('have no value of an answer that failed', () => {
    const actions = actionsAfter('[get_order]\nError: order #W7654321 not found')
    expect(callsOf('get_order', actions)).toEqual([])
  })

  it('are a function of what was seen, bounded, whatever tools answer', () => {
    const answer = fc.oneof(
      fc.string(),
      fc.json(),
      fc.string().map((each) => `[user]\n${each}`),
    )
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 4 }), (answers) => {
        const history = answers.map((each) => turn(`[get_order]\n${each}`, { respond: each }))
        const { actions, rows } = dialogueChoices({ task: TASK, history }, '[user]\nIt is #W1234567.', 64)
        expect(
          dialogueChoices({ task: TASK, history: structuredClone(history) }, '[user]\nIt is #W1234567.', 64),
        ).toEqual({
          actions,
          rows,
        })
        expect(actions.length).toBeLessThanOrEqual(7 * (MOST_CALLS + 1) + MOST_ANSWERS + 2)
        expect(rows.starts).toHaveLength(actions.length + 1)
        expect(rows.slots.every((slot) => slot >= 0 && slot < 64)).toBe(true)
      }),
      { numRuns: share(20, 500) },
    )
  })

  it('are made in time that grows with what was said, also for texts made to be slow', () => {
    const hostile = ['a_'.repeat(10_000), 'Aa '.repeat(10_000), `${'1'.repeat(20_000)}@`, '['.repeat(20_000)]
    for (const each of hostile) {
      expect(actionsAfter(`[user]\n${each}`).length).toBeGreaterThan(0)
      expect(actionsAfter(`[get_order]\n${each}`).length).toBeGreaterThan(0)
    }
  })
})

const rowOf = (history: readonly Turn[], observation: string, at: number): readonly number[] => {
  const { rows } = dialogueChoices({ task: TASK, history }, observation, 2 ** 20)
  return [...rows.slots.subarray(rows.starts[at], rows.starts[at + 1])]
}

describe('features of candidates', () => {
  it('do not depend on ids and numbers, so that what is learnt of one order holds for another', () => {
    expect(rowOf([], '[user]\nIt is #W1234567.', 0)).toEqual(rowOf([], '[user]\nIt is #W7654321.', 0))
    expect(rowOf([], '[user]\nIt is #W1234567.', 0)).not.toEqual(rowOf([], '[user]\nI lost it.', 0))
  })

  it('tell where an argument comes from, and what was done before', () => {
    const observation = '[user]\nIt is #W1234567.'
    const first = rowOf([], observation, 0)
    const again = rowOf(
      [turn(observation, { name: 'get_order', arguments: { order_id: '#W1234567' } })],
      observation,
      0,
    )
    expect(again).not.toEqual(first)
    const shown = rowOf([turn('[user]\nHello.')], `[get_order]\n${ORDER}`, 0)
    expect(shown.filter((slot) => first.includes(slot)).length).toBeLessThan(shown.length)
  })
})
