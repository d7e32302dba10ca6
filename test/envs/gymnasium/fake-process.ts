import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { GymnasiumProcess } from '../../../envs/gymnasium/bridge.ts'
import type { StartBridge } from '../../../envs/gymnasium/pool.ts'

const shown = (observation: Json) => ({
  observation,
  rendering: null,
  discrete: { start: 0, n: 3 },
  mask: [0, 2],
  info: { score: 3 },
})

/** Answers as the bridge does, in this process; the id of its environment says in what it is not repeatable. */
class FakeProcess implements GymnasiumProcess {
  readonly versions = { gymnasium: '1.4.0', python: '3.11.7' }
  isRunning = true
  readonly #id: string
  readonly #number: number
  #probes = 0
  #taken = 0

  constructor(id: string, number: number) {
    this.#id = id
    this.#number = number
  }

  async ask({ do: what, ...request }: JsonObject): Promise<Json> {
    if (what === 'make') return { action: { type: 'integer' }, observation: { type: 'string' } }
    if (what === 'reset') return this.#reset(request)
    if (what === 'step') return this.#step(request)
    return what === 'probe' ? this.#probe(request) : null
  }

  async close(): Promise<void> {
    this.isRunning = false
  }

  #reset({ seed, options }: JsonObject): Json {
    this.#taken = 0
    return shown(`seed ${seed} ${JSON.stringify(options)}`)
  }

  #step({ action, seed }: JsonObject): Json {
    if (action === 'odd') return { refused: 'the action is not an integer from 0 to 2' }
    this.#taken++
    const ends = { terminated: action === 2, truncated: action === 2 || this.#taken === 4 }
    return { ...shown(`action ${action}, luck ${seed === null ? 'none' : seed}`), reward: 0.5, ...ends }
  }

  #probe({ seed = null }: JsonObject): Json {
    this.#probes++
    const step = this.#id === 'other steps' ? this.#number : this.#id === 'used' ? this.#probes : 0
    return [this.#id === 'other resets' ? `${this.#number}` : 'reset', `${seed} ${step}`]
  }
}

/** Starts fake processes, and keeps them. */
export function startFakes() {
  const started: GymnasiumProcess[] = []
  const start: StartBridge = async ({ id }) => {
    const fake = new FakeProcess(id, started.length)
    started.push(fake)
    return fake
  }
  return { start, started }
}
