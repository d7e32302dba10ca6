import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { agents, environments, hooks, recipes } from '../../registry/index.ts'
import { folderWith } from '../support/module-folder.ts'

const environmentText = (id: string): string => `
import { defineEnvironment, textAction } from 'stepgym'
export default defineEnvironment({
  id: '${id}',
  maxSteps: 3,
  action: textAction((text) => text),
  reset: () => ({ count: 0 }),
  step: ({ count }) => ({ state: { count: count + 1 }, reward: 0, terminated: false }),
  observe: { text: ({ count }) => String(count) },
})
`
const hookText = (name: string): string => `
import { defineRewardHook } from 'stepgym'
export default defineRewardHook({ name: '${name}', version: 3, scope: 'turn', reward: () => 1 })
`
const recipeText = (name: string): string =>
  JSON.stringify({ name, version: 2, terms: [{ signal: 'env', weight: 2 }], onNull: 'error' })

const rejected = async (loading: Promise<unknown>): Promise<unknown> =>
  loading.then(
    () => 'loaded',
    (error) => error,
  )

describe('the catalogs of the package', () => {
  const user = { userFolder: '/nowhere-to-be-found' }

  it('lists what lies in its folders, sorted', () => {
    expect(environments(user).names()).toContain('guess-number')
    expect(hooks(user).names()).toEqual(hooks(user).names().toSorted())
    expect(agents(user).names()).toEqual(expect.arrayContaining(['random', 'scripted']))
    expect(recipes(user).names()).toEqual(expect.arrayContaining(['env-plus-turn', 'outcome-only']))
  })

  it('loads by name, and by name and version', async () => {
    const environment = await environments(user).load('guess-number')
    expect(environment.id).toBe('guess-number@1')
    expect(await environments(user).load('guess-number@1')).toBe(environment)
    expect((await hooks(user).load('success@1')).scope).toBe('outcome')
    expect((await recipes(user).load('outcome-only')).name).toBe('outcome-only')
  })

  it('refuses another version, and says which there is', async () => {
    await expect(environments(user).load('guess-number@2')).rejects.toMatchObject({
      code: 'ENV_UNKNOWN',
      message: expect.stringContaining('guess-number@1'),
    })
    await expect(environments(user).load('guess-number@')).rejects.toMatchObject({ code: 'ENV_UNKNOWN' })
    await expect(agents(user).load('random@1')).rejects.toMatchObject({
      code: 'AGENT_UNKNOWN',
      message: expect.stringContaining('agents have no versions'),
    })
  })

  it.each([
    ['guess-numbr', 'guess-number'],
    ['Guess-Number', 'guess-number'],
    ['guess', 'guess-number'],
  ])('asks whether %s was to be %s', async (wanted, meant) => {
    await expect(environments(user).load(wanted)).rejects.toMatchObject({
      code: 'ENV_UNKNOWN',
      message: expect.stringMatching(new RegExp(`did you mean .*${meant}`)),
    })
  })

  it('names all there are if nothing is near', async () => {
    await expect(hooks(user).load('zzzzzzzz')).rejects.toMatchObject({
      code: 'HOOK_UNKNOWN',
      message: expect.stringContaining('there are above-others, an'),
    })
  })

  it.each(['', '@1', 'constructor', '..', 'a'.repeat(10_000), 'x\ny'])('knows nothing of the name %j', async (name) => {
    expect(await rejected(hooks(user).load(name))).toMatchObject({ code: 'HOOK_UNKNOWN' })
  })
})

describe('the folders of a user', () => {
  it('adds what lies there, as files or as folders with an index', async () => {
    const userFolder = folderWith({
      'envs/my-env.mjs': environmentText('my-env@4'),
      'envs/other/index.mjs': environmentText('other@1'),
      'envs/_helper.mjs': 'throw new Error("never imported")',
      'envs/my-env.test.mjs': '',
      'envs/types.d.ts': '',
      'envs/notes.md': '',
      'envs/data/table.mjs': '',
      'rewards/hooks/my-hook.mjs': hookText('my-hook'),
      'rewards/shaping/recipes/mine.json': recipeText('mine'),
    })
    const own = environments({ userFolder: '/nowhere-to-be-found' }).names()
    expect(
      environments({ userFolder })
        .names()
        .filter((name) => !own.includes(name)),
    ).toEqual(['my-env', 'other'])
    expect((await environments({ userFolder }).load('my-env@4')).maxSteps).toBe(3)
    expect((await environments({ userFolder }).load('other')).id).toBe('other@1')
    expect((await hooks({ userFolder }).load('my-hook')).version).toBe(3)
    expect(await recipes({ userFolder }).load('mine@2')).toEqual(JSON.parse(recipeText('mine')))
  })

  it('loads a module by its path, under any name', async () => {
    const userFolder = folderWith({
      'a.mjs': environmentText('my-env@1'),
      'deep/index.mjs': environmentText('deep@1'),
      'b.json': recipeText('x'),
    })
    for (const path of ['./a.mjs', 'a.mjs', join(userFolder, 'a.mjs')])
      expect((await environments({ userFolder }).load(path)).id).toBe('my-env@1')
    expect((await environments({ userFolder }).load('./deep')).id).toBe('deep@1')
    expect((await recipes({ userFolder }).load('./b.json')).name).toBe('x')
  })

  it('runs TypeScript modules if the process can', async () => {
    const userFolder = folderWith({ 'rewards/hooks/typed.ts': hookText('typed').replace('() => 1', '(): number => 1') })
    expect((await hooks({ userFolder }).load('typed')).name).toBe('typed')
  })

  it('imports nothing before it is asked for', async () => {
    const userFolder = folderWith({ 'rewards/hooks/bomb.mjs': 'globalThis.exploded = true' })
    expect(hooks({ userFolder }).names()).toContain('bomb')
    await hooks({ userFolder }).load('success')
    expect('exploded' in globalThis).toBe(false)
  })

  it('takes an agent without options as it is', async () => {
    const userFolder = folderWith({
      'agents/left.mjs': "export default { name: 'left', act: () => ({ action: 'left' }) }",
    })
    const agent = await createAgent(await agents({ userFolder }).load('left'))
    expect(agent.name).toBe('left')
  })

  it("does not take the package's own repository for a user's folder", async () => {
    const userFolder = join(import.meta.dirname, '..', '..')
    expect((await environments({ userFolder }).load('guess-number')).id).toBe('guess-number@1')
  })
})

describe('a module that is not what it should be', () => {
  const cases: readonly (readonly [title: string, text: string, message: RegExp])[] = [
    ['has no default export', 'export const hook = 1', /has no default export: for reward hooks it is export default/],
    ['exports something else', 'export default { answer: 42 }', /exports an object with answer by default/],
    ['exports a function', 'export default () => 1', /exports a function by default/],
    ['exports null', 'export default null', /exports null by default/],
    ['throws on import', 'throw new Error("out of coffee")', /cannot be imported: out of coffee/],
    ['throws no error', 'throw "a text"', /cannot be imported: a text/],
    ['is not JavaScript', 'export default {', /cannot be imported/],
    ['imports what is not there', "import 'no-such-package-at-all'", /no-such-package-at-all/],
    [
      'breaks the contract in the making',
      "import { defineRewardHook } from 'stepgym'\nexport default defineRewardHook({ name: 'My Hook', version: 1, scope: 'turn', reward: () => 1 })",
      /a name is lower case with dashes/,
    ],
    [
      'breaks the contract by hand',
      "export default { name: 'bad', version: 0.5, scope: 'turn', reward: () => 1 }",
      /is not usable: .*a version must be a whole number/,
    ],
    [
      'has no such scope',
      "export default { name: 'bad', version: 1, scope: 'step', reward: () => 1 }",
      /exports an object/,
    ],
    [
      'is called otherwise than its file',
      "export default { name: 'good', version: 1, scope: 'turn', reward: () => 1 }",
      /holds the reward hook good: give the file and the reward hook the same name/,
    ],
  ]

  it.each(cases)('that %s is refused with its path', async (_, text, message) => {
    const userFolder = folderWith({ 'rewards/hooks/bad.mjs': text })
    const error = await rejected(hooks({ userFolder }).load('bad'))
    expect(error).toMatchObject({ code: 'HOOK_INVALID', message: expect.stringMatching(message) })
    expect(error).toMatchObject({ message: expect.stringContaining(join(userFolder, 'rewards/hooks/bad.mjs')) })
  })

  it('is refused under the code of its kind', async () => {
    const userFolder = folderWith({
      'envs/bad.mjs': "export default { id: 'bad@1', maxSteps: 3 }",
      'agents/bad.mjs': 'export default class {}',
      'rewards/shaping/recipes/bad.json': '{ "name": "bad" ',
      'rewards/shaping/recipes/worse.json': '[]',
    })
    await expect(environments({ userFolder }).load('bad')).rejects.toMatchObject({ code: 'ENV_INVALID' })
    await expect(agents({ userFolder }).load('bad')).rejects.toMatchObject({ code: 'AGENT_INVALID' })
    await expect(recipes({ userFolder }).load('bad')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(recipes({ userFolder }).load('worse')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('is refused if two files claim one name', async () => {
    const userFolder = folderWith({
      'envs/twin.mjs': environmentText('twin@1'),
      'envs/twin/index.mjs': environmentText('twin@1'),
      'envs/guess-number.mjs': environmentText('guess-number@1'),
    })
    const message = expect.stringContaining('two files hold the environment')
    await expect(environments({ userFolder }).load('twin')).rejects.toMatchObject({ code: 'ENV_INVALID', message })
    await expect(environments({ userFolder }).load('guess-number')).rejects.toMatchObject({
      code: 'ENV_INVALID',
      message,
    })
  })

  it('is unknown if the path leads nowhere', async () => {
    const userFolder = folderWith({ 'empty/readme.md': '' })
    for (const path of ['./none.mjs', 'none.ts', './empty', '/none/at/all.mjs'])
      expect(await rejected(environments({ userFolder }).load(path))).toMatchObject({ code: 'ENV_UNKNOWN' })
  })
})
