import { type JudgeContext, pythonIn } from '../judge/index.ts'
import type { EpisodePrograms } from './programs.ts'

/** Sandbox and time of what is judged at the end of an episode. The time begins with the first use. */
export interface EndJudging {
  context(): JudgeContext
  readonly isUsedUp: boolean
}

/** @param judgeMs milliseconds of everything that is judged at the end, whatever time the agent's programs have used */
export function endJudging(programs: EpisodePrograms, judgeMs: number, signal: AbortSignal): EndJudging {
  let endsAt: number | null = null
  const leftMs = (): number => {
    endsAt ??= Date.now() + judgeMs
    return endsAt - Date.now()
  }
  return {
    context: () => ({ run: pythonIn(programs, ''), signal, totalMs: Math.max(0, leftMs()) }),
    get isUsedUp() {
      return leftMs() <= 0
    },
  }
}
