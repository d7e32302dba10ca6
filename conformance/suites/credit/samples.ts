import type { Step, Trajectory } from '../../../core/data/types.ts'

/** A step with plain values for what is not given. */
export const step = (given: Partial<Step> = {}): Step => ({
  trajectoryId: 't',
  index: 0,
  action: 'act',
  forkPath: '',
  effects: [],
  observation: 'before',
  anchors: {},
  isActionValid: true,
  nextObservation: 'after',
  nextAnchors: {},
  rewards: [],
  terminated: false,
  truncated: false,
  info: {},
  ...given,
})

/** A trajectory with plain values for what is not given. */
export const trajectory = (given: Partial<Trajectory> = {}): Trajectory => ({
  id: 't',
  groupId: null,
  environment: 'sample@1',
  taskId: 'task',
  seed: 0,
  member: 0,
  forkPath: '',
  steps: [],
  ending: 'terminated',
  endingReason: null,
  rewards: [],
  ...given,
})
