import { counted } from '../../core/data/shown.ts'
import { cutText } from '../../sandbox/episode/cut-text.ts'
import type { VisibleResults } from './judge.ts'

/** Results of visible tests as the agent reads them: how many pass, and what is wrong with the others. */
export function reportOf({ tests, problems }: VisibleResults, mostCharacters: number): string {
  if (tests.length === 0 && problems.length === 0)
    return 'There are no tests: files whose names are test_*.py or *_test.py, with functions test*.'
  const wrong = tests.filter(({ status }) => status === 'FAILED' || status === 'ERROR')
  const skipped = tests.filter(({ status }) => status === 'SKIPPED').length
  const head = `${tests.length - wrong.length - skipped} of ${counted(tests.length, 'test')} pass${skipped > 0 ? `, ${skipped} skipped` : ''}.`
  const lines = wrong.map(({ id, status, note }) => `${status} ${id}: ${note}`)
  return cutText([head, ...lines, ...problems.map((each) => `NOT RUN ${each}`)].join('\n'), mostCharacters)
}
