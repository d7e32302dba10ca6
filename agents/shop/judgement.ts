import type { Listed, Memory, Opened } from './memory.ts'
import type { Requirements } from './requirements.ts'
import { stemsOf } from './words.ts'

/** A product that may be the one, with what its title says for it. */
export interface Candidate {
  readonly asin: string
  readonly page: number
  readonly rank: number
  /** Words of the wish that the title has, features by a weight of their own. */
  readonly wanted: number
  /** Title words that the instruction does not ask for. */
  readonly foreign: number
}

export interface Prospects {
  /** Affordable and not opened yet, the best title first. */
  readonly fresh: readonly Candidate[]
  /** Whether the first of them promises as much as any title, dear ones and opened ones included. */
  readonly isFirstExcellent: boolean
}

export function prospectsOf(memory: Memory, requirements: Requirements): Prospects {
  const all = [...memory.listed.values()]
  const affordable = all
    .filter(({ price }) => isAffordable(price, requirements))
    .map((item) => candidateOf(item, requirements))
  const bar = Math.max(0, ...all.map((item) => candidateOf(item, requirements).wanted))
  const leastForeign = Math.min(...affordable.filter(({ wanted }) => wanted === bar).map(({ foreign }) => foreign))
  const fresh = affordable.filter(({ asin }) => !memory.opened.has(asin)).sort(byPromise)
  const [first] = fresh
  const isFirstExcellent =
    first !== undefined && (isLeader(first) || (first.wanted === bar && first.foreign === leastForeign))
  return { fresh, isFirstExcellent }
}

const isAffordable = (price: number | null, { cap }: Requirements): boolean =>
  price === null || cap === null || price <= cap

/** What follows the name in a title is a list of features: each is asked for, or is not, as a whole. */
function candidateOf({ asin, title, page, rank }: Listed, requirements: Requirements): Candidate {
  const [name = [], ...features] = title.split(/, | - | \| |[()]/).map((part) => [...new Set(stemsOf(part))])
  const inName = name.filter((stem) => requirements.stems.includes(stem)).length
  const asked = features.filter((stems) => stems.length > 0 && stems.every((stem) => requirements.stems.includes(stem)))
  const foreign = name.length - inName + features.flat().length - asked.flat().length
  return { asin, page, rank, wanted: inName + FEATURE_WEIGHT * asked.length, foreign }
}
/** A feature says less about what kind of product it is than a word of the name. */
const FEATURE_WEIGHT = 0.5

/** The first result of all is worth a look for that alone: the search knows more than titles. */
const isLeader = ({ rank }: Candidate): boolean => rank === FIRST_RANK

const FIRST_RANK = 10

const byPromise = (a: Candidate, b: Candidate): number =>
  Number(isLeader(b)) - Number(isLeader(a)) || b.wanted - a.wanted || a.foreign - b.foreign || a.rank - b.rank

/** Number of the wish's words that nothing seen of the product explains. */
export const missingOf = ({ stems }: Opened, requirements: Requirements): number =>
  requirements.stems.filter((stem) => !stems.has(stem)).length

/** Whether the wish names an option that the product's page does not offer. */
export const lacksOption = ({ stems }: Opened, { optionPhrases }: Requirements): boolean =>
  optionPhrases.some((phrase) => phrase.some((stem) => !stems.has(stem)))

/** The opened product that leaves least unexplained, of those that are in the list of results now. */
export function bestOpened(memory: Memory, requirements: Requirements): Listed | null {
  const known = [...memory.opened].flatMap(([asin, opened]) => {
    const listed = memory.listed.get(asin)
    return listed === undefined ? [] : [{ listed, missing: missingOf(opened, requirements) }]
  })
  const [best] = known.sort((a, b) => a.missing - b.missing || a.listed.rank - b.listed.rank)
  return best?.listed ?? null
}
