import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseOwnJson } from '../../core/data/json.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { readSafetensors, writeSafetensors } from '../../models/weights/safetensors.ts'
import { ResultsFile } from '../oracle/results-file.ts'
import type { RunStore } from './compare.ts'
import { type ComparisonPlan, keyOf } from './plan.ts'
import type { RunResult } from './run.ts'
import { NO_SOURCES, type Sources } from './sources.ts'
import type { WarmStart } from './warm-start.ts'

/** Keeps nothing beyond the process. */
export function memoryStore(): RunStore {
  const [starts, runs] = [new Map<number, WarmStart>(), new Map<string, RunResult>()]
  return {
    startOf: (seed) => starts.get(seed) ?? null,
    keepStart: (start) => void starts.set(start.seed, start),
    runOf: (key) => runs.get(keyOf(key)) ?? null,
    keepRun: (run) => void runs.set(keyOf(run), run),
  }
}

/** What one line holds: a common start, whose weights have a file of their own, or a run. */
type Line =
  | { readonly start: Omit<WarmStart, 'weights'>; readonly run?: undefined; readonly source?: undefined }
  | { readonly run: RunResult; readonly source: string; readonly start?: undefined }

const COMPARISON = { format: 'stepgym-compare-1', holds: 'runs of a comparison' } as const

/**
 * Keeps what is finished in a folder: `runs.jsonl`, and the weights of each start. Another plan may use it that differs
 * in methods, rates and seeds alone. Runs of a method that has changed meanwhile are done again.
 * @param folder one that is there
 * @param sources what the results come from
 * @throws GymError CONFIG_INVALID for a folder of another plan or world, naming what differs; RECORD_FOREIGN,
 *   RECORD_CORRUPT, RECORD_FAILED as `ResultsFile.open`
 */
export function folderStore(folder: string, plan: ComparisonPlan, sources: Sources = NO_SOURCES): RunStore {
  const settings = { ...settingsOf(plan), ...(sources !== NO_SOURCES && { world: sources.world }) }
  const file = ResultsFile.open<Line>(join(folder, 'runs.jsonl'), settings, readLine, COMPARISON)
  const memory = memoryStore()
  const weightsFile = (seed: number): string => join(folder, `start-${seed}.safetensors`)
  const sourceOf = ({ method }: RunResult): string => sources.methods[method] ?? ''
  for (const { start, run, source } of file.rows) {
    if (run && source === sourceOf(run)) memory.keepRun(run)
    else if (start && existsSync(weightsFile(start.seed)))
      memory.keepStart({ ...start, weights: readSafetensors(weightsFile(start.seed)).weights })
  }
  return {
    startOf: memory.startOf,
    runOf: memory.runOf,
    keepStart({ weights, ...start }) {
      memory.keepStart({ ...start, weights })
      writeSafetensors(weightsFile(start.seed), { weights, metadata: {} })
      file.append({ start })
    },
    keepRun(run) {
      memory.keepRun(run)
      file.append({ run, source: sourceOf(run) })
    },
  }
}

/**
 * All that a run depends on beside its method, rate and seed: a comparison of more of these continues with what is
 * finished. What is undefined is left out.
 */
function settingsOf(plan: ComparisonPlan): JsonObject {
  const { environment, options, split, heldOutSplit, budget, exactEvery, training, warm } = plan
  return parseOwnJson(JSON.stringify({ environment, options, split, heldOutSplit, budget, exactEvery, training, warm }))
}

/** A line as it was written; null for any other. */
function readLine(line: JsonObject): Line | null {
  const { start, run, source } = line
  if (isStart(start)) return { start }
  return isRun(run) && typeof source === 'string' ? { run, source } : null
}

const isStart = (value: unknown): value is Omit<WarmStart, 'weights'> =>
  isObject(value) && haveNumbers(value, ['seed', 'success', 'steps'])

function isRun(value: unknown): value is RunResult {
  if (!isObject(value) || typeof value.method !== 'string') return false
  const { curve } = value
  if (!MAYBE_NUMBERS.every((name) => value[name] === null || typeof value[name] === 'number')) return false
  if (!Array.isArray(curve) || !curve.every((point) => isObject(point) && haveNumbers(point, ['steps', 'success'])))
    return false
  return haveNumbers(value, RUN_NUMBERS)
}

const RUN_NUMBERS = 'rate seed area final heldOut iterations mixedGroups repeatedAnchors seconds'.split(' ')

const MAYBE_NUMBERS = ['stepsTo50', 'stepsTo80', 'aliasing', 'stepCorrelation', 'pairAccuracy'] as const

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const haveNumbers = (value: Readonly<Record<string, unknown>>, names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === 'number')
