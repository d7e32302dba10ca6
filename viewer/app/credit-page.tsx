import type { ColumnsAnswer, CreditAnswer, PairsAnswer, RunAnswer } from '../answers.ts'
import { linkTo, type Place } from './address.ts'
import { knownOf, useAnswer } from './data.ts'
import { ABSENT, estimatorName, fixed, signed } from './format.ts'
import { Choice, Frame, Waiting } from './frame.tsx'
import { CELLS, densityOf, furthest, type Point, pointsIn, REACH } from './scatter.ts'

interface CreditPageProps {
  readonly run: string
  readonly query: Place['query']
  readonly change: (query: Place['query']) => void
}

/** Estimators and truth against each other over a run. */
export function CreditPage({ run, query, change }: CreditPageProps) {
  const path = `runs/${encodeURIComponent(run)}`
  const summary = useAnswer<RunAnswer>(path)
  const pairs = useAnswer<PairsAnswer>(`${path}/pairs`)
  const credit = knownOf(useAnswer<CreditAnswer>(`${path}/credit`))
  return (
    <Frame
      crumbs={[{ text: 'runs', to: '#/' }, { text: run, to: linkTo(['r', run]) }, { text: 'credit' }]}
      keys={[]}
      search={{ run, text: '' }}
      command={`npx stepgym credit runs/${run}`}
    >
      <h1>Credit of {run}</h1>
      <Waiting for={summary}>
        {(answer) => (
          <Waiting for={pairs}>
            {(known) => (
              <Credit
                run={run}
                path={path}
                query={query}
                change={change}
                lenses={lensesOf(answer)}
                pairs={known.pairs}
              />
            )}
          </Waiting>
        )}
      </Waiting>
      {credit && <Notes credit={credit} />}
    </Frame>
  )
}

const lensesOf = ({ values, estimators }: RunAnswer): readonly string[] => [
  ...(values?.isStale === false ? ['truth'] : []),
  ...estimators,
]

interface CreditProps extends CreditPageProps {
  readonly path: string
  readonly lenses: readonly string[]
  readonly pairs: PairsAnswer['pairs']
}

function Credit({ run, path, query, change, lenses, pairs }: CreditProps) {
  const x = lenses.find((each) => each === query.x) ?? lenses[0] ?? ''
  const y = lenses.find((each) => each === query.y) ?? lenses.find((each) => each !== x) ?? ''
  const columns = (lens: string) => `${path}/columns?lens=${encodeURIComponent(lens)}`
  const [across, up] = [useAnswer<ColumnsAnswer>(columns(x)), useAnswer<ColumnsAnswer>(columns(y))]
  const options = lenses.map((each) => [each, estimatorName(each)] as const)
  return (
    <>
      <Matrix lenses={lenses} pairs={pairs} x={x} y={y} choose={(one, other) => change({ x: one, y: other })} />
      <div class="ctl">
        <span class="dim">across</span>
        <Choice label="Across" options={options} chosen={x} onChoose={(chosen) => change({ x: chosen })} />
        <span class="dim">up</span>
        <Choice label="Up" options={options} chosen={y} onChoose={(chosen) => change({ y: chosen })} />
      </div>
      <Waiting for={across}>
        {(one) => (
          <Waiting for={up}>
            {(other) => (
              <div class="g2">
                <Scatter points={pointsIn(one, other)} x={x} y={y} />
                <Furthest run={run} columns={one} points={pointsIn(one, other)} x={x} y={y} />
              </div>
            )}
          </Waiting>
        )}
      </Waiting>
    </>
  )
}

interface MatrixProps {
  readonly lenses: readonly string[]
  readonly pairs: PairsAnswer['pairs']
  readonly x: string
  readonly y: string
  readonly choose: (x: string, y: string) => void
}

/** Share of equal signs and rank correlation of every two. */
function Matrix({ lenses, pairs, x, y, choose }: MatrixProps) {
  const pairOf = (one: string, other: string) =>
    pairs.find(({ estimators }) => estimators.includes(one) && estimators.includes(other))
  return (
    <section class="panel wide across">
      <div class="ph">
        <h2>How far they say the same</h2>
        <div class="r">same sign · rank correlation</div>
      </div>
      <table class="tb matrix">
        <thead>
          <tr>
            <th />
            {lenses.map((each) => (
              <th key={each} scope="col" class="r">
                {estimatorName(each)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lenses.map((row) => (
            <tr key={row}>
              <th scope="row">{estimatorName(row)}</th>
              {lenses.map((column) => {
                const pair = row === column ? undefined : pairOf(row, column)
                if (!pair)
                  return (
                    <td key={column} class="r faint">
                      {row === column ? '' : ABSENT}
                    </td>
                  )
                const isChosen = row === y && column === x
                return (
                  <td key={column} class="r">
                    <button
                      type="button"
                      aria-pressed={isChosen}
                      title={`${pair.steps} steps`}
                      onClick={() => choose(column, row)}
                    >
                      {pair.sameSign === null ? ABSENT : `${Math.round(100 * pair.sameSign)} %`} ·{' '}
                      {fixed(pair.rankCorrelation)}
                    </button>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const SIZE = 340
const TONES = [1, 3, 10, 30] as const

interface ScatterProps {
  readonly points: readonly Point[]
  readonly x: string
  readonly y: string
}

/** Every step by two numbers, each in usual sizes; darker where more steps are. */
function Scatter({ points, x, y }: ScatterProps) {
  const counts = densityOf(points)
  const cell = SIZE / CELLS
  const paths = TONES.map((least, tone) =>
    [...counts.entries()]
      .filter(([, count]) => count >= least && count < (TONES[tone + 1] ?? Number.POSITIVE_INFINITY))
      .map(
        ([at]) =>
          `M${((at % CELLS) * cell).toFixed(1)} ${(Math.floor(at / CELLS) * cell).toFixed(1)}h${cell}v${cell}h-${cell}z`,
      )
      .join(''),
  )
  const against = points.filter((point) => point.x * point.y < 0).length
  return (
    <section class="panel">
      <div class="ph">
        <h2>
          {estimatorName(y)} by {estimatorName(x)}
        </h2>
        <div class="r">{points.length.toLocaleString('en')} steps</div>
      </div>
      <div class="graph">
        <svg viewBox={`-4 -4 ${SIZE + 8} ${SIZE + 22}`} width="100%">
          <title>{`${estimatorName(y)} upwards, ${estimatorName(x)} to the right`}</title>
          <rect x="0" y="0" width={SIZE / 2} height={SIZE / 2} class="against" />
          <rect x={SIZE / 2} y={SIZE / 2} width={SIZE / 2} height={SIZE / 2} class="against" />
          <path d={`M0 ${SIZE / 2}h${SIZE}M${SIZE / 2} 0v${SIZE}`} class="axis" />
          {paths.map((d, tone) => d !== '' && <path key={`${TONES[tone]}`} d={d} class={`density d${tone}`} />)}
          <text x="0" y={SIZE + 14} class="sub">
            −{REACH} usual sizes
          </text>
          <text x={SIZE} y={SIZE + 14} text-anchor="end" class="sub">
            +{REACH}
          </text>
        </svg>
      </div>
      <p class="note">
        Tinted: different sides of 0, {against.toLocaleString('en')} steps. Each axis is in units of the root mean
        square over the run.
      </p>
    </section>
  )
}

interface FurthestProps extends ScatterProps {
  readonly run: string
  readonly columns: ColumnsAnswer
}

/** Steps that the two say the most different things of. */
function Furthest({ run, columns, points, x, y }: FurthestProps) {
  const why = y === 'truth' ? x : y
  return (
    <section class="panel">
      <div class="ph">
        <h2>Furthest apart</h2>
        <div class="r">in usual sizes</div>
      </div>
      <table class="tb">
        <thead>
          <tr>
            <th>step</th>
            <th class="r">{estimatorName(x)}</th>
            <th class="r">{estimatorName(y)}</th>
            <th class="r">apart</th>
          </tr>
        </thead>
        <tbody>
          {furthest(points, 25).map((point) => {
            const id = columns.ids[point.episode] ?? ''
            return (
              <tr key={`${id} ${point.index}`}>
                <td>
                  <a href={linkTo(['r', run, 't', id, `${point.index}`], { why })}>
                    {id} <span class="faint">step {point.index}</span>
                  </a>
                </td>
                <td class="r">{signed(point.x)}</td>
                <td class="r">{signed(point.y)}</td>
                <td class="r">{fixed(Math.abs(point.x - point.y))}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** What each estimator warns of. */
function Notes({ credit }: { readonly credit: CreditAnswer }) {
  return (
    <section class="panel wide">
      <div class="ph">
        <h2>What they say of themselves</h2>
      </div>
      <dl class="notes">
        {credit.estimators.map(({ estimator, notes, reason }) => (
          <div key={estimator}>
            <dt>{estimatorName(estimator)}</dt>
            <dd>{reason ? reason.message : notes.length === 0 ? 'nothing to warn of' : notes.join('; ')}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
