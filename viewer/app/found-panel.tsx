import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { FindAnswer, FoundRow } from '../answers.ts'
import { linkTo } from './address.ts'
import { useAnswer } from './data.ts'
import { Waiting } from './frame.tsx'

/** Found rows that are drawn at once, and that more are added by. */
const ROWS = 50

/** Address of what a search of a run finds. */
export const findPath = (path: string, text: string, limit: number): string =>
  `${path}/find?q=${encodeURIComponent(text)}&limit=${limit}`

interface FoundPanelProps {
  readonly run: string
  readonly path: string
  readonly text: string
}

/** What a search found; where it found nothing, which part of it excludes most. */
export function FoundPanel({ run, path, text }: FoundPanelProps) {
  const [limit, setLimit] = useState(ROWS)
  const answer = useAnswer<FindAnswer>(findPath(path, text, limit))
  return (
    <section class="panel wide">
      <div class="ph">
        <h2>Found</h2>
        <code>{text}</code>
        <div class="r">
          <a href={linkTo(['r', run])}>clear</a>
        </div>
      </div>
      <Waiting for={answer}>
        {(found) =>
          found.total === 0 ? (
            <Nothing run={run} text={text} answer={found} />
          ) : (
            <Rows run={run} text={text} answer={found} more={() => setLimit(limit + 4 * ROWS)} />
          )
        }
      </Waiting>
    </section>
  )
}

interface FoundProps {
  readonly run: string
  readonly text: string
  readonly answer: FindAnswer
}

function Nothing({ run, text, answer: { strictest } }: FoundProps) {
  if (strictest === null) return <p class="state">nothing is like this</p>
  const [from, to] = strictest.span
  const rest = `${text.slice(0, from)}${text.slice(to)}`.replaceAll(/\s+/g, ' ').trim()
  return (
    <p class="state">
      nothing is like this; <code>{text.slice(from, to)}</code> excludes most:{' '}
      <a href={linkTo(['r', run], { q: rest })}>{strictest.total} without it</a>
    </p>
  )
}

function Rows({ run, text, answer: { rows, total, isOfSteps }, more }: FoundProps & { readonly more: () => void }) {
  return (
    <>
      <ol class="found">
        {rows.map((row) => (
          <li key={`${row.id} ${row.index}`}>
            <a href={linkTo(['r', run, 't', row.id, `${row.index ?? 0}`], { q: text })}>
              <b>{row.id}</b>
              {row.index !== null && <span class="faint">step {row.index}</span>}
              {row.excerpt !== row.action && <bdi class="mono">{row.action}</bdi>}
              <bdi class={row.excerpt === row.action ? 'mono' : 'mono faint'} dir="auto">
                <Marked row={row} />
              </bdi>
            </a>
          </li>
        ))}
      </ol>
      <p class="note">
        {total} {isOfSteps ? 'steps' : 'episodes'}
        {rows.length < total && (
          <>
            {' '}
            · the first {rows.length}{' '}
            <button type="button" class="btn" onClick={more}>
              More
            </button>
          </>
        )}
      </p>
    </>
  )
}

function Marked({ row: { excerpt, marks } }: { readonly row: FoundRow }) {
  const parts: ComponentChildren[] = []
  let at = 0
  for (const [from, to] of marks) {
    if (from < at) continue
    parts.push(excerpt.slice(at, from), <mark>{excerpt.slice(from, to)}</mark>)
    at = to
  }
  return (
    <>
      {parts}
      {excerpt.slice(at)}
    </>
  )
}
