import type { RunsAnswer } from '../answers.ts'
import { linkTo } from './address.ts'
import { useAnswer } from './data.ts'
import { ABSENT, fixed } from './format.ts'
import { Frame, Waiting } from './frame.tsx'

/** The list of runs. */
export function RunsPage() {
  return (
    <Frame crumbs={[{ text: 'runs' }]} keys={[['Tab', 'next run']]}>
      <h1>Runs</h1>
      <Waiting for={useAnswer<RunsAnswer>('runs')}>{({ runs }) => <RunTable runs={runs} />}</Waiting>
    </Frame>
  )
}

const NUMBERS = ['seed', 'episodes', 'return (95 %)', 'success', 'nulls']

function RunTable({ runs }: RunsAnswer) {
  return (
    <section class="panel wide">
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
