import { useState } from 'preact/hooks'
import type { CreditAnswer, EstimatorLine, StepLine, TrajectoryAnswer } from '../answers.ts'
import { ABSENT, cut, estimatorName, fixed, PENDING, shortAction, signed } from './format.ts'
import { signalNames } from './reward-rows.tsx'
import { contradicted } from './strip-geometry.ts'

interface StripTableProps {
  readonly answer: TrajectoryAnswer
  readonly credit: CreditAnswer | null
  readonly selected: number
  /** Address of a step. */
  readonly linkOf: (at: number) => string
}

/** Rows that are drawn unless all are asked for. */
const MOST_ROWS = 200
const LONGEST_ACTION = 60
const DIGITS = 3

/** What the strip draws, for copying and for readers of screens: a row a step. */
export function StripTable({ answer, credit, selected, linkOf }: StripTableProps) {
  const [isWhole, setWhole] = useState(false)
  const { steps } = answer
  const rows = isWhole ? steps : steps.slice(0, MOST_ROWS)
  const rewards = signalNames(steps)
  const estimators = credit?.estimators ?? []
  const hasValues = steps.some(({ values }) => values !== null)
  const numbers = [
    ...rewards,
    ...(hasValues ? ['truth'] : []),
    ...estimators.map((each) => estimatorName(each.estimator)),
  ]
  return (
    <div class="strip steptable">
      <table class="tb">
        <caption class="away">Steps of the episode</caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col">action</th>
            {[...(hasValues ? ['value'] : []), ...numbers].map((name) => (
              <th key={name} scope="col" class="r">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((step, at) => (
            <tr key={step.index} class={at === selected ? 'me' : ''}>
              <th scope="row">
                <a href={linkOf(at)} aria-current={at === selected}>
                  {step.index}
                </a>
              </th>
              <td class="mono">{cut(shortAction(step.action), LONGEST_ACTION)}</td>
              {hasValues && <ValueCell interval={step.values?.value ?? null} shown={fixed} />}
              {rewards.map((name) => (
                <RewardCell key={name} step={step} name={name} />
              ))}
              {hasValues && <ValueCell interval={step.values?.advantage ?? null} shown={signed} />}
              {estimators.map((line) => (
                <AdvantageCell key={line.estimator} answer={answer} line={line} at={at} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < steps.length && (
        <p class="more">
          <button type="button" class="btn" onClick={() => setWhole(true)}>
            {steps.length - rows.length} more steps
          </button>
        </p>
      )}
    </div>
  )
}

interface ValueCellProps {
  readonly interval: { readonly value: number | null; readonly low: number; readonly high: number } | null
  readonly shown: (value: number | null, digits?: number) => string
}

/** A number with the interval that holds it. */
const ValueCell = ({ interval, shown }: ValueCellProps) => (
  <td class="r">
    {shown(interval?.value ?? null, DIGITS)}
    {interval !== null && interval.value !== null && (
      <span class="faint">
        {' '}
        ({shown(interval.low, DIGITS)} to {shown(interval.high, DIGITS)})
      </span>
    )}
  </td>
)

/** A reward, or why there is none. */
function RewardCell({ step, name }: { readonly step: StepLine; readonly name: string }) {
  const reward = step.rewards.find((each) => each.name === name)
  const waiting = step.waiting.find((each) => each.name === name)
  if (waiting)
    return (
      <td class="r">
        {waiting.isPending ? PENDING : ABSENT} <span class="faint">{waiting.reason}</span>
      </td>
    )
  return (
    <td class="r">
      {signed(reward?.value ?? null, DIGITS)}
      {reward !== undefined && reward.value === null && <span class="faint"> {reward.reason}</span>}
    </td>
  )
}

interface AdvantageCellProps {
  readonly answer: TrajectoryAnswer
  readonly line: EstimatorLine
  readonly at: number
}

function AdvantageCell({ answer, line, at }: AdvantageCellProps) {
  const isAgainst = contradicted(answer, line, at)
  return (
    <td class="r" title={line.reason?.message}>
      {line.reason === null ? signed(line.advantages[at] ?? null, DIGITS) : ABSENT}
      {isAgainst && <span class="against"> ≠</span>}
    </td>
  )
}
