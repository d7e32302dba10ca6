import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as kernel from '../core/index.ts'

const ROOT = new URL('..', import.meta.url).pathname
interface Exported {
  readonly types: string
  readonly default: string
}
const { exports }: { exports: Readonly<Record<string, Exported | string>> } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
)
const sourceOf = (built: string): string => built.replace('./dist/', '').replace(/\.js$/, '.ts')

describe('the package', () => {
  it('exports only what there is, each with its types', () => {
    for (const [name, target] of Object.entries(exports)) {
      if (typeof target === 'string' || name.includes('*')) continue
      expect(existsSync(join(ROOT, sourceOf(target.default))), name).toBe(true)
      expect(target.types).toBe(target.default.replace(/\.js$/, '.d.ts'))
    }
  })

  it('exports every environment and agent', () => {
    const names = (room: string): readonly string[] =>
      readdirSync(join(ROOT, room), { withFileTypes: true })
        .filter((entry) => entry.isFile() || existsSync(join(ROOT, room, entry.name, 'index.ts')))
        .filter(({ name }) => !name.endsWith('.mjs'))
        .map(({ name }) => `./${room}/${name.replace(/\.ts$/, '')}`)
    expect(Object.keys(exports)).toEqual(expect.arrayContaining([...names('envs'), ...names('agents')]))
  })

  it('exports from its kernel these names, and no others by accident', () => {
    expect(Object.keys(kernel).sort()).toMatchInlineSnapshot(`
      [
        "Branches",
        "ERROR_CODES",
        "EpisodeRunner",
        "GymError",
        "Markup",
        "Rng",
        "TaskSet",
        "canonicalJson",
        "checkAgent",
        "checkEnvironment",
        "checkHook",
        "closeHooks",
        "createAgent",
        "defineAgent",
        "defineEnvironment",
        "defineRewardHook",
        "expectSync",
        "fingerprintOf",
        "fork",
        "fullMessageOf",
        "hashOf",
        "hookSet",
        "markup",
        "messageOf",
        "onFailure",
        "openHooks",
        "openWorld",
        "parseSeed",
        "policyAgent",
        "problem",
        "replayMoves",
        "restore",
        "rollout",
        "rolloutGroup",
        "runEpisode",
        "siteDocument",
        "snapshotOf",
        "startEpisode",
        "startGroup",
        "tagOf",
        "textAction",
        "turnsOf",
        "visibleText",
        "withOptions",
      ]
    `)
  })
})
