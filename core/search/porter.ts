interface SuffixRule {
  readonly suffix: string
  readonly replacement: string
}

type RuleTable = ReadonlyMap<string, readonly SuffixRule[]>

const STEP_2 = rules(`
  ational ate, tional tion, enci ence, anci ance, izer ize, bli ble, alli al, entli ent, eli e, ousli ous, ization ize,
  ation ate, ator ate, alism al, iveness ive, fulness ful, ousness ous, aliti al, iviti ive, biliti ble, logi log`)
const STEP_3 = rules('icate ic, ative, alize al, iciti ic, ical ic, ful, ness')
const STEP_4 = rules(`
  al, ance, ence, er, ic, able, ible, ant, ement, ment, ent, ion, ou, ism, ate, iti, ous, ive, ize`)

/**
 * The stem of a word by Porter's algorithm, in the variant of its author's own code that Lucene uses: `bli` and `logi`
 * replace `abli`, and words of one or two UTF-16 units stay. Expects lower case; anything but a, e, i, o, u counts as a
 * consonant, and y does where it starts the word or follows a vowel.
 *
 * Source: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the departures noted by its author.
 */
export function porterStem(word: string): string {
  if (word.length <= 2) return word
  const root = withFinalI(withoutInflection(withoutPlural(word)))
  const simpler = replaceSuffix(replaceSuffix(root, STEP_2), STEP_3)
  return withoutFinalL(withoutFinalE(withoutEnding(simpler)))
}

/** Rules by their suffix's last letter, so that few are tried; there the order of the text holds. */
function rules(text: string): RuleTable {
  const table = new Map<string, SuffixRule[]>()
  for (const entry of text.split(',')) {
    const [suffix = '', replacement = ''] = entry.trim().split(' ')
    const alike = table.get(suffix.slice(-1)) ?? []
    table.set(suffix.slice(-1), [...alike, { suffix, replacement }])
  }
  return table
}

const ruleFor = (word: string, table: RuleTable): SuffixRule | undefined =>
  table.get(word.slice(-1))?.find(({ suffix }) => word.endsWith(suffix))

function withoutPlural(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2)
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word
}

function withoutInflection(word: string): string {
  if (word.endsWith('eed')) return measure(word, word.length - 3) > 0 ? word.slice(0, -1) : word
  const ending = ['ed', 'ing'].find((suffix) => word.endsWith(suffix))
  if (ending === undefined || !hasVowel(word, word.length - ending.length)) return word
  return repaired(word.slice(0, -ending.length))
}

/** hop(p)ing → hop, conflat(ed) → conflate, fil(ing) → file */
function repaired(stem: string): string {
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1)
  return measure(stem, stem.length) === 1 && endsInShortSyllable(stem, stem.length) ? `${stem}e` : stem
}

/** happy → happi */
function withFinalI(word: string): string {
  return word.endsWith('y') && hasVowel(word, word.length - 1) ? `${word.slice(0, -1)}i` : word
}

/** Only the first rule whose suffix fits counts, whether or not the stem is long enough for it. */
function replaceSuffix(word: string, table: RuleTable): string {
  const rule = ruleFor(word, table)
  if (rule === undefined) return word
  const stemLength = word.length - rule.suffix.length
  return measure(word, stemLength) > 0 ? word.slice(0, stemLength) + rule.replacement : word
}

function withoutEnding(word: string): string {
  const rule = ruleFor(word, STEP_4)
  if (rule === undefined) return word
  const stem = word.slice(0, -rule.suffix.length)
  if (rule.suffix === 'ion' && !/[st]$/.test(stem)) return word
  return measure(stem, stem.length) > 1 ? stem : word
}

function withoutFinalE(word: string): string {
  if (!word.endsWith('e')) return word
  const stemLength = word.length - 1
  const syllables = measure(word, stemLength)
  const drops = syllables > 1 || (syllables === 1 && !endsInShortSyllable(word, stemLength))
  return drops ? word.slice(0, -1) : word
}

function withoutFinalL(word: string): string {
  return word.endsWith('ll') && measure(word, word.length) > 1 ? word.slice(0, -1) : word
}

/** How often a vowel is followed by a consonant in the first `length` units: m in [C](VC)^m[V]. */
function measure(word: string, length: number): number {
  let count = 0
  let afterVowel = false
  for (let index = 0; index < length; index++) {
    const consonant = isConsonant(word, index)
    if (consonant && afterVowel) count++
    afterVowel = !consonant
  }
  return count
}

function hasVowel(word: string, length: number): boolean {
  for (let index = 0; index < length; index++) if (!isConsonant(word, index)) return true
  return false
}

function endsInDoubleConsonant(word: string): boolean {
  const last = word.length - 1
  return last >= 1 && word[last] === word[last - 1] && isConsonant(word, last)
}

/** Consonant, vowel, consonant other than w, x, y: the shape that asks for an e, as in fil(e). */
function endsInShortSyllable(word: string, length: number): boolean {
  if (length < 3 || !isConsonant(word, length - 1) || isConsonant(word, length - 2)) return false
  return isConsonant(word, length - 3) && !'wxy'.includes(word.charAt(length - 1))
}

function isConsonant(word: string, index: number): boolean {
  const letter = word.charAt(index)
  if (letter === 'y') return index === 0 || !isConsonant(word, index - 1)
  return !'aeiou'.includes(letter)
}
