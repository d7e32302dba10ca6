import { useState } from 'preact/hooks'
import { visible } from './format.ts'

/** Characters of a title that are shown whole at once. */
const LONG = 240

/** A recorded text as a title: its first lines if it is long, and the whole on request. */
export function Title({ text }: { readonly text: string }) {
  const [isWhole, setWhole] = useState(false)
  const isLong = text.length > LONG
  return (
    <>
      <h1 class={isLong && !isWhole ? 'clamped' : ''} title={visible(text)}>
        <bdi>{visible(text)}</bdi>
      </h1>
      {isLong && (
        <p class="more">
          <button type="button" class="btn" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? 'less' : 'the whole text'}
          </button>
        </p>
      )}
    </>
  )
}
