/** Words of requests that say nothing about what is wanted. */
const FILLERS = new Set(
  (
    'a about also am an and any are as at be big buy can choose come comes could find for from get give good has have ' +
    'having help i if im in is it its like looking made make me my need of on one or please purchase really same ' +
    'searching see shop shopping should show so some something sure than that the them there they this to under up ' +
    'want which will with would you your'
  ).split(' '),
)

/** Words as they stand, in lower case: letters and digits, a point inside numbers. */
export const tokensOf = (text: string): readonly string[] => text.toLowerCase().match(/\d+(?:\.\d+)?|\p{L}+/gu) ?? []

export const contentTokensOf = (text: string): readonly string[] =>
  tokensOf(text).filter((token) => !FILLERS.has(token))

/** What the inflected forms of a word have in common, for a comparison of an asker's words with a seller's. */
export function stemOf(token: string): string {
  let stem = token
  for (let ending = ENDING.exec(stem); ending !== null && stem.length > 3; ending = ENDING.exec(stem)) {
    if (ending.index < 3) break
    stem = stem.slice(0, ending.index)
  }
  return stem.length > 3 ? stem.replace(/y$/, 'i') : stem
}
const ENDING = /(?:ing|ed|e|s)$/

export const stemsOf = (text: string): readonly string[] => tokensOf(text).map(stemOf)
