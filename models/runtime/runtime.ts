import { GymError, messageOf } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import { encodeGraph } from '../graph/encode.ts'
import type { Graph } from '../graph/graph.ts'
import { type DeviceThread, startThread } from './device-thread.ts'
import { DEVICES, type Device, type TensorValues, type ThreadSettings } from './messages.ts'
import { selfTest } from './self-test.ts'

/** How a runtime is opened. */
export interface RuntimeSettings {
  /** `auto` takes the first of cuda, webgpu and cpu that passes its self-test. @default 'auto' */
  readonly device?: Device | 'auto'
  /** Threads that share one operation on a CPU, from 1 to 1024. @default 1 */
  readonly threads?: number
}

/** What models run on, for manifests and reports. */
export interface DeviceReport {
  readonly device: Device
  /** Name and version of what computes. */
  readonly runtime: string
  /** Devices that `auto` tried before, and why each was not taken. */
  readonly refused: readonly { readonly device: Device; readonly reason: string }[]
}

/** Tensors that stay on the device between runs. */
export interface DeviceState {
  /** Another state with the same tensors: what replaces them in one does not change the other. */
  copy(): Promise<DeviceState>
  read(): Promise<TensorValues>
  drop(): Promise<void>
}

/** What one run is given. */
export interface Run {
  readonly feeds?: TensorValues
  /** Outputs to return. */
  readonly fetches: readonly string[]
  /** Feeds its tensors by name. */
  readonly state?: DeviceState
  /** Whether the outputs that follow tensors of the state replace them. @default false */
  readonly updates?: boolean
}

/** A graph on a device. */
export interface Session {
  /** @throws GymError MODEL_FAILED where the run fails; the state is then as it was. */
  run(run: Run): Promise<TensorValues>
  close(): Promise<void>
}

/** How a model is loaded. */
export interface LoadOptions {
  /** @default true */
  readonly isOptimised?: boolean
  /** Folder of the files that hold weights of the model; null where it holds all of them itself. @default null */
  readonly folder?: string | null
}

/** Models on one device, computed in a thread of its own: the caller's thread is never blocked. */
export interface Runtime {
  readonly report: DeviceReport
  /** Whether its thread has ended: nothing runs on it any more. */
  readonly hasEnded: boolean
  /**
   * @param follow outputs that replace tensors of a state, by the names of these
   * @throws GymError MODEL_FAILED where onnxruntime refuses the graph.
   */
  load(graph: Graph, follow?: Readonly<Record<string, string>>): Promise<Session>
  /** As `load`, from the bytes of an ONNX model. */
  loadModel(model: Uint8Array, follow?: Readonly<Record<string, string>>, options?: LoadOptions): Promise<Session>
  /** Keeps tensors on the device. */
  store(values: TensorValues): Promise<DeviceState>
  /** Ends the thread: what waits is rejected. */
  close(): Promise<void>
}

class ThreadRuntime implements Runtime {
  readonly report: DeviceReport
  readonly #thread: DeviceThread

  constructor(report: DeviceReport, thread: DeviceThread) {
    this.report = report
    this.#thread = thread
  }

  get hasEnded(): boolean {
    return this.#thread.hasEnded
  }

  load(graph: Graph, follow: Readonly<Record<string, string>> = {}): Promise<Session> {
    return this.loadModel(encodeGraph(graph), follow)
  }

  async loadModel(
    model: Uint8Array,
    follow: Readonly<Record<string, string>> = {},
    { isOptimised = true, folder = null }: LoadOptions = {},
  ): Promise<Session> {
    const thread = this.#thread
    const session = await thread.request({ kind: 'load', model, state: follow, isOptimised, folder })
    return {
      run: ({ feeds = {}, fetches, state, updates = false }) =>
        thread.request({
          kind: 'run',
          session,
          feeds,
          fetches,
          state: state === undefined ? null : idOf(state),
          updates,
        }),
      close: async () => {
        await thread.request({ kind: 'unload', session })
      },
    }
  }

  async store(values: TensorValues): Promise<DeviceState> {
    return new State(this.#thread, await this.#thread.request({ kind: 'store', values }))
  }

  close(): Promise<void> {
    return this.#thread.close()
  }
}

class State implements DeviceState {
  readonly #thread: DeviceThread
  readonly id: number

  constructor(thread: DeviceThread, id: number) {
    this.#thread = thread
    this.id = id
  }

  async copy(): Promise<DeviceState> {
    return new State(this.#thread, await this.#thread.request({ kind: 'copy', state: this.id }))
  }

  read(): Promise<TensorValues> {
    return this.#thread.request({ kind: 'read', state: this.id })
  }

  async drop(): Promise<void> {
    await this.#thread.request({ kind: 'drop', state: this.id })
  }
}

function idOf(state: DeviceState): number {
  if (state instanceof State) return state.id
  throw new GymError('MODEL_INVALID', 'a state comes from `store` or `copy`')
}

const MOST_THREADS = 1024

/**
 * Opens a device and tests that it computes rightly. A device that was asked for by name is never replaced by another.
 * @throws GymError CONFIG_INVALID for another device than there are, and for threads; DEVICE_UNAVAILABLE
 */
export async function openRuntime({ device = 'auto', threads = 1 }: RuntimeSettings = {}): Promise<Runtime> {
  if (device !== 'auto' && !DEVICES.includes(device))
    throw new GymError('CONFIG_INVALID', `device is auto, ${DEVICES.join(', ')}, not ${shown(device)}`)
  if (!(Number.isSafeInteger(threads) && threads >= 1 && threads <= MOST_THREADS))
    throw new GymError('CONFIG_INVALID', `threads is a whole number from 1 to ${MOST_THREADS}, not ${shown(threads)}`)
  if (device !== 'auto') return openDevice({ device, threads }, [])
  const refused: { device: Device; reason: string }[] = []
  for (const each of DEVICES) {
    try {
      return await openDevice({ device: each, threads }, refused)
    } catch (thrown) {
      refused.push({ device: each, reason: messageOf(thrown).replace(`device ${each} cannot be used: `, '') })
    }
  }
  const reasons = new Set(refused.map(({ reason }) => reason))
  throw new GymError('DEVICE_UNAVAILABLE', [...reasons].join('\n'))
}

async function openDevice(settings: ThreadSettings, refused: DeviceReport['refused']): Promise<Runtime> {
  const { thread, version } = await startThread(settings)
  const report = { device: settings.device, runtime: `onnxruntime-node ${version}`, refused: [...refused] }
  const runtime = new ThreadRuntime(report, thread)
  try {
    await selfTest(runtime)
    return runtime
  } catch (thrown) {
    await runtime.close()
    throw new GymError('DEVICE_UNAVAILABLE', `device ${settings.device} computes wrongly: ${messageOf(thrown)}`)
  }
}
