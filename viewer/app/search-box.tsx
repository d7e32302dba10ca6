import { useRef } from 'preact/hooks'
import { go, linkTo } from './address.ts'
import { useKeys } from './keys.ts'

interface SearchBoxProps {
  readonly run: string
  readonly text: string
}

/** A field for a search of a run; `/` leads to it. */
export function SearchBox({ run, text }: SearchBoxProps) {
  const field = useRef<HTMLInputElement>(null)
  useKeys((key) => {
    if (key !== '/') return false
    field.current?.focus()
    field.current?.select()
    return true
  })
  return (
    <form
      class="find"
      onSubmit={(event) => {
        event.preventDefault()
        field.current?.blur()
        go(linkTo(['r', run], { q: field.current?.value.trim() ?? '' }))
      }}
    >
      <kbd>/</kbd>
      <input
        ref={field}
        type="search"
        key={text}
        defaultValue={text}
        aria-label="Search this run"
        placeholder="action:small return<0.9"
        autocomplete="off"
        spellcheck={false}
      />
    </form>
  )
}
