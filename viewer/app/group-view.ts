import type { GroupAnswer, LensLine } from '../answers.ts'

/** One step of a member at a place. */
export interface PlaceStep {
  readonly member: number
  readonly index: number
}

/** A group as its page shows it: through one lens, at one selected place and member. */
export interface GroupView {
  readonly run: string
  readonly answer: GroupAnswer
  readonly lens: LensLine
  /** Id of the selected anchor. */
  readonly place: number
  /** Position of the selected member. */
  readonly member: number
}

/** The number of a step through a lens. */
export const numberAt = ({ numbers }: LensLine, { member, index }: PlaceStep): number | null =>
  numbers[member]?.[index] ?? null

/** The interval of the true advantage of a step leaves 0 out. */
export function isSureAt({ members }: GroupAnswer, { member, index }: PlaceStep): boolean {
  const { low = 0, high = 0 } = members[member]?.values[index]?.advantage ?? {}
  return low > 0 || high < 0
}

/** Lenses that say the opposite of a sure truth of a step: the chosen one, or any where the truth itself is chosen. */
export function againstTruth({ answer, lens }: GroupView, at: PlaceStep): readonly string[] {
  if (!isSureAt(answer, at)) return []
  const truth = answer.members[at.member]?.values[at.index]?.advantage.value ?? 0
  const asked = lens.lens === 'truth' ? answer.lenses : [lens]
  return asked
    .filter((each) => each.lens !== 'truth' && each.lens !== 'env')
    .filter((each) => truth * (numberAt(each, at) ?? 0) < 0)
    .map((each) => each.lens)
}

/** Steps at a place, member by member. */
export function stepsAt({ members, visits }: GroupAnswer, place: number): readonly (readonly PlaceStep[])[] {
  const own = visits.filter(([, , anchor]) => anchor === place)
  return members.map((_, member) => own.filter(([at]) => at === member).map(([, index]) => ({ member, index })))
}

/** An action that was taken at a place. */
export interface PlaceAction {
  readonly action: string
  readonly steps: readonly PlaceStep[]
}

/** Actions at a place, the most frequent first. */
export function actionsAt(answer: GroupAnswer, place: number): readonly PlaceAction[] {
  const byAction = new Map<string, PlaceStep[]>()
  for (const step of stepsAt(answer, place).flat()) {
    const action = answer.members[step.member]?.actions[step.index] ?? ''
    byAction.set(action, [...(byAction.get(action) ?? []), step])
  }
  return [...byAction]
    .map(([action, steps]) => ({ action, steps }))
    .toSorted((one, other) => other.steps.length - one.steps.length)
}

/** Places where members took different actions, in their order. */
export const partings = ({ anchors }: GroupAnswer): readonly number[] =>
  anchors.filter(({ actions }) => actions > 1).map(({ id }) => id)

/** Difference between the best and the worst number at a place; null where fewer than two are known. */
export function rangeAt({ answer, lens }: Pick<GroupView, 'answer' | 'lens'>, place: number): number | null {
  const known = stepsAt(answer, place)
    .flat()
    .flatMap((step) => numberAt(lens, step) ?? [])
  return known.length < 2 ? null : Math.max(...known) - Math.min(...known)
}

/** Least and largest of the values of places and the returns of members, for their shades; 0 is in it. */
export function valueRange({ anchors, members }: GroupAnswer): readonly [number, number] {
  const returns = members.map((member) => member.return)
  const known = [...anchors.map(({ value }) => value), ...returns].filter((value) => value !== null)
  return [Math.min(0, ...known), Math.max(0, ...known)]
}
