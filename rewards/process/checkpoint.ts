import { GymError, messageOf } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { versionOf } from '../../models/networks/network.ts'
import { type Checkpoint, readSafetensors, writeSafetensors } from '../../models/weights/safetensors.ts'
import type { Weights } from '../../models/weights/weights.ts'
import { type OnlineReward, type OnlineState, openOnlineReward } from './online.ts'
import { type OnlineRewardSettings, optionsOf } from './online-settings.ts'

/** Format of checkpoints; another number for files that this version cannot read. */
const FORMAT = 'stepgym-reward-model-2'

/** A reward model as it was saved: all that it had learnt, and the options that this depends on. */
export interface SavedReward {
  readonly state: OnlineState
  readonly options: JsonObject
}

/**
 * Saves a reward model in one safetensors file: weights, moments, reference, counters and options. A process that is
 * killed while it writes leaves the file as it was before.
 * @throws GymError MODEL_FAILED where the device fails; RECORD_FAILED where the file cannot be written.
 */
export async function saveOnlineReward(path: string, online: Pick<OnlineReward, 'state' | 'options'>): Promise<void> {
  writeSafetensors(path, checkpointOf({ state: await online.state(), options: online.options }))
}

/**
 * Reads a reward model that was saved.
 * @throws GymError MODEL_INVALID where the file is missing, truncated or damaged, is something else, or has weights that
 * are not finite.
 */
export function readSavedReward(path: string): SavedReward {
  const { weights, metadata } = readSafetensors(path)
  const { format, options = '', counters = '', digest } = metadata
  if (format !== FORMAT)
    throw invalid(
      path,
      `it is not a saved reward model: ${format === undefined ? 'it names no format' : `its format is ${shown(format)}`}. Give reward-model.safetensors of a training, or a file of saveOnlineReward`,
    )
  const texts = { options: recordOf(options, path), counters: recordOf(counters, path) }
  const counted = countersOf(texts.counters, path)
  if (digestOf(texts, weights) !== digest)
    throw invalid(path, 'its content is not what was written: it is damaged, or was changed')
  expectFinite(weights, path)
  return { options: texts.options, state: stateOf(weights, counted) }
}

/**
 * Opens a reward model that was saved, to learn on exactly as if it had never stopped.
 * @throws GymError as `readSavedReward` and `openOnlineReward`; MODEL_INVALID where it was saved under other options,
 * naming those that differ.
 */
export async function openSavedReward<Action>(
  path: string,
  settings: OnlineRewardSettings<Action>,
): Promise<OnlineReward> {
  const { state, options } = readSavedReward(path)
  const differences = differencesOf(options, optionsOf(settings))
  if (differences.length > 0) throw invalid(path, `it was saved under other options: ${differences.join('; ')}`)
  return openOnlineReward(settings, state)
}

/** Parts of the weights of a file, by the first part of their names. */
const PARTS = ['phi', 'moments', 'reference'] as const
type Part = (typeof PARTS)[number]

function checkpointOf({ state, options }: SavedReward): Checkpoint {
  const { progress, reference, updates, accuracies } = state
  const weights = {
    ...named('phi', progress.weights),
    ...named('moments', progress.moments),
    ...named('reference', reference ?? {}),
  }
  const counters = { steps: progress.steps, updates, accuracies, hasReference: reference !== null }
  const texts = { options: JSON.stringify(options), counters: JSON.stringify(counters) }
  return { weights, metadata: { format: FORMAT, ...texts, digest: digestOf({ options, counters }, weights) } }
}

const named = (part: Part, weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, weight]) => [`${part}/${name}`, weight]))

const partOf = (part: Part, weights: Weights): Weights =>
  Object.fromEntries(
    Object.entries(weights).flatMap(([name, weight]) =>
      name.startsWith(`${part}/`) ? [[name.slice(part.length + 1), weight] as const] : [],
    ),
  )

/** Digest of texts and values: it finds damage, and no change that was made on purpose. */
const digestOf = (texts: { readonly options: JsonObject; readonly counters: JsonObject }, weights: Weights): string =>
  versionOf({ architecture: texts }, weights)

interface Counters {
  readonly steps: number
  readonly updates: number
  readonly accuracies: readonly (number | null)[]
  readonly hasReference: boolean
}

const stateOf = (weights: Weights, { steps, updates, accuracies, hasReference }: Counters): OnlineState => ({
  progress: { weights: partOf('phi', weights), moments: partOf('moments', weights), steps },
  reference: hasReference ? partOf('reference', weights) : null,
  updates,
  accuracies,
})

function countersOf({ steps, updates, accuracies, hasReference }: JsonObject, path: string): Counters {
  const isAccuracy = (value: Json): value is number | null => value === null || typeof value === 'number'
  if (isCount(steps) && isCount(updates) && typeof hasReference === 'boolean')
    if (Array.isArray(accuracies) && accuracies.every(isAccuracy)) return { steps, updates, hasReference, accuracies }
  throw invalid(path, 'its counters cannot be read')
}

const isCount = (value: Json | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0

function recordOf(text: string, path: string): JsonObject {
  try {
    const value = parseJson(text)
    if (isRecord(value)) return value
  } catch (thrown) {
    throw invalid(path, `its metadata cannot be read: ${messageOf(thrown)}`)
  }
  throw invalid(path, 'its metadata is not an object')
}

const isRecord = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function expectFinite(weights: Weights, path: string): void {
  for (const [name, { data }] of Object.entries(weights))
    if (!data.every(Number.isFinite)) throw invalid(path, `${name} has a value that is not finite`)
}

/** Options that differ, by their paths. */
function differencesOf(saved: Json | undefined, here: Json | undefined, path = ''): readonly string[] {
  if (isRecord(saved) && isRecord(here))
    return [...new Set([...Object.keys(saved), ...Object.keys(here)])].flatMap((name) =>
      differencesOf(saved[name], here[name], path === '' ? name : `${path}.${name}`),
    )
  if (JSON.stringify(saved) === JSON.stringify(here)) return []
  return [`${path} is ${shown(saved ?? null)} there and ${shown(here ?? null)} here`]
}

const invalid = (path: string, problem: string): GymError => new GymError('MODEL_INVALID', `${path}: ${problem}`)
