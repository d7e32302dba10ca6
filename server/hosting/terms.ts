import { GymError } from '../../core/data/errors.ts'
import type { Seed } from '../../core/data/rng.ts'
import type { Task } from '../../core/data/types.ts'
import type { GroupCreditRequest } from '../../core/protocol/index.ts'
import type { Limits } from '../limits.ts'
import { type CreditPlan, isSameCredit } from './credit.ts'
import type { GroupRules, ServedGroup } from './group.ts'
import type { GroupChoice } from './request.ts'

/**
 * What a group's first member says of it, and the limits where it says nothing.
 * @throws GymError GROUP_INVALID, and as `plan`
 */
export function rulesOf(
  { id, size, stragglers, deadlineMs, replacements = null, credit = null }: GroupChoice,
  { groupMembers, groupMs }: Pick<Limits, 'groupMembers' | 'groupMs'>,
  plan: (requests: readonly GroupCreditRequest[]) => readonly CreditPlan[],
): GroupRules {
  if (size === null) throw invalidGroup(id, 'its first member must say how many it has')
  if (size > groupMembers) throw invalidGroup(id, `it has at most ${groupMembers} members, not ${size}`)
  const waits = Math.min(deadlineMs ?? groupMs, groupMs)
  const rules = { stragglers: stragglers ?? 'truncate', deadlineMs: waits, replacements: replacements ?? 0 }
  return { id, size, ...rules, credit: plan(credit ?? []) }
}

/** The group, where what another member says of it is so. @throws GymError GROUP_INVALID */
export function expectSame(
  group: ServedGroup,
  { size, stragglers, deadlineMs, replacements = null, credit = null }: GroupChoice,
  seed: Seed | null,
  task: Task | null,
): ServedGroup {
  const { rules: terms } = group
  const differs =
    (size !== null && size !== terms.size && `size ${terms.size}`) ||
    (stragglers !== null && stragglers !== terms.stragglers && `the rule ${terms.stragglers} for stragglers`) ||
    (deadlineMs !== null && deadlineMs !== terms.deadlineMs && `a deadline of ${terms.deadlineMs} ms`) ||
    (replacements !== null && replacements !== terms.replacements && `${terms.replacements} replacements`) ||
    (credit !== null && !isSameCredit(terms.credit, credit) && 'other credit') ||
    (seed !== null && seed !== group.seed && `seed ${group.seed}`) ||
    (task !== null && task.id !== group.task.id && `task ${group.task.id}`)
  if (differs === false) return group
  throw invalidGroup(group.id, `it has ${differs}: join it with that`)
}

export const invalidGroup = (id: string, what: string): GymError =>
  new GymError('GROUP_INVALID', `group ${JSON.stringify(id.slice(0, 100))}: ${what}`)
