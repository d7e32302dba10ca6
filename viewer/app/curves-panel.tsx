import { useState } from 'preact/hooks'
import type { CurvesAnswer } from '../answers.ts'
import { linkTo, type Place } from './address.ts'
import { AXES, type Axis, type Line, type Panel, panelsOf, rangeOf, type Spot, ticksOf } from './curves.ts'
import { useAnswer } from './data.ts'
import { ABSENT, fixed } from './format.ts'
import { Choice, Waiting } from './frame.tsx'
import { useKeys } from './keys.ts'

interface CurvesPanelProps {
  /** Runs whose curves are drawn; all where none is named. */
  readonly ids: readonly string[]
  readonly query: Place['query']
  readonly change: (query: Place['query']) => void
}

/** What happened over time in runs and trainings: a picture for each figure, or the same figures as tables. */
export function CurvesPanel({ ids, query, change }: CurvesPanelProps) {
  const answer = useAnswer<CurvesAnswer>('curves')
  const isDrawn = ({ id }: CurvesAnswer['curves'][number]): boolean => ids.length === 0 || ids.includes(id)
  return (
    <Waiting for={answer}>
      {({ curves }) => <Curves curves={curves.filter(isDrawn)} query={query} change={change} />}
    </Waiting>
  )
}

const FOLDS = [
  ['mean', 'mean over seeds'],
  ['each', 'each run'],
] as const
const WAYS = [
  ['picture', 'Picture'],
  ['table', 'Table'],
] as const

function Curves({ curves, query, change }: Pick<CurvesAnswer, 'curves'> & Omit<CurvesPanelProps, 'ids'>) {
  const axis = AXES.find((each) => each === query.x) ?? 'steps'
  const isTable = query.as === 'table'
  useKeys((key) => {
    if (key === 't') change({ as: isTable ? '' : 'table' })
    return key === 't'
  })
  const panels = panelsOf(curves, axis, query.fold !== 'each')
  if (panels.length === 0) return null
  const lines = linesOf(panels)
  return (
    <section class="panel wide curves">
      <div class="ph">
        <h2>Over time</h2>
        <Choice
          label="Axis"
          options={AXES.map((each) => [each, each] as const)}
          chosen={axis}
          onChoose={(x) => change({ x })}
        />
        <Choice label="Lines" options={FOLDS} chosen={query.fold ?? 'mean'} onChoose={(fold) => change({ fold })} />
        <Choice
          label="Shown as"
          options={WAYS}
          chosen={isTable ? 'table' : 'picture'}
          onChoose={(as) => change({ as })}
        />
      </div>
      <Legend lines={lines} />
      {curves.map(({ id, problem }) => problem !== null && <p key={id} class="state">{`${id}: ${problem}`}</p>)}
      {isTable ? (
        <div class="curvetables">
          {panels.map((panel) => (
            <CurveTable key={panel.name} panel={panel} axis={axis} />
          ))}
        </div>
      ) : (
        <div class="curvegrid">
          {panels.map((panel) => (
            <CurvePicture key={panel.name} panel={panel} names={lines.map(({ name }) => name)} axis={axis} />
          ))}
        </div>
      )}
    </section>
  )
}

/** Every line once, in the order in which they occur: its place is its colour. */
function linesOf(panels: readonly Panel[]): readonly Line[] {
  const lines = new Map(panels.flatMap(({ lines: own }) => own.map((line) => [line.name, line] as const)))
  return [...lines.values()]
}

/** Colours, and after them the same broken. */
const COLOURS = 6
const toneOf = (at: number): string => `c${at % COLOURS}${at >= COLOURS ? ' broken' : ''}`

function Legend({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <ul class="legend">
      {lines.map(({ name, ids }, at) => (
        <li key={name}>
          <svg width="22" height="8" aria-hidden="true">
            <path d="M0 4h22" class={toneOf(at)} />
          </svg>{' '}
          {ids.length === 1 && ids[0] !== undefined ? <a href={linkTo(['r', ids[0]])}>{name}</a> : name}
        </li>
      ))}
    </ul>
  )
}

const [WIDTH, HEIGHT, LEFT, TOP] = [330, 150, 44, 8] as const
/** Fewer values are dots without a line: a line would say more than is known. */
const LEAST_FOR_LINE = 5

interface CurvePictureProps {
  readonly panel: Panel
  /** Names of all lines of the page, in the order of their colours. */
  readonly names: readonly string[]
  readonly axis: Axis
}

function CurvePicture({ panel, names, axis }: CurvePictureProps) {
  const [low, high] = rangeOf(panel)
  const most = Math.max(1, ...panel.lines.flatMap(({ spots }) => spots.map(({ x }) => x)))
  const x = (value: number): number => LEFT + (value / most) * WIDTH
  const within = (value: number): number => Math.min(high, Math.max(low, value))
  const y = (value: number): number => TOP + HEIGHT - ((within(value) - low) / (high - low)) * HEIGHT
  const title = `${panel.name} by ${axis}: ${panel.lines.map(sentenceOf).join('; ')}`
  return (
    <figure class="curve">
      <figcaption>{panel.name}</figcaption>
      <svg viewBox={`0 0 ${LEFT + WIDTH + 12} ${TOP + HEIGHT + 20}`} width="100%" role="img" aria-label={title}>
        {ticksOf(low, high, 3).map((tick) => (
          <g key={tick}>
            <path d={`M${LEFT} ${y(tick)}h${WIDTH}`} class="grid" />
            <text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
              {short(tick)}
            </text>
          </g>
        ))}
        {ticksOf(0, most, 4).map((tick) => (
          <text key={tick} x={x(tick)} y={TOP + HEIGHT + 15} text-anchor="middle">
            {short(tick)}
          </text>
        ))}
        {panel.lines.map((line) => (
          <CurveLines key={line.name} line={line} tone={toneOf(names.indexOf(line.name))} x={x} y={y} />
        ))}
      </svg>
    </figure>
  )
}

interface CurveLinesProps {
  readonly line: Line
  readonly tone: string
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

function CurveLines({ line: { spots }, tone, x, y }: CurveLinesProps) {
  const known = spots.filter((spot): spot is Spot & { readonly y: number } => spot.y !== null)
  const at = (spot: Spot, value: number): string => `${x(spot.x).toFixed(1)} ${y(value).toFixed(1)}`
  const banded = known.filter(({ low, high }) => low !== null && high !== null)
  const edge = [
    ...banded.map((spot) => at(spot, spot.high ?? 0)),
    ...banded.toReversed().map((spot) => at(spot, spot.low ?? 0)),
  ]
  const isLine = known.length >= LEAST_FOR_LINE
  return (
    <g class={tone}>
      {edge.length > 2 && <path d={`M${edge.join('L')}z`} class="band" />}
      {isLine && (
        <path
          d={`M${partsOf(spots)
            .map((part) => part.map((s) => at(s, s.y ?? 0)).join('L'))
            .join('M')}`}
        />
      )}
      {!isLine && known.map((spot) => <circle key={spot.x} cx={x(spot.x)} cy={y(spot.y)} r="3" />)}
      {spots.map((spot) => spot.y === null && <path key={spot.x} d={`M${x(spot.x)} ${TOP + HEIGHT}v-5`} class="gap" />)}
    </g>
  )
}

/** A line in parts: what is not known leaves a gap. */
function partsOf(spots: readonly Spot[]): readonly (readonly Spot[])[] {
  const parts: Spot[][] = [[]]
  for (const spot of spots)
    if (spot.y === null) parts.push([])
    else parts.at(-1)?.push(spot)
  return parts.filter((part) => part.length > 0)
}

const short = (value: number): string =>
  Math.abs(value) >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : `${value}`.replace('-', '−')

function sentenceOf({ name, spots }: Line): string {
  const known = spots.filter(({ y }) => y !== null)
  return `${name} from ${fixed(known[0]?.y ?? null)} to ${fixed(known.at(-1)?.y ?? null)}`
}

const MOST_ROWS = 60

/** The same figures for copying and for screen readers. */
function CurveTable({ panel, axis }: { readonly panel: Panel; readonly axis: Axis }) {
  const [isWhole, setWhole] = useState(false)
  const rows = panel.lines.flatMap(({ name, spots }) => spots.map((spot) => ({ name, spot })))
  const shown = isWhole ? rows : rows.slice(0, MOST_ROWS)
  return (
    <div class="curvetable">
      <table class="tb">
        <caption>{panel.name}</caption>
        <thead>
          <tr>
            <th scope="col">run</th>
            {[axis, 'mean', '95 %', 'runs'].map((head) => (
              <th key={head} scope="col" class="r">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ name, spot }) => (
            <tr key={`${name} ${spot.x}`}>
              <td>{name}</td>
              <td class="r">{Math.round(spot.x).toLocaleString('en')}</td>
              <td class="r">{fixed(spot.y, 3)}</td>
              <td class="r">{spot.low === null ? ABSENT : `${fixed(spot.low, 3)} to ${fixed(spot.high, 3)}`}</td>
              <td class="r">{spot.count}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < rows.length && (
        <p class="more">
          <button type="button" class="btn" onClick={() => setWhole(true)}>
            {rows.length - shown.length} more rows
          </button>
        </p>
      )}
    </div>
  )
}
