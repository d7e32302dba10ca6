import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectSync } from '../../../core/data/maybe-promise.ts'
import { seal } from '../../../core/data/plain.ts'
import { isProblem } from '../../../core/episode/action.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import airlineEnvironment, { airline } from '../../../envs/tools/airline/index.ts'
import { readBfclAction } from '../../../envs/tools/bfcl/action.ts'
import { readAction } from '../../../envs/tools/engine/action.ts'
import { NO_CHANGES } from '../../../envs/tools/engine/database.ts'
import { DEFAULT_OPTIONS } from '../../../envs/tools/engine/domain.ts'
import { execute, type ToolSet } from '../../../envs/tools/engine/execute.ts'
import { readPythonJson } from '../../../envs/tools/engine/python-number.ts'
import { readMcpAction } from '../../../envs/tools/mcp/action.ts'
import environment, { retail } from '../../../envs/tools/retail/index.ts'
import { callsOf } from '../../../rewards/tools/made.ts'

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
    ['calls between tags', '<tool_call>\n{"name": "think", "arguments": {"thought": "x"}}\n</tool_call>'],
    [
      'tags after thinking, with text beside them',
      '<think>I <tool_call>{"name": "a"}</tool_call>?</think>\nWell.\n<tool_call>{"name": "think", "parameters": {"thought": "x"}}</tool_call> Done',
    ],
    ['a tag that is not closed', '<tool_call>{"name": "think", "arguments": {"thought": "x"}}'],
  ])('is read from %s', (_, raw) => expect(readAction(raw)).toEqual(call))

  it.each([
    ['tags of their own', '<tool_call>{"name": "a"}</tool_call>\n<tool_call>\n{"name": "b"}\n</tool_call>'],
    ['lines between two tags', '<tool_call>\n{"name": "a"}\n{"name": "b"}\n</tool_call>'],
  ])('is several calls with %s', (_, raw) => {
    const calls = ['a', 'b'].map((name) => ({ name, args: {} }))
    expect(readAction(raw)).toEqual({ kind: 'calls', calls })
    expect(callsOf(raw)).toEqual(calls.map(({ name, args: parameters }) => ({ name, parameters })))
    expect(readMcpAction(raw)).toEqual({ kind: 'calls', calls: calls.map(({ name }) => ({ name, arguments: {} })) })
    expect(readBfclAction(raw)).toMatchObject({ kind: 'calls', calls: [{ name: 'a' }, { name: 'b' }] })
  })

  it.each([
    ['respond', { respond: 'Hi' }],
    ['content', { content: 'Hi' }],
    ['the tool respond', { name: 'respond', arguments: { content: 'Hi' } }],
    ['plain text', 'Hi'],
    ['text after thinking', '<think>\nThe total is 42.\n</think>\n\nHi'],
    ['the tool respond between tags', '<tool_call>{"name": "respond", "arguments": {"content": "Hi"}}</tool_call>'],
  ])('speaks to the user by %s', (_, raw) => expect(readAction(raw)).toEqual({ kind: 'respond', content: 'Hi' }))

  it('keeps floats apart from ints in arguments given as text', () => {
    const read = readAction({ name: 'send_certificate', arguments: '{"amount": 5.0}' })
    const text = '<tool_call>{"name": "send_certificate", "arguments": {"amount": 5.0}}</tool_call>'
    for (const each of [read, readAction(text)])
      expect(each).toEqual({ kind: 'calls', calls: [{ name: 'send_certificate', args: { amount: { $float: 5 } } }] })
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
    ['tags without JSON', '<tool_call>think(x)</tool_call>'],
    ['tags with nothing', '<tool_call></tool_call>'],
    ['tags of which one is no call', '<tool_call>{"name": "a"}</tool_call><tool_call>[]</tool_call>'],
    ['thinking alone', '<think>Hm.</think>'],
    ['a marker of ours', { name: 'think', arguments: { thought: { $dict: [] } } }],
  ])('is refused with a sentence where it is %s', (_, raw) => expect(isProblem(readAction(raw))).toBe(true))

  it('never crashes the environment', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.jsonValue().map((value) => `<tool_call>${JSON.stringify(value)}`),
        ),
        (raw) => {
          for (const read of [readAction, readMcpAction, readBfclAction, callsOf])
            expect(() => read(raw as never)).not.toThrow()
        },
      ),
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

  it.each([
    ['calculate', { expression: '-0.0' }, '-0.0'],
    ['calculate', { expression: [['a']] }, "Error: 'in <string>' requires string as left operand, not list"],
    ['calculate', { expression: ['12', 'a'] }, 'Error: invalid characters in expression'],
    ['calculate', { expression: ['1', '+'] }, 'Error: eval() arg 1 must be a string, bytes or code object'],
    ['return_delivered_order_items', { item_ids: [null] }, 'Error: some item not found'],
    ['exchange_delivered_order_items', { item_ids: [null], new_item_ids: ['x'] }, 'Error: None not found'],
    ['exchange_delivered_order_items', { item_ids: [['a']], new_item_ids: ['x'] }, "Error: ['a'] not found"],
    ['exchange_delivered_order_items', { item_ids: '[-0.0]', new_item_ids: '[]' }, 'Error: -0.0 not found'],
    [
      'exchange_delivered_order_items',
      { item_ids: { a: 1 }, new_item_ids: [] },
      "Error: 'dict' object has no attribute 'count'",
    ],
  ])('fails as in Python with arguments of any type: %s %j', (name, given, expected) => {
    const [order_id = '', order] =
      [...(loose.database.tables.get('orders') ?? [])].find(([, row]) => row.status === 'delivered') ?? []
    const [payment_method_id = ''] = Object.keys(
      (loose.database.tables.get('users')?.get(String(order?.user_id))?.payment_methods ?? {}) as object,
    )
    const texts = Object.entries(given).map(([key, value]) => [
      key,
      typeof value === 'string' && value.startsWith('[') ? readPythonJson(value) : value,
    ])
    const args = { ...(name === 'calculate' ? {} : { order_id, payment_method_id }), ...Object.fromEntries(texts) }
    expect(execute(loose, {}, { name, args }).observation).toBe(expected)
  })

  it.each(['-0.0', '1e999', '-1e999'])(
    'with the number %s, which JSON has not, is a step as any other',
    async (number) => {
      const world = await openWorld(airlineEnvironment, {})
      const [user_id = ''] = [...(airline.open(DEFAULT_OPTIONS).database.tables.get('users')?.keys() ?? [])]
      for (const action of [
        { name: 'send_certificate', arguments: `{"user_id": "${user_id}", "amount": ${number}}` },
        `{"name": "send_certificate", "arguments": {"user_id": "${user_id}", "amount": ${number}}}`,
      ]) {
        const episode = expectSync(startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 }))
        expect(expectSync(episode.step(action))).toMatchObject({ terminated: false })
        expect(episode.text()).toMatch(number === '-0.0' ? /with amount -0\.0\.$/ : /must be a number/)
      }
    },
  )

  it('keeps numbers that JSON has not in its data folder’s loose typing', () => {
    const [user_id = ''] = [...(loose.database.tables.get('users')?.keys() ?? [])]
    const address = Object.fromEntries(
      ['address1', 'address2', 'city', 'state', 'country'].map((field) => [field, 'x']),
    )
    const args = { user_id, ...address, zip: readPythonJson('[1e999, -1e999, -0.0, -0]') }
    const { observation, changes } = execute(loose, {}, { name: 'modify_user_address', args })
    expect(observation).toContain('"zip": [Infinity, -Infinity, -0.0, 0]')
    expect(() => seal(changes)).not.toThrow()
  })

  it('compares with a balance that is a text as Python does', () => {
    const { database } = airline.open(DEFAULT_OPTIONS)
    const set: ToolSet = { database, isStrict: false, tools: new Map(airline.tools.map((tool) => [tool.name, tool])) }
    const [user_id = ''] = [...(database.tables.get('users')?.keys() ?? [])]
    const given = execute(set, {}, { name: 'send_certificate', args: { user_id, amount: '100' } })
    const [flight, row] = [...(database.tables.get('flights') ?? [])][0] ?? []
    const dates = row?.dates as { readonly [date: string]: { readonly status: string } }
    const [date = ''] = Object.entries(dates).find(([, day]) => day.status === 'available') ?? []
    const payment = { payment_id: 'certificate_3221322', amount: 1 }
    const args = {
      user_id,
      flights: [{ flight_number: flight ?? '', date }],
      passengers: [{}],
      payment_methods: [payment],
    }
    const rest = { origin: 'A', destination: 'B', flight_type: 'one_way', cabin: 'economy', insurance: 'no' }
    const bags = { total_baggages: 0, nonfree_baggages: 0 }
    const booked = execute(set, given.changes, { name: 'book_reservation', args: { ...args, ...rest, ...bags } })
    expect(booked.observation).toBe("Error: '<' not supported between instances of 'str' and 'int'")
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
