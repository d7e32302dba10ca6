import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** Rows beyond each edge of the screen that are drawn, so that scrolling shows no gap. */
const AROUND = 12

/** Rows of a long table that are drawn, and the heights of those that are not. */
export interface RowWindow {
  readonly body: RefObject<HTMLTableSectionElement | null>
  readonly from: number
  readonly to: number
  /** Pixels above and below. */
  readonly above: number
  readonly below: number
}

/** The rows of a table that are near the screen. @param height of a row, in pixels, until one has been measured */
export function useRowWindow(count: number, height: number): RowWindow {
  const body = useRef<HTMLTableSectionElement>(null)
  const [row, setRow] = useState(height)
  const [{ from, to }, setRange] = useState({ from: 0, to: 2 * AROUND })
  useLayoutEffect(() => {
    const look = (): void => {
      if (!body.current) return
      const drawn = body.current.querySelector('tr[data-row]')?.getBoundingClientRect().height ?? row
      setRow(drawn)
      const top = body.current.getBoundingClientRect().top
      const first = Math.max(0, Math.floor(-top / drawn) - AROUND)
      const next = { from: first, to: Math.min(count, Math.ceil((innerHeight - top) / drawn) + AROUND) }
      setRange((now) => (now.from === next.from && now.to === next.to ? now : next))
    }
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [count])
  const last = Math.min(count, Math.max(from, to))
  return { body, from: Math.min(from, last), to: last, above: Math.min(from, last) * row, below: (count - last) * row }
}
