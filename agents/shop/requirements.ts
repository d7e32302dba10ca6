import { contentTokensOf, stemOf, tokensOf } from './words.ts'

/** Requirements that the words of an instruction state. */
export interface Requirements {
  /** What to type into the search box: words that sound like options weigh more, since results do not show options. */
  readonly query: string
  /** Stems of the words that a fitting product should explain, none twice. */
  readonly stems: readonly string[]
  /** Stems of each phrase that sounds like an option: 'in navy', 'size medium'. */
  readonly optionPhrases: readonly (readonly string[])[]
  /** All tokens in order, to find option values in. */
  readonly tokens: readonly string[]
  /** Dollars; null where any price will do. */
  readonly cap: number | null
}

const CAP = /,?\s*(?:and )?(?:price )?(?:lower|less|cheaper|under|below)(?: than)? \$?(\d[\d,]*(?:\.\d+)?)(?: dollars)?/
const DIMENSION_WORDS =
  'color|colour|size|style|scent|flavor|flavour|shade|length|layout|grind|firmness|base|back|plug|pack'
const DIMENSIONS = new Set([...DIMENSION_WORDS.split('|'), 'height'])
/** Where a phrase that may name an option ends; a point inside a number ends nothing. */
const END = '(?= and |,|\\.(?!\\d)|$| with | that | which | for )'
const NO_LINK = '(?!with|and|that|has|for)'
const PHRASES = [
  new RegExp(`\\bin (?:the )?(.+?)${END}`, 'g'),
  new RegExp(`\\b(?:color|size|style|scent|flavor|shade)(?: name)?s?:? (.+?)${END}`, 'g'),
  new RegExp(`\\b(?:with|on) (?:an? |the )?((?:${NO_LINK}\\w+ ){1,3}?)(?:${DIMENSION_WORDS})\\b`, 'g'),
  new RegExp(`\\b(?:as an?|scented with|for model|to fit the|ground for) (.+?)${END}`, 'g'),
  new RegExp(`\\w: (.+?)${END}`, 'g'),
  /(\w+) flavou?red/g,
] as const

export function readRequirements(instruction: string): Requirements {
  const text = instruction.toLowerCase()
  const cap = CAP.exec(text)
  const wanted = text.replace(CAP, '')
  const content = contentTokensOf(wanted)
  const optionTokens = phrasesOf(wanted).flat()
  return {
    query: [...content, ...optionTokens, ...optionTokens].join(' '),
    stems: [...new Set(content.map(stemOf))],
    optionPhrases: phrasesOf(wanted).map((tokens) => tokens.map(stemOf)),
    tokens: tokensOf(wanted),
    cap: cap === null ? null : Number(cap[1]?.replaceAll(',', '')),
  }
}

function phrasesOf(text: string): readonly (readonly string[])[] {
  const phrases = PHRASES.flatMap((pattern) => [...text.matchAll(pattern)].map(([, phrase = '']) => phrase))
    .map((phrase) => contentTokensOf(phrase).filter((token) => !DIMENSIONS.has(token)))
    .filter((tokens) => tokens.length > 0)
  return [...new Map(phrases.map((tokens) => [tokens.join(' '), tokens])).values()]
}
