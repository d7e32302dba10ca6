import { GymError } from '../../core/data/errors.ts'
import { nearOr } from '../../core/data/near.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json, Step } from '../../core/data/types.ts'
import { groupedBy } from '../../records/totals.ts'
import type { Assigned } from '../../rewards/credit/index.ts'
import type { AnchorLine, GroupAnswer, MemberLine } from '../answers.ts'
import { truthOf } from './credit.ts'
import { lensesOf } from './group-lenses.ts'
import { goalOf, labelsOf } from './labels.ts'
import type { OpenEpisode, OpenRun } from './open-run.ts'
import { rankedIn, shownValues } from './trajectory.ts'

/** The anchor that groups are compared at, where none is named. */
const DEFAULT_ANCHOR = 'text'

interface Visit {
  readonly member: number
  readonly step: Step
  readonly anchor: number
}

/**
 * A group by place: where its members were, what they did there, what it was worth.
 * @param credits of the whole run, by each estimator that the pages offer
 * @throws GymError FRAME_UNKNOWN for a group that is not there, SIGNAL_MISSING for an anchor that was not recorded
 */
export function groupOf(open: OpenRun, id: string, named: string | null, credits: readonly Assigned[]): GroupAnswer {
  const members = membersIn(open, id)
  const [first] = members
  if (!first) throw unknownGroup(open, id)
  const anchor = named ?? DEFAULT_ANCHOR
  const anchorNames = [...new Set(members.flatMap(({ path }) => path.flatMap(({ anchors }) => Object.keys(anchors))))]
  if (!anchorNames.includes(anchor)) throw noAnchor(anchor, anchorNames)
  const { texts, visits } = visitsOf(members, anchor)
  return {
    group: {
      ...{ id, anchor, anchorNames, goal: goalOf(first), startTag: first.recorded.startTag },
      ...{ task: first.recorded.trajectory.taskId, hasEqualStarts: hasEqualStarts(members) },
      ...neighboursOf(open, id),
    },
    members: members.map((member) => memberLine(open, member)),
    anchors: anchorLines(open, texts, visits),
    edges: edgesOf(members, visits),
    visits: visits.map(({ member, step, anchor: at }) => [member, step.index, at] as const),
    lenses: lensesOf(open, members, credits),
  }
}

function hasEqualStarts(members: readonly OpenEpisode[]): boolean | null {
  const tags = members.map(({ recorded }) => recorded.startTag)
  return tags.includes(null) ? null : new Set(tags).size === 1
}

function neighboursOf({ byGroup }: OpenRun, id: string) {
  const ids = [...byGroup.keys()].filter((group) => group !== null)
  const at = ids.indexOf(id)
  return { previous: ids[at - 1] ?? null, next: ids[at + 1] ?? null }
}

/** Members, the best first, and the aborted ones. */
function membersIn(open: OpenRun, id: string): readonly OpenEpisode[] {
  return rankedIn(open, id).flatMap((each) => open.byId.get(each) ?? [])
}

function unknownGroup({ byGroup }: OpenRun, id: string): GymError {
  const ids = [...byGroup.keys()].filter((group) => group !== null)
  const has = `it has ${ids.slice(0, 8).join(', ')}`
  return new GymError('FRAME_UNKNOWN', `the run has no group ${shown(id, 100)}: ${nearOr(id, ids, has)}`)
}

const noAnchor = (name: string, names: readonly string[]): GymError =>
  new GymError('SIGNAL_MISSING', `the group has no anchor ${shown(name, 100)}: it has ${names.join(', ')}`)

/** Anchors in the order in which they were first seen, by step and then by member. */
function visitsOf(members: readonly OpenEpisode[], anchor: string) {
  const numbers = new Map<string, number>()
  const longest = Math.max(...members.map(({ path }) => path.length))
  const visits: Visit[] = []
  for (let at = 0; at < longest; at++)
    members.forEach(({ path }, member) => {
      const step = path[at]
      const text = step?.anchors[anchor]
      if (!step || text === undefined) return
      if (!numbers.has(text)) numbers.set(text, numbers.size)
      visits.push({ member, step, anchor: numbers.get(text) ?? 0 })
    })
  return { texts: [...numbers.keys()], visits }
}

/** An action as a text. */
export const actionText = (action: Json): string => (typeof action === 'string' ? action : JSON.stringify(action))

const memberLine = (open: OpenRun, { id, path, recorded, ...episode }: OpenEpisode): MemberLine => ({
  id,
  member: recorded.trajectory.member,
  ending: episode.ending,
  return: episode.return,
  parent: recorded.trajectory.forkedFrom ?? null,
  actions: path.map(({ action }) => actionText(action)),
  values: path.map((step) => {
    const row = truthOf(open, step)
    return row ? shownValues(row) : null
  }),
})

function anchorLines(open: OpenRun, texts: readonly string[], visits: readonly Visit[]): readonly AnchorLine[] {
  const labels = labelsOf(texts)
  const byAnchor = groupedBy(visits, ({ anchor }) => anchor)
  return texts.map((text, id) => {
    const own = (byAnchor.get(id) ?? []).map(({ step }) => step)
    const states = own.flatMap(({ anchors }) => anchors.state ?? [])
    const values = own.flatMap((step) => truthOf(open, step)?.value.value ?? [])
    return {
      ...{ id, text, label: labels[id] ?? text, visits: own.length },
      states: states.length < own.length ? null : new Set(states).size,
      value: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
      actions: new Set(own.map(({ action }) => actionText(action))).size,
    }
  })
}

function edgesOf(members: readonly OpenEpisode[], visits: readonly Visit[]): GroupAnswer['edges'] {
  const at = new Map(visits.map(({ member, step, anchor }) => [`${member} ${step.index}`, anchor]))
  const moves = visits.map(({ member, step, anchor }) => {
    const isLast = step.index === (members[member]?.path.at(-1)?.index ?? -1)
    return { from: anchor, to: isLast ? null : (at.get(`${member} ${step.index + 1}`) ?? null), step }
  })
  return [...groupedBy(moves, ({ from, to }) => `${from} ${to}`).values()].map((all) => ({
    from: all[0]?.from ?? 0,
    to: all[0]?.to ?? null,
    count: all.length,
    actions: [...new Set(all.map(({ step }) => actionText(step.action)))],
  }))
}
