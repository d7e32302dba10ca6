import { setTimeout } from 'node:timers/promises'
import { connect } from '../../../agents/remote/gym.ts'
import type { TokenEvidence } from '../../../core/data/types.ts'

/** What the steppers of one round do. */
export interface Stepping {
  readonly url: string
  readonly sessions: number
  readonly seconds: number
  /** Milliseconds from a reply to the next step of its session. */
  readonly pauseMs: number
  /** Tokens of an action and of what is before it. */
  readonly tokens: number
}

/** Clients in a process of their own: at each message they step for a while, and answer with the latencies in ms. */
process.on('message', async (stepping: Stepping) => {
  const latencies: number[] = []
  await Promise.all(Array.from({ length: stepping.sessions }, (_, at) => stepped(stepping, at, latencies)))
  process.send?.(latencies)
})

async function stepped(
  { url, seconds, pauseMs, tokens }: Stepping,
  session: number,
  latencies: number[],
): Promise<void> {
  const gym = await connect(url, { environment: 'echo' })
  const episode = await gym.reset({ seed: session })
  const until = performance.now() + seconds * 1000
  for (let step = 0; performance.now() < until; step++) {
    const began = performance.now()
    await episode.step(`${session} ${step}`, evidenceOf(session * 7919 + step * 31, tokens))
    latencies.push(performance.now() - began)
    await setTimeout(pauseMs)
  }
  await gym.close()
}

/** Evidence whose tokens no other step has: no cache helps. */
function evidenceOf(from: number, count: number): TokenEvidence {
  const tokens = Array.from({ length: count }, (_, at) => (from * 613 + at * 97) % 2048)
  const [promptTokenIds, actionTokenIds] = [tokens.slice(0, count >> 1), tokens.slice(count >> 1)]
  const sampling = { policyId: 'stepper', policyVersion: '1', temperature: 1, topP: 1 }
  const logProbs = actionTokenIds.map(() => -7)
  return { kind: 'token', ...sampling, promptTokenIds, actionTokenIds, logProbs, finishReason: 'stop' }
}
