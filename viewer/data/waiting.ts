import type { Step } from '../../core/data/types.ts'
import type { WaitingReward } from '../answers.ts'
import type { OpenRun } from './open-run.ts'

/** Signals of the hooks that judge steps late, which a step does not have, and why. */
export function waitingOf(open: OpenRun, { trajectoryId, rewards }: Step): readonly WaitingReward[] {
  const late = open.run.manifest.hooks.filter(({ scope }) => scope === 'process')
  const missing = late.filter(({ name }) => !rewards.some((reward) => reward.name === name))
  if (missing.length === 0) return []
  const why = whyMissing(open, trajectoryId)
  return missing.map(({ name }) => ({ name, ...why }))
}

function whyMissing({ byId, state }: OpenRun, trajectoryId: string): Omit<WaitingReward, 'name'> {
  const { trajectory, isFinished } = byId.get(trajectoryId)?.recorded ?? {}
  if (isFinished && trajectory?.ending === 'aborted')
    return { isPending: false, reason: 'steps of aborted episodes are not judged' }
  return state === 'live'
    ? { isPending: true, reason: 'not judged yet: this hook judges late' }
    : { isPending: false, reason: 'the run stopped before it was judged' }
}
