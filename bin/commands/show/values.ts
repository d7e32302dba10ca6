import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { readResults } from '../../../evaluation/oracle/results-file.ts'
import { readStepRow, type StepRow } from '../../../evaluation/oracle/rows.ts'
import { chosenText } from '../../config/readers.ts'
import { cut } from '../../terminal/fit.ts'

/** Values of the steps of a run, as `stepgym eval values` left them. */
export interface KnownValues {
  readonly path: string
  /** Whose values they are; null where the file does not say. */
  readonly agent: string | null
  readonly forks: number | null
  of(trajectoryId: string, index: number): StepRow | undefined
}

/**
 * Values from the file that is named, else from the one beside the run; null if there is none.
 * @param runId of the run that is shown
 * @throws GymError CONFIG_INVALID for a named file that is not there, or is of another run; RECORD_FOREIGN, RECORD_CORRUPT
 */
export function knownValues(folder: string, run: string, named: string | undefined, runId: string): KnownValues | null {
  const path = named ?? `${run.replace(/[/\\]+$/, '')}.values.jsonl`
  if (!existsSync(resolve(folder, path))) {
    if (named === undefined) return null
    throw new GymError('CONFIG_INVALID', `there is no ${path}: make it with stepgym eval values ${run} --out ${path}`)
  }
  const { settings, rows } = readResults(resolve(folder, path), readStepRow)
  if (settings.run === runId) return valuesOf(path, settings, rows)
  if (named === undefined) return null
  throw new GymError('CONFIG_INVALID', `${path} holds the values of another run`)
}

function valuesOf(path: string, { agent, forks }: JsonObject, rows: readonly StepRow[]): KnownValues {
  const byStep = new Map(rows.map((row) => [keyOf(row.trajectoryId, row.index), row]))
  return {
    path,
    agent: whose(agent),
    forks: typeof forks === 'number' ? forks : null,
    of: (trajectoryId, index) => byStep.get(keyOf(trajectoryId, index)),
  }
}

/** @param agent As `eval values` describes it: a reference, and options over its defaults. */
function whose(agent: Json | undefined): string | null {
  if (!isObject(agent) || typeof agent.reference !== 'string') return null
  const { reference, options = {} } = agent
  return cut(chosenText({ reference, options: isObject(options) ? options : {} }), MOST_AGENT)
}

const MOST_AGENT = 80

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const keyOf = (trajectoryId: string, index: number): string => `${index} ${trajectoryId}`
