import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/data/types.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import webshop from '../../envs/webshop/index.ts'
import { compiledPath } from '../support/compiled.ts'
import type { Played } from '../support/executed-blocks.ts'

interface Case extends Omit<Played, 'module' | 'split' | 'tasks'> {
  readonly environment: string
}

const call = (name: string, args: JsonObject): JsonObject => ({ name, arguments: args })

/** The first product that this search shows. */
async function productOf(search: string): Promise<string> {
  const world = await openWorld(webshop)
  const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
  await episode.step(search)
  return episode.text().match(/B0[A-Z0-9]{8}/)?.[0] ?? ''
}

const product = await productOf('search[red shoes]')
const ITEM = ['search[red shoes]', `click[${product}]`]

const CASES: readonly Case[] = [
  {
    environment: 'webshop',
    options: {},
    actions: ['search[shirt]', 'click[next >]', 'click[nothing]', 'click[back to search]', ...ITEM, 'click[features]'],
  },
  {
    environment: 'tools/retail',
    options: {},
    actions: [
      call('find_user_id_by_email', { email: 'x@y.z' }),
      call('list_all_product_types', {}),
      call('get_order_details', { order_id: '#W1' }),
      call('calculate', { expression: '1 + 1' }),
      call('no_such_tool', {}),
    ],
  },
  {
    environment: 'tools/airline',
    options: {},
    actions: [
      call('list_all_airports', {}),
      call('get_user_details', { user_id: 'x' }),
      call('think', { thought: 'x' }),
    ],
  },
]

/** Interpreted, and never forgotten: V8 counts nothing of what it has inlined, and loses the counts of code that it drops. */
const COUNTED = ['--no-opt', '--no-maglev', '--no-sparkplug', '--no-flush-bytecode']

/** How often each block of the program ran, for each task and action. */
function blocksOf({ environment, ...played }: Case): readonly (readonly string[])[] {
  const module = compiledPath(`envs/${environment}/index.ts`)
  const wanted: Played = { ...played, module, split: 'train', tasks: [0, 1, 2, 3] }
  const printed = execFileSync(process.execPath, [
    ...COUNTED,
    compiledPath('test/support/executed-blocks.ts'),
    JSON.stringify(wanted),
  ])
  return JSON.parse(`${printed}`)
}

describe.each(CASES)('a reply of $environment', (each) => {
  it('is computed by the same operations whatever the task hides, so that its time shows nothing of that', () => {
    const [first, ...others] = blocksOf(each)
    expect(first?.every((blocks) => blocks.includes('\n'))).toBe(true)
    for (const other of others) expect(other).toEqual(first)
  })
})

it('depends on what the task hides at the end, which is judged by it', () => {
  const [first, ...others] = blocksOf({ environment: 'webshop', options: {}, actions: [...ITEM, 'click[buy now]'] })
  expect(others.some((other) => other[2] !== first?.[2])).toBe(true)
})
