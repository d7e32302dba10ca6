import type { BridgeLimits, GymnasiumProcess } from './bridge.ts'
import type { GymnasiumEntry } from './entries.ts'

/** Starts a process for an entry. */
export type StartBridge = (entry: GymnasiumEntry, limits: BridgeLimits) => Promise<GymnasiumProcess>

/** Idle processes at most: as many as a group of episodes may start at once. */
const MOST_IDLE = 16
/** Milliseconds after which an idle process ends. */
const IDLE_MS = 30_000

interface Idle {
  readonly bridge: GymnasiumProcess
  readonly timer: NodeJS.Timeout
}

/**
 * Processes of one entry. Each has one environment at a time, so that one that hangs or crashes takes no other with it;
 * when its episode is over it waits for the next, as most of a start is the import of Gymnasium.
 */
export class BridgePool {
  readonly #start: () => Promise<GymnasiumProcess>
  readonly #idle: Idle[] = []

  constructor(entry: GymnasiumEntry, limits: BridgeLimits, start: StartBridge) {
    this.#start = () => start(entry, limits)
  }

  /** A process without an environment. @throws GymError CONFIG_INVALID */
  async take(): Promise<GymnasiumProcess> {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      clearTimeout(idle.timer)
      if (idle.bridge.isRunning) return idle.bridge
    }
    return this.#start()
  }

  /** Gets a process back: it is kept for a while. */
  give(bridge: GymnasiumProcess): void {
    if (!bridge.isRunning || this.#idle.length >= MOST_IDLE) {
      void bridge.close()
      return
    }
    const timer = setTimeout(() => this.#drop(bridge), IDLE_MS)
    timer.unref()
    this.#idle.push({ bridge, timer })
  }

  #drop(bridge: GymnasiumProcess): void {
    const at = this.#idle.findIndex((each) => each.bridge === bridge)
    if (at >= 0) this.#idle.splice(at, 1)
    void bridge.close()
  }
}
