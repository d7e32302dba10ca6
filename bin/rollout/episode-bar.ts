import type { Cli } from '../cli.ts'
import { progressBar } from '../terminal/progress.ts'

interface EpisodeBar {
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
      bar.update(`episodes, ${steps} steps`, episodes, total)
    },
    clear: bar.clear,
  }
}
