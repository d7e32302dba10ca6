import type { StepBatch } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import type { JsonObject, Step } from '../../core/data/types.ts'
import type { Estimate } from '../../evaluation/oracle/estimate.ts'
import type { Catalog } from '../../registry/index.ts'
import {
  type Assigned,
  advantageAt,
  assignCredit,
  type CreditRequest,
  creditGroup,
  type Estimator,
  type GroupCredit,
  withReason,
  wordsOf,
} from '../../rewards/credit/index.ts'
import type { EstimatorLine, Strip, WhyAnswer } from '../answers.ts'
import { isBatch, type OpenEpisode, type OpenRun, stepKey } from './open-run.ts'

/** Estimators that pages offer where the address names no other. */
export const OFFERED: readonly string[] = ['grpo', 'gigpo', 'hgpo', 'evidence-closure']

/** Estimators with their options whose credit of one run is kept; the one not asked for for longest is dropped. */
const MOST_KEPT = 32

/** Credit of runs in memory, computed once for each estimator and its options. */
export class RunCredit {
  readonly #catalog: Catalog<Estimator>
  readonly #assigned = new WeakMap<OpenRun, Map<string, Assigned>>()

  constructor(catalog: Catalog<Estimator>) {
    this.#catalog = catalog
  }

  /** Names of the estimators that there are. */
  names(): readonly string[] {
    return this.#catalog.names()
  }

  /** @throws GymError ESTIMATOR_UNKNOWN, ESTIMATOR_INVALID; CONFIG_INVALID for a path */
  async requests(names: readonly string[], options: JsonObject = {}): Promise<readonly CreditRequest[]> {
    return Promise.all(names.map(async (name) => ({ estimator: await this.#catalog.loadByName(name), options })))
  }

  /** Credit of the whole run, as `stepgym credit` assigns it. @throws GymError CONFIG_INVALID for options */
  of(run: OpenRun, request: CreditRequest): Assigned {
    const known = this.#assigned.get(run) ?? new Map<string, Assigned>()
    this.#assigned.set(run, known)
    const key = JSON.stringify([request.estimator.name, request.options ?? {}])
    const assigned = known.get(key) ?? assignedIn(run, request)
    known.delete(key)
    known.set(key, assigned)
    const [oldest = ''] = known.keys()
    if (known.size > MOST_KEPT) known.delete(oldest)
    return assigned
  }
}

function assignedIn({ batch }: OpenRun, request: CreditRequest): Assigned {
  if (!isBatch(batch)) return { estimator: request.estimator.name, credit: null, reason: batch }
  const [assigned] = assignCredit(batch, [request]).map(withReason)
  if (assigned === undefined) throw new Error('an estimator that is asked for has an answer')
  return assigned
}

/** Advantage of a step; null where it has none. */
export function advantageOf({ rows }: OpenRun, { credit }: Assigned, id: string, index: number): number | null {
  const row = rows.get(stepKey(id, index))
  return credit === null || row === undefined ? null : advantageAt(credit, row)
}

/** The interval of a step's true advantage leaves 0 out. */
export const isSure = ({ low, high }: Pick<Estimate, 'low' | 'high'>): boolean => low > 0 || high < 0

/** What is known of the truth of a step: values are of the trajectory that took it. */
export const truthOf = ({ values }: OpenRun, { trajectoryId, index }: Step) =>
  values?.byStep.get(stepKey(trajectoryId, index))

/** What an estimator says of the sure steps of a run. */
type Agreement = Pick<EstimatorLine, 'rms' | 'sure' | 'right' | 'contradictions'>

const agreements = new WeakMap<Assigned, Agreement>()

/** Computed once: it looks at every step of the run. */
function agreementOf(open: OpenRun, assigned: Assigned): Agreement {
  const known = agreements.get(assigned) ?? newAgreement(open, assigned)
  agreements.set(assigned, known)
  return known
}

function newAgreement(open: OpenRun, assigned: Assigned): Agreement {
  const all = open.episodes.flatMap(({ id, path }) =>
    path.map((step) => ({ id, step, said: advantageOf(open, assigned, id, step.index) })),
  )
  const sure = all.flatMap(({ id, step, said }) => {
    const advantage = truthOf(open, step)?.advantage
    const isOwn = step.trajectoryId === id
    return advantage && isOwn && advantage.value !== null && said !== null && isSure(advantage)
      ? [{ id, index: step.index, truth: advantage.value, said }]
      : []
  })
  const gap = ({ truth, said }: { truth: number; said: number }): number => Math.abs(said - truth)
  return {
    rms: rootMeanSquare(all.map(({ said }) => said)),
    sure: sure.length,
    right: sure.filter(({ truth, said }) => truth * said > 0).length,
    contradictions: sure.filter(({ truth, said }) => truth * said < 0).toSorted((a, b) => gap(b) - gap(a)),
  }
}

/** One estimator over the run; of an episode, if one is given, its advantages and the steps that it contradicts. */
export function estimatorLine(open: OpenRun, assigned: Assigned, episode: OpenEpisode | null): EstimatorLine {
  const { contradictions, ...agreement } = agreementOf(open, assigned)
  return {
    ...agreement,
    estimator: assigned.estimator,
    contradictions: episode ? contradictions.filter(({ id }) => id === episode.id) : contradictions,
    advantages: episode ? episode.path.map(({ index }) => advantageOf(open, assigned, episode.id, index)) : [],
    reason: assigned.reason,
    notes: assigned.credit ? wordsOf(assigned.credit.diagnostics) : [],
  }
}

/** Root mean square of what is known; null where nothing is. */
export function rootMeanSquare(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.sqrt(known.reduce((sum, value) => sum + value * value, 0) / known.length)
}

/** The lens that shows the truth, and the one that shows the environment's own reward. */
export const [TRUTH, REWARD] = ['truth', 'env'] as const

/** The true advantages of all steps as a strip. */
export function truthStrip(open: OpenRun): Strip {
  const estimates = open.episodes.flatMap(({ path }) => path.map((step) => truthOf(open, step)?.advantage ?? null))
  const sure = estimates.map((estimate) => (estimate && isSure(estimate) ? 1 : 0))
  const strip = stripOf(
    TRUTH,
    estimates.map((estimate) => estimate?.value ?? null),
  )
  return { ...strip, sure: Buffer.from(sure).toString('base64'), reason: open.values ? null : NO_VALUES }
}

const NO_VALUES = { code: 'SIGNAL_MISSING', message: 'no values are known: make them with stepgym eval values' }

/** The environment's own reward of all steps as a strip. */
export const rewardStrip = ({ episodes }: OpenRun): Strip =>
  stripOf(
    REWARD,
    episodes.flatMap(({ path }) => path.map(({ rewards }) => rewards[0]?.value ?? null)),
  )

/** The advantages of all steps by an estimator as a strip. */
export const creditStrip = (open: OpenRun, assigned: Assigned): Strip => ({
  ...stripOf(
    assigned.estimator,
    open.episodes.flatMap(({ id, path }) => path.map(({ index }) => advantageOf(open, assigned, id, index))),
  ),
  reason: assigned.reason,
})

const [UNITS, NULL_BYTE] = [127, -128] as const

function stripOf(lens: string, values: readonly (number | null)[]): Strip {
  const largest = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0)
  const scale = largest === 0 ? 1 : largest / UNITS
  const bytes = Int8Array.from(values, (value) => (value === null ? NULL_BYTE : roundedFrom0(value / scale)))
  return {
    ...{ lens, scale, rms: rootMeanSquare(values), sure: null, reason: null },
    bytes: Buffer.from(bytes.buffer).toString('base64'),
  }
}

/** A value that is not 0 keeps its sign. */
const roundedFrom0 = (value: number): number => Math.round(value) || Math.sign(value)

/**
 * Credit of a closed group, as the event `group.closed` has it: the group is a batch of its own.
 * @throws GymError FRAME_UNKNOWN for a group that never closed
 */
export function closedGroupCredit(
  open: OpenRun,
  id: string,
  requests: readonly CreditRequest[],
): readonly GroupCredit[] {
  for (const { group } of open.run.groups()) if (group.id === id) return creditGroup(group, requests)
  throw new GymError('FRAME_UNKNOWN', `the group ${id.slice(0, 100)} has not closed: its credit is not known yet`)
}

/** Why a step has the advantage that it has, in the batch of the whole run. */
export function whyOf(open: OpenRun, { id }: OpenEpisode, index: number, request: CreditRequest): WhyAnswer {
  const { estimator, options = {} } = request
  const { name } = estimator
  const { batch } = open
  const row = open.rows.get(stepKey(id, index))
  if (row === undefined || !isBatch(batch))
    return without(name, 'the step is in no batch: aborted episodes have no credit')
  if (!estimator.explain)
    return without(name, `${name} does not explain its numbers: see docs/credit.md for its formula`)
  try {
    const explanation = estimator.explain(batch, row, options)
    if (explanation === null)
      return without(name, 'it was left out: a value that it needs is null, or its group is too small')
    const { terms, value, peers } = explanation
    return {
      estimator: name,
      terms,
      value,
      peers: peers.map((peer) => ({ ...stepAt(batch, peer.row), value: peer.value })),
      reason: null,
    }
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'SIGNAL_MISSING') return without(name, thrown.message)
    throw thrown
  }
}

function stepAt({ trajectories, trajectoryOf, stepIndex }: StepBatch, row: number) {
  return { id: trajectories.ids[trajectoryOf[row] ?? 0] ?? '', index: stepIndex[row] ?? 0 }
}

const without = (estimator: string, message: string): WhyAnswer => ({
  estimator,
  reason: { code: 'SIGNAL_MISSING', message },
})

/** True advantages along the rows of the batch, as an estimator would have them; null where no values are known. */
export function truthRows({ batch, rows, episodes, values }: OpenRun) {
  if (!values || values.isStale || !isBatch(batch)) return null
  const advantages = new Float64Array(batch.rowCount)
  const mask = new Uint8Array(batch.rowCount)
  for (const { id, path } of episodes)
    for (const step of path) {
      const row = rows.get(stepKey(id, step.index))
      const value = values.byStep.get(stepKey(step.trajectoryId, step.index))?.advantage.value ?? null
      if (row === undefined || value === null) continue
      advantages[row] = value
      mask[row] = 1
    }
  return { estimator: TRUTH, credit: { advantages, mask } }
}
