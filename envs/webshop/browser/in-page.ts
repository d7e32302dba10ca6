import type { ShownPage } from './page.ts'

/** What is done to one element. A type, so that it is JSON to the compiler. */
export type Gesture = {
  readonly ref: string
  /** Null to click it; else what is typed into it before Enter is pressed. */
  readonly text: string | null
}

/**
 * What is done within a page. A page is not drawn until it is seen: drawing takes ten times as long as acting, and a title, which the
 * browser says to all that watch it, three times.
 */
export interface PageScript {
  /** The page that is shown first; null where it is there already. */
  readonly page: ShownPage | null
  /** Null where nothing is done. */
  readonly gesture: Gesture | null
  readonly isSeen: boolean
}

/**
 * What runs in the page: it shows the page, acts, and reads the fields of the form that this submits, instead of letting it navigate. Enter
 * in a field presses the first submit button of its form, as in any browser.
 */
const SOURCE = `(({ title, body, ref, text, isSeen }) => {
  document.documentElement.hidden = !isSeen
  if (body !== null) {
    document.body.innerHTML = body
    if (isSeen) {
      document.title = title
      document.documentElement.scrollTop = 0
    }
  }
  if (ref === null) return null
  const element = document.querySelector('[data-ref="' + ref + '"]')
  let fields = null
  const take = (event) => {
    event.preventDefault()
    fields = Object.fromEntries(new FormData(event.target, event.submitter))
  }
  document.addEventListener('submit', take)
  if (text === null) element.click()
  else {
    element.value = text
    element.form.querySelector('[type=submit]').click()
  }
  document.removeEventListener('submit', take)
  return fields
})`

/** An expression for the page. */
export function inPage({ page, gesture, isSeen }: PageScript): string {
  const given = {
    title: page?.title ?? null,
    body: page === null ? null : isSeen ? page.body : withoutDrawings(page.body),
    ref: gesture?.ref ?? null,
    text: gesture?.text ?? null,
    isSeen,
  }
  return `${SOURCE}(${JSON.stringify(given)})`
}

/** Drawings are most of a page, and mean nothing to what acts on it. */
const withoutDrawings = (body: string): string => body.replace(/<svg\b.*?<\/svg>/gs, '')
