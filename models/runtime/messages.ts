import type { ElementType } from '../graph/graph.ts'

/** Processor that graphs run on. */
export type Device = 'cpu' | 'webgpu' | 'cuda'

/** Devices in the order in which `auto` tries them. */
export const DEVICES: readonly Device[] = ['cuda', 'webgpu', 'cpu']

/** Values of a tensor, with the lengths of its axes. */
export type TensorValue = {
  readonly [Type in ElementType]: { readonly type: Type; readonly dims: readonly number[]; readonly data: DataOf[Type] }
}[ElementType]

interface DataOf {
  readonly float32: Float32Array
  readonly int64: BigInt64Array
  readonly bool: Uint8Array
}

/** Tensors by name. */
export type TensorValues = Readonly<Record<string, TensorValue>>

/** Device of a thread. */
export interface ThreadSettings {
  readonly device: Device
  /** Threads that share one operation on a CPU. */
  readonly threads: number
}

/** What a thread is started with. */
export interface ThreadStart extends ThreadSettings {
  /** One number, shared with the caller: 1 once the thread should end before its next request. */
  readonly closing: Int32Array
}

/** How a graph is loaded. */
export interface LoadRequest {
  readonly kind: 'load'
  readonly model: Uint8Array
  /** Inputs that stay in the thread, and the outputs that replace them, by name. */
  readonly state: Readonly<Record<string, string>>
  /** False for the self-test, which compares graphs as they are with optimised ones. */
  readonly isOptimised: boolean
  /** Folder of the files that hold weights of the model; null where it holds all of them itself. */
  readonly folder: string | null
}

export interface RunRequest {
  readonly kind: 'run'
  readonly session: number
  readonly feeds: TensorValues
  /** Outputs that are returned. */
  readonly fetches: readonly string[]
  /** Tensors that stay in the thread: they are fed by name, and replaced by the session's outputs if `updates`. */
  readonly state: number | null
  readonly updates: boolean
}

/** Requests to the thread of a device. */
export type ThreadRequest =
  | LoadRequest
  | RunRequest
  | { readonly kind: 'unload'; readonly session: number }
  | { readonly kind: 'store'; readonly values: TensorValues }
  | { readonly kind: 'copy'; readonly state: number }
  | { readonly kind: 'read'; readonly state: number }
  | { readonly kind: 'drop'; readonly state: number }

/** What each kind of request returns. */
export interface ThreadResults {
  readonly load: number
  readonly run: TensorValues
  readonly unload: null
  readonly store: number
  readonly copy: number
  readonly read: TensorValues
  readonly drop: null
}

export interface RequestMessage {
  readonly id: number
  readonly request: ThreadRequest
}

/** Wakes a thread that should end. */
export const CLOSE = 'close'

/** Reply to one request, or, without an id, that the thread is ready or cannot start. */
export type ReplyMessage =
  | { readonly id: number; readonly result: ThreadResults[keyof ThreadResults] }
  | { readonly id: number | null; readonly problem: string }
  | { readonly id: null; readonly ready: string }
