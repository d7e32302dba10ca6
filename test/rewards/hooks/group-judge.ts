import type { Json, Trajectory } from '../../../core/data/types.ts'
import { type GroupHook, hookSet, type OutcomeHook } from '../../../core/reward/hook.ts'
import { runGroupHook, runOutcomeHooks } from '../../../core/reward/run-hooks.ts'
import { group, signal, step, tokenEvidence, trajectory } from '../../support/reward-samples.ts'

/** What a hook of groups says: a value a trajectory, or a list of values of its steps. */
export async function judgeGroup(hook: GroupHook, members: readonly Trajectory[], truth: Json = null) {
  const named = members.map((each, member) => ({ ...each, id: `t${member}`, member }))
  const [frozen = hook] = hookSet([hook]).group
  const { perTrajectory, perStep } = await runGroupHook(frozen, group(named), () => truth)
  return perTrajectory?.map(({ value }) => value) ?? perStep?.map((steps) => steps.map(({ value }) => value)) ?? []
}

/** What an outcome hook says of a trajectory. */
export async function judgeOutcome(hook: OutcomeHook, whole: Trajectory, truth: Json = null) {
  const rewards = await runOutcomeHooks(
    hookSet([hook]).outcome,
    whole,
    () => ({}),
    () => truth,
  )
  return rewards[0]?.value ?? null
}

/** A trajectory of one action of so many tokens, with an outcome. */
export const answered = (
  success: number | null,
  tokens: number,
  given: Partial<Trajectory> & { readonly finish?: string } = {},
): Trajectory => {
  const { finish: finishReason = 'stop', ...rest } = given
  const evidence = tokenEvidence(Array.from({ length: tokens }, () => -1))
  const own = evidence.kind === 'token' ? { ...evidence, finishReason } : evidence
  return trajectory({ rewards: [signal('success', success)], steps: [step({ evidence: own })], ...rest })
}

/** A trajectory whose only action is this text. */
export const said = (text: Json, given: Partial<Trajectory> = {}): Trajectory =>
  trajectory({ steps: [step({ action: text })], ...given })
