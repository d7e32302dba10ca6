import { configInvalid, Fields } from './fields.ts'
import type { Subject } from './measures.ts'

/**
 * Steps that are learnt from: those whose signal is within `least` and `most`, as WebSTAR trains on graded steps
 * alone. Others keep their part in returns and baselines, and have no advantage themselves. A step whose signal is null
 * is not learnt from: nothing is known of it.
 */
export interface StepMask {
  /** Signal of steps. */
  readonly signal: string
  readonly least?: number
  readonly most?: number
}

/** @throws GymError CONFIG_INVALID */
export function parseMask(path: string, json: unknown): StepMask {
  const fields = new Fields(path, json, ['signal', 'least', 'most'])
  if (!fields.has('least') && !fields.has('most')) throw configInvalid(`${path} needs least or most`)
  return {
    signal: fields.name('signal'),
    ...fields.band(),
  }
}

/** Whether each step of a trajectory is learnt from. */
export function keptSteps(
  { signal, least = -Infinity, most = Infinity }: StepMask,
  subject: Subject,
): readonly boolean[] {
  return subject.steps(signal).values.map((value) => value !== null && value >= least && value <= most)
}
