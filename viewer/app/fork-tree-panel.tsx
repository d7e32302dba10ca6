import { linkTo } from './address.ts'
import { type TreeRow, treeRows } from './fork-tree.ts'
import { endingMark, estimatorName, fixed, shortAction, signed } from './format.ts'
import { type GroupView, numberAt, valueRange } from './group-view.ts'
import { toneOf, valueTone } from './tone.ts'

const [ROW, LEFT, RIGHT, TOP] = [22, 70, 110, 26] as const
const [LEAST_STEP, MOST_STEP, WIDTH] = [7, 46, 1180] as const

/** A group as a tree of forks: steps to the right, a row an episode, a line down where it was forked. */
export function ForkTree(view: GroupView) {
  const { answer } = view
  const rows = treeRows(answer.members)
  const longest = rows.reduce((most, { to }) => Math.max(most, to), 1)
  const pitch = Math.max(LEAST_STEP, Math.min(MOST_STEP, WIDTH / longest))
  const [width, height] = [LEFT + pitch * longest + RIGHT, TOP + ROW * rows.length]
  const ticks = [...Array(longest).keys()].filter((index) => index % Math.ceil(30 / pitch) === 0)
  return (
    <section class="panel wide">
      <div class="ph">
        <h2>Tree of forks</h2>
        <div class="r">
          {rows.filter(({ parentRow }) => parentRow !== null).length} forks · shade of a step:{' '}
          {estimatorName(view.lens.lens)}
        </div>
      </div>
      <div class="across tree">
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
          <title>Steps to the right, an episode a row, a line down where it was forked</title>
          {ticks.map((index) => (
            <text key={index} x={LEFT + (index + 0.5) * pitch} y="14" text-anchor="middle" class="sub">
              {index}
            </text>
          ))}
          {rows.map((row) => (
            <Branch key={row.member} {...view} row={row} pitch={pitch} />
          ))}
        </svg>
      </div>
    </section>
  )
}

interface BranchProps extends GroupView {
  readonly row: TreeRow
  readonly pitch: number
}

function Branch({ run, answer, lens, row, pitch }: BranchProps) {
  const { member, from, to, parentRow } = row
  const line = answer.members[member]
  if (!line) return null
  const y = TOP + ROW * row.row + ROW / 2
  const x = (index: number): number => LEFT + index * pitch
  const best = Math.max(...answer.members.map((each) => each.return ?? Number.NEGATIVE_INFINITY))
  const tone = valueTone(line.return, rangeOf(answer)) ?? 'v-none'
  return (
    <>
      {parentRow !== null && (
        <path class="forked" d={`M${x(from)} ${TOP + ROW * parentRow + ROW / 2}V${y}H${x(from) + 2}`} />
      )}
      <path class="stem" d={`M${x(from)} ${y}H${x(to)}`} />
      {line.actions.slice(from).map((action, at) => {
        const index = from + at
        const number = numberAt(lens, { member, index })
        return (
          <rect
            key={index}
            x={x(index) + 1}
            y={y - 6}
            width={Math.max(2, pitch - 2)}
            height="12"
            rx="2"
            class={`ts ${number === null ? 'none' : `f-${toneOf(number, lens.rms)}`}`}
          >
            <title>{`${line.id} step ${index}: ${shortAction(action)}, ${signed(number)}`}</title>
          </rect>
        )
      })}
      <a href={linkTo(['r', run, 't', line.id, `${from}`], { why: lens.lens })}>
        <text
          x={parentRow === null ? 0 : Math.max(0, x(from) - 4)}
          y={y + 4}
          text-anchor={parentRow === null ? 'start' : 'end'}
          class="lab2"
        >
          {line.id}
        </text>
      </a>
      <rect x={x(to) + 6} y={y - 6} width="12" height="12" rx="6" class={`node ${tone}`} />
      <text x={x(to) + 24} y={y + 4} class="st">
        {endingMark(line.ending, line.return, best)} {fixed(line.return)}
      </text>
    </>
  )
}

function rangeOf(answer: GroupView['answer']): readonly [number, number] {
  const returns = answer.members.flatMap((member) => member.return ?? [])
  const [low, high] = valueRange(answer)
  return [Math.min(low, ...returns), Math.max(high, ...returns)]
}
