import type { ShownPage } from './page.ts'

/** What is done to one element. A type, so that it is JSON to the compiler. */
export type Gesture = {
  readonly ref: string
  /** Null to click it; else what is typed into it before Enter is pressed. */
  readonly text: string | null
}

/** What is done within a page. */
export interface PageScript {
  /** The page that is shown first; null where it is there already. */
  readonly page: ShownPage | null
  /** Null where nothing is done. */
  readonly gesture: Gesture | null
}

/**
 * What runs in the page: it shows the page, acts, and reads the fields of the form that this submits, instead of letting it navigate. Enter
 * in a field presses the first submit button of its form, as in any browser.
 */
const SOURCE = `(({ title, body, ref, text }) => {
  if (body !== null) {
    document.title = title
    document.body.innerHTML = body
    document.documentElement.scrollTop = 0
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
export function inPage({ page, gesture }: PageScript): string {
  const given = {
    title: page?.title ?? null,
    body: page?.body ?? null,
    ref: gesture?.ref ?? null,
    text: gesture?.text ?? null,
  }
  return `${SOURCE}(${JSON.stringify(given)})`
}
