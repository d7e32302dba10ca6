import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { hookSet, type ProcessHook } from '../../core/reward/hook.ts'
import { decoderNetwork } from '../../models/networks/token-network.ts'
import { openRuntime } from '../../models/runtime/runtime.ts'
import { openScorer } from '../../models/scoring/scorer.ts'
import { initialWeights, parameterCount } from '../../models/weights/weights.ts'
import { implicitReward } from '../../rewards/process/implicit.ts'
import { type GymServer, listen } from '../../server/listen.ts'
import { quantile, rounded } from '../measure.ts'
import { echo } from '../wire/kit/echo.ts'
import type { Stepping } from './kit/stepper.ts'

/**
 * Delays of the event loop of a whole server while a model scores every step of its clients, and those of the same server
 * without the model. Clients are a process of their own; rounds with and without the model take turns, each after the
 * scores of the one before. What counts is the median over pairs of rounds, and what the model adds.
 */
const ROUNDS = 7
const BUDGET_MS = 15
const SCORED = 'a model scores'
const STEPPING = { sessions: 4, seconds: 4, pauseMs: 20, tokens: 96 }
const NETWORK = decoderNetwork({ vocabulary: 2048, width: 128, heads: 4, layers: 4, hidden: 352, maxLength: 128 })

const runtime = await openRuntime({ device: 'cpu' })
const scorer = await openScorer(runtime, NETWORK, initialWeights(NETWORK.weights, 1), { cacheSize: 0 })
let [scored, answered] = [0, 0]
const counting = {
  ...scorer,
  score: async (...given: Parameters<typeof scorer.score>) => {
    const found = await scorer.score(...given)
    scored += found.filter((each) => 'logProbs' in each).length
    answered += found.length
    return found
  },
}
const listening = (hooks: readonly ProcessHook[]): Promise<GymServer> =>
  listen({ environments: [{ name: 'echo', load: async () => echo }], hooks: hookSet(hooks) })
const servers = {
  'no model': await listening([]),
  [SCORED]: await listening([implicitReward({ scorer: counting, reference: 'behaviour' })]),
}
const clients = fork(new URL('./kit/stepper.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })

/** Delays of the event loop and latencies of steps in one round, in ms. */
interface Round {
  readonly delays: readonly [p50: number, p99: number, most: number]
  readonly latencies: readonly number[]
}

/** Time for the steps that clients made faster than the model scores. */
const DRAIN_MS = 120_000

async function roundOn(name: string, { url }: GymServer, from: ChildProcess): Promise<Round> {
  const stepping: Stepping = { ...STEPPING, url }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const before = answered
  delay.enable()
  from.send(stepping)
  const [latencies = []]: readonly (readonly number[])[] = await once(from, 'message')
  delay.disable()
  if (name === SCORED) await drained(before + latencies.length)
  return { delays: [delay.percentile(50) / 1e6, delay.percentile(99) / 1e6, delay.max / 1e6], latencies }
}

/** Batches have up to 256 steps, and are still on their way when a round ends: the next one would compete with them. */
async function drained(count: number): Promise<void> {
  const until = performance.now() + DRAIN_MS
  while (answered < count && performance.now() < until) await setTimeout(20)
}

const rounds = new Map<string, Round[]>(Object.keys(servers).map((name) => [name, []]))
for (const [name, server] of Object.entries(servers)) await roundOn(name, server, clients)
scored = 0
for (let round = 0; round < ROUNDS; round++)
  for (const [name, server] of Object.entries(servers)) rounds.get(name)?.push(await roundOn(name, server, clients))

const size = `${rounded(parameterCount(NETWORK.weights) / 1e6)} million parameters`
const steps = rounds.get(SCORED)?.flatMap(({ latencies }) => latencies).length ?? 0
console.log(`\n${STEPPING.sessions} sessions, actions of ${STEPPING.tokens} tokens, ${size}, CPU with 1 thread; ms`)
console.table(
  Object.fromEntries(
    [...rounds].map(([name, all]) => {
      const latencies = all.flatMap((each) => each.latencies)
      const p99s = all.map(({ delays }) => delays[1])
      return [
        name,
        {
          'event loop p50': rounded(
            quantile(
              all.map(({ delays }) => delays[0]),
              0.5,
            ),
          ),
          'p99, median of rounds': rounded(quantile(p99s, 0.5)),
          'p99, spread': `${rounded(Math.min(...p99s))} to ${rounded(Math.max(...p99s))}`,
          most: rounded(Math.max(...all.map(({ delays }) => delays[2]))),
          'step p50': rounded(quantile(latencies, 0.5)),
          'step p99': rounded(quantile(latencies, 0.99)),
        },
      ]
    }),
  ),
)
const p99sOf = (name: string): readonly number[] => (rounds.get(name) ?? []).map(({ delays }) => delays[1])
const [scoring, without] = [p99sOf(SCORED), p99sOf('no model')]
const added = scoring.map((p99, round) => p99 - (without[round] ?? 0))
console.log(
  `${scored} of ${steps} steps were scored; 99 % of delays under ${quantile(scoring, 0.5).toFixed(1)} ms (timer of 1 ms; budget ${BUDGET_MS} ms), ${quantile(added, 0.5).toFixed(1)} ms more than without the model; medians of ${ROUNDS} pairs of rounds`,
)
clients.kill()
for (const server of Object.values(servers)) await server.close()
await runtime.close()
