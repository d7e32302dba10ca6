import type { Json, JsonObject } from '../../core/data/types.ts'
import type { Estimate } from './estimate.ts'
import type { FatalReason, FatalStep } from './fatal-step.ts'
import type { StepValues } from './step-values.ts'
import type { Judged, Verdict } from './verdict.ts'

/** The values of a step of a recorded trajectory: a line of a file of results. */
export interface StepRow extends StepValues {
  readonly trajectoryId: string
}

/** The fatal step of a recorded trajectory: a line of a file of results. */
export interface FatalRow extends FatalStep {
  readonly trajectoryId: string
}

type Field = Json | undefined

/** A line of a file of results as a row; null for any other line. */
export function readStepRow({ trajectoryId, index, action, isCut, ...line }: JsonObject): StepRow | null {
  const [value, actionValue, advantage] = [line.value, line.actionValue, line.advantage].map(readEstimate)
  if (typeof trajectoryId !== 'string' || typeof index !== 'number' || typeof isCut !== 'boolean') return null
  if (action === undefined || !value || !actionValue || !advantage) return null
  return { trajectoryId, index, action, value, actionValue, advantage, isCut }
}

/** A line of a file of results as a row; null for any other line. */
export function readFatalRow({ trajectoryId, firstLost, ...line }: JsonObject): FatalRow | null {
  const reason = REASONS.find((each) => each === line.reason)
  const judged = Array.isArray(line.judged) ? line.judged.map(readJudged) : []
  const sound = judged.filter((each) => each !== null)
  const { index = null, lastAlive = null } = line
  if (typeof trajectoryId !== 'string' || reason === undefined || typeof firstLost !== 'number') return null
  if (!isPlace(index) || !isPlace(lastAlive) || sound.length < judged.length) return null
  return { trajectoryId, index, reason, lastAlive, firstLost, judged: sound }
}

const REASONS: readonly FatalReason[] = ['found', 'lost-from-the-start', 'undecided', 'budget', 'interrupted']
const VERDICTS: readonly Verdict[] = ['alive', 'lost', 'undecided']

const isPlace = (value: Json): value is number | null => value === null || typeof value === 'number'

function readJudged(given: Json): Judged | null {
  if (!isRecord(given)) return null
  const { index, forks, isCut } = given
  const verdict = VERDICTS.find((each) => each === given.verdict)
  const value = readEstimate(given.value)
  if (typeof index !== 'number' || typeof forks !== 'number' || typeof isCut !== 'boolean') return null
  return verdict === undefined || value === null ? null : { index, verdict, forks, value, isCut }
}

function readEstimate(given: Field): Estimate | null {
  if (!isRecord(given)) return null
  const { value = null, reason = null, low, high, count, missing } = given
  if (typeof low !== 'number' || typeof high !== 'number') return null
  if (typeof count !== 'number' || typeof missing !== 'number') return null
  if (typeof value === 'number' && reason === null) return { value, reason, low, high, count, missing }
  return value === null && typeof reason === 'string' ? { value, reason, low, high, count, missing } : null
}

const isRecord = (value: Field): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
