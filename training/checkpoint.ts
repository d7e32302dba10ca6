import { createHash } from 'node:crypto'
import { GymError } from '../core/data/errors.ts'
import { canonicalJson } from '../core/data/hash.ts'
import { parseJson } from '../core/data/json.ts'
import type { Json, JsonObject } from '../core/data/types.ts'
import {
  encodeSafetensors,
  readSafetensors,
  type Checkpoint as Tensors,
  writeSafetensors,
} from '../models/weights/safetensors.ts'
import type { Weights } from '../models/weights/weights.ts'
import type { OnlineState } from '../rewards/process/index.ts'
import type { IterationReport, TrainingState } from './iteration.ts'

/** A training as it is kept on disk: what it depends on, where it is, and what it reported so far. */
export interface TrainingCheckpoint {
  /** Settings that decide what is learnt: a checkpoint of others is refused. */
  readonly identity: JsonObject
  readonly state: TrainingState
  /** One report for each iteration done. */
  readonly reports: readonly IterationReport[]
}

/** Version of the format: another one is refused. */
const FORMAT = 'stepgym-training-1'

/** Names of the parts of the policy in the file, before the names of the weights. */
const PARTS = ['weights', 'first', 'second'] as const
/** Those of the reward model, where there is one. */
const REWARD_PARTS = { weights: 'reward-weights', moments: 'reward-moments', reference: 'reward-reference' } as const

/**
 * Writes a checkpoint as one file in the safetensors format, which is there whole or not at all: a process that is
 * killed meanwhile leaves the one before it.
 * @throws GymError RECORD_FAILED where it cannot be written; the one before it stays.
 */
export function writeCheckpoint(path: string, { identity, state, reports }: TrainingCheckpoint): void {
  const { iteration, environmentSteps, adam } = state
  const { rewardModel: reward } = state
  const content = {
    identity,
    iteration,
    environmentSteps,
    updates: adam.count,
    reports,
    reward: reward && countersOf(reward),
  }
  const weights = {
    ...Object.assign({}, ...PARTS.map((part) => named(part, adam[part]))),
    ...(reward && rewardTensors(reward)),
  }
  const training = JSON.stringify(content)
  const metadata = { format: FORMAT, training, digest: digestOf({ weights, metadata: { training } }) }
  writeSafetensors(path, { weights, metadata })
}

const named = (part: string, weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, weight]) => [`${part}.${name}`, weight]))

const rewardTensors = ({ progress, reference }: OnlineState): Weights => ({
  ...named(REWARD_PARTS.weights, progress.weights),
  ...named(REWARD_PARTS.moments, progress.moments),
  ...(reference && named(REWARD_PARTS.reference, reference)),
})

const countersOf = ({ progress: { steps }, updates, accuracies }: OnlineState) => ({ steps, updates, accuracies })

/**
 * Reads a checkpoint.
 * @throws GymError MODEL_INVALID where it is missing, truncated, damaged or of another version of the format.
 */
export function readCheckpoint(path: string): TrainingCheckpoint {
  const file = readSafetensors(path)
  const { format, training = '', digest } = file.metadata
  if (format !== FORMAT)
    throw invalid(
      path,
      `it is ${format === undefined ? 'not a checkpoint of a training' : `of the format ${format}`}: ${FORMAT} is expected`,
    )
  if (digest !== digestOf({ weights: file.weights, metadata: { training } }))
    throw invalid(path, 'its content is not what was written: it is damaged, or was changed')
  return contentOf(path, parseJson(training), file.weights)
}

/**
 * Compares the settings of a checkpoint with those of a training that would continue from it. More iterations are no
 * difference.
 * @throws GymError CONFIG_INVALID, naming each setting that differs with both values.
 */
export function expectSameTraining(path: string, kept: JsonObject, wanted: JsonObject): void {
  const differences = differencesOf(kept, wanted, '')
  if (differences.length === 0) return
  throw new GymError(
    'CONFIG_INVALID',
    `${path} is a checkpoint of another training: ${differences.slice(0, MOST_SHOWN).join('; ')}. Give the same settings, or another folder`,
  )
}

const MOST_SHOWN = 8

function differencesOf(kept: Json, wanted: Json, path: string): readonly string[] {
  if (!isRecord(kept) || !isRecord(wanted))
    return canonicalJson(kept) === canonicalJson(wanted)
      ? []
      : [`${path} was ${canonicalJson(kept)} and is now ${canonicalJson(wanted)}`]
  const names = [...new Set([...Object.keys(kept), ...Object.keys(wanted)])]
  return names.flatMap((name) => {
    const own = (from: JsonObject): Json => (Object.hasOwn(from, name) ? (from[name] ?? null) : null)
    return differencesOf(own(kept), own(wanted), path === '' ? name : `${path}.${name}`)
  })
}

/** Digest of texts and values: it finds damage, and no change that was made on purpose. */
function digestOf({ weights, metadata }: Tensors): string {
  return createHash('sha256').update(encodeSafetensors({ weights, metadata })).digest('hex')
}

function contentOf(path: string, content: Json, weights: Weights): TrainingCheckpoint {
  if (!isRecord(content)) throw invalid(path, 'its settings are not an object')
  const { identity = null, reports = null } = content
  if (!isRecord(identity) || !Array.isArray(reports)) throw invalid(path, 'its settings or reports are missing')
  const iteration = countOf(path, content, 'iteration')
  if (reports.length !== iteration) throw invalid(path, `it has ${reports.length} reports of ${iteration} iterations`)
  const [values, first, second] = PARTS.map((part) => partOf(weights, part))
  const adam = {
    weights: values ?? {},
    first: first ?? {},
    second: second ?? {},
    count: countOf(path, content, 'updates'),
  }
  expectAligned(path, adam)
  const rewardModel = rewardOf(path, content.reward ?? null, weights)
  const state = { iteration, environmentSteps: countOf(path, content, 'environmentSteps'), adam, rewardModel }
  return { identity, state, reports: reports.map((report, at) => reportOf(path, report, at)) }
}

/** Shapes are checked against the network when the model is opened. */
function rewardOf(path: string, counters: Json, weights: Weights): OnlineState | null {
  if (counters === null) return null
  if (!isRecord(counters) || !Array.isArray(counters.accuracies))
    throw invalid(path, 'its reward model has no counters')
  const accuracies = counters.accuracies.filter((each) => each === null || typeof each === 'number')
  const reference = partOf(weights, REWARD_PARTS.reference)
  return {
    progress: {
      weights: partOf(weights, REWARD_PARTS.weights),
      moments: partOf(weights, REWARD_PARTS.moments),
      steps: countOf(path, counters, 'steps'),
    },
    reference: Object.keys(reference).length === 0 ? null : reference,
    updates: countOf(path, counters, 'updates'),
    accuracies,
  }
}

function countOf(path: string, content: JsonObject, name: string): number {
  const value = content[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw invalid(path, `${name} is not a count`)
}

const partOf = (weights: Weights, part: string): Weights =>
  Object.fromEntries(
    Object.entries(weights).flatMap(([name, weight]) =>
      name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), weight]] : [],
    ),
  )

/** Moments have the names and shapes of the weights. */
function expectAligned(path: string, { weights, first, second }: TrainingState['adam']): void {
  const shapesOf = (part: Weights): string =>
    canonicalJson(Object.fromEntries(Object.entries(part).map(([name, { shape }]) => [name, shape])))
  if (shapesOf(first) !== shapesOf(weights) || shapesOf(second) !== shapesOf(weights))
    throw invalid(path, 'its moments do not have the shapes of its weights')
}

/** Figures that printing and plotting rely on; the digest holds the rest. */
function reportOf(path: string, report: Json, at: number): IterationReport {
  if (isReport(report) && report.iteration === at + 1) return report
  throw invalid(path, `report ${at + 1} is not one of an iteration`)
}

const COUNTS = ['iteration', 'environmentSteps', 'episodes', 'aborted', 'rows', 'creditedRows'] as const
const FIGURES = ['success', 'meanReturn', 'entropy', 'clipFraction', 'gradientNorm'] as const
const SHARES = ['mixedGroups', 'repeatedAnchors'] as const

function isReport(report: unknown): report is IterationReport {
  if (typeof report !== 'object' || report === null) return false
  const fields: Readonly<Record<string, unknown>> = { ...report }
  const isNumber = (name: string): boolean => typeof fields[name] === 'number'
  return [...COUNTS, ...SHARES].every(isNumber) && FIGURES.every((name) => fields[name] === null || isNumber(name))
}

const isRecord = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (path: string, problem: string): GymError => new GymError('MODEL_INVALID', `${path}: ${problem}`)
