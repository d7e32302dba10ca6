import type { ColumnsAnswer, CreditAnswer, RunAnswer } from '../answers.ts'
import type { Place } from './address.ts'
import { knownOf, useAnswer } from './data.ts'
import { Agreement, Findings } from './findings.tsx'
import { ABSENT, duration, estimatorName, fixed, size } from './format.ts'
import { FoundPanel } from './found-panel.tsx'
import { Choice, Frame, Waiting } from './frame.tsx'
import { useKeys } from './keys.ts'
import { LiveBar } from './live-bar.tsx'
import { MonitorsPanel } from './monitors-panel.tsx'
import { reachOf } from './runs-page.tsx'
import { openStrip } from './strip.ts'
import { SORTS, Wall } from './wall.tsx'

interface RunPageProps {
  readonly run: string
  readonly query: Place['query']
  readonly change: (query: Place['query']) => void
}

/** A run: its figures, every episode, what to look at first. */
export function RunPage({ run, query, change }: RunPageProps) {
  const path = `runs/${encodeURIComponent(run)}`
  const summary = useAnswer<RunAnswer>(path)
  const credit = useAnswer<CreditAnswer>(`${path}/credit`)
  const known = knownOf(summary)
  const hasTruth = known?.values?.isStale === false
  const lenses = [...(hasTruth ? ['truth'] : []), ...(known?.estimators ?? []), 'env']
  const lens = query.lens ?? lenses[0] ?? 'env'
  useKeys((key) => {
    const chosen = lenses[Number(key) - 1]
    if (chosen === undefined) return false
    change({ lens: chosen })
    return true
  })
  return (
    <Frame
      crumbs={[{ text: 'runs', to: '#/' }, { text: run }]}
      keys={[
        [`1 … ${lenses.length}`, 'lens'],
        ['Tab', 'next episode'],
        ['Enter', 'open'],
        ['f', 'follow a run that is being written'],
      ]}
      search={{ run, text: query.q ?? '' }}
      command={`npx stepgym show runs/${run}`}
    >
      <Waiting for={summary}>
        {(answer) => (
          <>
            <Head answer={answer} />
            <LiveBar
              answer={answer}
              path={path}
              isFollowed={query.follow === '1'}
              follow={(isFollowed) => change({ follow: isFollowed ? '1' : '' })}
            />
            <Tiles answer={answer} />
            {query.q && <FoundPanel run={run} path={path} text={query.q} />}
            <div class="two">
              <Episodes
                run={run}
                path={path}
                query={query}
                lens={lens}
                lenses={lenses}
                hasTruth={hasTruth}
                change={change}
              />
              <aside>
                <Findings run={run} findings={answer.findings} credit={knownOf(credit)} lens={lens} />
                <MonitorsPanel title="Training" readings={answer.monitors} />
                <Agreement credit={knownOf(credit)} answer={answer} />
              </aside>
            </div>
          </>
        )}
      </Waiting>
    </Frame>
  )
}

function Head({ answer }: { readonly answer: RunAnswer }) {
  const { name, environment, agent, seed, episodes, groups, steps, bytes, state } = answer
  return (
    <>
      <h1>{name}</h1>
      <div class="facts">
        <b>{environment}</b>
        <span>
          by <b title={agent}>{agent}</b>
        </span>
        <span>
          seed <b>{seed ?? ABSENT}</b>
        </span>
        <span>
          <b>{episodes}</b> episodes in <b>{groups}</b> groups
        </span>
        <span>
          <b>{steps.toLocaleString('en')}</b> steps
        </span>
        <span>{size(bytes)}</span>
        <span class={state === 'finished' ? 'tag' : 'tag w'}>{state}</span>
      </div>
    </>
  )
}

function Tiles({ answer }: { readonly answer: RunAnswer }) {
  const { endings, groups, groupsWithSpread, signals, nulls, invalidActions, episodes, steps, success } = answer
  const judged = signals.filter(({ name }) => name !== 'env')
  const slowest = judged.toSorted((one, other) => other.latency.p95 - one.latency.p95)[0]
  const reasons = signals.flatMap(({ name, reasons: all }) =>
    Object.entries(all).map(([why, n]) => `${n} ${name}: ${why}`),
  )
  return (
    <section class="panel tiles" aria-label="Figures of the run">
      <Tile
        name="return"
        value={fixed(answer.return?.mean ?? null, 3)}
        note={`${reachOf(answer.return)} over groups`}
      />
      <Tile
        name="success"
        value={success === null ? ABSENT : `${Math.round(100 * success)} %`}
        note={success === null ? 'no hook named success' : `of ${episodes - endings.aborted - endings.running}`}
      />
      <Tile name="steps" value={fixed(steps / Math.max(1, episodes), 1)} note={`${endings.truncated} truncated`} />
      <Tile name="groups" value={`${groupsWithSpread}`} note={`of ${groups} with different returns`}>
        {groupsWithSpread < groups && <div>from the others most estimators learn nothing</div>}
      </Tile>
      <Tile name="nulls" value={`${nulls}`} note={`of ${signals.length} signals`}>
        {reasons.slice(0, 3).map((reason) => (
          <div key={reason}>{reason}</div>
        ))}
        <div>
          invalid actions <b>{invalidActions}</b>, aborted <b>{endings.aborted}</b>
          {endings.running > 0 && (
            <>
              , running <b>{endings.running}</b>
            </>
          )}
        </div>
      </Tile>
      <Tile
        name="hook time"
        value={slowest ? duration(slowest.latency.median) : ABSENT}
        note={slowest ? `p95 ${duration(slowest.latency.p95)}` : 'no hooks'}
      >
        {slowest && <div>slowest: {slowest.name}</div>}
      </Tile>
    </section>
  )
}

interface TileProps {
  readonly name: string
  readonly value: string
  readonly note: string
  readonly children?: preact.ComponentChildren
}

function Tile({ name, value, note, children }: TileProps) {
  return (
    <div class="tile">
      <div class="tn">{name}</div>
      <div class="tv">
        {value}
        <span>{note}</span>
      </div>
      <div class="mini">{children}</div>
    </div>
  )
}

interface EpisodesProps extends RunPageProps {
  readonly path: string
  readonly lens: string
  readonly lenses: readonly string[]
  readonly hasTruth: boolean
}

function Episodes({ run, path, query, lens, lenses, hasTruth, change }: EpisodesProps) {
  const columns = useAnswer<ColumnsAnswer>(`${path}/columns?lens=${encodeURIComponent(lens)}`)
  const truth = knownOf(useAnswer<ColumnsAnswer>(hasTruth ? `${path}/columns?lens=truth` : null))
  const sort = SORTS.find((each) => each === query.sort) ?? 'spread'
  return (
    <section class="panel">
      <div class="ph">
        <h2>Every episode</h2>
        <Choice
          label="Lens"
          options={lenses.map((each) => [each, estimatorName(each)] as const)}
          chosen={lens}
          onChoose={(chosen) => change({ lens: chosen })}
        />
        <div class="r">
          by
          <Choice
            label="Order"
            options={SORTS.map((each) => [each, each] as const)}
            chosen={sort}
            onChoose={(chosen) => change({ sort: chosen })}
          />
        </div>
      </div>
      <Waiting for={columns}>
        {(answer) => (
          <>
            {answer.strip.reason && <p class="state">{answer.strip.reason.message}</p>}
            <Wall
              run={run}
              columns={answer}
              strip={openStrip(answer, answer.strip)}
              truth={truth && lens !== 'truth' ? openStrip(truth, truth.strip) : null}
              sort={sort}
              lens={lens}
            />
          </>
        )}
      </Waiting>
      <div class="key wk">
        <span class="pos">▮ better than the policy’s mean</span>
        <span class="neg">▮ worse</span>
        {hasTruth && (
          <span>{lens === 'truth' ? 'pale: the interval holds 0' : '• says the opposite of a sure truth'}</span>
        )}
        <span>● all earned ◐ part ○ nothing ▷ truncated ✕ aborted</span>
      </div>
    </section>
  )
}
