import { GymError } from '../../core/data/errors.ts'
import { parseOwnJson } from '../../core/data/json.ts'
import { shown } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { asName, asText, FieldReader, isFields, NAME } from '../../core/protocol/fields.ts'
import type { GroupCreditRequest, JoinedGroup } from '../../core/protocol/index.ts'
import { joinedOf, TEXT } from '../../core/protocol/parts.ts'
import type { RecordedTrajectory } from '../../records/reader.ts'
import type { Limits } from '../limits.ts'
import type { CreditPlan } from './credit.ts'

/** A group as its first member and the limits describe it; the other members may repeat it. */
export interface GroupRules extends Required<Omit<JoinedGroup, 'credit'>> {
  /** What it closes with beside its rewards. */
  readonly credit: readonly CreditPlan[]
}

/** @throws GymError as `GroupCreditPlanner.plans` */
export type PlanCredit = (requests: readonly GroupCreditRequest[]) => readonly CreditPlan[]

/**
 * The rules that a group's first member states, and the limits where it states none.
 * @throws GymError GROUP_INVALID, and as `planCredit`
 */
export function rulesOf(
  { id, size, stragglers = 'truncate', deadlineMs, replacements = 0, credit = [] }: JoinedGroup,
  { groupMembers, groupMs }: Pick<Limits, 'groupMembers' | 'groupMs'>,
  planCredit: PlanCredit,
): GroupRules {
  if (size === undefined) throw invalidGroup(id, 'its first member must say how many it has')
  if (size > groupMembers) throw invalidGroup(id, `it has at most ${groupMembers} members, not ${size}`)
  const withinMs = Math.min(deadlineMs ?? groupMs, groupMs)
  return { id, size, stragglers, deadlineMs: withinMs, replacements, credit: planCredit(credit) }
}

export const invalidGroup = (id: string, what: string): GymError =>
  new GymError('GROUP_INVALID', `group ${shown(id, 100)}: ${what}`)

/** What the line of a group's first member has: with the members, all that continuing the group needs. */
export interface RecordedRules {
  readonly joined: JoinedGroup
  readonly startTag: string
  /** Who acts; null where each member may say. */
  readonly agentName: string | null
}

/** As an episode's line in the record has it, under `group` of `serving`. */
export function groupRulesJson({ rules, startTag, start: { agentName } }: RuledGroup): JsonObject {
  const credit = rules.credit.map(({ requested }) => requested)
  const known = { ...rules, credit: credit.length > 0 ? credit : undefined, startTag, agentName }
  return parseOwnJson(JSON.stringify(known))
}

/** What is recorded of a group. */
interface RuledGroup extends Pick<RecordedRules, 'startTag'> {
  readonly rules: GroupRules
  readonly start: Pick<RecordedRules, 'agentName'>
}

/** Null where no member has them, as in records of earlier versions. @throws GymError FRAME_INVALID for odd ones */
export function recordedRulesOf(members: readonly RecordedTrajectory[]): RecordedRules | null {
  const recorded = members.map(({ start }): unknown => start.serving?.group).find(isFields)
  if (recorded === undefined) return null
  const reader = new FieldReader(recorded, 'the rules of a group')
  return {
    joined: joinedOf(reader),
    startTag: reader.required('startTag', TEXT, asText),
    agentName: reader.optional('agentName', NAME, asName) ?? null,
  }
}
