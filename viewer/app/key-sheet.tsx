import { useRef, useState } from 'preact/hooks'
import { areKeysOn, setKeys, useKeys } from './keys.ts'

/** Keys, one or several, and what they do. */
export type KeyLine = readonly [keys: string, does: string]

const EVERYWHERE: readonly KeyLine[] = [
  ['/', 'search'],
  ['y', 'copy the link'],
  ['c', 'copy the command that prints the same'],
  ['?', 'this sheet'],
  ['Esc', 'close it'],
]

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['buy "wide toe"', 'steps that have both, in what was seen or done'],
  ['return<0.5 -ending:aborted', 'episodes'],
  ['gigpo!=truth sort:-truth', 'an estimator against a sure truth'],
  ['truth>0.2 sure:yes', 'steps that surely helped'],
  ['(valid:no or reason:timeout) group=3', 'also null, latency, visits, states, every signal'],
]

interface KeySheetProps {
  readonly keys: readonly KeyLine[]
  readonly hasSearch: boolean
}

/** A sheet of all keys, and of what a search can ask; `?` and a button open it. */
export function KeySheet({ keys, hasSearch }: KeySheetProps) {
  const sheet = useRef<HTMLDialogElement>(null)
  const [isOn, setOn] = useState(areKeysOn())
  const open = (): void => sheet.current?.showModal()
  useKeys((key) => {
    if (key !== '?') return false
    open()
    return true
  })
  return (
    <>
      <button type="button" class="help" aria-label="Keys" onClick={open}>
        <kbd>?</kbd>
      </button>
      <dialog ref={sheet} class="sheet" aria-label="Keys">
        <h2>Keys</h2>
        <KeyTable lines={[...keys, ...EVERYWHERE.filter(([key]) => hasSearch || key !== '/')]} />
        <label class="onoff">
          <input
            type="checkbox"
            checked={isOn}
            onChange={({ currentTarget }) => {
              setKeys(currentTarget.checked)
              setOn(currentTarget.checked)
            }}
          />{' '}
          single keys do this
        </label>
        {hasSearch && (
          <>
            <h2>Search</h2>
            <dl>
              {EXAMPLES.map(([query, finds]) => (
                <div key={query}>
                  <dt>
                    <code>{query}</code>
                  </dt>
                  <dd>{finds}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
        <form method="dialog">
          <button type="submit" class="btn">
            Close
          </button>
        </form>
      </dialog>
    </>
  )
}

function KeyTable({ lines }: { readonly lines: readonly KeyLine[] }) {
  return (
    <table class="tb">
      <tbody>
        {lines.map(([key, does]) => (
          <tr key={`${key} ${does}`}>
            <td>
              <Keys keys={key} />
            </td>
            <td>{does}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Keys as they look on a keyboard. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <>
      {keys.split(' ').map((each) => (
        <>
          <kbd>{each}</kbd>{' '}
        </>
      ))}
    </>
  )
}
