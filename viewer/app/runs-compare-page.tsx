import { useState } from 'preact/hooks'
import type { ColumnsAnswer, RunAnswer } from '../answers.ts'
import { linkTo, type Place } from './address.ts'
import { CurvesPanel } from './curves-panel.tsx'
import { useAnswer } from './data.ts'
import { ABSENT, cut, fixed, signed, visible } from './format.ts'
import { Frame, Waiting } from './frame.tsx'
import { differenceOf, gapOf, type TaskPair, taskPairs } from './run-pairs.ts'
import { reachOf } from './runs-page.tsx'

interface RunsComparePageProps {
  readonly runs: readonly [string, string]
  readonly query: Place['query']
  readonly change: (query: Place['query']) => void
}

const pathOf = (run: string): string => `runs/${encodeURIComponent(run)}`

/** Two runs: their figures side by side, their curves, and the tasks that they differ on. */
export function RunsComparePage({ runs, query, change }: RunsComparePageProps) {
  const [one, other] = [useAnswer<RunAnswer>(pathOf(runs[0])), useAnswer<RunAnswer>(pathOf(runs[1]))]
  return (
    <Frame
      crumbs={[{ text: 'runs', to: '#/' }, { text: `${runs[0]} and ${runs[1]}` }]}
      keys={[['t', 'curves as a table']]}
    >
      <h1>
        <bdi>{visible(runs[0])}</bdi> and <bdi>{visible(runs[1])}</bdi>
      </h1>
      <Waiting for={one}>
        {(first) => (
          <Waiting for={other}>
            {(second) => (
              <>
                <Figures one={first} other={second} />
                <CurvesPanel ids={runs} query={{ fold: 'each', ...query }} change={change} />
                {first.environment === second.environment ? (
                  <Tasks runs={runs} />
                ) : (
                  <p class="state">
                    {first.environment} and {second.environment} have different tasks: they are not compared one by one
                  </p>
                )}
              </>
            )}
          </Waiting>
        )}
      </Waiting>
    </Frame>
  )
}

interface FiguresProps {
  readonly one: RunAnswer
  readonly other: RunAnswer
}

const percent = (share: number | null): string => (share === null ? ABSENT : `${Math.round(100 * share)} %`)

/** What is said of a run, by its name. */
const FIGURES: readonly (readonly [string, (run: RunAnswer) => string])[] = [
  ['environment', ({ environment }) => environment],
  ['agent', ({ agent }) => agent],
  ['seed', ({ seed }) => `${seed ?? ABSENT}`],
  ['episodes', ({ episodes }) => `${episodes}`],
  ['return (95 %)', (run) => `${fixed(run.return?.mean ?? null, 3)} ${reachOf(run.return)}`],
  ['success', ({ success }) => percent(success)],
  ['steps of an episode', ({ steps, episodes }) => fixed(episodes === 0 ? null : steps / episodes, 1)],
  ['groups with different returns', ({ groupsWithSpread, groups }) => `${groupsWithSpread} of ${groups}`],
  ['truncated', ({ endings }) => `${endings.truncated}`],
  ['aborted', ({ endings }) => `${endings.aborted}`],
  ['invalid actions', ({ invalidActions }) => `${invalidActions}`],
  ['nulls', ({ nulls }) => `${nulls}`],
]

function Figures({ one, other }: FiguresProps) {
  return (
    <section class="panel wide across">
      <table class="tb">
        <thead>
          <tr>
            <td />
            {[one, other].map(({ id, name }) => (
              <th key={id} scope="col" class="r">
                <a href={linkTo(['r', id])}>{name}</a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {FIGURES.map(([name, of]) => {
            const [ours, theirs] = [of(one), of(other)]
            return (
              <tr key={name} class={ours === theirs ? '' : 'me'}>
                <th scope="row">{name}</th>
                <td class="r">{ours}</td>
                <td class="r">{theirs}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

function Tasks({ runs }: Pick<RunsComparePageProps, 'runs'>) {
  const one = useAnswer<ColumnsAnswer>(`${pathOf(runs[0])}/columns?lens=env`)
  const other = useAnswer<ColumnsAnswer>(`${pathOf(runs[1])}/columns?lens=env`)
  return (
    <Waiting for={one}>
      {(first) => (
        <Waiting for={other}>{(second) => <TaskTable runs={runs} pairs={taskPairs(first, second)} />}</Waiting>
      )}
    </Waiting>
  )
}

const MOST_TASKS = 50

interface TaskTableProps extends Pick<RunsComparePageProps, 'runs'> {
  readonly pairs: readonly TaskPair[]
}

function TaskTable({ runs, pairs }: TaskTableProps) {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? pairs : pairs.slice(0, MOST_TASKS)
  return (
    <section class="panel wide across">
      <div class="ph">
        <h2>By task</h2>
        <div class="r">{sentenceOf(pairs, runs)}</div>
      </div>
      <table class="tb">
        <thead>
          <tr>
            <th scope="col">task</th>
            <th scope="col">what it asks for</th>
            {[...runs, 'difference'].map((name) => (
              <th key={name} scope="col" class="r">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((pair) => (
            <TaskRow key={pair.task} runs={runs} pair={pair} />
          ))}
        </tbody>
      </table>
      {shown.length < pairs.length && (
        <p class="more">
          <button type="button" class="btn" onClick={() => setWhole(true)}>
            all {pairs.length} tasks
          </button>
        </p>
      )}
    </section>
  )
}

function TaskRow({ runs, pair }: { readonly runs: readonly [string, string]; readonly pair: TaskPair }) {
  const gap = gapOf(pair)
  const tone = gap === null || gap === 0 ? '' : gap > 0 ? 'pos' : 'neg'
  return (
    <tr>
      <td>
        <bdi>{visible(pair.task)}</bdi>
      </td>
      <td>
        <bdi>{cut(visible(pair.label), 90)}</bdi>
      </td>
      {[pair.one, pair.other].map((value, at) => (
        <td key={runs[at]} class="r" title={`${pair.episodes[at]} episodes`}>
          <GroupLink run={runs[at] ?? ''} group={pair.groups[at] ?? null} text={fixed(value)} />
        </td>
      ))}
      <td class={`r ${tone}`}>{signed(gap)}</td>
    </tr>
  )
}

function GroupLink({
  run,
  group,
  text,
}: {
  readonly run: string
  readonly group: string | null
  readonly text: string
}) {
  return group === null ? text : <a href={linkTo(['r', run, 'g', group])}>{text}</a>
}

/** How far the second run is from the first. */
function sentenceOf(pairs: readonly TaskPair[], [one, other]: readonly [string, string]): string {
  const difference = differenceOf(pairs)
  if (difference === null) return 'no task is in both runs'
  const { mean, low, high, tasks } = difference
  const interval = low === null || high === null ? '' : ` (${signed(low)} to ${signed(high)} at 95 %)`
  return `${other} earned ${signed(mean)} per task against ${one}${interval}, over ${tasks} tasks that both have`
}
