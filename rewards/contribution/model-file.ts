import { GymError } from '../../core/data/errors.ts'
import { parseJson } from '../../core/data/json.ts'
import { shown } from '../../core/data/shown.ts'
import { versionOf } from '../../models/networks/network.ts'
import { type StepValueNetwork, stepValueNetwork } from '../../models/networks/step-value.ts'
import { readSafetensors, writeSafetensors } from '../../models/weights/safetensors.ts'
import { expectWeights, type Weights } from '../../models/weights/weights.ts'
import { isObject } from '../recorded.ts'
import { STEP_FEATURES_NAME } from './step-features.ts'

/** Format of these files; another number for files that this version cannot read. */
export const CONTRIBUTION_FORMAT = 'stepgym-contribution-1'

/** A model of contributions: a network with its weights. */
export interface ContributionModel {
  readonly network: StepValueNetwork
  readonly weights: Weights
  /** Name of the outcome that the values of an episode sum to. */
  readonly outcome: string
  /** Digest of sizes and weights, 16 hex digits. */
  readonly version: string
}

/**
 * Saves a model of contributions as one safetensors file. A process that is killed meanwhile leaves the file as it was.
 * @throws GymError RECORD_FAILED where the file cannot be written
 */
export function saveContributions(
  path: string,
  { network, weights, outcome }: Pick<ContributionModel, 'network' | 'weights' | 'outcome'>,
): void {
  const { features, hidden } = network.architecture
  const options = JSON.stringify({ features, hidden, outcome, reads: STEP_FEATURES_NAME })
  const metadata = { format: CONTRIBUTION_FORMAT, options, digest: versionOf(network, weights) }
  writeSafetensors(path, { weights, metadata })
}

/**
 * Reads a model of contributions.
 * @throws GymError MODEL_INVALID where the file is missing, damaged, something else, or reads other features than this
 * version has
 */
export function readContributions(path: string): ContributionModel {
  const { weights, metadata } = readSafetensors(path)
  if (metadata.format !== CONTRIBUTION_FORMAT)
    throw invalid(path, 'it is not a model of contributions: give a file that stepgym fit wrote')
  const { features, hidden, outcome, reads } = optionsOf(path, metadata.options ?? '')
  if (reads !== STEP_FEATURES_NAME)
    throw invalid(path, `it reads ${shown(reads ?? null)}, and this version has ${STEP_FEATURES_NAME}: train it again`)
  const network = networkOf(path, Number(features), Number(hidden))
  expectWeights(network.weights, weights)
  const version = versionOf(network, weights)
  if (version !== metadata.digest) throw invalid(path, 'its weights are damaged: they have another digest')
  for (const [name, { data }] of Object.entries(weights))
    if (!data.every(Number.isFinite)) throw invalid(path, `${name} has a value that is not finite`)
  return { network, weights, outcome: typeof outcome === 'string' ? outcome : '', version }
}

function optionsOf(path: string, text: string) {
  try {
    const options = parseJson(text)
    if (isObject(options)) return options
  } catch {}
  throw invalid(path, 'its options cannot be read')
}

/** Sizes are a claim of the file: its weights have to fit them before anything of that size is made. */
function networkOf(path: string, features: number, hidden: number): StepValueNetwork {
  try {
    return stepValueNetwork({ features, hidden })
  } catch {
    throw invalid(path, 'its sizes cannot be read')
  }
}

const invalid = (path: string, problem: string): GymError => new GymError('MODEL_INVALID', `${path}: ${problem}`)
