import { GymError } from '../core/data/errors.ts'
import { canonicalJson } from '../core/data/hash.ts'
import type { JsonObject } from '../core/data/types.ts'
import { type Manifest, manifestOf, type RunSetup } from './manifest.ts'

/** @throws GymError RECORD_FOREIGN, naming what the run in the folder was made with that is another here. */
export function expectSameRun(folder: string, recorded: Manifest, setup: RunSetup): void {
  expectSameWorld(recorded, setup.world)
  const own = manifestOf({ ...setup, runKey: setup.runKey ?? recorded.runKey })
  const parts = ['agent', 'agentOptions', 'hooks', 'recipe', 'seed', 'limits', 'runKey', 'rescoredFrom'] as const
  const other = parts.filter((part) => canonicalJson(recorded[part] ?? null) !== canonicalJson(own[part] ?? null))
  if (other.length === 0) return
  const advice = 'continue it with the same settings, or record into another folder'
  throw new GymError('RECORD_FOREIGN', `${folder} holds a run with another ${other.join(', ')}: ${advice}`)
}

/**
 * Holds a world to that of a run.
 * @throws GymError RECORD_FOREIGN, naming what differs.
 */
export function expectSameWorld({ environment }: Pick<Manifest, 'environment'>, world: RunSetup['world']): void {
  if (environment.digest === world.digest) return
  throw new GymError('RECORD_FOREIGN', `the run was made in another world: ${differenceOf(environment, world)}`)
}

function differenceOf({ id, options }: Manifest['environment'], world: RunSetup['world']): string {
  if (id !== world.environment.id) return `in ${id}, and this is ${world.environment.id}`
  const other = differingOptions(options, world.options)
  if (other.length > 0) return `with another ${other.join(', ')}; open ${id} with the options in the run's manifest`
  return `${id} and its options are the same, but not the data it was opened with; open it with the data of the run`
}

const differingOptions = (a: JsonObject, b: JsonObject): readonly string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (name) => canonicalJson(a[name] ?? null) !== canonicalJson(b[name] ?? null),
  )
