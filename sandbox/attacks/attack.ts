import type { BackendName, ExecutionResult, ExecutionStatus, Limits } from '../types.ts'

/** A program that tries to break out, or to harm the machine, and what it means to stop it. */
export interface Attack {
  readonly name: string
  /** What it tries, as the subject of "is stopped". */
  readonly what: string
  /** Python; `PRELUDE` comes before it. */
  readonly main: string
  /** A second program, which looks for what the first one left. */
  readonly next?: string
  readonly limits?: Partial<Limits>
  /** Statuses of a program that was stopped. Default: `ok`, and nothing that it printed is a breach. */
  readonly statuses?: readonly ExecutionStatus[]
  /**
   * Layers by the error or status that shows them, where the general table of a back end is wrong or silent; `linux` has
   * those of `zygote` and `gvisor`.
   */
  readonly layers?: Readonly<Partial<Record<BackendName | 'linux', Readonly<Record<string, string>>>>>
  /** Back ends that it makes sense for. Default: all. */
  readonly backends?: readonly BackendName[]
}

/** One thing that an attack tried: held, with the error, or a breach, with what it got. */
export interface Attempt {
  readonly what: string
  readonly held?: string
  readonly breach?: string
}

/** What was seen of an attack. */
export interface Observation {
  readonly result: ExecutionResult
  readonly attempts: readonly Attempt[]
}

/**
 * Comes before each attack. `attempt` reports what an action met, or that it succeeded, which is a breach; `HOST` has
 * what is on the machine outside: a file and a variable with a secret, a port, a socket.
 */
export const PRELUDE = `import ctypes, errno, json, os, signal, socket, sys, time
HOST = json.loads(sys.argv[1])
IS_X86 = os.uname().machine == 'x86_64'

def tell(what, **how):
    print(json.dumps({'what': what, **how}), flush=True)

def held(what, why):
    tell(what, held=why)

def breach(what, how):
    tell(what, breach=repr(how)[:200])

def reason(error):
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, str(error.errno))
    return type(error).__name__

def attempt(what, action):
    try:
        got = action()
    except BaseException as error:
        held(what, reason(error))
    else:
        breach(what, got)
        return got

def libc(name, *args):
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    function.restype = ctypes.c_long if name == 'syscall' else ctypes.c_int
    if (got := function(*args)) == -1:
        raise OSError(ctypes.get_errno(), name)
    return got

def call(x86, arm, *args):
    return libc('syscall', ctypes.c_long(x86 if IS_X86 else arm), *map(ctypes.c_long, args))
`
