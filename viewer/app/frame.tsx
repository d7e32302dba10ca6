import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ReadingAnswer } from '../answers.ts'
import { keepToken, placeOf } from './address.ts'
import { askedOnce, knownOf, type Loading } from './data.ts'
import { EXPORTED } from './exported.ts'
import type { Failure } from './failure.ts'
import { visible } from './format.ts'
import { type KeyLine, KeySheet, Keys } from './key-sheet.tsx'
import { useKeys } from './keys.ts'
import { SearchBox } from './search-box.tsx'

/** A link in the line that says where the reader is; the last has no address. */
export interface Crumb {
  readonly text: string
  readonly to?: string
}

interface FrameProps {
  readonly crumbs: readonly Crumb[]
  readonly keys: readonly KeyLine[]
  /** The run that a search is of, and its text; none where there is nothing to search. */
  readonly search?: { readonly run: string; readonly text: string }
  /** Command that prints what the page shows. */
  readonly command?: string
  readonly children: ComponentChildren
}

/** What every page has: where one is, the theme, the keys. */
export function Frame({ crumbs, keys, search, command, children }: FrameProps) {
  const [said, say] = useState('')
  useKeys((key) => {
    const text = key === 'y' ? location.href : key === 'c' ? command : undefined
    if (text === undefined) return false
    void copied(text).then((isCopied) => say(isCopied ? `copied: ${text}` : `copy it from here: ${text}`))
    return true
  })
  useEffect(() => {
    document.title = visible(`${crumbs.at(-1)?.text ?? 'runs'} · stepgym`)
  }, [crumbs.at(-1)?.text])
  return (
    <>
      <header class="bar">
        <a class="logo" href="#/">
          <Logo />
          stepgym
        </a>
        <nav class="crumbs" aria-label="Where you are">
          {crumbs.map(({ text, to }, at) => (
            <>
              {at > 0 && <span>/</span>}
              {to === undefined ? (
                <b title={text}>{text}</b>
              ) : (
                <a href={to} title={text}>
                  {text}
                </a>
              )}
            </>
          ))}
        </nav>
        {EXPORTED && (
          <span class="tag" title={EXPORTED.left ?? 'the whole of its runs'}>
            exported {EXPORTED.created.slice(0, 10)}
          </span>
        )}
        {search && !EXPORTED && <SearchBox {...search} />}
        <Theme />
        <KeySheet keys={keys} hasSearch={search !== undefined && !EXPORTED} />
      </header>
      <p class="said" role="status">
        {said}
      </p>
      <main>
        {children}
        <footer class="keys">
          {keys.map(([key, does]) => (
            <span key={key}>
              <Keys keys={key} /> {does}
            </span>
          ))}
        </footer>
      </main>
    </>
  )
}

/** Puts a text on the clipboard. @returns false where the browser does not allow it */
const copied = (text: string): Promise<boolean> =>
  navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )

function Logo() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
      <rect x="1" y="9" width="4" height="6" rx="1" fill="var(--neg)" />
      <rect x="7" y="3" width="4" height="6" rx="1" fill="var(--pos)" />
      <rect x="13" y="6" width="4" height="3" rx="1" fill="var(--pos)" opacity=".55" />
      <path d="M0 9h18" stroke="var(--ink)" stroke-width="1.2" />
    </svg>
  )
}

const THEMES = ['light', 'dark'] as const

function Theme() {
  const [theme, setTheme] = useState(localStorage.getItem('stepgym-theme') ?? '')
  useEffect(() => {
    document.documentElement.classList.remove(...THEMES)
    if (theme !== '') document.documentElement.classList.add(theme)
    localStorage.setItem('stepgym-theme', theme)
  }, [theme])
  return (
    <fieldset class="theme">
      <legend class="away">Theme</legend>
      {THEMES.map((each) => (
        <button
          type="button"
          key={each}
          aria-pressed={theme === each}
          onClick={() => setTheme(theme === each ? '' : each)}
        >
          {each === 'light' ? 'Light' : 'Dark'}
        </button>
      ))}
    </fieldset>
  )
}

interface WaitingProps<T> {
  readonly for: Loading<T>
  readonly children: (value: T) => ComponentChildren
}

/** What is shown while an answer is not there, and if it never comes. */
export function Waiting<T>({ for: loading, children }: WaitingProps<T>) {
  if (loading.state === 'loading') return <Reading />
  if (loading.state === 'failed') return <Failed failure={loading.failure} />
  return <>{children(loading.value)}</>
}

/** Milliseconds between two questions how far a run is read. */
const PROGRESS_MS = 400

/** How far the run of the address is read, where that takes a while. */
function Reading() {
  const [episodes, setEpisodes] = useState<number | null>(null)
  useEffect(() => {
    const [first, run] = placeOf(location.hash).path
    if (first !== 'r' || run === undefined) return
    const ask = (): void =>
      void askedOnce<ReadingAnswer>(`runs/${encodeURIComponent(run)}/reading`).then((answer) =>
        setEpisodes(knownOf(answer)?.episodes ?? null),
      )
    const timer = setInterval(ask, PROGRESS_MS)
    return () => clearInterval(timer)
  }, [])
  const soFar = episodes === null ? '' : `: ${episodes.toLocaleString('en')} episodes so far`
  return <p class="state">reading …{soFar}</p>
}

/** An error beside what still works; one for want of a token takes it. */
export function Failed({ failure: { code, message } }: { readonly failure: Failure }) {
  return (
    <>
      <p class="state" role="alert">
        <b>{code}</b> {message}
      </p>
      {(code === 'UNAUTHORIZED' || code === 'FORBIDDEN') && <TokenField />}
    </>
  )
}

function TokenField() {
  const [token, setToken] = useState('')
  return (
    <form
      class="state signin"
      onSubmit={(event) => {
        event.preventDefault()
        keepToken(token.trim())
        location.reload()
      }}
    >
      <label>
        Token of a trainer or an observer{' '}
        <input
          type="password"
          autocomplete="off"
          value={token}
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
      </label>{' '}
      <button type="submit" class="btn">
        Watch
      </button>
    </form>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly chosen: string
  readonly onChoose: (value: string) => void
}

/** One of a few, as buttons. */
export function Choice({ label, options, chosen, onChoose }: ChoiceProps) {
  return (
    <fieldset class="seg">
      <legend class="away">{label}</legend>
      {options.map(([value, text]) => (
        <button
          type="button"
          key={value}
          class={value === chosen ? 'on' : ''}
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  )
}
