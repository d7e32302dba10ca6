import type { GymServer } from '../../../server/listen.ts'
import { type Element, parseHtml, tagged, textOf } from '../html.ts'

/** A page as a browser has it: its address after redirects, and what is on it. */
export interface Page {
  readonly status: number
  /** Path of the address. */
  readonly path: string
  readonly headers: Headers
  readonly source: string
  readonly root: Element
}

/** A browser without scripts: it keeps cookies, follows redirects, and sends the forms of pages. */
export class Browser {
  readonly #url: string
  readonly cookies = new Map<string, string>()

  constructor({ url }: Pick<GymServer, 'url'>) {
    this.#url = url
  }

  get(path: string): Promise<Page> {
    return this.#ask(path, {})
  }

  /** Sends fields as a browser sends a form of this server. */
  post(path: string, fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}): Promise<Page> {
    const body = new URLSearchParams(fields)
    return this.#ask(path, { method: 'POST', body, headers: { origin: this.#url, ...headers } })
  }

  /** Sends the first form that goes to a path, with its hidden fields. */
  submit(page: Page, action: string, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.post(action, { ...hiddenFields(page, action), ...fields })
  }

  /** Presses a button by its text, in the form of a visit. */
  press(page: Page, text: string): Promise<Page> {
    const button = tagged(page.root, 'button').find((each) => textOf(each).trim() === text)
    if (button === undefined) throw new Error(`no button ${text} on ${page.path}`)
    const { name = '', value = '' } = button.attributes
    return this.submit(page, page.path, { [name]: value })
  }

  async #ask(path: string, init: RequestInit): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(init.headers as Record<string, string>), ...(cookie !== '' && { cookie }) }
    const response = await fetch(this.#url + path, { ...init, headers, redirect: 'manual' })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      this.cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (response.status === 303 && location !== null) return this.get(location)
    const source = await response.text()
    const isPage = (response.headers.get('content-type') ?? '').startsWith('text/html')
    const root = isPage ? parseHtml(source) : { tag: '#root', attributes: {}, children: [source] }
    return { status: response.status, path, headers: response.headers, source, root }
  }
}

/** Hidden fields of the first form that goes to a path. */
export function hiddenFields({ root, path }: Page, action: string): Readonly<Record<string, string>> {
  const form = tagged(root, 'form').find(({ attributes }) => attributes.action === action)
  if (form === undefined) throw new Error(`no form for ${action} on ${path}: ${textOf(root)}`)
  const hidden = tagged(form, 'input').filter(({ attributes: { type } }) => type === 'hidden')
  return Object.fromEntries(hidden.map(({ attributes: { name = '', value = '' } }) => [name, value]))
}
