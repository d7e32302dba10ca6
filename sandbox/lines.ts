/*
 * Lines of what a program wrote, which may be millions: none of these takes longer than to look through the text once.
 */

/** The last line of a text that is not empty, without the end of the line. */
export function lastLineOf(text: string): string {
  const whole = text.trimEnd()
  return whole.slice(whole.lastIndexOf('\n') + 1)
}

/** What follows these words in the first line that begins with them; null where there is none. */
export function lineAfter(text: string, words: string): string | null {
  const found = `\n${text}`.indexOf(`\n${words}`)
  if (found < 0) return null
  const start = found + words.length
  const end = text.indexOf('\n', start)
  return text.slice(start, end < 0 ? text.length : end)
}
