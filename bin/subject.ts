import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { GymError } from '../core/data/errors.ts'
import { nearOr } from '../core/data/near.ts'
import { shown } from '../core/data/shown.ts'
import { importModule } from '../registry/import.ts'
import { agents, estimators, hooks } from '../registry/index.ts'
import type { Settings } from './config.ts'
import { environmentCatalog } from './find.ts'

/** What a contract is for. */
export type Kind = 'environment' | 'reward hook' | 'agent' | 'estimator'

/**
 * What kind of thing a name or path represents; a module of none of them counts as an environment, whose
 * catalog says what is wrong with it.
 * @throws GymError ENV_UNKNOWN where nothing has this name, naming near ones.
 */
export async function kindOf(reference: string, folder: string, settings: Settings): Promise<Kind> {
  const names: Readonly<Record<Kind, readonly string[]>> = {
    environment: environmentCatalog(folder, settings).names(),
    'reward hook': hooks({ userFolder: folder }).names(),
    agent: agents({ userFolder: folder }).names(),
    estimator: estimators({ userFolder: folder }).names(),
  }
  if (isAbsolute(reference) || /^\.|[/\\]|\.(ts|m?js)$/.test(reference)) return kindOfModule(resolve(folder, reference))
  const name = reference.replace(/@\d+$/, '')
  const kind = KINDS.find((each) => names[each].includes(name))
  if (kind !== undefined) return kind
  const all = Object.values(names).flat()
  const advice = nearOr(name, all, '`stepgym list` has the names')
  throw new GymError(
    'ENV_UNKNOWN',
    `no environment, reward hook, agent or estimator is called ${shown(name)}: ${advice}`,
  )
}

const KINDS = ['environment', 'reward hook', 'agent', 'estimator'] as const

/** By what the module exports; where it cannot be imported, by why, then by where it lies and what is written there. */
async function kindOfModule(path: string): Promise<Kind> {
  if (!existsSync(path) || !/\.(ts|m?js)$/.test(path)) return kindOfPlace(path)
  try {
    const { default: exported } = await importModule(path)
    return kindOfExport(exported) ?? kindOfSource(path)
  } catch (thrown) {
    const code: unknown = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : null
    return KIND_OF_CODE.get(code) ?? kindOfSource(path)
  }
}

const KIND_OF_CODE: ReadonlyMap<unknown, Kind> = new Map([
  ['ENV_INVALID', 'environment'],
  ['HOOK_INVALID', 'reward hook'],
  ['AGENT_INVALID', 'agent'],
  ['ESTIMATOR_INVALID', 'estimator'],
])

function kindOfExport(exported: unknown): Kind | null {
  if (typeof exported !== 'object' || exported === null) return null
  if ('step' in exported || 'reset' in exported) return 'environment'
  if ('reward' in exported || 'scope' in exported) return 'reward hook'
  if ('compute' in exported || 'consumes' in exported) return 'estimator'
  return 'act' in exported || 'create' in exported ? 'agent' : null
}

function kindOfSource(path: string): Kind {
  const source = readFileSync(path, 'utf8')
  if (source.includes('defineEnvironment')) return 'environment'
  if (source.includes('defineRewardHook')) return 'reward hook'
  if (source.includes('defineEstimator')) return 'estimator'
  return source.includes('defineAgent') ? 'agent' : kindOfPlace(path)
}

function kindOfPlace(path: string): Kind {
  if (/[/\\]rewards[/\\]hooks([/\\]|$)/.test(path)) return 'reward hook'
  if (/[/\\]rewards[/\\]advantage([/\\]|$)/.test(path)) return 'estimator'
  return /[/\\]agents([/\\]|$)/.test(path) ? 'agent' : 'environment'
}
