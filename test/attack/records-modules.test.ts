import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agents, environments, estimators, hooks, recipes } from '../../registry/index.ts'
import { type Ran, run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { forgeManifest } from '../support/sealed-lines.ts'

/** Says that it ran: no data may bring that about. */
const EVIL = "globalThis.evil = true\nexport default { name: 'evil', act: () => ({ action: '1' }) }\n"

let folder: string

beforeEach(async () => {
  folder = newFolder()
  const args = ['--env', 'guess-number', '--agent', 'random', '--groups', '1', '--group-size', '2', '--out', 'rEvil']
  expect((await run(['rollout', ...args], { folder })).code).toBe(0)
  writeFileSync(join(folder, 'rEvil', 'evil.mjs'), EVIL)
})

afterEach(() => {
  expect('evil' in globalThis).toBe(false)
})

const inFolder = (args: readonly string[]): Promise<Ran> => run(args, { folder })

const changeManifest = (change: (manifest: { environment: { id: string }; agent: string }) => void): void =>
  forgeManifest(join(folder, 'rEvil'), change)

const COMMANDS: readonly (readonly string[])[] = [
  ['replay', 'rEvil'],
  ['replay', 'rEvil', '--live'],
  ['rescore', 'rEvil', '--hook', 'success', '--out', 'out'],
  ['eval', 'values', 'rEvil', '--agent', 'random'],
  ['eval', 'fatal', 'rEvil', '--agent', 'random'],
  ['rollout', '--sampling', 'intervene', '--from', 'rEvil', '--trajectory', '0.0', '--step', '0', '--action', '"1"'],
]

describe('a run folder whose manifest names a module', () => {
  it.each(COMMANDS)('runs no environment under %s %s', async (...args) => {
    for (const path of ['./rEvil/evil.mjs', 'rEvil/evil.mjs', join(folder, 'rEvil', 'evil.mjs'), '../x/../rEvil']) {
      changeManifest((manifest) => {
        manifest.environment.id = path
      })
      const { code, err } = await inFolder(args)
      expect(code).toBe(1)
      expect(err).toMatch(/ENV_UNKNOWN: (data names the environment .*path with --env|there is no environment)/)
    }
  })

  it.each(['values', 'fatal'])('runs no agent under eval %s', async (command) => {
    changeManifest((manifest) => {
      manifest.agent = './rEvil/evil.mjs'
    })
    const { code, err } = await inFolder(['eval', command, 'rEvil'])
    expect(code).toBe(1)
    expect(err).toMatch(/AGENT_UNKNOWN: .*data names the agent ".\/rEvil\/evil.mjs", which is a path/)
    expect(err).toMatch(/--agent NAME/)
  })

  it('is opened with the module that an operator gives', async () => {
    changeManifest((manifest) => {
      manifest.environment.id = './rEvil/evil.mjs'
    })
    const { code, err } = await inFolder(['replay', 'rEvil', '--env', 'guess-number'])
    expect([code, err]).toEqual([0, ''])
  })

  it.each(['stepgym.config.mjs', 'envs/evil.mjs', 'agents/evil.mjs', 'rewards/hooks/evil.mjs'])(
    'does not run %s of a run folder that is the working folder',
    async (name) => {
      const within = join(folder, 'rEvil', 'segments')
      for (const place of [join(folder, 'rEvil'), within]) {
        mkdirSync(join(place, name, '..'), { recursive: true })
        writeFileSync(join(place, name), EVIL)
        for (const args of [
          ['replay', folder],
          ['credit', '.', '--estimator', 'evil'],
          ['eval', 'values', '.'],
        ]) {
          const { code, err } = await run(args, { folder: place })
          expect([code, err]).toEqual([1, expect.stringMatching(/CONFIG_INVALID: .* is within a run folder and holds/)])
        }
      }
    },
  )
})

describe('a catalog', () => {
  it.each([
    ['environment', environments],
    ['reward hook', hooks],
    ['agent', agents],
    ['advantage estimator', estimators],
    ['recipe', recipes],
  ] as const)('takes no path from data: %s', async (noun, catalogOfKind) => {
    const catalog = catalogOfKind({ userFolder: folder })
    const references = ['./rEvil/evil.mjs', 'rEvil/evil.mjs', join(folder, 'rEvil/evil.mjs'), '..', 'evil.js', './']
    for (const reference of references)
      await expect(catalog.loadByName(reference)).rejects.toMatchObject({
        message: expect.stringMatching(new RegExp(`^data names the ${noun} .*NAME@VERSION.*give its path with --`)),
      })
    for (const reference of [`file://${folder}/rEvil/evil`, 'data:text/javascript,globalThis.evil=1', 'node:fs'])
      await expect(catalog.loadByName(reference)).rejects.toMatchObject({
        message: expect.stringMatching(/^there is no /),
      })
  })

  it('takes registered names from data, with and without their version', async () => {
    const catalog = environments({ userFolder: folder })
    expect(await catalog.loadByName('guess-number@1')).toBe(await catalog.loadByName('guess-number'))
    await expect(catalog.loadByName('guess-number@2')).rejects.toMatchObject({ code: 'ENV_UNKNOWN' })
  })
})
