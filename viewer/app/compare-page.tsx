import type { CreditAnswer, TrajectoryAnswer } from '../answers.ts'
import { go, linkTo, type Place } from './address.ts'
import { aligned, type Pair, sideBySide, textParts } from './alignment.ts'
import { knownOf, useAnswer } from './data.ts'
import { actionText, estimatorName, fixed, signed } from './format.ts'
import { Choice, Frame, Waiting } from './frame.tsx'
import { useKeys } from './keys.ts'

interface ComparePageProps {
  readonly run: string
  /** Ids of the two episodes. */
  readonly ids: readonly [string, string]
  readonly query: Place['query']
  readonly change: (query: Place['query']) => void
}

/** Two episodes side by side: the places that both came to in line, and where they part. */
export function ComparePage({ run, ids, query, change }: ComparePageProps) {
  const base = `runs/${encodeURIComponent(run)}/t/`
  const [left, right] = [base + encodeURIComponent(ids[0]), base + encodeURIComponent(ids[1])]
  const [one, other] = [useAnswer<TrajectoryAnswer>(left), useAnswer<TrajectoryAnswer>(right)]
  const credits = [
    knownOf(useAnswer<CreditAnswer>(`${left}/credit`)),
    knownOf(useAnswer<CreditAnswer>(`${right}/credit`)),
  ]
  return (
    <Frame
      crumbs={[{ text: 'runs', to: '#/' }, { text: run, to: linkTo(['r', run]) }, { text: `${ids[0]} and ${ids[1]}` }]}
      keys={[
        ['j k', 'row'],
        ['p P', 'next, previous parting'],
        ['s', 'swap'],
        ['u', 'run'],
      ]}
      search={{ run, text: '' }}
      command={`npx stepgym show runs/${run} ${ids[0]}`}
    >
      <Waiting for={one}>
        {(mine) => (
          <Waiting for={other}>
            {(yours) => (
              <Compared run={run} ids={ids} query={query} change={change} sides={[mine, yours]} credits={credits} />
            )}
          </Waiting>
        )}
      </Waiting>
    </Frame>
  )
}

interface ComparedProps extends ComparePageProps {
  readonly sides: readonly [TrajectoryAnswer, TrajectoryAnswer]
  readonly credits: readonly (CreditAnswer | null)[]
}

function Compared({ run, ids, query, change, sides, credits }: ComparedProps) {
  const [left, right] = sides
  const names = anchorNames(sides)
  const by = query.by ?? (names.includes('text') ? 'text' : (names[0] ?? STEP))
  const pairs = pairsOf(sides, by)
  const partings = pairs.flatMap((pair, at) => (isParting(pair, sides) ? [at] : []))
  const row = within(query.row, pairs.length, partings[0] ?? 0)
  const lens = query.lens ?? (hasTruth(left) ? 'truth' : 'gigpo')
  useKeys((key) => {
    const to: Readonly<Record<string, number | undefined>> = {
      ...{ j: row + 1, k: row - 1 },
      ...{ p: partings.find((at) => at > row), P: partings.findLast((at) => at < row) },
    }
    if (key === 's') go(linkTo(['r', run, 'd', ids[1], ids[0]], query))
    else if (key === 'u') go(linkTo(['r', run]))
    else if (!Object.hasOwn(to, key)) return false
    const next = to[key]
    if (next !== undefined && next >= 0 && next < pairs.length) change({ row: `${next}` })
    return true
  })
  return (
    <>
      <h1>
        {ids[0]} and {ids[1]}
      </h1>
      <Facts sides={sides} pairs={pairs} partings={partings.length} />
      <div class="ctl">
        <Choice
          label="Lens"
          options={[
            ...(hasTruth(left) ? ['truth'] : []),
            ...(credits[0]?.estimators ?? []).map((each) => each.estimator),
          ].map((name) => [name, estimatorName(name)] as const)}
          chosen={lens}
          onChoose={(chosen) => change({ lens: chosen })}
        />
        <Choice
          label="In line by"
          options={[...names, STEP].map((name) => [name, `by ${name}`] as const)}
          chosen={by}
          onChoose={(chosen) => change({ by: chosen, row: '' })}
        />
      </div>
      <section class="panel wide across">
        <table class="tb compare">
          <thead>
            <tr>
              {[left, right].map(({ episode, end }) => (
                <th key={episode.id} colSpan={3}>
                  <a href={linkTo(['r', run, 't', episode.id, '0'])}>{episode.id}</a>{' '}
                  <span class="faint">
                    return {fixed(end.totals.find(({ name }) => name === 'env')?.sum ?? null)}, {end.ending}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair, at) => (
              <tr key={`${pair.left} ${pair.right}`} class={at === row ? 'me' : ''}>
                <Half run={run} answer={left} at={pair.left} said={numberOf(left, credits[0], lens, pair.left)} />
                <td class={isParting(pair, sides) ? 'between parts' : 'between'}>
                  <button type="button" aria-pressed={at === row} onClick={() => change({ row: `${at}` })}>
                    {wordOf(pair, sides)}
                  </button>
                </td>
                <Half
                  run={run}
                  answer={right}
                  at={pair.right}
                  said={numberOf(right, credits[1], lens, pair.right)}
                  isRight
                />
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Texts sides={sides} pair={pairs[row]} />
    </>
  )
}

const STEP = 'step'

type Sides = readonly [TrajectoryAnswer, TrajectoryAnswer]

const hasTruth = ({ steps }: TrajectoryAnswer): boolean => steps.some(({ values }) => values !== null)

const anchorNames = (sides: Sides): readonly string[] => [
  ...new Set(sides.flatMap(({ steps }) => steps.flatMap(({ anchors }) => Object.keys(anchors)))),
]

function within(text: string | undefined, count: number, otherwise: number): number {
  const at = Number(text || otherwise)
  return Number.isInteger(at) && at >= 0 && at < count ? at : 0
}

function pairsOf([left, right]: Sides, by: string): readonly Pair[] {
  if (by === STEP) return sideBySide(left.steps.length, right.steps.length)
  const keys = ({ steps, texts }: TrajectoryAnswer, side: string): readonly string[] =>
    steps.map(({ anchors, index }) => texts[anchors[by] ?? -1] ?? `${side} ${index}`)
  return aligned(keys(left, 'left'), keys(right, 'right'))
}

const actionAt = ({ steps }: TrajectoryAnswer, at: number | null): string | null =>
  at === null || !steps[at] ? null : actionText(steps[at].action)

/** Both are at one place, and do different things. */
const isParting = ({ left, right }: Pair, [mine, yours]: Sides): boolean =>
  left !== null && right !== null && actionAt(mine, left) !== actionAt(yours, right)

function wordOf(pair: Pair, sides: Sides): string {
  if (pair.left === null || pair.right === null) return 'alone'
  return isParting(pair, sides) ? 'part' : 'same'
}

function numberOf(
  answer: TrajectoryAnswer,
  credit: CreditAnswer | null | undefined,
  lens: string,
  at: number | null,
): number | null {
  if (at === null) return null
  if (lens === 'truth') return answer.steps[at]?.values?.advantage.value ?? null
  return credit?.estimators.find(({ estimator }) => estimator === lens)?.advantages[at] ?? null
}

interface HalfProps {
  readonly run: string
  readonly answer: TrajectoryAnswer
  readonly at: number | null
  readonly said: number | null
  readonly isRight?: boolean
}

function Half({ run, answer, at, said, isRight = false }: HalfProps) {
  const step = at === null ? undefined : answer.steps[at]
  const tone = said === null || said === 0 ? '' : said < 0 ? 'neg' : 'pos'
  const number = <td class={`r ${tone}`}>{step ? signed(said) : ''}</td>
  const action = (
    <td class="mono half">
      {step && (
        <a
          class="clipped"
          title={actionText(step.action)}
          href={linkTo(['r', run, 't', answer.episode.id, `${step.index}`])}
        >
          <span class="faint">{step.index}</span> <bdi>{actionText(step.action)}</bdi>
        </a>
      )}
    </td>
  )
  return isRight ? (
    <>
      {action}
      {number}
    </>
  ) : (
    <>
      {number}
      {action}
    </>
  )
}

function Facts({
  sides,
  pairs,
  partings,
}: {
  readonly sides: Sides
  readonly pairs: readonly Pair[]
  readonly partings: number
}) {
  const both = pairs.filter(({ left, right }) => left !== null && right !== null).length
  const isOneTask = sides[0].episode.task === sides[1].episode.task
  return (
    <div class="facts">
      <span>
        <b>{both}</b> rows in line
      </span>
      <span>
        <b>{partings}</b> partings
      </span>
      <span class={isOneTask ? 'tag' : 'tag w'}>{isOneTask ? '✓ one task' : 'different tasks'}</span>
    </div>
  )
}

/** What both saw in a row, by its words. */
function Texts({ sides: [left, right], pair }: { readonly sides: Sides; readonly pair: Pair | undefined }) {
  const textAt = ({ steps, texts }: TrajectoryAnswer, at: number | null | undefined, key: 'saw' | 'led'): string =>
    texts[(at === null || at === undefined ? undefined : steps[at]?.[key]) ?? -1] ?? ''
  if (!pair) return null
  return (
    <section class="panel wide">
      <div class="ph">
        <h2>What they saw, and what it led to</h2>
        <div class="r">
          <del>only left</del> <ins>only right</ins>
        </div>
      </div>
      <div class="obs">
        {(['saw', 'led'] as const).map((key) => (
          <pre class="page" key={key}>
            <bdi dir="auto">
              {textParts(textAt(left, pair.left, key), textAt(right, pair.right, key)).map(({ text, where }, at) => {
                const Tag = where === 'both' ? 'span' : where === 'left' ? 'del' : 'ins'
                return <Tag key={`${at}`}>{text}</Tag>
              })}
            </bdi>
          </pre>
        ))}
      </div>
    </section>
  )
}
