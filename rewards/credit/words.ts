import type { AnchorReport, Diagnostics } from '../../core/data/diagnostics.ts'
import { counted } from '../../core/data/shown.ts'

/** Diagnostics as sentences, the least surprising first; warnings are not among them. */
export function wordsOf(diagnostics: Diagnostics): readonly string[] {
  const { signals, rows, anchor, nulls, truncated, leftOut } = diagnostics
  const gaps = Object.entries(nulls).filter(([, count]) => count > 0)
  return [
    `consumes ${signals.join(', ')}`,
    groupWords(diagnostics.groups),
    ...(diagnostics.stepGroups ? [stepGroupWords(diagnostics.stepGroups)] : []),
    ...(anchor ? anchorWords(anchor) : []),
    ...(rows.masked > 0 ? [`${rows.masked} of ${counted(rows.total, 'step')} have no advantage`] : []),
    ...(rows.penalised > 0 ? [`invalid actions penalised: ${counted(rows.penalised, 'row')}`] : []),
    ...(rows.withoutTokens > 0
      ? [`without tokens, and so without an advantage: ${counted(rows.withoutTokens, 'row')}`]
      : []),
    ...(rows.copies > 0 ? [`${counted(rows.copies, 'row')} among them copies`] : []),
    ...gaps.map(([signal, count]) => `${signal} is null in ${counted(count, 'step')}`),
    ...(truncated > 0
      ? [`truncated, which counts as an end: ${counted(truncated, 'trajectory', 'trajectories')}`]
      : []),
    ...(leftOut.aborted > 0 ? [`left out as aborted: ${counted(leftOut.aborted, 'trajectory', 'trajectories')}`] : []),
    ...(leftOut.empty > 0 ? [`left out without a step: ${counted(leftOut.empty, 'trajectory', 'trajectories')}`] : []),
  ]
}

function groupWords({ total, sizes, tooSmall, usable, zeroVariance }: Diagnostics['groups']): string {
  const size = sizes.least === sizes.most ? `${sizes.most}` : `${sizes.least} to ${sizes.most}`
  const equal = zeroVariance === null ? '' : `, ${zeroVariance} with equal scores throughout`
  const small = `, ${tooSmall} too small to compare (a group needs ${counted(usable.needed, 'usable trajectory', 'usable trajectories')})`
  return `${counted(total, 'group')} of ${size}${equal}${tooSmall > 0 ? small : ''}`
}

const stepGroupWords = ({ total, singletons, largest }: NonNullable<Diagnostics['stepGroups']>): string =>
  `${counted(total, 'group')} of comparable steps, ${singletons} of one step, the largest of ${largest}`

function anchorWords({ name, repeatedShare, pairs, aliasedPairs }: AnchorReport): readonly string[] {
  const share = repeatedShare === null ? [] : [`the anchor ${name} repeats in ${percent(repeatedShare)} of steps`]
  const hasNoPairs = pairs === null || aliasedPairs === null || pairs === 0
  return hasNoPairs
    ? share
    : [...share, `${aliasedPairs} of ${pairs} pairs of ${name} and action led to several next anchors`]
}

const percent = (share: number): string => `${Math.round(100 * share)} %`
