import { env, InferenceSession, Tensor } from 'onnxruntime-node'
import { GymError } from '../../core/data/errors.ts'
import { encodeGraph } from '../graph/encode.ts'
import { Graph } from '../graph/graph.ts'
import type {
  Device,
  LoadRequest,
  RunRequest,
  TensorValue,
  TensorValues,
  ThreadRequest,
  ThreadResults,
  ThreadSettings,
} from './messages.ts'

/** Sessions and states of one device, inside its thread. */
export interface OpenDevice {
  /** Version of onnxruntime. */
  readonly version: string
  handle(request: ThreadRequest): Promise<ThreadResults[keyof ThreadResults]>
}

export async function openDevice(settings: ThreadSettings): Promise<OpenDevice> {
  // What fails is thrown; a log line beside it would be the second.
  env.logLevel = 'fatal'
  const sessions = new Sessions(settings)
  // A device that is not there is found out by the first session.
  const probe = await sessions.load(plainly(identityOf([{ name: 'x', dims: [1] }])))
  await sessions.unload(probe)
  return { version: env.versions.node ?? 'unknown', handle: (request) => handle(sessions, request) }
}

async function handle(sessions: Sessions, request: ThreadRequest): Promise<ThreadResults[keyof ThreadResults]> {
  switch (request.kind) {
    case 'load':
      return sessions.load(request)
    case 'run':
      return sessions.run(request)
    case 'unload':
      return sessions.unload(request.session)
    case 'store':
      return sessions.store(request.values)
    case 'copy':
      return sessions.copy(request.state)
    case 'read':
      return sessions.read(request.state)
    case 'drop':
      return sessions.drop(request.state)
  }
}

interface Loaded {
  readonly session: InferenceSession
  readonly state: LoadRequest['state']
}

type State = ReadonlyMap<string, Tensor>

class Sessions {
  readonly #settings: ThreadSettings
  readonly #sessions = new Map<number, Loaded>()
  readonly #states = new Map<number, State>()
  #count = 0

  constructor(settings: ThreadSettings) {
    this.#settings = settings
  }

  async load({ model, state, isOptimised, folder }: Omit<LoadRequest, 'kind'>): Promise<number> {
    const session = await InferenceSession.create(model, {
      executionProviders: [this.#settings.device],
      intraOpNumThreads: this.#settings.threads,
      logSeverityLevel: 4,
      graphOptimizationLevel: isOptimised ? 'all' : 'disabled',
      ...(folder !== null && { extra: { session: { model_external_initializers_file_folder_path: folder } } }),
      ...locationsOf(this.#settings.device, Object.values(state)),
    })
    return this.#keep(this.#sessions, { session, state })
  }

  async unload(id: number): Promise<null> {
    const { session } = this.#session(id)
    this.#sessions.delete(id)
    await session.release()
    return null
  }

  /**
   * Outputs that replace tensors of the state do so together, after the whole run, and only where all that it returns
   * is finite: a loss that is not would leave weights that are none.
   */
  async run({ session: id, feeds, fetches, state: stateId, updates }: RunRequest): Promise<TensorValues> {
    const { session, state: follow } = this.#session(id)
    const state = stateId === null ? EMPTY : this.#state(stateId)
    const given = Object.entries(feeds).map(([name, value]) => [name, tensorOf(value)] as const)
    const kept = session.inputNames.flatMap((name) => pairOf(name, state.get(name)))
    const wanted = [...new Set([...fetches, ...(updates ? Object.values(follow) : [])])]
    const results = await session.run(Object.fromEntries([...kept, ...given]), wanted)
    const values = Object.fromEntries(fetches.map((name) => [name, valueFrom(results[name])]))
    if (updates && stateId !== null) {
      expectFinite(values)
      this.#replace(stateId, followed(state, follow, results))
    }
    return values
  }

  store(values: TensorValues): number {
    return this.#keep(this.#states, new Map(Object.entries(values).map(([name, value]) => [name, tensorOf(value)])))
  }

  /** Tensors are never written to, so that two states may hold the same ones. */
  copy(id: number): number {
    return this.#keep(this.#states, new Map(this.#state(id)))
  }

  async read(id: number): Promise<TensorValues> {
    const state = this.#state(id)
    const onDevice = [...state].filter(([, tensor]) => tensor.location !== 'cpu')
    const read = await this.#downloaded(onDevice)
    return Object.fromEntries([...state].map(([name, tensor]) => [name, valueFrom(read.get(name) ?? tensor)]))
  }

  drop(id: number): null {
    const state = this.#state(id)
    this.#states.delete(id)
    this.#dispose(state)
    return null
  }

  /** By a graph that computes nothing: reading a tensor of a device itself ends the process in onnxruntime 1.30. */
  async #downloaded(tensors: readonly (readonly [string, Tensor])[]): Promise<State> {
    if (tensors.length === 0) return EMPTY
    const graph = identityOf(tensors.map(([name, { dims }]) => ({ name, dims })))
    const id = await this.load(plainly(graph))
    const results = await this.#session(id).session.run(Object.fromEntries(tensors))
    await this.unload(id)
    return new Map(tensors.flatMap(([name]) => pairOf(name, results[copyName(name)])))
  }

  #replace(id: number, state: State): void {
    const before = this.#state(id)
    this.#states.set(id, state)
    this.#dispose(before)
  }

  /** Frees the memory of a device that no state holds any more. */
  #dispose(state: State): void {
    const held = new Set([...this.#states.values()].flatMap((other) => [...other.values()]))
    for (const tensor of state.values()) if (tensor.location !== 'cpu' && !held.has(tensor)) tensor.dispose()
  }

  #keep<T>(map: Map<number, T>, value: T): number {
    map.set(++this.#count, value)
    return this.#count
  }

  #session(id: number): Loaded {
    return this.#sessions.get(id) ?? missing(`session ${id}`)
  }

  #state(id: number): State {
    return this.#states.get(id) ?? missing(`state ${id}`)
  }
}

const EMPTY: State = new Map()

const plainly = (model: Uint8Array) => ({ model, state: {}, isOptimised: true, folder: null })

function missing(what: string): never {
  throw new GymError('MODEL_INVALID', `${what} is closed`)
}

function expectFinite(values: TensorValues): void {
  for (const [name, { type, data }] of Object.entries(values)) {
    const wrong = type === 'float32' ? data.find((value) => !Number.isFinite(value)) : undefined
    if (wrong !== undefined)
      throw new GymError('MODEL_FAILED', `the update computes ${wrong} as ${name}: it is dropped`)
  }
}

/** Only WebGPU keeps results on the device: CUDA's binding for Node.js copies them. */
function locationsOf(device: Device, names: readonly string[]): InferenceSession.SessionOptions {
  if (device !== 'webgpu' || names.length === 0) return {}
  return { preferredOutputLocation: Object.fromEntries(names.map((name) => [name, 'gpu-buffer'])) }
}

function followed(state: State, follow: LoadRequest['state'], results: InferenceSession.ReturnType): State {
  const next = new Map(state)
  for (const [input, output] of Object.entries(follow)) {
    const tensor = results[output]
    if (tensor !== undefined) next.set(input, tensor)
  }
  return next
}

const pairOf = (name: string, tensor: Tensor | undefined): readonly (readonly [string, Tensor])[] =>
  tensor === undefined ? [] : [[name, tensor]]

/** Values as onnxruntime takes them. */
export function tensorOf(value: TensorValue): Tensor {
  if (value.type === 'float32') return new Tensor('float32', value.data, value.dims)
  if (value.type === 'int64') return new Tensor('int64', value.data, value.dims)
  return new Tensor('bool', value.data, value.dims)
}

function valueFrom(tensor: Tensor | undefined): TensorValue {
  const { type, dims, data } = tensor ?? missing('an output')
  if (type === 'float32' && data instanceof Float32Array) return { type, dims, data }
  if (type === 'int64' && data instanceof BigInt64Array) return { type, dims, data }
  if (type === 'bool' && data instanceof Uint8Array) return { type, dims, data }
  throw new GymError('MODEL_INVALID', `an output of type ${type} cannot be returned: cast it in the graph`)
}

const copyName = (name: string): string => `copy of ${name}`

function identityOf(tensors: readonly { readonly name: string; readonly dims: readonly number[] }[]): Uint8Array {
  const graph = new Graph()
  for (const { name, dims } of tensors) graph.output(copyName(name), graph.input(name, 'float32', dims))
  return encodeGraph(graph)
}
