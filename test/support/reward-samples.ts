import { step, trajectory } from '../../conformance/suites/credit/samples.ts'
import type { Evidence, Group, Reward, Step, Trajectory } from '../../core/data/types.ts'

export { step, trajectory }

const PLAIN = { version: 1, latencyMs: 0 }

/** A signal as the kernel records it; null is recorded as declined. */
export const signal = (name: string, value: number | null): Reward =>
  value === null ? { ...PLAIN, name, value, reason: 'declined' } : { ...PLAIN, name, value }

/** Steps that walk through these anchors of one name, the start first. */
export const walk = (anchor: string, ...places: readonly string[]): readonly Step[] =>
  places
    .slice(1)
    .map((place, index) =>
      step({ index, anchors: { [anchor]: places[index] ?? '' }, nextAnchors: { [anchor]: place } }),
    )

/** A trajectory whose steps have these values of one signal. */
export const withSteps = (
  name: string,
  values: readonly (number | null)[],
  given: Partial<Trajectory> = {},
): Trajectory =>
  trajectory({ steps: values.map((value, index) => step({ index, rewards: [signal(name, value)] })), ...given })

export const group = (trajectories: readonly Trajectory[]): Group => ({
  id: 'g',
  environment: 'sample@1',
  taskId: 'task',
  startTag: '',
  trajectories,
  aborted: [],
})

const SAMPLING = { policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 }

export const tokenEvidence = (logProbs: readonly number[], actionTokenIds = logProbs.map((_, id) => id)): Evidence => ({
  ...SAMPLING,
  kind: 'token',
  promptTokenIds: [1, 2],
  actionTokenIds,
  logProbs,
  finishReason: 'stop',
})

export const listEvidence = (logProb: number): Evidence => ({
  ...SAMPLING,
  kind: 'categorical',
  actions: ['act', 'rest'],
  index: 0,
  logProb,
})
