import type { StepLine, TrajectoryAnswer, WaitingReward } from '../answers.ts'
import { ABSENT, fixed, PENDING, signed } from './format.ts'
import { type Geometry, LEFT, RIGHT } from './strip-geometry.ts'

/** The name of a row, and its unit. */
export function Label({ name, note, y = 22 }: { readonly name: string; readonly note?: string; readonly y?: number }) {
  return (
    <>
      <text x="0" y={y} class="lab">
        {name}
      </text>
      {note !== undefined && (
        <text x="0" y={y + 15} class="sub">
          {note}
        </text>
      )}
    </>
  )
}

/** The value of the state before each step with its interval, on the scale of what was seen. */
export function ValueRow({
  answer: { steps, end },
  geometry: { x, width, isDense, selected },
  forks,
}: {
  readonly answer: TrajectoryAnswer
  readonly geometry: Geometry
  readonly forks: number | null
}) {
  const known = steps.flatMap(({ values }, at) =>
    values && values.value.value !== null ? [{ at, ...values.value, value: values.value.value }] : [],
  )
  const total = end.totals.find(({ name }) => name === 'env')?.sum ?? null
  const low = Math.min(0, ...known.map((each) => each.low))
  const high = Math.max(1e-9, ...known.map((each) => each.high), total ?? 0)
  const y = (value: number): number => 60 - (48 * (value - low)) / (high - low)
  const line = known.map(({ at, value }, place) => `${place === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('')
  const band = `M${known.map((each) => `${x(each.at)} ${y(each.high)}`).join('L')}L${known
    .toReversed()
    .map((each) => `${x(each.at)} ${y(each.low)}`)
    .join('L')}Z`
  return (
    <>
      <Label name="value of the state" note={`V, ${forks ?? ABSENT} forks, 95 %`} y={28} />
      <path d={`M${LEFT} ${y(low)}H${width - RIGHT}M${LEFT} ${y(high)}H${width - RIGHT}`} class="dotted" />
      <text x={LEFT - 8} y={y(high) + 4} text-anchor="end" class="ax">
        {fixed(high)}
      </text>
      <text x={LEFT - 8} y={y(low) + 4} text-anchor="end" class="ax">
        {fixed(low)}
      </text>
      {known.length > 1 && <path d={band} class="band-v" />}
      <path d={line} class="line-v" />
      {known.map(({ at, value }) => (
        <circle key={at} cx={x(at)} cy={y(value)} r={at === selected ? 4 : isDense ? 1.5 : 2.6} class="dot-v" />
      ))}
      {known
        .filter(({ at }) => at === selected)
        .map(({ at, value }) => (
          <text key={at} x={x(at) + 8} y={y(value) - 4} class="num selt">
            {fixed(value)}
          </text>
        ))}
      <text x={width} y="28" text-anchor="end" class="st">
        ends at {fixed(total)}
      </text>
      <text x={width} y="43" text-anchor="end" class="sub">
        start {fixed(known[0]?.value ?? null)}
      </text>
    </>
  )
}

interface RewardRowProps {
  readonly name: string
  readonly steps: readonly StepLine[]
  readonly answer: TrajectoryAnswer
  readonly geometry: Geometry
}

/** One signal of the reward vector, step by step. */
export function RewardRow({ name, steps, answer, geometry: { x, width, isDense, selected } }: RewardRowProps) {
  const rewards = steps.map((step) => step.rewards.find((reward) => reward.name === name))
  const largest = Math.max(1e-9, ...rewards.map((reward) => Math.abs(reward?.value ?? 0)))
  const total = answer.end.totals.find((each) => each.name === name)
  const waiting = steps.map((step) => step.waiting.find((each) => each.name === name))
  return (
    <>
      <text x="0" y="17.5" class="lab2">
        {name}
      </text>
      <path d={`M${LEFT} 13.5H${width - RIGHT}`} class="rule" />
      {rewards.map((reward, at) => {
        const key = `${at}`
        if (!reward) return <WaitingMark key={key} x={x(at)} waiting={waiting[at]} />
        if (reward.value === null)
          return (
            <text key={key} x={x(at)} y="18" text-anchor="middle" class="nul">
              {ABSENT}
              <title>{reward.reason}</title>
            </text>
          )
        if (reward.value === 0) return <circle key={key} cx={x(at)} cy="13.5" r="1.4" class="zero-dot" />
        const height = (10 * Math.abs(reward.value)) / largest
        return (
          <g key={key}>
            <rect
              x={x(at) - 3.5}
              y={reward.value > 0 ? 13.5 - height : 13.5}
              width="7"
              height={height}
              rx="1.5"
              class="reward"
            />
            {(!isDense || at === selected) && (
              <text x={x(at) + 8} y="17.5" class={at === selected ? 'num selt' : 'num'}>
                {signed(reward.value)}
              </text>
            )}
          </g>
        )
      })}
      <text x={width} y="17.5" text-anchor="end" class="st">
        sum {signed(total?.sum ?? null)}
        {total && total.nulls > 0 ? ` (${total.nulls} ${ABSENT})` : ''}
        {waiting.some((each) => each?.isPending) && ` ${PENDING}`}
      </text>
    </>
  )
}

/** A reward that has not come: a clock while it may, else absent. */
function WaitingMark({ x, waiting }: { readonly x: number; readonly waiting: WaitingReward | undefined }) {
  if (!waiting) return null
  return (
    <text x={x} y="18" text-anchor="middle" class="nul">
      {waiting.isPending ? PENDING : ABSENT}
      <title>{waiting.reason}</title>
    </text>
  )
}

/** Signals of an episode, those that have not come among them. */
export const signalNames = (steps: readonly StepLine[]): readonly string[] => [
  ...new Set(steps.flatMap(({ rewards, waiting }) => [...rewards, ...waiting].map(({ name }) => name))),
]
