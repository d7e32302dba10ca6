import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import type { ColumnsAnswer } from '../answers.ts'
import { linkTo } from './address.ts'
import { cut, endingMark, fixed, visible } from './format.ts'
import type { OpenStrip } from './strip.ts'
import { useRowWindow } from './windowed.ts'

/** Orders of the groups of the wall. */
export const SORTS = ['spread', 'mean', 'name'] as const
export type Sort = (typeof SORTS)[number]

interface WallProps {
  readonly run: string
  readonly columns: ColumnsAnswer
  readonly strip: OpenStrip
  /** The strip of the truth, for marks where the lens contradicts it; null where no values are known. */
  readonly truth: OpenStrip | null
  readonly sort: Sort
  readonly lens: string
}

interface Row {
  readonly group: string | null
  /** Positions of the members in the columns, the best return first. */
  readonly members: readonly number[]
  readonly returns: readonly number[]
}

/** Every episode of a run as a strip of the advantages of its steps: a row a group, the best member first. */
export function Wall(props: WallProps) {
  const { columns, sort } = props
  const best = useMemo(() => bestOf(columns), [columns])
  const rows = useMemo(() => sorted(rowsOf(columns), sort), [columns, sort])
  const { body, from, to, above, below } = useRowWindow(rows.length, ROW_HEIGHT)
  const longest = useMemo(() => columns.steps.reduce((most, count) => Math.max(most, count), 1), [columns])
  return (
    <div class="across">
      <table class="wall" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th>task</th>
            <th class="r">mean</th>
            <th>members, best first: advantage of each step, ending, return, member</th>
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap height={above} />
          {rows.slice(from, to).map((row) => (
            <WallRow key={row.group ?? ''} {...props} row={row} best={best} longest={longest} />
          ))}
          <Gap height={below} />
        </tbody>
      </table>
    </div>
  )
}

/** Pixels of a row, about. */
const ROW_HEIGHT = 43

/** Rows that are not drawn. */
function Gap({ height }: { readonly height: number }) {
  return height > 0 ? (
    <tr>
      <td colSpan={3} style={{ height: `${height}px`, padding: '0' }} />
    </tr>
  ) : null
}

const bestOf = ({ returns }: ColumnsAnswer): number =>
  returns.reduce<number>((most, value) => Math.max(most, value ?? most), Number.NEGATIVE_INFINITY)

function rowsOf({ groups, returns }: ColumnsAnswer): readonly Row[] {
  const byGroup = Map.groupBy(groups.keys(), (at) => groups[at] ?? null)
  return [...byGroup].map(([group, members]) => ({
    group,
    members: members.toSorted(
      (a, b) => (returns[b] ?? Number.NEGATIVE_INFINITY) - (returns[a] ?? Number.NEGATIVE_INFINITY),
    ),
    returns: members.flatMap((at) => returns[at] ?? []),
  }))
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

const spreadOf = (values: readonly number[]): number =>
  values.length === 0 ? Number.NEGATIVE_INFINITY : Math.max(...values) - Math.min(...values)

function sorted(rows: readonly Row[], sort: Sort): readonly Row[] {
  if (sort === 'name') return rows
  const key = ({ returns }: Row): number =>
    sort === 'spread' ? -spreadOf(returns) : (meanOf(returns) ?? Number.POSITIVE_INFINITY)
  return rows.toSorted((one, other) => key(one) - key(other))
}

interface WallRowProps extends WallProps {
  readonly row: Row
  readonly best: number
  readonly longest: number
}

function WallRow({ run, columns, strip, truth, lens, row, best, longest }: WallRowProps) {
  const { group, members, returns } = row
  const label = visible(group === null ? 'no group' : (columns.labels[group] ?? group))
  return (
    <tr data-row>
      <td class="goal" title={label}>
        <GoalLink run={run} group={group} lens={lens}>
          <span class="gid">{group ?? '–'}</span>
          <span class="task">{cut(label.replace(/^Find me /, ''), 70)}</span>
        </GoalLink>
      </td>
      <td class="r">{fixed(meanOf(returns))}</td>
      <td>
        <div class="cells">
          {members.map((at) => (
            <a class="cell" key={at} href={linkTo(['r', run, 't', columns.ids[at] ?? '', '0'], { why: lens })}>
              <StripPicture strip={strip} truth={truth} episode={at} longest={longest} />
              <span class="cl">
                <i>{endingMark(columns.endings[at] ?? '', columns.returns[at] ?? null, best)}</i>
                {fixed(columns.returns[at] ?? null)}
                <em>{columns.members[at]}</em>
                <span class="away"> {columns.endings[at]}</span>
              </span>
            </a>
          ))}
        </div>
      </td>
    </tr>
  )
}

interface GoalLinkProps {
  readonly run: string
  readonly group: string | null
  readonly lens: string
  readonly children: ComponentChildren
}

/** The task of a row, as a link to its group if it is one. */
function GoalLink({ run, group, lens, children }: GoalLinkProps) {
  if (group === null) return <div>{children}</div>
  return <a href={linkTo(['r', run, 'g', group], { lens })}>{children}</a>
}

const [WIDTH, HEIGHT, MIDDLE] = [76, 30, 15]

interface PictureProps {
  readonly strip: OpenStrip
  readonly truth: OpenStrip | null
  readonly episode: number
  readonly longest: number
}

/** One path a tone: a strip has five elements however long it is. */
function StripPicture({ strip, truth, episode, longest }: PictureProps) {
  const [from, to] = [strip.starts[episode] ?? 0, strip.starts[episode + 1] ?? 0]
  const pitch = Math.min(5, WIDTH / longest)
  const paths = { ps: '', ns: '', pf: '', nf: '', u: '' }
  const against: number[] = []
  for (let step = from; step < to; step++) {
    const x = ((step - from + 0.5) * pitch).toFixed(1)
    const value = strip.at(step)
    const height = (Math.min(2, Math.abs(value ?? 0) / (strip.rms || 1)) * 6.5).toFixed(1)
    if (value === null) continue
    if (value === 0) paths.u += `M${x} ${MIDDLE - 1}v2`
    else paths[toneOf(value, strip.isSure(step))] += `M${x} ${MIDDLE}v${value > 0 ? '-' : ''}${height}`
    const sure = truth?.isSure(step) ? (truth.at(step) ?? 0) : 0
    if (sure * value < 0) against.push(step - from)
  }
  return (
    <svg class="s" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path class="zero" d={`M0 ${MIDDLE}h${WIDTH}`} />
      <path class="u" d={`M0 ${MIDDLE}h${((to - from) * pitch).toFixed(1)}`} />
      {Object.entries(paths).map(([tone, d]) =>
        d === '' ? null : <path key={tone} class={tone} d={d} stroke-width={Math.max(1, pitch - 1)} />,
      )}
      {against.map((at) => (
        <circle key={at} cx={(at + 0.5) * pitch} cy="2.5" r="1.8" />
      ))}
    </svg>
  )
}

const toneOf = (value: number, isSure: boolean): 'ps' | 'ns' | 'pf' | 'nf' =>
  isSure ? (value > 0 ? 'ps' : 'ns') : value > 0 ? 'pf' : 'nf'
