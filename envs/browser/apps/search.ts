import { click, documentOf, type Family, type MadeTask, type } from './family.ts'

const THINGS = ['lamp', 'chair', 'kettle', 'basket', 'mirror']
const KINDS = ['brass', 'oak', 'glass', 'steel', 'linen', 'clay', 'cork', 'wool']
const PAGE = 5

interface Entry {
  readonly title: string
  readonly code: string
}

/** A search with pages of results, and a page for each of them: every step is a navigation. */
export const search: Family = (rng, address) => {
  const entries = rng.shuffle(THINGS.flatMap((thing) => KINDS.flatMap((kind) => [1, 2].map(() => `${kind} ${thing}`))))
  const all: readonly Entry[] = entries.map((title, index) => ({ title, code: `N${100 + index}` }))
  const thing = rng.choice(THINGS)
  const found = all.filter(({ title }) => title.endsWith(thing))
  const position = rng.int(0, found.length - 1)
  const { title, code } = found[position] ?? { title: '', code: '' }
  const next = Array.from({ length: Math.floor(position / PAGE) }, () => click('link', 'Next page'))
  return {
    instruction: `Search for "${thing}", and open the result ${code}.`,
    judge: { url: `${address}?open=${code}`, element: { selector: '#result', text: `Opened: ${code}.` } },
    path: [type('Search', thing), click('button', 'Search'), ...next, click('link', `${title}, ${code}`)],
    page: (query) => pageFor(query, all),
  }
}

const pageFor: (query: URLSearchParams, all: readonly Entry[]) => ReturnType<MadeTask['page']> = (query, all) => {
  const open = all.find(({ code }) => code === query.get('open'))
  if (open !== undefined)
    return documentOf(open.title, '<p><a href="?">Back to the search</a></p>', `say('Opened: ${open.code}.')`)
  const wanted = query.get('q')?.trim().toLowerCase() ?? ''
  const found = wanted === '' ? [] : all.filter(({ title }) => title.includes(wanted))
  const page = Math.max(1, Math.min(Math.ceil(found.length / PAGE), Number(query.get('page')) || 1))
  return documentOf('Search', `${FORM}${listOf(found, page)}${linksOf(found, page, wanted)}`)
}

const FORM = '<form><label>Search <input name="q"></label> <button>Search</button></form>'

const listOf = (found: readonly Entry[], page: number): string =>
  `<p>${found.length} results</p><ol>${found
    .slice((page - 1) * PAGE, page * PAGE)
    .map(({ title, code }) => `<li><a href="?open=${code}">${title}, ${code}</a></li>`)
    .join('')}</ol>`

function linksOf(found: readonly Entry[], page: number, wanted: string): string {
  const to = (other: number, name: string): string =>
    `<a href="?q=${encodeURIComponent(wanted)}&amp;page=${other}">${name}</a> `
  return `${page > 1 ? to(page - 1, 'Previous page') : ''}${page * PAGE < found.length ? to(page + 1, 'Next page') : ''}`
}
