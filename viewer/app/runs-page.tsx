import type { RunsAnswer } from '../answers.ts'
import { linkTo } from './address.ts'
import { knownOf, useAnswer } from './data.ts'
import { ABSENT, fixed } from './format.ts'
import { Frame, Waiting } from './frame.tsx'
import { useLive } from './live.ts'
import { LivePanel } from './live-panel.tsx'

/** The list of runs; of a server also what is played now. */
export function RunsPage() {
  const answer = useAnswer<RunsAnswer>('runs')
  const isLive = knownOf(answer)?.isLive ?? false
  const live = useLive(isLive)
  return (
    <Frame crumbs={[{ text: 'runs' }]} keys={[['Tab', 'next run']]}>
      <h1>Runs</h1>
      {isLive && <LivePanel live={live} />}
      <Waiting for={answer}>{({ runs }) => (runs.length === 0 ? <NoRuns /> : <RunTable runs={runs} />)}</Waiting>
    </Frame>
  )
}

function NoRuns() {
  return (
    <p class="state">
      nothing is recorded here yet; a server records with <code>npx stepgym serve --record runs</code>
    </p>
  )
}

const NUMBERS = ['seed', 'episodes', 'return (95 %)', 'success', 'nulls']

function RunTable({ runs }: Pick<RunsAnswer, 'runs'>) {
  return (
    <section class="panel wide across">
      <table class="tb runs">
        <thead>
          <tr>
            {['name', 'environment', 'agent'].map((name) => (
              <th key={name}>{name}</th>
            ))}
            {NUMBERS.map((name) => (
              <th key={name} class="r">
                {name}
              </th>
            ))}
            <th>state</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>
                <a href={linkTo(['r', run.id])}>{run.name}</a>
              </td>
              <td>{run.environment}</td>
              <td>{run.agent}</td>
              <td class="r">{run.seed ?? ABSENT}</td>
              <td class="r">{run.episodes}</td>
              <td class="r">
                {fixed(run.return?.mean ?? null, 3)} <span class="faint">{reachOf(run.return)}</span>
              </td>
              <td class="r">{run.success === null ? ABSENT : `${Math.round(100 * run.success)} %`}</td>
              <td class="r">{run.nulls}</td>
              <td>
                <span class={run.state === 'finished' ? 'tag' : 'tag w'}>{run.state}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Half the width of an interval; nothing where it is not known. */
export const reachOf = (mean: RunsAnswer['runs'][number]['return']): string =>
  mean === null || mean.high === null ? '' : `±${fixed(mean.high - mean.mean, 3)}`
