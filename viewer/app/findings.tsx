import type { CreditAnswer, Finding, RunAnswer } from '../answers.ts'
import { linkTo } from './address.ts'
import { EXPORTED } from './exported.ts'
import { ABSENT, estimatorName, signed } from './format.ts'

const SENTENCES: Readonly<Record<Finding['kind'], string>> = {
  'nothing-earned': 'episodes earned nothing',
  'no-spread': 'groups whose returns are all equal: most estimators learn nothing from them',
  nulls: 'rewards are null',
  refused: 'actions were invalid',
  truncated: 'episodes were cut off at the limit',
  aborted: 'episodes were aborted',
  merged: 'steps at places that merge several states',
}

interface FindingsProps {
  readonly run: string
  readonly findings: readonly Finding[]
  readonly credit: CreditAnswer | null
  readonly lens: string
}

/** What to look at first: each a link to the worst case. */
export function Findings({ run, findings, credit, lens }: FindingsProps) {
  const against = (credit?.estimators ?? []).filter(({ contradictions }) => contradictions.length > 0)
  const chosen =
    against.find(({ estimator }) => estimator === lens) ??
    against.find(({ estimator }) => estimator === 'gigpo') ??
    against[0]
  const [worst] = chosen?.contradictions ?? []
  return (
    <section class="panel">
      <div class="ph">
        <h2>Look here first</h2>
      </div>
      <ol class="todo">
        {chosen && worst && (
          <li>
            <a
              href={
                EXPORTED
                  ? linkTo(['r', run, 't', worst.id, `${worst.index ?? 0}`], { why: chosen.estimator })
                  : linkTo(['r', run], { q: `${chosen.estimator}!=truth` })
              }
            >
              <span class="n w">{chosen.contradictions.length}</span>
              <span class="ft">
                <b>steps where {estimatorName(chosen.estimator)} contradicts a sure truth</b>
                <span>
                  worst: {worst.id} step {worst.index}, truth {signed(worst.truth)}, said {signed(worst.said)}
                </span>
              </span>
            </a>
          </li>
        )}
        {findings.map(({ kind, count, detail, worst: first, query }) => (
          <li key={`${kind} ${detail}`}>
            <a href={findingLink(run, query, first)}>
              <span class="n">{count}</span>
              <span class="ft">
                <b>{SENTENCES[kind]}</b>
                <span>
                  {detail === null ? '' : `${kind === 'merged' ? 'anchor ' : ''}${detail}, `}
                  {first ? `first: ${first.id}${first.index === null ? '' : ` step ${first.index}`}` : ''}
                </span>
              </span>
            </a>
          </li>
        ))}
      </ol>
      {findings.length === 0 && !chosen && <p class="state">nothing stands out</p>}
    </section>
  )
}

/** All that a finding is about, or the first where no search finds them. */
function findingLink(run: string, query: string | null, first: Finding['worst']): string {
  if (query !== null && !EXPORTED) return linkTo(['r', run], { q: query })
  return first ? linkTo(['r', run, 't', first.id, `${first.index ?? 0}`]) : linkTo(['r', run])
}

/** On how many sure steps each estimator has the right sign. */
export function Agreement({ credit, answer }: { readonly credit: CreditAnswer | null; readonly answer: RunAnswer }) {
  const { values } = answer
  if (values === null || values.isStale)
    return (
      <section class="panel">
        <div class="ph">
          <h2>Right sign of the advantage</h2>
          <div class="r">
            <a href={linkTo(['r', answer.id, 'credit'])}>credit</a>
          </div>
        </div>
        <p class="note">
          {values?.isStale ? 'The values beside this run are of another run. ' : 'No truth is known yet. '}
          Estimate it: <code>npx stepgym eval values runs/{answer.name}</code>
        </p>
      </section>
    )
  const lines = credit?.estimators ?? []
  return (
    <section class="panel">
      <div class="ph">
        <h2>Right sign of the advantage</h2>
        <div class="r">
          {lines[0]?.sure ?? 0} sure steps · <a href={linkTo(['r', answer.id, 'credit'])}>credit</a>
        </div>
      </div>
      <table class="tb ag">
        <tbody>
          {lines.map(({ estimator, right, sure, reason }) => (
            <tr key={estimator}>
              <td>{estimatorName(estimator)}</td>
              <td>{reason ? reason.message : <meter min={0} max={Math.max(1, sure)} value={right} />}</td>
              <td class="r">{sure === 0 ? ABSENT : `${Math.round((100 * right) / sure)} %`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">
        Share of the steps with a sure true advantage whose sign each estimator has. Truth from{' '}
        {values.forks ?? 'several'} play-outs a step, {values.count.toLocaleString('en')} steps. At 95 % each, up to{' '}
        {Math.round(values.count * 0.05)} of them may only look sure.
      </p>
    </section>
  )
}
