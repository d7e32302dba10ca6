import { counted } from '../../../core/data/shown.ts'
import type { Cli } from '../../cli.ts'
import { progressBar } from '../../terminal/progress.ts'

interface EpisodeBar {
  onGroup(): void
  onStep(step: { readonly terminated: boolean; readonly truncated: boolean }): void
  clear(): void
}

/** How many of the episodes have ended, and steps so far. */
export function episodeBar(total: number, err: Cli['err']): EpisodeBar {
  const bar = progressBar(err)
  let steps = 0
  let episodes = 0
  return {
    onStep({ terminated, truncated }) {
      steps++
      if (terminated || truncated) episodes++
      bar.update(`episodes, ${counted(steps, 'step')}`, episodes, total)
    },
    onGroup() {},
    clear: bar.clear,
  }
}

/** Shows how many groups have closed: their number of branches is not known in advance. */
export function groupBar(total: number, err: Cli['err']): EpisodeBar {
  const bar = progressBar(err)
  let steps = 0
  let groups = 0
  return {
    onStep: () => bar.update(`groups, ${counted(++steps, 'step')}`, groups, total),
    onGroup: () => bar.update(`groups, ${counted(steps, 'step')}`, ++groups, total),
    clear: bar.clear,
  }
}
