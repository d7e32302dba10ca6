import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GymError } from '../core/data/errors.ts'
import { agents, hooks } from '../registry/index.ts'
import { nearNames } from '../registry/near.ts'
import type { Settings } from './config.ts'
import { environmentCatalog } from './find.ts'

/** What a contract is for. */
export type Kind = 'environment' | 'reward hook' | 'agent'

/**
 * What kind of thing a name or path stands for; a module that cannot be told is taken for an environment, whose
 * catalog says what is wrong with it.
 * @throws GymError ENV_UNKNOWN where nothing has this name, naming near ones.
 */
export async function kindOf(reference: string, folder: string, settings: Settings): Promise<Kind> {
  const names: Readonly<Record<Kind, readonly string[]>> = {
    environment: environmentCatalog(folder, settings).names(),
    'reward hook': hooks({ userFolder: folder }).names(),
    agent: agents({ userFolder: folder }).names(),
  }
  if (isAbsolute(reference) || /^\.|[/\\]|\.(ts|m?js)$/.test(reference)) return kindOfModule(resolve(folder, reference))
  const name = reference.replace(/@\d+$/, '')
  const kind = KINDS.find((each) => names[each].includes(name))
  if (kind !== undefined) return kind
  const all = Object.values(names).flat()
  const near = nearNames(name, all)
  const advice = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${all.join(', ')}`
  throw new GymError('ENV_UNKNOWN', `no environment, reward hook or agent is called ${JSON.stringify(name)}: ${advice}`)
}

const KINDS = ['environment', 'reward hook', 'agent'] as const

async function kindOfModule(path: string): Promise<Kind> {
  const exported = existsSync(path) && /\.(ts|m?js)$/.test(path) ? await defaultOf(path) : null
  if (typeof exported !== 'object' || exported === null) return 'environment'
  if ('step' in exported) return 'environment'
  if ('reward' in exported) return 'reward hook'
  return 'act' in exported || 'create' in exported ? 'agent' : 'environment'
}

/** Null where the module breaks: whoever loads it says how. */
async function defaultOf(path: string): Promise<unknown> {
  try {
    const loaded: { readonly default?: unknown } = await import(pathToFileURL(path).href)
    return loaded.default
  } catch {
    return null
  }
}
