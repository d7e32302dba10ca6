/** A page of the shop as its text observation shows it. */
export type Page =
  | { readonly kind: 'search'; readonly instruction: string }
  | ResultsPage
  | ItemPage
  | { readonly kind: 'sub'; readonly instruction: string; readonly texts: readonly string[] }
  | { readonly kind: 'unknown' }

export interface ResultsPage {
  readonly kind: 'results'
  readonly instruction: string
  readonly number: number
  readonly hasNext: boolean
  readonly items: readonly ListedItem[]
}

export interface ListedItem {
  readonly asin: string
  readonly title: string
  /** The most it may cost, in dollars; null where the page shows no amount. */
  readonly price: number | null
}

export interface ItemPage {
  readonly kind: 'item'
  readonly instruction: string
  /** Names of options, each before its values. */
  readonly labels: readonly string[]
  readonly title: string
  readonly price: number | null
}

const SEPARATOR = ' [SEP] '
const [BACK, PREVIOUS, NEXT] = ['Back to Search', '< Prev', 'Next >']

/** Reads WebShop's `text` observation, or ours, which adds what was chosen and why nothing happened. */
export function readPage(observation: string): Page {
  const parts = observation.split(SEPARATOR).filter((part) => !part.startsWith('Nothing happened: '))
  if (parts[0] === 'WebShop') return { kind: 'search', instruction: parts[2] ?? '' }
  const back = parts.indexOf(BACK)
  if (parts[0] !== 'Instruction:' || back < 0) return { kind: 'unknown' }
  const instruction = parts.slice(1, back).join(SEPARATOR)
  const body = parts.slice(back + 1).filter((part) => !part.startsWith('Chosen: '))
  return readResults(instruction, body) ?? readItem(instruction, body) ?? readSubPage(instruction, body)
}

function readResults(instruction: string, body: readonly string[]): ResultsPage | null {
  const number = /^Page (\d+) \(Total results: \d+\)$/.exec(body[0] ?? '')?.[1]
  if (number === undefined) return null
  const rest = body.slice(1).filter((part) => part !== PREVIOUS && part !== NEXT)
  const items = rest.flatMap((title, place) => {
    const asin = rest[place - 1]
    return place % 3 === 1 && asin !== undefined ? [{ asin, title, price: priceIn(rest[place + 1]) }] : []
  })
  return { kind: 'results', instruction, number: Number(number), hasNext: body.includes(NEXT), items }
}

function readItem(instruction: string, body: readonly string[]): ItemPage | null {
  const price = body.findIndex((part) => part.startsWith('Price: '))
  if (price < 2 || !body.includes('Buy Now')) return null
  const labels = body.slice(1, price - 1)
  return { kind: 'item', instruction, labels, title: body[price - 1] ?? '', price: priceIn(body[price]) }
}

const readSubPage = (instruction: string, body: readonly string[]): Page =>
  body[0] === PREVIOUS ? { kind: 'sub', instruction, texts: body.slice(1) } : { kind: 'unknown' }

/** The larger end of a range: what a product may turn out to cost. */
function priceIn(text = ''): number | null {
  const amounts = [...text.matchAll(/\$([\d,]+(?:\.\d+)?)/g)].map(([, digits = '']) =>
    Number(digits.replaceAll(',', '')),
  )
  return amounts.length === 0 ? null : Math.max(...amounts)
}
