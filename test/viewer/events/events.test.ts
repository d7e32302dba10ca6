import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { estimators } from '../../../registry/index.ts'
import type { RunEvent } from '../../../viewer/answers.ts'
import { RunTail } from '../../../viewer/events/tail.ts'
import { listenViewer } from '../../../viewer/listen.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { run } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { judged, startedRun } from '../../support/live-run.ts'

const FILES = new Map([['/', { type: 'text/html; charset=utf-8', body: Buffer.from('<p>') }]])

/** Events as they come; ask for one after the other, null at the end. */
function eventsOf({ body }: Response): () => Promise<RunEvent | null> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return async () => {
    while (!text.includes('\n')) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: '' }
      if (done) return null
      text += value
    }
    const at = text.indexOf('\n')
    const line = text.slice(0, at)
    text = text.slice(at + 1)
    return JSON.parse(line)
  }
}

async function viewing(path: string) {
  const viewer = await listenViewer({ folders: [path], estimators: estimators(), files: FILES })
  closeAfterTest(() => viewer.close())
  return (query = '') => fetch(`${viewer.url}/-/api/runs/a/events${query}`)
}

async function all(response: Response): Promise<readonly RunEvent[]> {
  return (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('events of a run', () => {
  it('come while it is written: steps, endings, late rewards, its end', async () => {
    const path = join(newFolder(), 'a')
    const { log, step, end } = startedRun(path)
    const next = eventsOf(await (await viewing(path))())
    expect(await next()).toEqual({ seq: 1, kind: 'episode', episode: 'e', group: 'g', member: 0, task: 't' })
    expect(await next()).toEqual({ seq: 1, kind: 'state', state: 'live' })
    step(0)
    const rewards = [{ name: 'env', value: 0, reason: null }]
    const taken = { kind: 'step', episode: 'e', action: '{"say":"hi"}' }
    expect(await next()).toEqual({ seq: 2, ...taken, index: 0, isActionValid: false, rewards })
    step(1)
    expect(await next()).toMatchObject({ seq: 3, ...taken, index: 1, isActionValid: true })
    end()
    const success = [{ name: 'success', value: 1, reason: null }]
    expect(await next()).toEqual({ seq: 4, kind: 'end', episode: 'e', ending: 'truncated', rewards: success })
    const none = { name: 'worth', version: 1, latencyMs: 3, value: null, reason: 'lapsed' } as const
    log.rewardsArrived([
      { trajectoryId: 'e', index: 0, reward: judged('worth', 0.5) },
      { trajectoryId: 'e', index: 1, reward: none },
    ])
    expect(await next()).toEqual({
      ...{ seq: 5, kind: 'rewards' },
      rewards: [
        { episode: 'e', index: 0, name: 'worth', value: 0.5, reason: null },
        { episode: 'e', index: 1, name: 'worth', value: null, reason: 'lapsed' },
      ],
    })
    log.close()
    expect(await next()).toEqual({ seq: 5, kind: 'state', state: 'finished' })
    expect(await next()).toBeNull()
  })

  it('are those of the lines of the record, in their order, from any line on', async () => {
    const folder = newFolder()
    const rollout = ['rollout', '--env', 'grid', '--agent', 'random', '--groups', '2', '--group-size', '2']
    expect(await run([...rollout, '--hook', 'progress', '--out', 'a'], { folder })).toMatchObject({ code: 0 })
    const path = join(folder, 'a')
    const ask = await viewing(path)
    const events = await all(await ask())
    const entries = [...readRun(path).entries()]
    expect(events.slice(0, -1).map(({ kind }) => kind)).toEqual(entries.map(({ type }) => type))
    expect(events.map(({ seq }) => seq)).toEqual([...entries.map((_, at) => at + 1), entries.length])
    for (const [at, entry] of entries.entries())
      if (entry.type === 'step') {
        const { trajectoryId: episode, index, action } = entry.step
        expect(events[at]).toMatchObject({ episode, index, action })
      }
    for (const after of [1, 7, entries.length, entries.length + 5])
      expect(await all(await ask(`?after=${after}`))).toEqual([...events.slice(after, -1), events.at(-1)])
  })

  it('leave out a torn line, and say so; a line that is damaged is unreadable', async () => {
    const path = join(newFolder(), 'a')
    const { log } = startedRun(path)
    log.close()
    appendFileSync(join(path, 'segments', '000000.jsonl'), '{"type":"nothing"}\n{"type":"step"}\n{"type":"st')
    expect((await all(await (await viewing(path))())).slice(1)).toEqual([
      { seq: 2, kind: 'unreadable' },
      { seq: 3, kind: 'unreadable' },
      { seq: 3, kind: 'state', state: 'torn' },
    ])
  })

  it('are refused for a run that is not there, and for a line that is not a number', async () => {
    const path = join(newFolder(), 'a')
    startedRun(path).log.close()
    const ask = await viewing(path)
    expect((await ask('?after=-1')).status).toBe(422)
    expect((await ask('?after=x')).status).toBe(422)
    expect((await ask('/../../b/events')).status).toBe(404)
  })
})

describe('the tail of a run', () => {
  it('has each line once and whole, whatever is written between two looks', () => {
    const line = fc.stringMatching(/^[a-zäß€𝄞 ]{0,40}$/u).map((text) => `{"text":"${text}"}\n`)
    const parts = fc.array(line, { maxLength: 12 })
    fc.assert(
      fc.property(
        fc.array(parts, { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.nat(60)),
        fc.integer({ min: 1, max: 64 }),
        (segments, cuts, piece) => {
          const folder = newFolder()
          mkdirSync(join(folder, 'segments'))
          const tail = new RunTail(folder, piece)
          const seen: string[] = []
          const look = (): void => {
            for (let lines = tail.next(); lines.length > 0; lines = tail.next()) seen.push(...lines)
          }
          segments.forEach((lines, at) => {
            const path = join(folder, 'segments', `${at}.jsonl`)
            writeFileSync(path, '')
            let rest = Buffer.from(lines.join('') + (at < segments.length - 1 ? '{"type":"continued"}\n' : ''))
            while (rest.length > 0) {
              const cut = (cuts.next().value ?? 0) + 1
              appendFileSync(path, rest.subarray(0, cut))
              rest = rest.subarray(cut)
              look()
            }
          })
          look()
          expect(seen.map((text) => `${text}\n`)).toEqual(segments.flat())
          expect(tail.seq).toBe(segments.flat().length)
        },
      ),
      { numRuns: 40 },
    )
  })
})
