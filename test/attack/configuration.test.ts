import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { inTurns } from '../../bin/commands/rollout/in-turns.ts'
import { LIMITS, limitsOf } from '../../server/limits.ts'
import { run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'

let folder: string
beforeEach(() => {
  folder = newFolder()
})

const at = (name: string): string => join(folder, name)

/** One line with the code, the cause and no stack. */
async function expectRefused(args: readonly string[], message: RegExp): Promise<void> {
  const { code, err } = await run(args, { folder })
  expect(code).toBe(1)
  expect(err).toMatch(message)
  expect(err).not.toMatch(/^ {4}at |UNEXPECTED/m)
}

const TASKS = ['tasks', '--env', 'guess-number']

describe('a configuration file', () => {
  it.each<[what: string, make: (path: string) => void, message: RegExp]>([
    ['a pipe', (path) => execFileSync('mkfifo', [path]), /it is not a regular file/],
    ['a device', (path) => symlinkSync('/dev/zero', path), /it is not a regular file/],
    ['a folder', (path) => mkdirSync(path), /it is not a regular file/],
    ['17 MiB', (path) => writeFileSync(path, ' '.repeat(17 * 2 ** 20)), /it has more than 16777216 bytes/],
    ['50,000 lists in each other', (path) => writeFileSync(path, '['.repeat(50_000)), /nested more than/],
    [
      'a setting __proto__',
      (path) => writeFileSync(path, '{"__proto__":{"env":"grid"}}'),
      /has no use for "__proto__"/,
    ],
  ])('that is or has %s is refused, and not waited for', async (_, make, message) => {
    make(at('stepgym.config.json'))
    await expectRefused(TASKS, message)
  })

  it.each([
    ['a getter that throws', '{ get env() { throw new Error("no env today") } }', /cannot be read: no env today/],
    ['a proxy that throws', 'new Proxy({}, { ownKeys() { throw new Error("no keys") } })', /cannot be read: no keys/],
    ['a list of 2^32 - 1 items', '{ hooks: Object.assign([], { length: 2 ** 32 - 1 }) }', /hooks in .* give a list/],
  ])('whose module exports %s is refused', async (_, exported, message) => {
    writeFileSync(at('stepgym.config.mjs'), `export default ${exported}\n`)
    await expectRefused(TASKS, message)
  })

  it('of MCP servers without an end is refused', async () => {
    await expectRefused(
      ['tasks', '--env', 'tools-mcp', '--mcp-servers', '/dev/zero'],
      /it has more than 16777216 bytes/,
    )
  })
})

describe('numbers that a command is given', () => {
  it('as a time beyond the longest timer are refused: the timer would end at once', () => {
    for (const name of Object.keys(LIMITS).filter((each) => each.endsWith('Ms')))
      expect(() => limitsOf({ [name]: 2 ** 31 })).toThrow(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: expect.stringContaining(`limit ${name} is at most`),
        }),
      )
    expect(limitsOf({ idleMs: 2 ** 31 - 1 }).idleMs).toBe(2 ** 31 - 1)
  })

  it.each(['__proto__=1', 'constructor=1', 'idleMs=1e308', 'sessions=-1', 'sessions=9007199254740993', '=1', 'idleMs'])(
    'as the limit %s are refused',
    async (limit) => {
      const { code, err } = await run(['serve', '--env', 'guess-number', '--limit', limit], { folder })
      expect([1, 2]).toContain(code)
      expect(err).not.toMatch(/^ {4}at |UNEXPECTED/m)
    },
  )

  it('as the size of a group are refused before anything is allocated', async () => {
    const asked = [
      'rollout',
      '--env',
      'guess-number',
      '--agent',
      'random',
      '--groups',
      '1',
      '--group-size',
      '2000000000',
    ]
    await expectRefused(asked, /size of a group must be a whole number from 1 to 65536, not 2000000000/)
  })

  it('as groups and concurrency allocate nothing by themselves', async () => {
    const done: number[] = []
    const interrupt = new AbortController()
    await inTurns({ groups: 1e15, concurrency: 2 }, interrupt.signal, async (number) => {
      done.push(number)
      if (number === 5) interrupt.abort()
    })
    await inTurns(
      { groups: 2, concurrency: 1e15 },
      new AbortController().signal,
      async (number) => void done.push(number),
    )
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 0, 1])
  })
})

describe('stepgym new', () => {
  it.each([
    ['a name of 300 characters', 'a'.repeat(300), () => {}, /is not a valid name: use up to 100/],
    ['a name of two lines', 'a\nb', () => {}, /"a\\nb" is not a valid name/],
    ['a file in place of its folder', 'own', () => writeFileSync(at('envs'), ''), /envs\/own.mjs cannot be written: /],
    ['a link that leads to itself', 'own', () => symlinkSync('envs', at('envs')), /envs\/own.mjs cannot be written: /],
  ])('refuses %s', async (_, name, make, message) => {
    make()
    await expectRefused(['new', 'env', name], message)
  })
})
