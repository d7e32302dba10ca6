/** A text that an agent can receive, and where. */
export interface Shown {
  readonly where: string
  readonly text: string
}
/** A run whose private numbers were changed by `by`, and what it showed. */
export interface Shifted {
  readonly by: number
  readonly shown: readonly Shown[]
}

const ONES = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ')
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const IN_WORDS = new RegExp(
  `\\b(?:(${TENS.join('|')})(?:[\\s-]?(${ONES.slice(1, 10).join('|')}))?|(${ONES.join('|')}))\\b`,
  'g',
)

/** Letters and digits of a text behind percent-encoding and character references, in lower case. */
export function decoded(text: string): string {
  const plain = text
    .replace(/%(?:25)*([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/&#(\d{1,6});/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/(?:&#x|\\u)([0-9a-f]{1,4});?/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return plain.toLowerCase()
}

const inDigits = (text: string): string =>
  text.replace(IN_WORDS, (_, ten?: string, one?: string, small?: string) =>
    small === undefined
      ? `${(TENS.indexOf(ten ?? '') + 2) * 10 + (one === undefined ? 0 : ONES.indexOf(one))}`
      : `${ONES.indexOf(small)}`,
  )

const rounded = (value: number): number => Math.round(Math.abs(value) * 1e6) / 1e6
const WIDTH = 12

/** How often a text has each number at each place: anywhere, after or before a text, as the nth number or the nth last. */
function placesOf(text: string): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const places = new Map<string, Map<number, number>>()
  const add = (place: string, number: number): void => {
    const counts = places.get(place) ?? new Map<number, number>()
    places.set(place, counts.set(number, (counts.get(number) ?? 0) + 1))
  }
  const plain = inDigits(decoded(text))
  for (const form of new Set([plain, plain.replace(/(?<=\d)[,_'\s](?=\d{3}(?!\d))/g, '')])) {
    const found = [...form.matchAll(/\d+(?:\.\d+)?/g)]
    for (const [at, { 0: digits }] of found.entries())
      for (const place of namesOf(form, found, at)) add(place, rounded(Number(digits)))
  }
  return places
}

/** Names of the place of a number: the texts around it, up to the numbers next to it, and its position. */
function namesOf(text: string, found: readonly RegExpExecArray[], at: number): readonly string[] {
  const [previous, own, next] = [found[at - 1], found[at], found[at + 1]]
  if (own === undefined) return []
  const from = previous === undefined ? 0 : previous.index + previous[0].length
  const end = own.index + own[0].length
  const before = text.slice(Math.max(from, own.index - WIDTH), own.index)
  const after = text.slice(end, Math.min(next?.index ?? text.length, end + WIDTH))
  return ['anywhere', `after ${before}`, `before ${after}`, `${at}`, `${at - found.length}`]
}

/**
 * The first text of a run in which a private number is shown: at some place of it, that text has the number more often
 * than the texts of all runs with other private numbers, and each of those has its own number there. A run that ended
 * before the text says nothing about it; two others are the least that count.
 */
export function followed(value: number, plain: readonly Shown[], runs: readonly Shifted[]): Shown | undefined {
  return plain.find((own, index) => {
    const texts = new Map([[rounded(value), own.text]])
    for (const { by, shown } of runs) {
      const text = shown[index]
      const number = rounded(value + by)
      if (text?.where === own.where && !texts.has(number)) texts.set(number, text.text)
    }
    return texts.size > 2 && new Set(texts.values()).size === texts.size && areFollowed(texts)
  })
}

function areFollowed(texts: ReadonlyMap<number, string>): boolean {
  const all = [...texts].map(([number, text]) => ({ number, places: placesOf(text) }))
  const [first, ...others] = all
  const isOwn = (place: string): boolean =>
    all.every(({ number, places }) => {
      const own = places.get(place)?.get(number) ?? 0
      return all.every((other) => other.places === places || (other.places.get(place)?.get(number) ?? 0) < own)
    })
  return first !== undefined && others.length > 0 && [...first.places.keys()].some(isOwn)
}
