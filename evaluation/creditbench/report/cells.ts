import type { Estimated } from '../../statistics/interval.ts'

/** `0.86 ± 0.03`; a dash where a measure is not defined. */
export const estimated = (estimate: Estimated | null): string => {
  if (estimate === null) return '-'
  const { value, low, high } = estimate
  return `${fixed(value)} ± ${rounded((high - low) / 2)}`
}

const rounded = (reach: number): string => (reach >= 100 ? reach.toPrecision(2) : reach.toFixed(2))

/** Two decimals, without the sign of a zero. */
export const fixed = (value: number): string => value.toFixed(2).replace(/^-(0\.00)$/, '$1')

export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

/** A table of Markdown; the first column is set to the left, all others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, at) => (at === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.map(safe).join(' | ')} |`).join('\n')
}

const safe = (cell: string): string => cell.replaceAll('|', '\\|')
