import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectSync } from '../../../core/data/maybe-promise.ts'
import { isProblem } from '../../../core/episode/action.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { readAction } from '../../../envs/tools/engine/action.ts'
import { NO_CHANGES } from '../../../envs/tools/engine/database.ts'
import { DEFAULT_OPTIONS } from '../../../envs/tools/engine/domain.ts'
import { execute, type ToolSet } from '../../../envs/tools/engine/execute.ts'
import environment, { retail } from '../../../envs/tools/retail/index.ts'

const open = retail.open({ ...DEFAULT_OPTIONS, tasks: 20 })
const strict: ToolSet = { ...open, tools: new Map(retail.tools.map((tool) => [tool.name, tool])) }
const loose: ToolSet = { ...strict, isStrict: false }

describe('an action', () => {
  const call = { kind: 'calls', calls: [{ name: 'think', args: { thought: 'x' } }] }
  it.each([
    ['a call', { name: 'think', arguments: { thought: 'x' } }],
    ['a call with kwargs', { name: 'think', kwargs: { thought: 'x' } }],
    ['a call as text', '{"name": "think", "arguments": {"thought": "x"}}'],
    ['arguments as text', { name: 'think', arguments: '{"thought": "x"}' }],
    [
      'OpenAI’s tool calls',
      { tool_calls: [{ type: 'function', function: { name: 'think', arguments: '{"thought":"x"}' } }] },
    ],
  ])('is read from %s', (_, raw) => expect(readAction(raw)).toEqual(call))

  it.each([
    ['respond', { respond: 'Hi' }],
    ['content', { content: 'Hi' }],
    ['the tool respond', { name: 'respond', arguments: { content: 'Hi' } }],
    ['plain text', 'Hi'],
  ])('speaks to the user by %s', (_, raw) => expect(readAction(raw)).toEqual({ kind: 'respond', content: 'Hi' }))

  it('keeps floats apart from ints in arguments given as text', () => {
    const read = readAction({ name: 'send_certificate', arguments: '{"amount": 5.0}' })
    expect(read).toEqual({ kind: 'calls', calls: [{ name: 'send_certificate', args: { amount: { $float: 5 } } }] })
  })

  it.each([
    ['null', null],
    ['a number', 3],
    ['a list', []],
    ['an empty text', ' '],
    ['broken JSON', '{"name": '],
    ['no name', { arguments: {} }],
    ['arguments that are a list', { name: 'think', arguments: [] }],
    ['arguments that are no JSON', { name: 'think', arguments: '{' }],
    ['no calls', { tool_calls: [] }],
    ['too many calls', { tool_calls: Array.from({ length: 33 }, () => ({ name: 'think', arguments: {} })) }],
    ['a marker of ours', { name: 'think', arguments: { thought: { $dict: [] } } }],
  ])('is refused with a sentence where it is %s', (_, raw) => expect(isProblem(readAction(raw))).toBe(true))

  it('never crashes the environment', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (raw) => {
        expect(() => readAction(raw as never)).not.toThrow()
      }),
    )
  })
})

describe('a call', () => {
  const observed = (set: ToolSet, name: string, args: object): string =>
    execute(set, NO_CHANGES, { name, args: args as never }).observation

  it('is held to the schema of its tool, with what is wrong and where', () => {
    expect(observed(strict, 'get_user_details', {})).toBe('Error: arguments.user_id is missing')
    expect(observed(strict, 'get_user_details', { user_id: 5 })).toBe(
      'Error: arguments.user_id must be a string, not an integer',
    )
    expect(observed(strict, 'get_user_details', { uid: 'x', user_id: 'y' })).toBe(
      'Error: arguments.uid is not a parameter: there are user_id',
    )
    expect(observed(strict, 'cancel_pending_order', { order_id: '#W1', reason: 'bored' })).toMatch(
      /^Error: arguments.reason must be one of no longer needed, ordered by mistake$/,
    )
  })

  it('fails as in Python if tau-bench’s own data is played', () => {
    expect(observed(loose, 'get_user_details', { uid: 'x' })).toBe(
      "Error: GetUserDetails.invoke() got an unexpected keyword argument 'uid'",
    )
    expect(observed(loose, 'find_user_id_by_name_zip', { zip: '1' })).toBe(
      "Error: FindUserIdByNameZip.invoke() missing 2 required positional arguments: 'first_name' and 'last_name'",
    )
    expect(observed(loose, 'get_user_details', { user_id: ['x'] })).toBe("Error: unhashable type: 'list'")
    expect(observed(loose, 'find_user_id_by_email', { email: null })).toBe(
      "Error: 'NoneType' object has no attribute 'lower'",
    )
  })

  it('of an unknown tool, or with names of prototypes, changes nothing', () => {
    expect(observed(strict, 'nope', {})).toBe('Unknown action nope')
    for (const key of ['__proto__', 'constructor', 'toString'])
      expect(observed(loose, 'get_user_details', { user_id: key })).toBe('Error: user not found')
    expect(observed(strict, 'think', JSON.parse('{"__proto__": 1, "thought": "x"}'))).toMatch(/is not a parameter/)
  })
})

describe('an episode', () => {
  it('shows every result of parallel calls, and ends with a hand-over without the rest', async () => {
    const world = await openWorld(environment, { tasks: 20 })
    const episode = expectSync(startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 }))
    const two = { tool_calls: ['a', 'b'].map((thought) => ({ name: 'think', arguments: { thought } })) }
    expectSync(episode.step(two))
    expect(episode.text()).toBe('[think]\n\n[think]\n')
    const end = {
      tool_calls: [{ name: 'transfer_to_human_agents', arguments: { summary: 's' } }, two.tool_calls[0] ?? {}],
    }
    const last = expectSync(episode.step(end as never))
    expect(last).toMatchObject({ terminated: true, reward: 0, isActionValid: true })
    expect(episode.text()).toBe('[transfer_to_human_agents]\nTransfer successful')
  })

  it('is won by the solver without noise in every task, whose public part shows nothing of the user', async () => {
    const world = await openWorld(environment, { tasks: 40, requests: 2, secondThoughts: 1 })
    for (let position = 0; position < world.tasks.size('train'); position++) {
      const episode = expectSync(startEpisode(world, { task: world.tasks.at('train', position), seed: position }))
      expect(episode.text()).toMatch(/^\[user\]\nHello\. /)
      expect(JSON.stringify([episode.publicState(), episode.task.public])).not.toMatch(/persona|patience/)
      let reward: number | null = 0
      for (let turn = 0; episode.ending === null; turn++) {
        const action = episode.expert({ rng: { chance: () => false } as never, noise: 0, turn })
        reward = expectSync(episode.step(action ?? null)).reward
      }
      expect(reward, `task ${position}`).toBe(1)
      expect(episode.ending).toBe('terminated')
    }
  })
})
