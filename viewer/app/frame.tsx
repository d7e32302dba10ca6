import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { keepToken } from './address.ts'
import type { Loading } from './data.ts'
import { EXPORTED } from './exported.ts'
import type { Failure } from './failure.ts'
import { visible } from './format.ts'

/** A link in the line that says where the reader is; the last has no address. */
export interface Crumb {
  readonly text: string
  readonly to?: string
}

interface FrameProps {
  readonly crumbs: readonly Crumb[]
  readonly keys: readonly (readonly [keys: string, does: string])[]
  readonly children: ComponentChildren
}

/** What every page has: where one is, the theme, the keys. */
export function Frame({ crumbs, keys, children }: FrameProps) {
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
              {to === undefined ? <b>{text}</b> : <a href={to}>{text}</a>}
            </>
          ))}
        </nav>
        {EXPORTED && (
          <span class="tag" title={EXPORTED.left ?? 'the whole of its runs'}>
            exported {EXPORTED.created.slice(0, 10)}
          </span>
        )}
        <Theme />
      </header>
      <main>
        {children}
        <footer class="keys">
          {keys.map(([key, does]) => (
            <span key={key}>
              {key.split(' ').map((each) => (
                <>
                  <kbd>{each}</kbd>{' '}
                </>
              ))}
              {does}
            </span>
          ))}
        </footer>
      </main>
    </>
  )
}

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
  if (loading.state === 'loading') return <p class="state">reading …</p>
  if (loading.state === 'failed') return <Failed failure={loading.failure} />
  return <>{children(loading.value)}</>
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

/** Calls `on` with single keys, except in fields and with other keys held. */
export function useKeys(on: (key: string) => boolean): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const isField = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
      if (isField || event.ctrlKey || event.metaKey || event.altKey) return
      if (on(event.key)) event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
}
