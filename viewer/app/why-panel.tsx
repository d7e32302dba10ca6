import type { EstimatorLine, StepLine, WhyAnswer } from '../answers.ts'
import { linkTo } from './address.ts'
import { useAnswer } from './data.ts'
import { ABSENT, duration, estimatorName, fixed, inFigures, PENDING, signed, visible } from './format.ts'
import { Choice, Waiting } from './frame.tsx'

interface WhyPanelProps {
  readonly run: string
  readonly path: string
  readonly step: StepLine
  readonly chosen: string
  readonly estimators: readonly EstimatorLine[]
  readonly choose: (estimator: string) => void
}

/** Why a step has its advantage, its rewards, and how to ask what another action would have been worth. */
export function WhyPanel({ run, path, step, chosen, estimators, choose }: WhyPanelProps) {
  const why = useAnswer<WhyAnswer>(`${path}/${step.index}/why?estimator=${encodeURIComponent(chosen)}`)
  return (
    <section class="panel">
      <div class="ph">
        <h2>Why this number</h2>
        <div class="r">
          <Choice
            label="Estimator"
            options={estimators.map(
              ({ estimator }) => [estimator, SHORT[estimator] ?? estimatorName(estimator)] as const,
            )}
            chosen={chosen}
            onChoose={choose}
          />
        </div>
      </div>
      <div class="why">
        <Waiting for={why}>{(answer) => <Sum answer={answer} run={run} />}</Waiting>
        <p class="cap">Rewards of the step</p>
        <Rewards step={step} />
        <p class="cap">What if</p>
        <div class="cmd mono">
          npx stepgym rollout --sampling intervene --from runs/{run} --trajectory {step.trajectoryId} --step{' '}
          {step.index} --action '…' --k 16
        </div>
      </div>
    </section>
  )
}

const SHORT: Readonly<Record<string, string>> = { 'evidence-closure': 'closure' }

function Sum({ answer, run }: { readonly answer: WhyAnswer; readonly run: string }) {
  if (answer.reason !== null)
    return (
      <p>
        {ABSENT} {answer.reason.message}
      </p>
    )
  const { terms, value, peers } = answer
  return (
    <>
      {terms.map(({ name, formula, inputs, value: part }) => (
        <div class="eq" key={name} title={`${formula} = ${part}`}>
          <span>{name}</span>
          <code>{formula === 'alone' ? 'alone at its anchor' : inFigures(formula, inputs)}</code>
          <b class={signClass(part)}>{signed(part, 3)}</b>
        </div>
      ))}
      <div class="eq sum" title={`${value}`}>
        <span>sum</span>
        <code>{terms.length === 0 ? 'no term: every part is 0' : ''}</code>
        <b class={signClass(value)}>{signed(value, 3)}</b>
      </div>
      <p class="cap">Compared with {peers.length === 1 ? 'itself alone' : `${peers.length} steps`}</p>
      <table class="tb">
        <tbody>
          {peers.slice(0, MOST_PEERS).map(({ id, index, value: figure }) => (
            <tr key={`${id} ${index}`}>
              <td>
                <a href={linkTo(['r', run, 't', id, `${index}`])}>{id}</a> <span class="faint">step {index}</span>
              </td>
              <td class="r">{fixed(figure, 3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {peers.length > MOST_PEERS && <p class="note">and {peers.length - MOST_PEERS} more</p>}
    </>
  )
}

const MOST_PEERS = 12

const signClass = (value: number): string => (value < 0 ? 'neg' : value > 0 ? 'pos' : '')

const Note = ({ text }: { readonly text: string }) => (
  <span class="clipped" title={text}>
    {text}
  </span>
)

function Rewards({ step: { rewards, waiting, evidence } }: { readonly step: StepLine }) {
  return (
    <table class="tb">
      <tbody>
        {rewards.map((reward) => (
          <tr key={reward.name}>
            <td>{reward.name}</td>
            <td class="r">{fixed(reward.value)}</td>
            <td class="r faint">
              <Note
                text={reward.value === null ? visible(reward.detail ?? reward.reason) : duration(reward.latencyMs)}
              />
            </td>
          </tr>
        ))}
        {waiting.map(({ name, isPending, reason }) => (
          <tr key={name}>
            <td>{name}</td>
            <td class="r">{isPending ? PENDING : ABSENT}</td>
            <td class="r faint">
              <Note text={reason} />
            </td>
          </tr>
        ))}
        <tr>
          <td>log-probability</td>
          <td class="r">{fixed(evidence?.logProb ?? null)}</td>
          <td class="r faint">{evidence === null ? 'no evidence' : evidence.kind}</td>
        </tr>
      </tbody>
    </table>
  )
}
