/** Names of back ends, in the order in which `auto` tries them. */
export const BACKEND_NAMES = ['zygote', 'gvisor', 'pyodide'] as const

/**
 * Name of a back end: `zygote` isolates by the kernel, `gvisor` gives each program a kernel of its own, `pyodide` contains
 * by WebAssembly (docs/sandbox.md).
 */
export type BackendName = (typeof BACKEND_NAMES)[number]

/** Language of a program. */
export type Language = 'python' | 'javascript'

/** Files by path: relative, `/` between names, in the order of their paths. */
export type Files = ReadonlyMap<string, Uint8Array>

/** Bounds of one execution; docs/sandbox.md says which layer enforces each. */
export interface Limits {
  /** Milliseconds of wall-clock time, from the start of the program. */
  readonly timeoutMs: number
  /** Bytes of memory of all processes of the execution together, and of the data of each. */
  readonly memoryBytes: number
  /** Bytes of standard output, and as many of standard error. */
  readonly outputBytes: number
  /** Processes and threads at once, the program included. */
  readonly processes: number
  /** Bytes of the workspace, each file rounded up to whole pages of 4096 bytes; also of `/tmp`. */
  readonly workspaceBytes: number
  /** Files and folders of the workspace, and as many of `/tmp`. */
  readonly workspaceFiles: number
  /** Bytes of the largest file that can be written. */
  readonly fileBytes: number
  /** Open files of one process. */
  readonly openFiles: number
  /** Bytes of the messages that the program may send in all. */
  readonly messageBytes: number
}

/** A program to run, with everything that it can see. */
export interface Program {
  /** Default: Python. */
  readonly language?: Language
  /** Source text, or the file of the workspace that has it. */
  readonly main: string | Uint8Array | { readonly file: string }
  /** Arguments after the name of the program. */
  readonly args?: readonly string[]
  /** Standard input. Default: empty. */
  readonly stdin?: string | Uint8Array
  /** Workspace at the start: the working folder of the program. */
  readonly files?: Files
  /** Bounds that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits>
}

/**
 * How an execution ended:
 * - `ok`: the program exited with 0;
 * - `failed`: it exited with another code; an exception that nothing caught is 1;
 * - `killed`: a signal ended it that the sandbox did not send, such as a segmentation fault;
 * - `timeout`: it ran longer than `timeoutMs`;
 * - `memory`: its processes together had more than `memoryBytes`;
 * - `output`: it wrote more than `outputBytes` or `messageBytes`;
 * - `cancelled`: the caller ended it.
 */
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number]

/** Statuses of an execution, in the order of their documentation. */
export const EXECUTION_STATUSES = ['ok', 'failed', 'killed', 'timeout', 'memory', 'output', 'cancelled'] as const

/** One output stream of an execution. */
export interface Output {
  /** UTF-8; each byte that is not is U+FFFD. */
  readonly text: string
  /** Whether more was written than the limit. */
  readonly isTruncated: boolean
}

/** What a program left in its workspace. */
export interface WorkspaceChanges {
  /** Files that are new or have other bytes than at the start. */
  readonly changed: Files
  /** Paths of files that are gone. */
  readonly removed: readonly string[]
  /** Paths that are left out, each with the reason: links, pipes, names that are not UTF-8, folders too deep. */
  readonly skipped: ReadonlyMap<string, string>
}

/** Outcome of one execution. */
export interface ExecutionResult {
  readonly status: ExecutionStatus
  /** 0 to 255; null where the program did not exit by itself. */
  readonly exitCode: number | null
  /** Number of the signal that ended the program; null where it exited by itself. */
  readonly signal: number | null
  readonly stdout: Output
  readonly stderr: Output
  readonly workspace: WorkspaceChanges
  /** Milliseconds of wall-clock time, the queue not included. */
  readonly durationMs: number
  /** Milliseconds of processor time of all its processes; null where the back end cannot measure it. */
  readonly cpuMs: number | null
  /** Largest memory that was seen, in bytes, the interpreter's own included; null where it cannot be measured. */
  readonly peakBytes: number | null
  readonly backend: BackendName
}

/** A program that is running, and a channel to it that is not its standard output. */
export interface Execution {
  /** Sends a message to the program, which reads it as `channel.receive()`. Ignored once the program has ended. */
  send(message: Uint8Array): void
  /** Next message of the program, which it sent by `channel.send(bytes)`; null once it has ended. */
  receive(): Promise<Uint8Array | null>
  /** Ends the program; its result is `cancelled`. */
  cancel(): void
  /**
   * Outcome, once all processes of the program have ended.
   * @throws GymError SANDBOX_FAILED where the sandbox broke, which says nothing about the program
   */
  readonly result: Promise<ExecutionResult>
}

/** A process of a back end that runs one program at a time. */
export interface Worker {
  /** @throws GymError SANDBOX_FAILED where it runs one already, or has ended */
  start(program: CheckedProgram): Execution
  /** Whether it may run another program after the present one. */
  readonly isReusable: boolean
  /** Process id, for metrics. */
  readonly pid: number | undefined
  /** Why it ended; pending while it lives. */
  readonly ended: Promise<string>
  end(): Promise<void>
}

/** A way to run programs apart from this process. */
export interface Backend {
  readonly name: BackendName
  readonly languages: readonly Language[]
  /** Versions of what runs the programs, for manifests: such as `CPython 3.11.2`. Known after the first worker. */
  readonly versions: Readonly<Record<string, string>>
  /** Starts a process. @throws GymError SANDBOX_UNAVAILABLE with what to do about it */
  startWorker(): Promise<Worker>
}

/** A program whose every field is present and within its bounds. */
export interface CheckedProgram {
  readonly language: Language
  /** Source text, with the name that tracebacks show. */
  readonly main: { readonly name: string; readonly source: Uint8Array }
  readonly args: readonly string[]
  readonly stdin: Uint8Array
  readonly files: Files
  readonly limits: Limits
}
