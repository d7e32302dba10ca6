/** What the bench measures, in the order of its tables. */
export const MEASURES = [
  { name: 'correlation', title: 'correlation', says: 'with the true advantage, on one batch', better: 'high' },
  { name: 'rankCorrelation', title: 'rank correlation', says: 'the same of ranks', better: 'high' },
  {
    name: 'signAccuracy',
    title: 'sign',
    says: 'share of steps on the right side of 0, where the truth is not small',
    better: 'high',
  },
  {
    name: 'squaredError',
    title: 'error',
    says: 'mean squared error on one batch at the best scale; 1 is no better than 0 everywhere',
    better: 'low',
  },
  {
    name: 'cosine',
    title: 'gradient',
    says: 'cosine of the policy gradient of one batch with the exact one',
    better: 'high',
  },
  {
    name: 'averagedCorrelation',
    title: 'averaged',
    says: 'correlation of estimates averaged over all batches, by task, observation and action',
    better: 'high',
  },
  {
    name: 'centredCorrelation',
    title: 'centred',
    says: 'the same, minus the mean over the actions of an observation',
    better: 'high',
  },
  {
    name: 'averagedCosine',
    title: 'averaged gradient',
    says: 'cosine of the gradient of all batches together with the exact one',
    better: 'high',
  },
  {
    name: 'bias',
    title: 'bias',
    says: 'what averaging does not remove: root mean square, in units of the truth; centred and at the best scale',
    better: 'low',
  },
  {
    name: 'variance',
    title: 'variance',
    says: "of single estimates around their average, in units of the truth's mean square",
    better: 'low',
  },
  {
    name: 'mistakeAuc',
    title: 'mistakes (AUC)',
    says: 'chance that a planted mistake is given less than another step',
    better: 'high',
  },
  {
    name: 'earliestErrorF1',
    title: 'first mistake (F1)',
    says: 'first mistakes named exactly, and right episodes left alone',
    better: 'high',
  },
] as const satisfies readonly Measure[]

interface Measure {
  readonly name: string
  readonly title: string
  readonly says: string
  readonly better: 'high' | 'low'
}

/** Name of a measure of CreditBench. */
export type MeasureName = (typeof MEASURES)[number]['name']
