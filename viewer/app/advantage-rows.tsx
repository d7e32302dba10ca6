import type { EstimatorLine, StepLine, TrajectoryAnswer } from '../answers.ts'
import { ABSENT, cut, estimatorName, signed } from './format.ts'
import { Label } from './reward-rows.tsx'
import { contradicted, type Geometry, LEFT, RIGHT } from './strip-geometry.ts'

/** Below this share of the usual size of its row a number says nothing. */
const NOTHING = 0.05
/** The heading of the rows of advantages. */
export function SectionRow({ geometry: { width } }: { readonly geometry: Geometry }) {
  return (
    <>
      <rect x="0" y="0" width={width} height="24" class="band" />
      <text x="8" y="16" class="sec">
        Advantage
      </text>
      <text x={LEFT} y="16" class="sub">
        each row at its own scale; dotted: one standard size of the run · hollow: its interval holds 0 · ○ says nothing
        · ≠ the opposite of a sure truth
      </text>
      <text x={width} y="16" text-anchor="end" class="sub">
        right signs in the run
      </text>
    </>
  )
}

/** True advantages with their intervals. */
export function TruthRow({
  steps,
  geometry,
  forks,
}: {
  readonly steps: readonly StepLine[]
  readonly geometry: Geometry
  readonly forks: number | null
}) {
  const { x, width, isDense, selected } = geometry
  const largest = Math.max(
    1e-9,
    ...steps.flatMap(({ values }) => (values ? [Math.abs(values.advantage.low), Math.abs(values.advantage.high)] : [])),
  )
  const y = (value: number): number => 37 - (24 * value) / largest
  const sure = steps.filter(({ values }) => values && (values.advantage.low > 0 || values.advantage.high < 0)).length
  return (
    <>
      <Label name="truth" note={`A, ${forks ?? ABSENT} forks, 95 %`} y={36} />
      <path d={`M${LEFT} 37H${width - RIGHT}`} class="axis" />
      {steps.map(({ values, index }, at) => {
        const { value = null, low = 0, high = 0 } = values?.advantage ?? {}
        if (value === null)
          return (
            <text key={index} x={x(at)} y="41" text-anchor="middle" class="nul">
              {ABSENT}
              <title>no value was estimated</title>
            </text>
          )
        const isSure = low > 0 || high < 0
        return (
          <g key={index}>
            <Bar
              x={x(at)}
              from={37}
              to={y(value)}
              tone={value >= 0 ? 'pos' : 'neg'}
              isHollow={!isSure}
              isDense={isDense}
            />
            <path
              d={`M${x(at)} ${y(low)}V${y(high)}M${x(at) - 3} ${y(low)}h6M${x(at) - 3} ${y(high)}h6`}
              class="whisker"
            />
            {(!isDense || at === selected) && (
              <text
                x={x(at)}
                y={value >= 0 ? Math.max(9, y(high) - 4) : y(low) + 11}
                text-anchor="middle"
                class={at === selected ? 'num selt' : 'num'}
              >
                {signed(value)}
              </text>
            )}
            <title>{`${signed(value, 4)}, ${signed(low, 4)} to ${signed(high, 4)}`}</title>
          </g>
        )
      })}
      <text x={width} y="36" text-anchor="end" class="st">
        {sure} of {steps.length} sure
      </text>
    </>
  )
}

/** Advantages by one estimator. */
export function EstimatorRow({
  answer,
  line,
  geometry,
}: {
  readonly answer: TrajectoryAnswer
  readonly line: EstimatorLine
  readonly geometry: Geometry
}) {
  const { x, width, isDense, selected } = geometry
  const { estimator, advantages, rms, reason, right, sure } = line
  const largest = Math.max(rms ?? 0, ...advantages.map((value) => Math.abs(value ?? 0)), 1e-9)
  const hasNegative = advantages.some((value) => value !== null && value < 0)
  const zero = hasNegative ? 28 : 40
  const y = (value: number): number => zero - ((hasNegative ? 14 : 24) * value) / largest
  return (
    <>
      <Label
        name={estimatorName(estimator)}
        note={estimator === 'evidence-closure' ? 'return' : 'σ of the group'}
        y={24}
      />
      {rms !== null && (
        <path
          d={`M${LEFT} ${y(rms)}H${width - RIGHT}${hasNegative ? `M${LEFT} ${y(-rms)}H${width - RIGHT}` : ''}`}
          class="dotted"
        />
      )}
      <path d={`M${LEFT} ${zero}H${width - RIGHT}`} class="axis" />
      {reason && (
        <text x={LEFT} y="20" class="sub">
          {ABSENT} {cut(reason.message, 150)}
        </text>
      )}
      {advantages.map((value, at) => {
        const key = `${at}`
        if (value === null)
          return (
            <text key={key} x={x(at)} y={zero + 4} text-anchor="middle" class="nul">
              {ABSENT}
              <title>{reason?.message ?? 'left out: a value that it needs is null'}</title>
            </text>
          )
        const saysNothing = value === 0 || Math.abs(value) < NOTHING * (rms ?? 0)
        const isAgainst = contradicted(answer, line, at)
        return (
          <g key={key}>
            {saysNothing ? (
              <circle cx={x(at)} cy={zero} r="2.4" class="nothing" />
            ) : (
              <Bar
                x={x(at)}
                from={zero}
                to={y(value)}
                tone={value >= 0 ? 'pos' : 'neg'}
                isHollow={false}
                isDense={isDense}
              />
            )}
            {(!isDense || at === selected) && (
              <text
                x={x(at)}
                y={value >= 0 ? y(value) - 4 : y(value) + 10}
                text-anchor="middle"
                class={at === selected ? 'num selt' : 'num'}
              >
                {signed(value)}
              </text>
            )}
            {isAgainst && (
              <text x={x(at) + (isDense ? 0 : 16)} y={zero - 1} class="wr" text-anchor={isDense ? 'middle' : 'start'}>
                ≠
              </text>
            )}
            <title>{`${estimatorName(estimator)} ${value}`}</title>
          </g>
        )
      })}
      <text x={width} y="28" text-anchor="end" class="st">
        {sure === 0 ? '' : `${right}/${sure}`}
      </text>
      {sure > 0 && <path d={`M${width - 100} 24h60`} class="meter-all" />}
      {sure > 0 && <path d={`M${width - 100} 24h${(60 * right) / sure}`} class="meter-right" />}
    </>
  )
}

interface BarProps {
  readonly x: number
  readonly from: number
  readonly to: number
  readonly tone: 'pos' | 'neg'
  readonly isHollow: boolean
  readonly isDense: boolean
}

function Bar({ x, from, to, tone, isHollow, isDense }: BarProps) {
  const half = isDense ? 2.5 : 9
  const height = Math.max(1, Math.abs(to - from))
  return (
    <rect
      x={x - half}
      y={Math.min(from, to)}
      width={2 * half}
      height={height}
      rx="1.5"
      class={`bar-${tone}${isHollow ? ' hollow' : ''}`}
    />
  )
}
