import type { GroupAnswer, LensLine } from '../answers.ts'
import { go, linkTo, type Place } from './address.ts'
import { useAnswer } from './data.ts'
import { ForkTree } from './fork-tree-panel.tsx'
import { ABSENT, estimatorName, fixed } from './format.ts'
import { Choice, Frame, Waiting } from './frame.tsx'
import { GroupGraph } from './group-graph.tsx'
import { type GroupView, isSureAt, numberAt, partings, stepsAt } from './group-view.ts'
import { useKeys } from './keys.ts'
import { meanOf } from './place-graph.ts'
import { PlacePanel } from './place-panel.tsx'
import { PlaceTable } from './place-table.tsx'
import { StepTable } from './step-table.tsx'
import { Title } from './title.tsx'

interface GroupPageProps {
  readonly run: string
  readonly id: string
  readonly query: Place['query']
  readonly change: (query: Place['query']) => void
}

const WAYS = [
  ['place', 'By place'],
  ['step', 'By step'],
  ['tree', 'Tree of forks'],
] as const

/** A group: where its members were, what they did there, and what came of it. */
export function GroupPage(props: GroupPageProps) {
  const { run, id, query } = props
  const anchor = query.anchor === undefined ? '' : `?anchor=${encodeURIComponent(query.anchor)}`
  const answer = useAnswer<GroupAnswer>(`runs/${encodeURIComponent(run)}/g/${encodeURIComponent(id)}${anchor}`)
  return (
    <Frame
      crumbs={[{ text: 'runs', to: '#/' }, { text: run, to: linkTo(['r', run]) }, { text: `group ${id}` }]}
      keys={[
        ['j k', 'place'],
        ['h l', 'member'],
        ['Enter', 'open the step'],
        ['p P', 'next, previous parting'],
        ['1 … 9', 'lens'],
        ['[ ]', 'previous, next group'],
        ['u', 'run'],
      ]}
      search={{ run, text: '' }}
      command={`npx stepgym credit runs/${run} --estimator ${query.lens ?? 'gigpo'}`}
    >
      <Waiting for={answer}>{(group) => <Group {...props} answer={group} />}</Waiting>
    </Frame>
  )
}

interface GroupProps extends GroupPageProps {
  readonly answer: GroupAnswer
}

function Group({ run, query, change, answer }: GroupProps) {
  const { lenses, anchors, members } = answer
  const lens = lenses.find((each) => each.lens === query.lens) ?? lenses[0] ?? NO_LENS
  const place = within(query.place, anchors.length)
  const member = within(query.m, members.length)
  const view: GroupView = { run, answer, lens, place, member }
  const select = (next: number): void => change({ place: `${next}` })
  useKeys((key) => moved(key, view, change))
  return (
    <>
      <Head answer={answer} />
      <Controls answer={answer} lens={lens} query={query} change={change} />
      {lens.reason && <p class="state">{lens.reason.message}</p>}
      {query.as === 'step' && <StepTable {...view} />}
      {query.as === 'tree' && <ForkTree {...view} />}
      {query.as !== 'step' && query.as !== 'tree' && (
        <div class="g2">
          <div class="stack">
            <GroupGraph
              {...view}
              linkOf={(at) => linkTo(['r', run, 'g', answer.group.id], { ...query, place: `${at}` })}
            />
            <PlacePanel {...view} />
          </div>
          <PlaceTable {...view} select={select} />
        </div>
      )}
    </>
  )
}

const NO_LENS: LensLine = { lens: 'env', rms: null, reason: null, numbers: [] }

/** A position of an address; the first where it is none. */
function within(text: string | undefined, count: number): number {
  const at = Number(text ?? 0)
  return Number.isInteger(at) && at >= 0 && at < count ? at : 0
}

/** Acts on a key. @returns false for a key that means nothing here */
function moved(key: string, view: GroupView, change: GroupPageProps['change']): boolean {
  const { run, answer, lens, place, member } = view
  const { anchors, members, group } = answer
  const to = (at: number | undefined): void => {
    if (at === undefined || at < 0 || at >= anchors.length) return
    change({ place: `${at}` })
    document.getElementById(`place-${at}`)?.scrollIntoView({ block: 'nearest' })
  }
  const toMember = (at: number): void => change({ m: `${Math.max(0, Math.min(members.length - 1, at))}` })
  const toGroup = (id: string | null): void => {
    if (id !== null) go(linkTo(['r', run, 'g', id], { lens: lens.lens }))
  }
  const acts: Readonly<Record<string, () => void>> = {
    j: () => to(place + 1),
    k: () => to(place - 1),
    l: () => toMember(member + 1),
    h: () => toMember(member - 1),
    p: () => to(partings(answer).find((at) => at > place)),
    P: () => to(partings(answer).findLast((at) => at < place)),
    '[': () => toGroup(group.previous),
    ']': () => toGroup(group.next),
    u: () => go(linkTo(['r', run])),
    Enter: () => open(view),
  }
  if (key === 'Enter' && document.activeElement !== document.body) return false
  const chosen = answer.lenses[Number(key) - 1]
  const act = chosen ? () => change({ lens: chosen.lens }) : Object.hasOwn(acts, key) ? acts[key] : undefined
  act?.()
  return act !== undefined
}

/** Opens the first step of the selected member at the selected place, or of any member. */
function open({ run, answer, lens, place, member }: GroupView): void {
  const steps = stepsAt(answer, place)
  const step = steps[member]?.[0] ?? steps.flat()[0]
  const id = step && answer.members[step.member]?.id
  if (id !== undefined) go(linkTo(['r', run, 't', id, `${step?.index}`], { why: lens.lens }))
}

function Head({ answer }: { readonly answer: GroupAnswer }) {
  const { group, members, anchors, visits } = answer
  const returns = members.map((member) => member.return)
  const again = visits.length - anchors.filter((anchor) => anchor.visits === 1).length
  return (
    <>
      <Title text={group.goal} />
      <div class="facts">
        <span>
          <b>{members.length}</b> members
        </span>
        <StartTag isEqual={group.hasEqualStarts} />
        <span>
          mean <b>{fixed(meanOf(returns))}</b>
        </span>
        <span>
          standard deviation <b>{fixed(deviationOf(returns))}</b>
        </span>
        <span>
          <b>{visits.length}</b> steps at <b>{anchors.length}</b> places,{' '}
          <b>{visits.length === 0 ? ABSENT : `${Math.round((100 * again) / visits.length)} %`}</b> at places seen again
        </span>
        <Agreement answer={answer} />
      </div>
    </>
  )
}

function StartTag({ isEqual }: { readonly isEqual: boolean | null }) {
  if (isEqual === null) return <span class="tag">start states not recorded</span>
  return isEqual ? <span class="tag">✓ one start state</span> : <span class="tag w">different start states</span>
}

/** On how many sure steps each estimator has the right sign. */
function Agreement({ answer }: { readonly answer: GroupAnswer }) {
  const steps = answer.members.flatMap(({ actions }, member) => actions.map((_, index) => ({ member, index })))
  const sure = steps.filter((step) => isSureAt(answer, step))
  if (sure.length === 0) return null
  const truth = (step: (typeof sure)[number]): number =>
    answer.members[step.member]?.values[step.index]?.advantage.value ?? 0
  const judged = answer.lenses.filter(({ lens }) => lens !== 'truth' && lens !== 'env')
  return (
    <span>
      {sure.length} sure steps, right signs:{' '}
      {judged.map((lens, at) => (
        <span key={lens.lens}>
          {at > 0 && ' · '}
          {estimatorName(lens.lens)}{' '}
          <b>{sure.filter((step) => truth(step) * (numberAt(lens, step) ?? 0) > 0).length}</b>
        </span>
      ))}
    </span>
  )
}

/** Standard deviation of a sample; null for fewer than two. */
function deviationOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  const mean = meanOf(known)
  if (mean === null || known.length < 2) return null
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1))
}

interface ControlsProps {
  readonly answer: GroupAnswer
  readonly lens: LensLine
  readonly query: Place['query']
  readonly change: (query: Place['query']) => void
}

function Controls({ answer: { group, lenses, members }, lens, query, change }: ControlsProps) {
  const isForked = members.some(({ parent }) => parent !== null)
  return (
    <div class="ctl">
      <Choice
        label="View"
        options={isForked ? WAYS : WAYS.slice(0, 2)}
        chosen={query.as ?? 'place'}
        onChoose={(as) => change({ as })}
      />
      <Choice
        label="Lens"
        options={lenses.map((each) => [each.lens, estimatorName(each.lens)] as const)}
        chosen={lens.lens}
        onChoose={(chosen) => change({ lens: chosen })}
      />
      <label class="dim pick">
        places by{' '}
        <select
          value={group.anchor}
          onChange={({ currentTarget }) => change({ anchor: currentTarget.value, place: '', m: '' })}
        >
          {group.anchorNames.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Ramps />
    </div>
  )
}

const ADVANTAGES = ['n4', 'n3', 'n2', 'n1', 'z', 'p1', 'p2', 'p3', 'p4']
const VALUES = ['v0', 'v1', 'v2', 'v3', 'v4', 'v5']

function Ramps() {
  return (
    <div class="key ramps" aria-hidden="true">
      <span>
        worse <Ramp tones={ADVANTAGES} /> better
      </span>
      <span>
        low <Ramp tones={VALUES} /> high value
      </span>
    </div>
  )
}

function Ramp({ tones }: { readonly tones: readonly string[] }) {
  return (
    <span class="ramp">
      {tones.map((tone) => (
        <i key={tone} class={tone} />
      ))}
    </span>
  )
}
