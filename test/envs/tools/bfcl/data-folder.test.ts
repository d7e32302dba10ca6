import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectSync } from '../../../../core/data/maybe-promise.ts'
import type { Json, JsonObject } from '../../../../core/data/types.ts'
import { startEpisode } from '../../../../core/episode/start.ts'
import { openWorld } from '../../../../core/episode/world.ts'
import { APIS } from '../../../../envs/tools/bfcl/apis/index.ts'
import { readDocuments, readTasks } from '../../../../envs/tools/bfcl/data-folder.ts'
import { type FunctionDocument, parametersJson } from '../../../../envs/tools/bfcl/function-document.ts'
import { functionsOf } from '../../../../envs/tools/bfcl/functions.ts'
import environment from '../../../../envs/tools/bfcl/index.ts'
import { share } from '../../../support/long.ts'
import { describeWithReference } from '../../../support/reference.ts'

const ENTRY = {
  id: 'multi_turn_miss_func_0',
  question: [[{ role: 'user', content: 'Open a ticket called Printer.' }], []],
  initial_config: { TicketAPI: { ticket_counter: 4, current_user: 'ada' } },
  involved_classes: ['TicketAPI'],
  missed_function: { '1': ['create_ticket'] },
  excluded_function: ['logout'],
}
const ANSWER = { id: ENTRY.id, ground_truth: [[], ["create_ticket('Printer')"]] }
const DOCUMENT = {
  name: 'create_ticket',
  description: 'Opens one.',
  parameters: {
    type: 'dict',
    properties: {
      title: { type: 'string' },
      weight: { type: 'float' },
      more: { type: 'array', items: { type: 'dict', properties: {} } },
    },
    required: ['title'],
  },
  response: { type: 'dict' },
}

const FILE = 'BFCL_v4_multi_turn_miss_func.json'
let folder = ''

function write(name: string, ...lines: readonly unknown[]): void {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), `${text}\n`)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bfcl-'))
  write(FILE, ENTRY)
  write(`possible_answer/${FILE}`, ANSWER)
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a folder in BFCL’s layout', () => {
  it('has a split for each category, with turns, gold calls and functions that arrive', async () => {
    write('multi_turn_func_doc/ticket_api.json', DOCUMENT)
    const world = await openWorld(environment, { data: folder })
    expect(world.tasks.splits).toEqual(['miss_func'])
    const episode = expectSync(startEpisode(world, { task: world.tasks.at('miss_func', 0), seed: 0 }))
    expect(JSON.stringify(episode.task.public)).not.toMatch(/"create_ticket"|"logout"/)
    expectSync(episode.step('I cannot.'))
    expect(episode.text()).toContain('"name":"create_ticket","description":"Opens one."')
    expectSync(episode.step("create_ticket('Printer')"))
    expect(expectSync(episode.step('Done.'))).toMatchObject({ reward: 1, terminated: true })
  })

  it('has its types of parameters translated to JSON Schema', () => {
    expect(parametersJson(DOCUMENT.parameters)).toEqual({
      type: 'object',
      properties: {
        title: { type: 'string' },
        weight: { type: 'number' },
        more: { type: 'array', items: { type: 'object', properties: {} } },
      },
      required: ['title'],
    })
  })

  it.each([
    ['a line that is not JSON', () => write(FILE, '{'), /line 1: no valid JSON/],
    ['a line that is not an object', () => write(FILE, '3'), /line 1: not an object/],
    ['an unknown class', () => write(FILE, { ...ENTRY, involved_classes: ['MemoryAPI'] }), /no class "MemoryAPI"/],
    ['a question that is not a list', () => write(FILE, { ...ENTRY, question: 'x' }), /question is not a list/],
    ['no answers', () => rmSync(join(folder, 'possible_answer'), { recursive: true }), /cannot be read/],
    [
      'another answer',
      () => write(`possible_answer/${FILE}`, { ...ANSWER, id: 'x' }),
      /no answer to multi_turn_miss_func_0/,
    ],
    [
      'an answer to fewer turns',
      () => write(`possible_answer/${FILE}`, { ...ANSWER, ground_truth: [[]] }),
      /each of 2 turns/,
    ],
    [
      'an answer that is not a call',
      () => write(`possible_answer/${FILE}`, { ...ANSWER, ground_truth: [[], ['x']] }),
      /not a call/,
    ],
    ['no file of a category', () => rmSync(join(folder, FILE)), /there is no file BFCL_v4/],
  ])('is refused with %s, and where', async (_, spoil, message) => {
    spoil()
    await expect(openWorld(environment, { data: folder })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message) as string,
    })
  })

  const WRONG: readonly Json[] = [null, true, 3, 'x', [], [3], [[3]], [[{}]], [['x']], {}, { a: 3 }, { 0: [3] }]
  const fieldsOf = (line: JsonObject) =>
    Object.keys(line).flatMap((name) => WRONG.map((value) => [name, value] as const))

  /** Opens the folder and takes a step of its task; what is refused names the line. */
  async function opened(file: string): Promise<void> {
    const world = await openWorld(environment, { data: folder }).catch((error: Error) => error)
    if (!(world instanceof Error)) {
      const episode = expectSync(startEpisode(world, { task: world.tasks.at('miss_func', 0), seed: 0 }))
      expect(expectSync(episode.step("create_ticket('Printer')")).index).toBe(0)
      return
    }
    expect(world).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(world.message.startsWith(folder) && world.message.includes(`${file} line 1: `), world.message).toBe(true)
  }

  it.each(fieldsOf(ENTRY))('with %s = %j is refused with its line, or played', async (name, value) => {
    write(FILE, { ...ENTRY, [name]: value })
    await opened(FILE)
  })

  it.each(fieldsOf(ANSWER))('with an answer whose %s = %j is refused with its line, or played', async (name, value) => {
    write(`possible_answer/${FILE}`, { ...ANSWER, [name]: value })
    await opened(FILE)
  })

  it.each(fieldsOf(DOCUMENT))(
    'with a document whose %s = %j is refused with its line, or played',
    async (name, value) => {
      write('multi_turn_func_doc/ticket_api.json', { ...DOCUMENT, [name]: value })
      await opened('ticket_api.json')
    },
  )

  it('counts empty lines too', async () => {
    write(FILE, '', ENTRY, '', { ...ENTRY, question: 3 })
    await expect(openWorld(environment, { data: folder })).rejects.toThrow(`${FILE} line 4: question is not a list`)
  })

  it('is refused if it is a file', () => {
    expect(() => readTasks(join(folder, FILE))).toThrow(/not a folder that can be read/)
  })

  it('is refused if it is missing', () => {
    expect(() => readTasks(join(folder, 'nothing'))).toThrow(/no such folder/)
    expect(readDocuments(folder).size).toBe(0)
  })
})

describeWithReference('BFCL’s own data', (reference) => {
  const data = join(reference, 'data', 'bfcl_multi_turn')

  it('are 200 tasks of each category, won by their gold calls', async () => {
    const world = await openWorld(environment, { data })
    for (const split of world.tasks.splits) {
      expect(world.tasks.size(split)).toBe(200)
      for (let position = 0; position < 200; position += share(4, 1)) {
        const episode = expectSync(startEpisode(world, { task: world.tasks.at(split, position), seed: 0 }))
        let reward: number | null = 0
        while (episode.ending === null)
          reward = expectSync(
            episode.step(episode.expert({ rng: { chance: () => false } as never, noise: 0, turn: 0 }) ?? null),
          ).reward
        expect(reward, episode.task.id).toBe(1)
      }
    }
  })

  it('describe the functions that we have, with the same parameters, types and defaults', () => {
    const bare = (schema: unknown): unknown => {
      if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema
      const kept = Object.entries(schema).filter(([name, value]) => name !== 'description' || typeof value !== 'string')
      return Object.fromEntries(
        kept.map(([name, value]) => [name, name === 'required' ? [...(value as string[])].toSorted() : bare(value)]),
      )
    }
    const theirs = readDocuments(data)
    const ours = functionsOf(APIS, new Map())
    for (const { name, schema } of ours) {
      const document = theirs.get(name) as { readonly function: FunctionDocument } | undefined
      const own = schema as unknown as { readonly function: FunctionDocument }
      expect(withoutEmpty(bare(own.function.parameters)), name).toEqual(
        withoutEmpty(bare(document?.function.parameters)),
      )
    }
    expect(readFileSync(join(data, 'LICENSE'), 'utf8')).toMatch(/Apache License/)
  })
})

/** Nested objects of the reference say nothing about what is required. */
function withoutEmpty(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema
  const kept = Object.entries(schema).filter(([name, value]) => name !== 'required' || (value as unknown[]).length > 0)
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutEmpty(value)]))
}
