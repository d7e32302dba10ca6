import { useState } from 'preact/hooks'
import type { RunsAnswer, SitesAnswer } from '../answers.ts'
import { linkTo, type Place } from './address.ts'
import { CurvesPanel } from './curves-panel.tsx'
import { knownOf, useAnswer } from './data.ts'
import { ABSENT, fixed } from './format.ts'
import { Frame, Waiting } from './frame.tsx'
import { useLive } from './live.ts'
import { LivePanel } from './live-panel.tsx'
import { MonitorsPanel } from './monitors-panel.tsx'

interface RunsPageProps {
  readonly query: Place['query']
  readonly change: (query: Place['query']) => void
}

/** The list of runs, and their curves; of a server also what is played now. */
export function RunsPage({ query, change }: RunsPageProps) {
  const answer = useAnswer<RunsAnswer>('runs')
  const isLive = knownOf(answer)?.isLive ?? false
  const live = useLive(isLive)
  return (
    <Frame
      crumbs={[{ text: 'runs' }]}
      keys={[
        ['Tab', 'next run'],
        ['t', 'curves as a table'],
      ]}
    >
      <h1>Runs</h1>
      {isLive && <Sites />}
      {isLive && <LivePanel live={live} />}
      {live.monitors.map(({ environment, readings }) => (
        <MonitorsPanel key={environment} title={`Training on ${environment}`} readings={readings} />
      ))}
      <Waiting for={answer}>{({ runs }) => (runs.length === 0 ? <NoRuns /> : <RunTable runs={runs} />)}</Waiting>
      {answer.state === 'known' && <CurvesPanel ids={[]} query={query} change={change} />}
    </Frame>
  )
}

/** Environments that a person can play here. */
function Sites() {
  const { sites } = knownOf(useAnswer<SitesAnswer>('sites')) ?? { sites: [] }
  if (sites.length === 0) return null
  return (
    <p class="facts">
      {sites.map(({ title, summary, home }) => (
        <a key={home} href={home} title={summary}>
          play {title}
        </a>
      ))}
    </p>
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

/** A run more than two takes the place of the one that was picked first. */
const withPicked = (picked: readonly string[], id: string): readonly string[] =>
  picked.includes(id) ? picked.filter((each) => each !== id) : [...picked, id].slice(-2)

function RunTable({ runs }: Pick<RunsAnswer, 'runs'>) {
  const [picked, setPicked] = useState<readonly string[]>([])
  const [one, other] = picked
  return (
    <section class="panel wide across">
      {runs.length > 1 && (
        <div class="ph">
          <h2>Recorded</h2>
          <div class="r">
            {one !== undefined && other !== undefined ? (
              <a class="btn" href={linkTo(['c', one, other])}>
                compare {one} and {other}
              </a>
            ) : (
              'pick two runs to compare them'
            )}
          </div>
        </div>
      )}
      <table class="tb runs">
        <thead>
          <tr>
            {runs.length > 1 && <td />}
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
              {runs.length > 1 && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={`pick ${run.name} to compare`}
                    checked={picked.includes(run.id)}
                    onChange={() => setPicked(withPicked(picked, run.id))}
                  />
                </td>
              )}
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
