import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import type { Json } from '../../core/data/types.ts'
import type { Environment } from '../../core/episode/environment.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import bfcl from '../../envs/tools/bfcl/index.ts'
import retail from '../../envs/tools/retail/index.ts'
import webshop from '../../envs/webshop/index.ts'
import { newFolder } from '../support/folder.ts'
import { share } from '../support/long.ts'
import { changed, ODD_VALUES, placesIn } from '../support/odd-values.ts'

type Files = Readonly<Record<string, unknown>>

const VALUES = share(
  ODD_VALUES.filter((_, at) => at % 6 === 2),
  ODD_VALUES,
)

afterEach(() => {
  expect('polluted' in {}).toBe(false)
})

/** A folder with these files: texts as they are, anything else as JSON. */
function folderOf(files: Files): string {
  const folder = newFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

const SHOP: Files = {
  'wiki.md': 'Be kind.',
  'users.json': {
    ada_1: {
      name: { first_name: 'Ada', last_name: 'Byron' },
      address: { address1: '1 Road', address2: '', city: 'Rome', country: 'USA', state: 'NY', zip: '10001' },
      email: 'ada@example.com',
      payment_methods: { gift_card_1: { source: 'gift_card', balance: 90, id: 'gift_card_1' } },
      orders: ['#W1'],
    },
  },
  'orders.json': {
    '#W1': {
      order_id: '#W1',
      user_id: 'ada_1',
      address: { address1: '1 Road', address2: '', city: 'Rome', country: 'USA', state: 'NY', zip: '10001' },
      items: [{ name: 'Lamp', product_id: '5', item_id: '51', price: 20.5, options: { color: 'red' } }],
      fulfillments: [{ tracking_id: ['1'], item_ids: ['51'] }],
      status: 'pending',
      payment_history: [{ transaction_type: 'payment', amount: 20.5, payment_method_id: 'gift_card_1' }],
    },
  },
  'products.json': {
    5: {
      name: 'Lamp',
      product_id: '5',
      variants: {
        51: { item_id: '51', options: { color: 'red' }, available: true, price: 20.5 },
        52: { item_id: '52', options: { color: 'blue' }, available: true, price: 30 },
      },
    },
  },
  'tasks_test.json': [
    {
      user_id: 'ada_1',
      instruction: 'Cancel my order.',
      actions: [{ name: 'cancel_pending_order', kwargs: { order_id: '#W1', reason: 'no longer needed' } }],
      outputs: ['20.50'],
    },
  ],
}

const CALLS: readonly Json[] = [
  ['find_user_id_by_email', { email: 'ada@example.com' }],
  ['find_user_id_by_name_zip', { first_name: 'Ada', last_name: 'Byron', zip: '10001' }],
  ['get_user_details', { user_id: 'ada_1' }],
  ['get_order_details', { order_id: '#W1' }],
  ['list_all_product_types', {}],
  ['get_product_details', { product_id: '5' }],
  [
    'modify_pending_order_items',
    { order_id: '#W1', item_ids: ['51'], new_item_ids: ['52'], payment_method_id: 'gift_card_1' },
  ],
  ['modify_pending_order_payment', { order_id: '#W1', payment_method_id: 'gift_card_1' }],
  ['cancel_pending_order', { order_id: '#W1', reason: 'no longer needed' }],
  ['return_delivered_order_items', { order_id: '#W1', item_ids: ['51'], payment_method_id: 'gift_card_1' }],
].map(([name = '', args = {}]) => ({ name, arguments: args }) as Json)

const FILE = 'BFCL_v4_multi_turn_base.json'
const SERVICES: Files = {
  [FILE]: {
    id: 'multi_turn_base_0',
    question: [[{ role: 'user', content: 'Open a ticket, and list the files.' }]],
    initial_config: {
      TicketAPI: {
        ticket_queue: [{ id: 1, title: 'a', description: '', status: 'Open', priority: 1, created_by: 'ada' }],
        ticket_counter: 4,
        current_user: 'ada',
      },
      GorillaFileSystem: { root: { w: { type: 'directory', contents: { 'a.txt': { type: 'file', content: 'x' } } } } },
    },
    involved_classes: ['TicketAPI', 'GorillaFileSystem'],
    excluded_function: ['logout'],
  },
  [`possible_answer/${FILE}`]: { id: 'multi_turn_base_0', ground_truth: [["create_ticket('Printer')", 'ls()']] },
  'multi_turn_func_doc/ticket_api.json': {
    name: 'create_ticket',
    description: 'Opens one.',
    parameters: { type: 'dict', properties: { title: { type: 'string' } }, required: ['title'] },
  },
}

const TYPED: readonly Json[] = [
  "create_ticket('Printer')",
  'get_ticket(1)',
  'close_ticket(ticket_id=1)',
  'ls(a=True)',
  "cat('a.txt')",
  "mkdir('b')",
  "cd('..')",
  "find('.', 'a')",
  'Done.',
]

/** Opens a world, plays it, and closes it. @returns The code that it was refused with; null for none. */
async function played(environment: Environment, options: object, actions: readonly Json[]): Promise<string | null> {
  try {
    const world = await openWorld(environment, options as Readonly<Record<string, never>>)
    for (const split of world.tasks.splits) {
      const episode = await startEpisode(world, { task: world.tasks.at(split, 0), seed: 1 })
      for (const action of actions) if (episode.ending === null) await episode.step(action)
      expect(episode.text()).toBeTypeOf('string')
    }
    return null
  } catch (thrown) {
    if (!(thrown instanceof GymError)) throw thrown
    expect(thrown.message.length).toBeLessThan(4100)
    return thrown.code
  }
}

/** Tools and services that meet data of another type fail, which aborts their episode. */
const REFUSED = [
  null,
  'CONFIG_INVALID',
  'ENV_FAILED',
  'ENV_INVALID',
  'STATE_NOT_PLAIN',
  'STATE_TOO_LARGE',
  'TASK_UNKNOWN',
]

describe.each([
  ['tau-bench', retail, SHOP, CALLS],
  ['BFCL', bfcl, SERVICES, TYPED],
] as const)('a data folder in the layout of %s', (_, environment, files, actions) => {
  it('plays as it is', async () => {
    expect(await played(environment, { data: folderOf(files) }, actions)).toBeNull()
  })

  it.each(Object.keys(files).filter((name) => name.endsWith('.json')))(
    'with anything anywhere in %s is played or refused',
    async (name) => {
      const codes = new Map<string, string>()
      for (const path of placesIn(files[name]))
        for (const value of VALUES) {
          const folder = folderOf({ ...files, [name]: changed(files[name], path, value) })
          const what = `${path.join('.')} = ${JSON.stringify(value)?.slice(0, 40)}`
          const code = await played(environment, { data: folder }, actions).catch((thrown: unknown) => String(thrown))
          if (!REFUSED.includes(code)) codes.set(what, String(code))
          rmSync(folder, { recursive: true })
        }
      expect(Object.fromEntries(codes)).toEqual({})
    },
    300_000,
  )
})

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
const BROKEN: Readonly<Record<string, (path: string) => void>> = {
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
  'a device without end': (path) => symlinkSync('/dev/zero', path),
  'a link to nowhere': (path) => symlinkSync('/nowhere', path),
  'a hole of a terabyte': (path) => {
    writeFileSync(path, '{')
    truncateSync(path, 2 ** 40)
  },
  nothing: (path) => writeFileSync(path, ''),
  '100,000 lists within each other': (path) => writeFileSync(path, deep),
  '100,000 objects within each other': (path) => writeFileSync(path, '{"a":'.repeat(100_000)),
  'no UTF-8': (path) => writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
  'a number of 100,000 digits': (path) => writeFileSync(path, `{"a": ${'9'.repeat(100_000)}}`),
  'a prototype': (path) =>
    writeFileSync(path, '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
}

describe.each([
  ['orders.json', retail, SHOP],
  ['tasks_test.json', retail, SHOP],
  ['wiki.md', retail, SHOP],
  [FILE, bfcl, SERVICES],
  [`possible_answer/${FILE}`, bfcl, SERVICES],
  ['multi_turn_func_doc/ticket_api.json', bfcl, SERVICES],
  ['long_context.py', bfcl, SERVICES],
  ['items_shuffle_1000.json', webshop, { 'items_ins_v2_1000.json': {} }],
  ['items_ins_v2_1000.json', webshop, { 'items_shuffle_1000.json': [] }],
] as const)('the file %s of a data folder', (name, environment, files) => {
  it.each(Object.entries(BROKEN))('that is %s is refused at once, or read', async (_, make) => {
    const folder = folderOf(Object.fromEntries(Object.entries(files).filter(([other]) => other !== name)))
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    make(join(folder, name))
    const options = environment === webshop ? { catalogue: { folder } } : { data: folder }
    expect([...REFUSED, 'CATALOGUE_INVALID']).toContain(await played(environment, options, ['Done.']))
  })
})
