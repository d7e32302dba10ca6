import { useState } from 'preact/hooks'
import type { AnchorLine, MemberLine } from '../answers.ts'
import { linkTo } from './address.ts'
import { ABSENT, endingMark, estimatorName, fixed, shortAction, signed, visible } from './format.ts'
import {
  againstTruth,
  type GroupView,
  isSureAt,
  numberAt,
  type PlaceStep,
  rangeAt,
  stepsAt,
  valueRange,
} from './group-view.ts'
import { toneOf, valueTone } from './tone.ts'

/** Rows that are drawn at once. */
const MOST_ROWS = 150
/** More members than this have narrow columns. */
const MANY_MEMBERS = 5

interface PlaceTableProps extends GroupView {
  readonly select: (place: number) => void
}

/** A group by place: a row a place, a column a member; in each cell what the member did there. */
export function PlaceTable(props: PlaceTableProps) {
  const { answer, lens } = props
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? answer.anchors : answer.anchors.slice(0, MOST_ROWS)
  return (
    <section class="panel across">
      <table class={answer.members.length > MANY_MEMBERS ? 'places many' : 'places'}>
        <thead>
          <tr>
            <th class="corner">places, as first seen</th>
            {answer.members.map((line, member) => (
              <MemberHead key={line.id} {...props} line={line} column={member} />
            ))}
            <th class="gap">range of {estimatorName(lens.lens)}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((anchor) => (
            <PlaceRow key={anchor.id} {...props} anchor={anchor} />
          ))}
        </tbody>
      </table>
      {shown.length < answer.anchors.length && (
        <p class="state">
          the first {shown.length} of {answer.anchors.length} places{' '}
          <button type="button" class="btn" onClick={() => setWhole(true)}>
            Show all
          </button>
        </p>
      )}
    </section>
  )
}

interface MemberProps extends GroupView {
  readonly line: MemberLine
  readonly column: number
  /** Heads a row, not a column. */
  readonly isRow?: boolean
}

/** A member: its id, ending and return, and its numbers as a strip. */
export function MemberHead({ run, answer, lens, member, line, column, isRow = false }: MemberProps) {
  const best = Math.max(...answer.members.map((each) => each.return ?? Number.NEGATIVE_INFINITY))
  return (
    <th scope={isRow ? 'row' : 'col'} class={column === member ? 'on' : ''}>
      <a class="member" href={linkTo(['r', run, 't', line.id, '0'], { why: lens.lens })}>
        <b>{line.id}</b>
        <span>
          {endingMark(line.ending, line.return, best)} {fixed(line.return)}
        </span>
        <span class="faint">{line.actions.length} steps</span>
        <Spark numbers={lens.numbers[column] ?? []} rms={lens.rms} />
      </a>
    </th>
  )
}

const [SPARK_WIDTH, SPARK_HEIGHT] = [80, 24] as const

function Spark({ numbers, rms }: { readonly numbers: readonly (number | null)[]; readonly rms: number | null }) {
  const pitch = Math.min(6, SPARK_WIDTH / Math.max(1, numbers.length))
  const path = (isWanted: (value: number) => boolean): string =>
    numbers
      .map((value, at) => {
        if (value === null || value === 0 || !isWanted(value)) return ''
        const height = Math.max(1, Math.min(11, (Math.abs(value) / (rms || 1)) * 5))
        return `M${((at + 0.5) * pitch).toFixed(1)} 12v${(value > 0 ? -height : height).toFixed(1)}`
      })
      .join('')
  return (
    <svg class="s" width={SPARK_WIDTH} height={SPARK_HEIGHT} aria-hidden="true">
      <path class="u" d={`M0 12h${(numbers.length * pitch).toFixed(1)}`} />
      <path class="ps" d={path((value) => value > 0)} stroke-width={Math.max(1, pitch - 1.4)} />
      <path class="ns" d={path((value) => value < 0)} stroke-width={Math.max(1, pitch - 1.4)} />
    </svg>
  )
}

interface PlaceRowProps extends PlaceTableProps {
  readonly anchor: AnchorLine
}

function PlaceRow(props: PlaceRowProps) {
  const { anchor, answer, place, member } = props
  const { id } = anchor
  return (
    <tr class={id === place ? 'on' : ''} id={`place-${id}`}>
      <PlaceHead {...props} />
      {stepsAt(answer, id).map((steps, column) => (
        <td key={answer.members[column]?.id} class={id === place && column === member ? 'here' : ''}>
          {steps.map((step) => (
            <Cell key={step.index} {...props} step={step} />
          ))}
        </td>
      ))}
      <td class="gap">{fixed(rangeAt(props, id))}</td>
    </tr>
  )
}

function PlaceHead({ anchor, answer, place, select }: PlaceRowProps) {
  const { id, label, visits, states, value, actions } = anchor
  return (
    <th scope="row">
      <button type="button" class="placehead" aria-pressed={id === place} onClick={() => select(id)}>
        <span class={`dot ${valueTone(value, valueRange(answer)) ?? 'v-none'}`}>{id + 1}</span>
        <span class="pn">
          <bdi title={visible(label)}>{visible(label)}</bdi>
          <span>
            V {fixed(value)} · {visits} {visits === 1 ? 'visit' : 'visits'}
            {states === null && ' · states not recorded'}
            {(states ?? 1) > 1 && <em title={`this place merges ${states} different states`}> · {states} states</em>}
          </span>
        </span>
        {actions > 1 && (
          <span class="part" title={`${actions} different actions`}>
            <Fork /> {actions}
          </span>
        )}
      </button>
    </th>
  )
}

/** A parting, drawn. */
export function Fork() {
  return (
    <svg width="11" height="12" viewBox="0 0 11 12" aria-hidden="true" class="fork">
      <path d="M5.5 12V7L2 2.5M5.5 7L9 2.5" />
      <circle cx="2" cy="2" r="1.7" />
      <circle cx="9" cy="2" r="1.7" />
    </svg>
  )
}

interface CellProps extends GroupView {
  readonly step: PlaceStep
}

/** A step of a member: its index and action, in the shade of its number. */
export function Cell(view: CellProps) {
  const { run, answer, lens, step } = view
  const line = answer.members[step.member]
  const action = line?.actions[step.index] ?? ''
  const number = numberAt(lens, step)
  const against = againstTruth(view, step)
  const tone = number === null ? 'none' : toneOf(number, lens.rms)
  const sure = isSureAt(answer, step) ? 'sure' : ''
  const said = number === null ? `${ABSENT} ${lens.reason?.message ?? 'no number is known'}` : signed(number, 4)
  return (
    <a
      class={`c ${tone} ${sure}`}
      href={linkTo(['r', run, 't', line?.id ?? '', `${step.index}`], { why: lens.lens })}
      title={`${line?.id} step ${step.index}: ${visible(action)}\n${estimatorName(lens.lens)} ${said}${
        against.length > 0 ? `\nthe opposite of a sure truth: ${against.map(estimatorName).join(', ')}` : ''
      }`}
    >
      <i>{step.index}</i>
      <bdi>{shortAction(action)}</bdi>
      {against.length > 0 && (
        <em>
          ≠<span class="away"> against a sure truth</span>
        </em>
      )}
    </a>
  )
}
