import type { ClaimResult } from '../../../evaluation/claims/kit/claim.ts'
import type { Verdict } from '../../../evaluation/claims/kit/verdict.ts'
import type { Painter, Style } from '../../terminal/paint.ts'

/** Each claim with its verdict, what was found, and which conditions did not hold. */
export const printedClaims = (results: readonly ClaimResult[], report: string, paint: Painter): readonly string[] => [
  ...results.flatMap((result) => linesOf(result, paint)),
  `conditions, figures and intervals: ${report}`,
]

const STYLES: Readonly<Record<Verdict, Style>> = { confirmed: 'green', refuted: 'red', undecided: 'yellow' }

const linesOf = (
  { name, claim, verdict, conditions, beside, says }: ClaimResult,
  paint: Painter,
): readonly string[] => [
  `${paint('bold', name)}: ${paint(STYLES[verdict], verdict)}`,
  `  ${claim}`,
  `  ${says}`,
  ...conditions.filter((each) => each.verdict !== 'confirmed').map(conditionLine),
  ...beside.map((each) => `  beside, ${each.verdict}: ${each.says}`),
  '',
]

const conditionLine = ({ verdict, says }: ClaimResult['conditions'][number]): string => `  ${verdict}: ${says}`
