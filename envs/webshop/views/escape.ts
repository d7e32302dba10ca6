const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

/** MarkupSafe's `escape`, with which Jinja fills in every value. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

const UNRESERVED = /[A-Za-z0-9\-._~$!'()*,;]/

/** A query argument as werkzeug's `url_for` quotes it: UTF-8, a space as `+`. */
const quote = (text: string): string => text.replace(/[^A-Za-z0-9\-._~$!'()*,;]+/g, quoteRun)

const quoteRun = (run: string): string => {
  let quoted = ''
  for (const byte of Buffer.from(run, 'utf8')) quoted += BYTES[byte] ?? ''
  return quoted
}

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  if (character === ' ') return '+'
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

/** Arguments of a page's address; a list gives one `name=value` for each of its items. */
export type UrlArguments = Readonly<Record<string, string | number | readonly string[]>>

/**
 * `url_for` as WebShop's text environment has it, where every page is the route `/` and all arguments go into the
 * query string, escaped for an HTML attribute.
 */
export function urlFor(arguments_: UrlArguments): string {
  const pairs = Object.entries(arguments_).flatMap(([name, value]) =>
    (typeof value === 'object' ? value : [String(value)]).map((item) => `${name}=${quote(item)}`),
  )
  return escapeHtml(`/?${pairs.join('&')}`)
}
