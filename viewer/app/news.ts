import type { RunEvent } from '../answers.ts'

/** News in a few words; none for no news. */
export function wordsOf(news: readonly RunEvent[]): string {
  const ended = news.filter(({ kind }) => kind === 'end').length
  const late = news.reduce((sum, event) => sum + (event.kind === 'rewards' ? event.rewards.length : 0), 0)
  return [ended > 0 ? `${ended} new` : '', late > 0 ? `${late} late ${late === 1 ? 'reward' : 'rewards'}` : '']
    .filter((part) => part !== '')
    .join(', ')
}
