/** A place in the viewer, as the fragment of an address has it: all that changes what is seen, except defaults. */
export interface Place {
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** The place of a fragment. */
export function placeOf(fragment: string): Place {
  const [path = '', query = ''] = fragment.replace(/^#/, '').split('?', 2)
  const segments = path.split('/').filter((segment) => segment !== '')
  return { path: segments.map(decoded), query: Object.fromEntries(new URLSearchParams(query)) }
}

/** The fragment of a place; values that are empty are left out. */
export function fragmentOf({ path, query }: Place): string {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const text = new URLSearchParams(given).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

/** A link to a path, with what a query adds. */
export const linkTo = (path: readonly string[], query: Place['query'] = {}): string => fragmentOf({ path, query })

/** Opens a fragment, as a link does. */
export function go(fragment: string): void {
  location.hash = fragment
}

const TOKEN = 'stepgym-token'

/** The token of this tab: taken out of the address where it is there, so that a copied address does not hold it. */
export function takeToken(): string | null {
  const place = placeOf(location.hash)
  const { token, ...query } = place.query
  if (token === undefined) return sessionStorage.getItem(TOKEN)
  keepToken(token)
  history.replaceState(null, '', fragmentOf({ ...place, query }))
  return token
}

/** Keeps the token of this tab. */
export const keepToken = (token: string): void => sessionStorage.setItem(TOKEN, token)

/** A segment that is not encoded as addresses are is what it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
