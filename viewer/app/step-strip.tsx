import type { CreditAnswer, StepLine, TrajectoryAnswer } from '../answers.ts'
import { EstimatorRow, SectionRow, TruthRow } from './advantage-rows.tsx'
import { cut, estimatorName, shortAction, signed } from './format.ts'
import { Choice } from './frame.tsx'
import { RewardRow, signalNames, ValueRow } from './reward-rows.tsx'
import { contradicted, type Geometry, LEFT, MANY, RIGHT, WIDTH } from './strip-geometry.ts'
import { StripTable } from './strip-table.tsx'

interface StripProps {
  readonly answer: TrajectoryAnswer
  readonly credit: CreditAnswer | null
  readonly selected: number
  /** Address of a step. */
  readonly linkOf: (at: number) => string
  readonly forks: number | null
  readonly isTable: boolean
  readonly showAs: (way: string) => void
}

const WAYS = [
  ['picture', 'Picture'],
  ['table', 'Table'],
] as const

/** Every step with what is said of it: as a picture, or as a table of the same numbers. */
export function StepStrip(props: StripProps) {
  const { isTable, showAs } = props
  return (
    <section class="panel wide">
      <StripHead {...props}>
        <Choice label="Shown as" options={WAYS} chosen={isTable ? 'table' : 'picture'} onChoose={showAs} />
      </StripHead>
      {isTable ? <StripTable {...props} /> : <StripPicture {...props} />}
    </section>
  )
}

/** Steps from left to right; below each its value, its rewards, the truth, and each estimator. */
function StripPicture({ answer, credit, selected, linkOf, forks }: StripProps) {
  const { steps } = answer
  const column = Math.max(
    steps.length > MANY ? 8 : 24,
    Math.min(150, (WIDTH - LEFT - RIGHT) / Math.max(1, steps.length)),
  )
  const width = Math.max(WIDTH, LEFT + RIGHT + column * steps.length)
  const x = (at: number): number => LEFT + (at + 0.5) * column
  const geometry = { x, column, width, isDense: column < 44, selected }
  const rows = rowsOf(answer, credit, geometry, forks)
  const height = rows.reduce((sum, row) => sum + row.height, HEAD)
  let y = HEAD
  return (
    <div class="strip">
      <svg viewBox={`0 0 ${width} ${height}`} width={width === WIDTH ? '100%' : width}>
        <title>Steps of the episode</title>
        <rect class="column" x={x(selected) - column / 2} y="0" width={column} height={height} rx="6" />
        {steps.map((step, at) => (
          <StepHead key={step.index} step={step} at={at} geometry={geometry} linkOf={linkOf} height={height} />
        ))}
        <text x="0" y="23" class="lab">
          step
        </text>
        {rows.map((row) => {
          const top = y
          y += row.height
          return (
            <g key={row.name} transform={`translate(0 ${top})`}>
              <path d={`M0 0H${width}`} class="rule" />
              {row.drawn}
            </g>
          )
        })}
        <rect class="chosen-column" x={x(selected) - column / 2} y="1" width={column} height={height - 2} rx="6" />
      </svg>
    </div>
  )
}

const HEAD = 42

interface StripHeadProps extends Pick<StripProps, 'answer' | 'credit'> {
  readonly children: preact.ComponentChildren
}

function StripHead({ answer, credit, children }: StripHeadProps) {
  const at = answer.steps.findIndex((_, place) => credit?.estimators.some((each) => contradicted(answer, each, place)))
  const said = credit?.estimators.filter((each) => contradicted(answer, each, at)) ?? []
  return (
    <div class="ph">
      <h2>Every step, and what is said of it</h2>
      {at !== -1 && (
        <span class="tag w">
          ≠ at step {answer.steps[at]?.index}: truth {signed(answer.steps[at]?.values?.advantage.value ?? null)},{' '}
          {said
            .map(({ estimator, advantages }) => `${estimatorName(estimator)} ${signed(advantages[at] ?? null)}`)
            .join(', ')}
        </span>
      )}
      <div class="r">{children}</div>
    </div>
  )
}

interface StepHeadProps {
  readonly step: StepLine
  readonly at: number
  readonly geometry: Geometry
  /** Address of a step. */
  readonly linkOf: (at: number) => string
  readonly height: number
}

function StepHead({ step, at, geometry: { x, column, isDense, selected }, linkOf, height }: StepHeadProps) {
  const isSelected = at === selected
  const title = shortAction(step.action)
  const place = isSelected ? 'selt' : ''
  return (
    <a href={linkOf(at)} class="step" tabIndex={-1}>
      <rect x={x(at) - column / 2} y="0" width={column} height={height} class="hit" />
      {(!isDense || isSelected || at % 5 === 0) && (
        <text x={x(at)} y="15" text-anchor="middle" class={`no ${place}`}>
          {step.index}
        </text>
      )}
      {!isDense && (
        <text x={x(at)} y="32" text-anchor="middle" class={`m act ${place}`}>
          {cut(title, Math.max(3, Math.floor(column / 6.6)))}
        </text>
      )}
      <title>{title}</title>
    </a>
  )
}

interface Row {
  readonly name: string
  readonly height: number
  readonly drawn: preact.ComponentChild
}

function rowsOf(
  answer: TrajectoryAnswer,
  credit: CreditAnswer | null,
  geometry: Geometry,
  forks: number | null,
): readonly Row[] {
  const { steps } = answer
  const hasValues = steps.some(({ values }) => values !== null)
  const names = signalNames(steps)
  const values = { name: 'V', height: 70, drawn: <ValueRow answer={answer} geometry={geometry} forks={forks} /> }
  const truths = { name: 'A', height: 74, drawn: <TruthRow steps={steps} geometry={geometry} forks={forks} /> }
  return [
    ...(hasValues ? [values] : []),
    ...names.map((name) => ({
      name: `r ${name}`,
      height: 27,
      drawn: <RewardRow name={name} steps={steps} geometry={geometry} answer={answer} />,
    })),
    { name: 'head', height: 24, drawn: <SectionRow geometry={geometry} /> },
    ...(hasValues ? [truths] : []),
    ...(credit?.estimators ?? []).map((each) => ({
      name: each.estimator,
      height: 53,
      drawn: <EstimatorRow answer={answer} line={each} geometry={geometry} />,
    })),
  ]
}
