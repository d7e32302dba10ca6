import { useEffect, useRef } from 'preact/hooks'
import type { RunAnswer, RunEvent } from '../answers.ts'
import { refresh } from './data.ts'
import { EXPORTED } from './exported.ts'
import { followed } from './stream.ts'

/** Takes what happens in a run while it is written, from what was read of it on. @param answer null where it is not known yet */
export function useRunEvents(answer: RunAnswer | null, take: (event: RunEvent) => void): void {
  const latest = useRef(take)
  latest.current = take
  const isWanted = answer?.state === 'live' && EXPORTED === null
  useEffect(() => {
    if (!isWanted || !answer) return
    let after = answer.seq
    const left = new AbortController()
    const path = (): string => `runs/${encodeURIComponent(answer.id)}/events?after=${after}`
    void followed<RunEvent>(path, left.signal, (event) => {
      after = event.seq
      latest.current(event)
      if (event.kind === 'state' && event.state !== 'live') left.abort()
    })
    return () => left.abort()
  }, [isWanted, answer?.id])
}

/** Asks for answers again, with at least this many milliseconds between two times: the last call is never lost. */
export function useRefresh(beginning: string, periodMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current)
      timer.current = null
    },
    [beginning],
  )
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = null
      refresh(beginning)
    }, periodMs)
  }
}

/** Whether something of an episode has changed. */
export function concerns(event: RunEvent, id: string): boolean {
  if (event.kind === 'rewards') return event.rewards.some(({ episode }) => episode === id)
  if (event.kind === 'step' || event.kind === 'end') return event.episode === id
  return event.kind === 'group' ? event.episodes.includes(id) : event.kind === 'state' && event.state !== 'live'
}
