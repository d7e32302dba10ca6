import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cli } from '../../../bin/cli.ts'
import { assigned, CHOSEN, COUNT, FLAG, SEED } from '../../../bin/config/readers.ts'
import { layered, SETTINGS, settingsOfFile, settingsOfVariables } from '../../../bin/config/settings.ts'
import { readSettings, type Settings } from '../../../bin/config.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { newFolder } from '../../support/folder.ts'

const sink = { write: () => {} }
const cli: Cli = {
  ...{ out: sink, err: sink, folder: '', variables: {} },
  guarded: (_guard, work) => work(),
  interruptible: (work) => work(AbortSignal.abort()),
  async *lines() {},
}
const read = (folder: string, variables = {}, flags: Settings = {}): Promise<Settings> =>
  readSettings({ ...cli, folder, variables }, flags)

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = newFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

describe('settings', () => {
  it('come from the file, over it from environment variables, over them from flags', async () => {
    const folder = folderWith({ 'stepgym.config.json': '{ "env": "a", "groups": 1, "seed": 1, "maxSteps": 1 }' })
    const variables = { STEPGYM_GROUPS: '2', STEPGYM_SEED: '2', HOME: '/' }
    expect(await read(folder, variables, { seed: 3 })).toEqual({ env: 'a', groups: 2, seed: 3, maxSteps: 1 })
  })

  it.each([
    ['stepgym.config.mjs', 'export default { groups: 3 }'],
    ['stepgym.config.json', '{ "groups": 3 }'],
  ])('are read from %s', async (name, text) => {
    expect(await read(folderWith({ [name]: text }))).toEqual({ groups: 3 })
  })

  it('are empty without any source', async () => {
    expect(await read(newFolder())).toEqual({})
  })

  it.each([
    [{ 'stepgym.config.json': '{ "grups": 3 }' }, 'has no use for "grups": did you mean groups?'],
    [{ 'stepgym.config.json': '{ "zzzzzz": 3 }' }, 'there are env, options'],
    [{ 'stepgym.config.json': '{ "groups": "3" }' }, 'groups in stepgym.config.json is "3": give a whole number'],
    [{ 'stepgym.config.json': '{ "seed": 18446744073709551616 }' }, 'give an integer from 0 to 2^64 - 1'],
    [{ 'stepgym.config.json': '{ "fsync": 1 }' }, 'give true or false'],
    [{ 'stepgym.config.json': '{ "hooks": ["a", 3] }' }, 'give a list of hooks'],
    [{ 'stepgym.config.json': '{ "agent": { "name": "a", "option": {} } }' }, 'give a name or path'],
    [{ 'stepgym.config.json': '{ "options": [] }' }, 'give a JSON object'],
    [{ 'stepgym.config.json': '{' }, 'cannot be read'],
    [{ 'stepgym.config.json': '[]' }, 'holds no object'],
    [{ 'stepgym.config.mjs': 'export const groups = 3' }, 'write export default { ... }'],
    [{ 'stepgym.config.mjs': 'export default nothing' }, 'cannot be read: nothing is not defined'],
    [{ 'stepgym.config.json': '{}', 'stepgym.config.mjs': '' }, 'keep one of them'],
  ])('in %j are refused', async (files, message) => {
    const reading = read(folderWith(files))
    await expect(reading).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) })
  })

  it.each([
    ['STEPGYM_GROUP', '3', 'did you mean STEPGYM_GROUPS'],
    ['STEPGYM_GROUPS', 'three', 'give a whole number from 1'],
    ['STEPGYM_GROUPS', '5000000000', 'give a whole number from 1 to 2147483647'],
    ['STEPGYM_OPTIONS', '{', 'give a JSON object'],
    ['STEPGYM_FSYNC', 'yes', 'give true or false'],
    ['STEPGYM_PORT', '9000', 'sets nothing'],
    ['STEPGYM_SERVICE', 'tcp://10.0.0.1:80', 'sets nothing'],
  ])('of the variable %s=%s are refused', (name, text, message) => {
    expect(() => settingsOfVariables({ [name]: text })).toThrow(message)
  })

  it('ignore the variables that Kubernetes sets for a service with a name such as stepgym', () => {
    const links = {
      STEPGYM_SERVICE_HOST: '10.0.0.1',
      STEPGYM_SERVICE_PORT: '80',
      STEPGYM_SERVICE_PORT_HTTP: '80',
      STEPGYM_PORT: 'tcp://10.0.0.1:80',
      STEPGYM_PORT_80_TCP: 'tcp://10.0.0.1:80',
      STEPGYM_PORT_80_TCP_PROTO: 'tcp',
      STEPGYM_PORT_80_TCP_PORT: '80',
      STEPGYM_PORT_80_TCP_ADDR: '10.0.0.1',
      STEPGYM_TRAIN_SERVICE_HOST: '10.0.0.2',
      STEPGYM_TRAIN_PORT: 'udp://10.0.0.2:53',
    }
    expect(settingsOfVariables({ ...links, STEPGYM_GROUPS: '2' })).toEqual({ groups: 2 })
  })

  it('of variables are the parsed values of the texts', () => {
    expect(
      settingsOfVariables({
        STEPGYM_ENV: 'webshop',
        STEPGYM_OPTIONS: '{ "profile": "reference" }',
        STEPGYM_HOOKS: ' step-cost:cost=0.5  success ',
        STEPGYM_FSYNC: '1',
        STEPGYM_SEED: '18446744073709551615',
        STEPGYM_REFERENCE: 'not ours to read',
      }),
    ).toEqual({
      env: 'webshop',
      options: { profile: 'reference' },
      hooks: [
        { reference: 'step-cost', options: { cost: 0.5 } },
        { reference: 'success', options: {} },
      ],
      fsync: true,
      seed: '18446744073709551615',
    })
  })

  it('have a variable of their own each', () => {
    const variables = Object.values(SETTINGS).map(({ variable }) => variable)
    expect(new Set(variables).size).toBe(variables.length)
  })

  it('of an environment are left behind if another is chosen', () => {
    const below = { env: 'webshop', options: { profile: 'reference' }, seed: 1 }
    expect(layered(below, { env: 'grid' })).toEqual({ env: 'grid', seed: 1 })
    expect(layered(below, { env: 'webshop@1', options: { goals: 'human' } }).options).toEqual({
      profile: 'reference',
      goals: 'human',
    })
    expect(layered(below, { options: { profile: 'default' } }).options).toEqual({ profile: 'default' })
  })

  it('in a file may choose with options, as text or as an object', () => {
    const hooks = ['step-cost:cost=1', { name: 'step-cost', options: { cost: 1 } }]
    const chosen = { reference: 'step-cost', options: { cost: 1 } }
    expect(settingsOfFile({ hooks }, 'file')).toEqual({ hooks: [chosen, chosen] })
  })
})

const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,6}$/)
const text = fc.stringMatching(/^[ -~]{0,12}$/).filter((value) => !value.includes('='))
const path = fc.array(key, { minLength: 1, maxLength: 3 })

/** The plain version: follow the path, make what is missing. */
function withPath(path: readonly string[], value: Json): JsonObject {
  return path.toReversed().reduce<Json>((inner, name) => ({ [name]: inner }), value) as JsonObject
}

describe('assigned', () => {
  it('reads any JSON value at any path', () => {
    const value = fc.jsonValue().filter((json) => typeof json !== 'number' || Math.abs(json) < 2 ** 53)
    fc.assert(
      fc.property(path, value, (names, json) => {
        const written = JSON.stringify(json)
        fc.pre(!/^-?\d{16,}$/.test(written))
        expect(assigned([`${names.join('.')}=${written}`])).toEqual(withPath(names, JSON.parse(written)))
      }),
    )
  })

  it('reads values that are not JSON as text, and long integers too, which would lose digits', () => {
    expect(assigned(['a=x', 'b=1 2', 'c=', 'd=18446744073709551615', 'e=true', 'f=12'])).toEqual({
      a: 'x',
      b: '1 2',
      c: '',
      d: '18446744073709551615',
      e: true,
      f: 12,
    })
  })

  it('puts assignments together, later ones over earlier ones', () => {
    expect(assigned(['a.b=1', 'a.c=2', 'a.b=3', 'd=4'])).toEqual({ a: { b: 3, c: 2 }, d: 4 })
    expect(assigned(['a=1', 'a.b=2'])).toEqual({ a: { b: 2 } })
  })

  it.each(['a', '=1', '1=2', '', '.a=1'])('refuses %j, which is not an assignment', (pair) => {
    expect(assigned(['a=1', pair])).toBeUndefined()
  })

  it('does not reach into prototypes', () => {
    expect(assigned(['a.__proto__.b=1'])).toEqual({ a: JSON.parse('{ "__proto__": { "b": 1 } }') })
    expect(Object.hasOwn({}, 'b')).toBe(false)
  })
})

describe('a thing chosen by name', () => {
  it('brings options of any text that has no equals sign in it', () => {
    fc.assert(
      fc.property(
        key,
        fc.uniqueArray(fc.tuple(key, text), { selector: ([name]) => name, minLength: 1 }),
        (name, all) => {
          const pairs = all.map(([option, value]) => `${option}=${value}`)
          expect(CHOSEN.ofValue(`${name}:${pairs.join(',')}`)).toEqual({ reference: name, options: assigned(pairs) })
        },
      ),
    )
  })

  it.each([
    ['success', { reference: 'success', options: {} }],
    ['./a:b.mjs', { reference: './a:b.mjs', options: {} }],
    ['./a:b.mjs:c=1', { reference: './a:b.mjs', options: { c: 1 } }],
    [
      'scripted:actions=["a","b"],repeat=true',
      { reference: 'scripted', options: { actions: ['a', 'b'], repeat: true } },
    ],
    ['', undefined],
    [3, undefined],
    [{ name: '' }, undefined],
  ])('is read from %j', (value, chosen) => {
    expect(CHOSEN.ofValue(value)).toEqual(chosen)
  })
})

describe('readers of numbers', () => {
  it('keep any seed of 64 bits exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (seed) => {
        expect(`${SEED.ofValue(SEED.ofText(`${seed}`))}`).toBe(`${seed}`)
      }),
    )
  })

  it('do not read an invalid number', () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        const count = COUNT.ofText(any)
        expect(count === undefined || `${count}` === any.replace(/^0+(?=\d)/, '')).toBe(true)
      }),
    )
    expect(COUNT.ofValue(1.5)).toBeUndefined()
    expect(FLAG.ofText('toString')).toBeUndefined()
  })
})
