import type { StepLine } from '../answers.ts'
import { ABSENT, fixed, signed } from './format.ts'
import { toneOf } from './tone.ts'

/** Tokens that are drawn. */
const MOST_TOKENS = 600
const [PITCH, PER_LINE, HEIGHT] = [11, 48, 16] as const

/** Numbers of the tokens of an action: log-probabilities, and each reward that judges tokens. */
export function TokenHeat({ step: { rewards, evidence } }: { readonly step: StepLine }) {
  const judged = rewards.flatMap(({ name, perToken }) => (perToken ? [{ name, numbers: perToken }] : []))
  const logProbs = evidence?.tokens ? [{ name: 'log-probability', numbers: evidence.tokens }] : []
  const series = [...logProbs, ...judged]
  return (
    <>
      <p class="cap">Tokens of the action</p>
      {series.length === 0 && (
        <p class="faint">
          {ABSENT} {evidence === null ? 'no token evidence' : 'the evidence is of the whole action'}
        </p>
      )}
      {series.map(({ name, numbers }) => (
        <Heat key={name} name={name} numbers={numbers} />
      ))}
    </>
  )
}

function Heat({ name, numbers }: { readonly name: string; readonly numbers: readonly number[] }) {
  const shown = numbers.slice(0, MOST_TOKENS)
  const rms = Math.sqrt(shown.reduce((sum, value) => sum + value * value, 0) / Math.max(1, shown.length))
  const sum = numbers.reduce((total, value) => total + value, 0)
  const lines = Math.ceil(shown.length / PER_LINE)
  const [width, height] = [PITCH * Math.min(PER_LINE, shown.length), HEIGHT * lines]
  return (
    <figure class="heat">
      <figcaption>
        {name}{' '}
        <span class="faint">
          {numbers.length} tokens, sum {fixed(sum)}
          {numbers.length > shown.length && `, the first ${shown.length} drawn`}
        </span>
      </figcaption>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <title>{`${name}, token by token`}</title>
        {shown.map((value, at) => (
          <rect
            key={`${at}`}
            x={(at % PER_LINE) * PITCH}
            y={Math.floor(at / PER_LINE) * HEIGHT}
            width={PITCH - 1}
            height={HEIGHT - 2}
            rx="1.5"
            class={`ts f-${toneOf(value, rms)}`}
          >
            <title>{`token ${at}: ${signed(value, 4)}`}</title>
          </rect>
        ))}
      </svg>
    </figure>
  )
}
