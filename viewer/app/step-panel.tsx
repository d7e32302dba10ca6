import { useMemo } from 'preact/hooks'
import type { StepLine, TrajectoryAnswer } from '../answers.ts'
import { ABSENT, cut, visible } from './format.ts'
import { Choice } from './frame.tsx'
import { pictureIn } from './picture.ts'
import { PictureView } from './picture-view.tsx'
import { laidOut, type Rendered, renderedAction, renderedText, terminalSpans } from './rendered.ts'
import { TokenHeat } from './token-heat.tsx'

interface StepPanelProps {
  readonly step: StepLine
  readonly answer: TrajectoryAnswer
  readonly view: string
  readonly setView: (view: string) => void
}

const VIEWS = [
  ['changes', 'Changes'],
  ['text', 'Text'],
  ['raw', 'Raw'],
] as const

/** Characters of an action that the heading has room for. */
const LONG_ACTION = 60

/** Text that is shown at once; the rest is said, not hidden. */
const MOST_TEXT = 200_000

/** What the agent saw and did in one step, and what came of it. */
export function StepPanel({ step, answer: { texts }, view, setView }: StepPanelProps) {
  const [saw, led] = [texts[step.saw] ?? '', texts[step.led] ?? '']
  const action = renderedAction(step.action)
  return (
    <section class="panel">
      <div class="ph">
        <h2>Step {step.index}</h2>
        {action.kind === 'text' && <bdi class="mono did">{cut(action.text, LONG_ACTION)}</bdi>}
        {action.kind === 'call' && <bdi class="mono did">{action.name}</bdi>}
        <div class="r">
          <Choice label="View" options={VIEWS} chosen={view} onChoose={setView} />
        </div>
      </div>
      <div class="obs">
        {step.isActionValid ? null : (
          <p class="tag w">the action was invalid: {visible(step.problem ?? 'no reason is recorded')}</p>
        )}
        <ActionCard action={action} />
        {view === 'raw' ? (
          <Pane text={laidOut(step)} />
        ) : view === 'text' ? (
          <>
            <p class="cap">What it saw</p>
            <Observation text={saw} title="the picture that the agent saw" />
            <p class="cap">What it led to</p>
            <Observation text={led} title="the picture that the step led to" />
          </>
        ) : pictureIn(saw) || pictureIn(led) ? (
          <Pictures saw={saw} led={led} />
        ) : (
          <Changes saw={saw} led={led} />
        )}
        <TokenHeat step={step} />
      </div>
    </section>
  )
}

/** An observation as what it is: a picture, or a text. */
function Observation({ text, title }: { readonly text: string; readonly title: string }) {
  const picture = useMemo(() => pictureIn(text), [text])
  return picture ? <PictureView picture={picture} title={title} /> : <Pane text={text} />
}

function Pictures({ saw, led }: { readonly saw: string; readonly led: string }) {
  return (
    <>
      <p class="cap">Before the step</p>
      <Observation text={saw} title="the picture that the agent saw" />
      <p class="cap">After the step</p>
      {saw === led ? (
        <span class="faint">nothing changed</span>
      ) : (
        <Observation text={led} title="the picture that the step led to" />
      )}
    </>
  )
}

function Pane({ text }: { readonly text: string }) {
  return (
    <pre class="page">
      <bdi dir="auto">
        {terminalSpans(renderedText(text.slice(0, MOST_TEXT))).map(({ text: part, styles }, at) => (
          <span key={`${at}`} class={styles.join(' ')}>
            {part}
          </span>
        ))}
      </bdi>
      {text.length > MOST_TEXT && `\n… and ${(text.length - MOST_TEXT).toLocaleString('en')} more characters`}
    </pre>
  )
}

/** A call of a tool with its arguments, or code; nothing for an action that the heading shows whole. */
function ActionCard({ action }: { readonly action: Rendered }) {
  if (action.kind === 'text') return action.text.length > LONG_ACTION ? <Pane text={action.text} /> : null
  if (action.kind === 'code')
    return (
      <pre class="page code">
        <code>{action.text.slice(0, MOST_TEXT)}</code>
      </pre>
    )
  return (
    <dl class="call">
      {action.fields.map(([name, value]) => (
        <div key={name}>
          <dt class="mono">{name}</dt>
          <dd>
            <bdi class="mono" dir="auto">
              {value.slice(0, MOST_TEXT)}
            </bdi>
          </dd>
        </div>
      ))}
      {action.fields.length === 0 && <div class="faint">without arguments</div>}
    </dl>
  )
}

/** Parts of an observation: fields of a page that separates them, else lines. */
const partsOf = (text: string): readonly string[] => text.split(/ \[SEP\] |\n/).filter((part) => part.trim() !== '')

/** Both observations by their parts: what is gone is struck out, what is new is underlined. */
function Changes({ saw, led }: { readonly saw: string; readonly led: string }) {
  const [before, after] = [partsOf(saw.slice(0, MOST_TEXT)), partsOf(led.slice(0, MOST_TEXT))]
  const [had, has] = [new Set(before), new Set(after)]
  const came = after.filter((part) => !had.has(part))
  return (
    <>
      <p class="cap">
        Before the step: <del>what is gone after it</del>
      </p>
      <div class="page parts">
        {before.map((part, at) => (
          <Part key={`${at}`} text={part} tag={has.has(part) || saw === led ? 'span' : 'del'} />
        ))}
      </div>
      <p class="cap">
        After the step: <ins>what is new</ins>
      </p>
      <div class="page parts">
        {came.length === 0 ? <span class="faint">{saw === led ? 'nothing changed' : ABSENT}</span> : null}
        {came.map((part, at) => (
          <Part key={`${at}`} text={part} tag="ins" />
        ))}
      </div>
    </>
  )
}

function Part({ text, tag: Tag }: { readonly text: string; readonly tag: 'span' | 'del' | 'ins' }) {
  return (
    <bdi class="chip" dir="auto">
      <Tag>{visible(text)}</Tag>
    </bdi>
  )
}
