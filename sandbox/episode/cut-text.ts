/** Beginning and end of a text that is longer than the limit. No character is cut in two. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  const [begin, end] = [text.slice(0, half), text.slice(-half)].map((part) => part.replace(/\p{Surrogate}/gu, ''))
  return `${begin}\n... ${text.length - 2 * half} characters left out ...\n${end}`
}
