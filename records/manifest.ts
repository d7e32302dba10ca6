import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import { parseJson } from '../core/data/json.ts'
import { parseSeed, type Seed } from '../core/data/rng.ts'
import { shown } from '../core/data/shown.ts'
import type { Json, JsonObject } from '../core/data/types.ts'
import type { World } from '../core/episode/world.ts'
import type { HookSet, RewardHook } from '../core/reward/hook.ts'
import { countOf, type Field, fieldsOf, jsonOf, listOf, objectOf, oneOf, textOf } from './check.ts'
import { withManifestSum, withoutManifestSum } from './checksum.ts'
import { seedOf } from './episode-line.ts'
import { readRunText, writeWhole } from './files.ts'
import { stepgymVersion } from './version.ts'

export const FORMAT = 'stepgym-run'
/**
 * Raised when an older reader would misread the lines. 2 added the parents of forks and how groups were sampled, 3 the
 * checksums of lines.
 */
export const FORMAT_VERSION = 3
const CHECKED_SINCE = 3
const READ_VERSIONS: readonly Field[] = [1, 2, FORMAT_VERSION]

/** Reward hook in a manifest: name, version and options. */
export interface HookEntry {
  readonly name: string
  readonly version: number
  readonly scope: RewardHook['scope']
  readonly options: JsonObject
}

/** What a run was made with: enough to read, replay and re-score it. */
export interface Manifest {
  readonly format: typeof FORMAT
  /** 1 or 2 where an older stepgym wrote the run. */
  readonly formatVersion: number
  /** The first segment whose lines have checksums; null where none has. */
  readonly checkedFrom: number | null
  readonly id: string
  /** ISO 8601, UTC. */
  readonly created: string
  readonly stepgym: string
  readonly node: string
  readonly environment: { readonly id: string; readonly options: JsonObject; readonly digest: string }
  /** Programs that ran beside stepgym for the environment, and their versions; absent for none. */
  readonly software?: JsonObject
  readonly agent: string
  /** What was chosen over the agent's defaults; absent for nothing. */
  readonly agentOptions?: JsonObject
  readonly hooks: readonly HookEntry[]
  readonly recipe: Json
  readonly seed: Seed | null
  readonly limits: JsonObject
  /** Key of the state tags: keep it secret, it links tags to states. */
  readonly runKey: string
  /** The run whose trajectories these are, under other hooks. */
  readonly rescoredFrom: { readonly id: string; readonly created: string } | null
}

/** What the maker of a run says of it. */
export interface RunSetup {
  readonly world: Pick<World, 'options' | 'digest' | 'software'> & { readonly environment: { readonly id: string } }
  readonly agent: string
  /** What was chosen over the agent's defaults. @default {} */
  readonly agentOptions?: JsonObject
  readonly hooks: HookSet
  /** @default null */
  readonly recipe?: Json
  /** Seed of the whole run; every episode records its own. @default null */
  readonly seed?: Seed | null
  /** Limits beside the environment's options. @default {} */
  readonly limits?: JsonObject
  /** @default 32 random hex digits, or those of the run that is continued */
  readonly runKey?: string
  readonly rescoredFrom?: Manifest['rescoredFrom']
}

export function manifestOf(setup: RunSetup): Manifest {
  const { world, agent, agentOptions = {}, hooks, recipe = null, seed = null, limits = {}, rescoredFrom = null } = setup
  return {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    checkedFrom: 0,
    id: randomUUID(),
    created: new Date().toISOString(),
    stepgym: stepgymVersion(),
    node: process.version,
    environment: { id: world.environment.id, options: world.options, digest: world.digest },
    ...(world.software && { software: world.software }),
    agent,
    ...(Object.keys(agentOptions).length > 0 && { agentOptions }),
    hooks: [...hooks.turn, ...hooks.outcome, ...hooks.process, ...hooks.group].map(entryOf),
    recipe,
    seed: seed === null ? null : parseSeed(seed),
    limits,
    runKey: setup.runKey ?? randomBytes(16).toString('hex'),
    rescoredFrom,
  }
}

const entryOf = ({ name, version, scope, options = {} }: RewardHook): HookEntry => ({ name, version, scope, options })

export const MANIFEST = 'manifest.json'

export const writeManifest = (folder: string, manifest: Manifest): void =>
  writeWhole(join(folder, MANIFEST), withManifestSum(JSON.stringify(manifest, null, 2)))

/**
 * @throws GymError RECORD_FOREIGN where the folder is not a run folder or of a newer format, RECORD_CORRUPT where its
 *   manifest is damaged.
 */
export function readManifest(folder: string): Manifest {
  const path = join(folder, MANIFEST)
  if (!existsSync(path)) throw new GymError('RECORD_FOREIGN', `${folder} is not a run folder: it has no ${MANIFEST}`)
  const parsed = parseManifest(path)
  expectFormat(folder, parsed)
  try {
    return decodeManifest(parsed)
  } catch (thrown) {
    throw damaged(path, thrown)
  }
}

/** Options and recipes may be long; a sparse file is longer. */
export const MOST_MANIFEST_BYTES = 2 ** 24

function parseManifest(path: string): Json {
  try {
    return parseJson(withoutManifestSum(readRunText(path, MOST_MANIFEST_BYTES)))
  } catch (thrown) {
    throw damaged(path, thrown)
  }
}

const damaged = (path: string, thrown: unknown): GymError =>
  new GymError('RECORD_CORRUPT', `${path} is damaged: ${messageOf(thrown)}; restore it from a copy`, { cause: thrown })

function expectFormat(folder: string, parsed: Field): void {
  const { format, formatVersion } = isRecord(parsed) ? parsed : {}
  if (format !== FORMAT)
    throw new GymError('RECORD_FOREIGN', `${folder} is not a run folder: its ${MANIFEST} is of something else`)
  if (READ_VERSIONS.includes(formatVersion)) return
  const advice = 'open it with the version of stepgym that wrote it, or a newer one'
  throw new GymError(
    'RECORD_FOREIGN',
    `${folder} is a run of format ${shown(formatVersion)}, and this version reads 1 to ${FORMAT_VERSION}: ${advice}`,
  )
}

const isRecord = (value: Field): value is JsonObject => typeof value === 'object' && value !== null

const FIELDS = [
  ...[
    'format',
    'formatVersion',
    'checkedFrom',
    'id',
    'created',
    'stepgym',
    'node',
    'environment',
    'software',
    'agent',
    'agentOptions',
    'hooks',
    'recipe',
    'seed',
  ],
  ...['limits', 'runKey', 'rescoredFrom'],
]

/** @throws Malformed */
function decodeManifest(value: Json): Manifest {
  const fields = fieldsOf(value, 'the manifest', FIELDS)
  const formatVersion = countOf(fields.formatVersion, 'formatVersion')
  return {
    format: FORMAT,
    formatVersion,
    checkedFrom: formatVersion < CHECKED_SINCE ? null : countOf(fields.checkedFrom, 'checkedFrom'),
    id: textOf(fields.id, 'id'),
    created: textOf(fields.created, 'created'),
    stepgym: textOf(fields.stepgym, 'stepgym'),
    node: textOf(fields.node, 'node'),
    environment: environmentOf(fields.environment),
    ...(fields.software !== undefined && { software: objectOf(fields.software, 'software') }),
    agent: textOf(fields.agent, 'agent'),
    ...(fields.agentOptions !== undefined && { agentOptions: objectOf(fields.agentOptions, 'agentOptions') }),
    hooks: listOf(fields.hooks, 'hooks', hookOf),
    recipe: jsonOf(fields.recipe, 'recipe'),
    seed: fields.seed === null ? null : seedOf(fields.seed, 'seed'),
    limits: objectOf(fields.limits, 'limits'),
    runKey: textOf(fields.runKey, 'runKey'),
    rescoredFrom: sourceOf(fields.rescoredFrom),
  }
}

function environmentOf(value: Field): Manifest['environment'] {
  const fields = fieldsOf(value, 'environment', ['id', 'options', 'digest'])
  return {
    id: textOf(fields.id, 'environment.id'),
    options: objectOf(fields.options, 'environment.options'),
    digest: textOf(fields.digest, 'environment.digest'),
  }
}

function hookOf(value: Field, what: string): HookEntry {
  const fields = fieldsOf(value, what, ['name', 'version', 'scope', 'options'])
  return {
    name: textOf(fields.name, `the name of ${what}`),
    version: countOf(fields.version, `the version of ${what}`),
    scope: oneOf(fields.scope, `the scope of ${what}`, ['turn', 'outcome', 'process', 'group']),
    options: objectOf(fields.options, `the options of ${what}`),
  }
}

function sourceOf(value: Field): Manifest['rescoredFrom'] {
  if (value === null) return null
  const fields = fieldsOf(value, 'rescoredFrom', ['id', 'created'])
  return { id: textOf(fields.id, 'rescoredFrom.id'), created: textOf(fields.created, 'rescoredFrom.created') }
}
