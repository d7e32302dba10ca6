import { controlSequence, onOneLine, type TextSink } from './text-sink.ts'

export interface ProgressBar {
  update(label: string, done: number, total: number): void
  clear(): void
}

const BAR_WIDTH = 24
const REDRAW_MS = 100
const CLEAR_LINE = controlSequence('\r\u001b[2K')

/** A bar that redraws itself at most ten times a second, on a terminal only. */
export function progressBar(sink: TextSink, now: () => number = Date.now): ProgressBar {
  if (sink.isTTY !== true) return { update: () => {}, clear: () => {} }
  let drawnAt = now()
  let isDrawn = false
  return {
    update(label, done, total) {
      if (now() - drawnAt < REDRAW_MS) return
      drawnAt = now()
      isDrawn = true
      sink.write(`${CLEAR_LINE}${barOf(done, total)} ${done}/${total} ${onOneLine(label)}`)
    },
    clear() {
      if (isDrawn) sink.write(CLEAR_LINE)
      isDrawn = false
    },
  }
}

const barOf = (done: number, total: number): string => {
  const filled = Math.round(BAR_WIDTH * Math.min(1, done / Math.max(1, total)))
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}]`
}
