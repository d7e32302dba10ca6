import type { CreditAnswer, FindAnswer, RunAnswer, StepAddress, TrajectoryAnswer } from '../answers.ts'
import { go, linkTo, type Place } from './address.ts'
import { knownOf, useAnswer } from './data.ts'
import { ABSENT, actionText, fixed, shortAction, signed, visible } from './format.ts'
import { findPath } from './found-panel.tsx'
import { type Crumb, Frame, Waiting } from './frame.tsx'
import { useKeys } from './keys.ts'
import { concerns, useRefresh, useRunEvents } from './run-events.ts'
import { StepPanel } from './step-panel.tsx'
import { StepStrip } from './step-strip.tsx'
import { contradicted } from './strip-geometry.ts'
import { Title } from './title.tsx'
import { WhyPanel } from './why-panel.tsx'

interface TrajectoryPageProps {
  readonly run: string
  readonly id: string
  readonly index: number
  readonly query: Place['query']
  readonly settle: (place: Place) => void
}

/** One episode: every step with what it was worth and what is said of it, and one step as a whole. */
export function TrajectoryPage(props: TrajectoryPageProps) {
  const { run, id } = props
  const base = `runs/${encodeURIComponent(run)}`
  const path = `${base}/t/${encodeURIComponent(id)}`
  const answer = useAnswer<TrajectoryAnswer>(path)
  const credit = useAnswer<CreditAnswer>(`${path}/credit`)
  const summary = knownOf(useAnswer<RunAnswer>(base))
  const forks = summary?.values?.forks ?? null
  const refreshSoon = useRefresh(base, LIVE_MS)
  useRunEvents(summary, (event) => concerns(event, id) && refreshSoon())
  return (
    <Frame
      crumbs={crumbsOf(run, id, knownOf(answer)?.group ?? null)}
      keys={[
        ['j k', 'next, previous of the search, or of the group'],
        ['← →', 'step'],
        ['m M', 'next, previous ≠'],
        ['n N', 'next, previous null'],
        ['t', 'steps as a table'],
        ['x', 'pick for a comparison'],
        ['d', 'compare with the picked one, or the best of the group'],
        ['g', 'group'],
        ['u', 'run'],
      ]}
      search={{ run, text: props.query.q ?? '' }}
      command={`npx stepgym show runs/${run} ${id} --estimator ${props.query.why ?? 'gigpo'}`}
    >
      <Waiting for={answer}>
        {(episode) => <Episode {...props} path={path} answer={episode} credit={knownOf(credit)} forks={forks} />}
      </Waiting>
    </Frame>
  )
}

/** Milliseconds between two readings of an episode that is being played, or whose rewards are arriving. */
const LIVE_MS = 1000

function crumbsOf(run: string, id: string, group: string | null): readonly Crumb[] {
  const above = [
    { text: 'runs', to: '#/' },
    { text: run, to: linkTo(['r', run]) },
  ]
  const between = group === null ? [] : [{ text: `group ${group}`, to: linkTo(['r', run, 'g', group]) }]
  return [...above, ...between, { text: id }]
}

interface EpisodeProps extends TrajectoryPageProps {
  readonly path: string
  readonly answer: TrajectoryAnswer
  readonly credit: CreditAnswer | null
  readonly forks: number | null
}

function Episode({ run, id, index, query, settle, path, answer, credit, forks }: EpisodeProps) {
  const { steps, ranked } = answer
  const estimators = credit?.estimators ?? []
  const step = steps[Math.min(index, steps.length - 1)]
  const select = (at: number): void => settle({ path: ['r', run, 't', id, `${at}`], query })
  const against = steps.map((_, at) => estimators.some((each) => contradicted(answer, each, at)))
  const nulls = steps.map(({ rewards }) => rewards.some(({ value }) => value === null))
  const at = step === undefined ? -1 : steps.indexOf(step)
  const list = useList(run, query.q, ranked)
  const other = comparedWith(run, id, ranked)
  const isTable = query.as === 'table'
  const showAs = (as: string): void => settle({ path: ['r', run, 't', id, `${at}`], query: { ...query, as } })
  useKeys((key) => {
    if (key === 'j' || key === 'k') {
      const next = inList(list, { id, index: at }, key === 'j' ? 1 : -1)
      if (next) go(linkTo(['r', run, 't', next.id, `${next.index ?? 0}`], query))
      return true
    }
    if (key === 'x') pick(run, id)
    if (key === 't') showAs(isTable ? '' : 'table')
    if (key === 'd' && other !== null) go(linkTo(['r', run, 'd', id, other]))
    const above = aboveOf(key, run, answer.group)
    if (above !== null) go(above)
    const next = nextOf(key, at, steps.length, { against, nulls })
    if (next !== null) select(next)
    return next !== null || above !== null || 'xdt'.includes(key)
  })
  const why = query.why ?? 'gigpo'
  return (
    <>
      <Head answer={answer} run={run} />
      {other !== null && (
        <p class="more">
          <a href={linkTo(['r', run, 'd', id, other])}>
            compare with {other} <kbd>d</kbd>
          </a>
        </p>
      )}
      <StepStrip
        answer={answer}
        credit={credit}
        selected={at}
        linkOf={(to) => linkTo(['r', run, 't', id, `${to}`], query)}
        forks={forks}
        isTable={isTable}
        showAs={(way) => showAs(way === 'table' ? way : '')}
      />
      {step === undefined ? (
        <p class="state">the episode has no steps</p>
      ) : (
        <div class="three">
          <StepList answer={answer} selected={at} select={select} />
          <StepPanel
            step={step}
            answer={answer}
            view={query.view ?? 'changes'}
            setView={(view) => settle({ path: ['r', run, 't', id, `${at}`], query: { ...query, view } })}
          />
          <WhyPanel
            run={run}
            path={path}
            step={step}
            chosen={why}
            estimators={estimators}
            choose={(chosen) => settle({ path: ['r', run, 't', id, `${at}`], query: { ...query, why: chosen } })}
          />
        </div>
      )}
    </>
  )
}

/** Steps that a list has at most. */
const MOST_LISTED = 1000

/** What `j` and `k` go through: what the search of the address finds, else the group, the best first. */
function useList(run: string, search: string | undefined, ranked: readonly string[]): readonly StepAddress[] {
  const path = search ? findPath(`runs/${encodeURIComponent(run)}`, search, MOST_LISTED) : null
  const found = knownOf(useAnswer<FindAnswer>(path))
  return found?.rows ?? ranked.map((id) => ({ id, index: null }))
}

/** The entry of a list before or after the one that is shown; the first where none is. */
function inList(list: readonly StepAddress[], shown: StepAddress, by: 1 | -1): StepAddress | undefined {
  const exact = list.findIndex(({ id, index }) => id === shown.id && (index === null || index === shown.index))
  const at = exact === -1 ? list.findIndex(({ id }) => id === shown.id) : exact
  return at === -1 ? list[0] : list[at + by]
}

const PICKED = 'stepgym-picked'

/** Keeps an episode to compare others with. */
const pick = (run: string, id: string): void => sessionStorage.setItem(PICKED, `${run}\n${id}`)

/** What an episode is compared with: the picked one of its run, else the best of its group, else the next best. */
function comparedWith(run: string, id: string, ranked: readonly string[]): string | null {
  const [pickedRun, picked] = (sessionStorage.getItem(PICKED) ?? '').split('\n')
  if (pickedRun === run && picked !== undefined && picked !== id) return picked
  return ranked.find((each) => each !== id) ?? null
}

/** Where `g` and `u` lead: the group, the run. */
function aboveOf(key: string, run: string, group: string | null): string | null {
  if (key === 'u') return linkTo(['r', run])
  return key === 'g' && group !== null ? linkTo(['r', run, 'g', group]) : null
}

interface Marks {
  readonly against: readonly boolean[]
  readonly nulls: readonly boolean[]
}

/** Where a key leads from a step; null for a key that leads nowhere. */
function nextOf(key: string, at: number, count: number, { against, nulls }: Marks): number | null {
  if (key === 'ArrowRight') return Math.min(count - 1, at + 1)
  if (key === 'ArrowLeft') return Math.max(0, at - 1)
  const marks = key.toLowerCase() === 'm' ? against : key.toLowerCase() === 'n' ? nulls : []
  const places = marks.flatMap((isMarked, place) => (isMarked ? [place] : []))
  const isBack = key === 'M' || key === 'N'
  return (isBack ? places.findLast((place) => place < at) : places.find((place) => place > at)) ?? null
}

function Head({ answer, run }: { readonly answer: TrajectoryAnswer; readonly run: string }) {
  const { episode, steps, end, group, ranked, parent } = answer
  const total = end.totals.find(({ name }) => name === 'env')
  const rank = ranked.indexOf(episode.id) + 1
  const tokens = steps.reduce((sum, { evidence }) => sum + (evidence?.tokens?.length ?? 0), 0)
  return (
    <>
      <Title text={episode.goal} />
      <div class="facts">
        <span>
          return <b>{fixed(total?.sum ?? null)}</b>
          {total && total.nulls > 0 ? ` (${total.nulls} ${ABSENT})` : ''}
        </span>
        <span>
          <b>{steps.length}</b> steps of {episode.maxSteps}
        </span>
        <span>
          ended: <b>{end.isFinished ? end.ending : 'not yet'}</b>
          {end.reason === null ? '' : `, ${visible(end.reason)}`}
        </span>
        {end.rewards.map((reward) => (
          <span key={reward.name}>
            {reward.name} <b>{fixed(reward.value)}</b> {reward.value === null ? reward.reason : ''}
          </span>
        ))}
        <span>
          by <b title={episode.agent}>{episode.agent}</b>
        </span>
        {group !== null && (
          <span>
            group <b>{group}</b>, member <b>{episode.member}</b>, {rank === 1 ? 'best' : `number ${rank}`} of{' '}
            {ranked.length}
          </span>
        )}
        {parent && (
          <span>
            forked from{' '}
            <a href={linkTo(['r', run, 't', parent.trajectoryId, `${parent.index}`])}>{parent.trajectoryId}</a> at step{' '}
            {parent.index}
          </span>
        )}
        <span>
          invalid <b>{steps.filter(({ isActionValid }) => !isActionValid).length}</b>
        </span>
        <span>
          tokens <b>{tokens === 0 ? ABSENT : tokens}</b>
        </span>
      </div>
    </>
  )
}

interface StepListProps {
  readonly answer: TrajectoryAnswer
  readonly selected: number
  readonly select: (at: number) => void
}

function StepList({ answer, selected, select }: StepListProps) {
  const hasTruth = answer.steps.some(({ values }) => values !== null)
  return (
    <section class="panel">
      <div class="ph">
        <h2>Steps</h2>
        <div class="r">{hasTruth ? 'truth' : 'env'}</div>
      </div>
      <ol class="steps">
        {answer.steps.map(({ index, action, values, rewards }, at) => {
          const { value = null, low = 0, high = 0 } = values?.advantage ?? {}
          const number = hasTruth ? value : (rewards[0]?.value ?? null)
          const isSure = !hasTruth || low > 0 || high < 0
          const tone = number === null || number === 0 || !isSure ? 'hol' : number > 0 ? 'pos' : 'neg'
          return (
            <li key={index} class={at === selected ? 'on' : ''}>
              <button type="button" aria-current={at === selected} onClick={() => select(at)}>
                <span class="i">{index}</span>
                <span class="mono a">{typeof action === 'string' ? actionText(action) : shortAction(action)}</span>
                <span class={`sw ${tone}`}>{signed(number)}</span>
              </button>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
