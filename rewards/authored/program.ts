import { parseJson } from '../../core/data/json.ts'
import { cut } from '../../core/data/shown.ts'
import type { Json, JsonObject, Step } from '../../core/data/types.ts'
import { isObject } from '../recorded.ts'

/** What a reward function said of a step: a number, the sum of its factors; null where it declined; or what failed. */
export interface Said {
  readonly value: number | null
  /** Parts by name where it returned a dict. */
  readonly factors: Readonly<Record<string, number>> | null
  /** Exception, or what the value is instead of a number. */
  readonly problem: string | null
}

/** Runs programs in a sandbox; what `SandboxPool` does. */
export interface Programs {
  run(
    program: {
      readonly main: string
      readonly stdin: string
      readonly limits: { readonly timeoutMs: number; readonly outputBytes: number }
    },
    settings: { readonly signal?: AbortSignal },
  ): Promise<{
    readonly status: string
    readonly stdout: { readonly text: string; readonly isTruncated: boolean }
    readonly stderr: { readonly text: string }
  }>
}

/** Runs `reward` on every step; the program cannot write where the results are read. */
const HARNESS = `
import contextlib, io, json, math, sys

def _values(value):
    if value == None:
        return {}
    if isinstance(value, dict):
        factors = {str(name): float(each) for name, each in value.items()}
        if not all(math.isfinite(each) for each in factors.values()):
            return {"problem": "a factor is not a finite number"}
        return {"value": sum(factors.values()), "factors": factors}
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return {"problem": "it returned " + repr(value)[:80]}
    return {"value": float(value)}

def _run():
    scope = {"__name__": "reward"}
    rows = json.load(sys.stdin)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(rows["source"], "reward.py", "exec"), scope)
        said = [[_said(scope["reward"], steps, at) for at in range(len(steps))] for steps in rows["trajectories"]]
    return said

def _said(reward, steps, at):
    try:
        return _values(reward(json.loads(json.dumps(steps[at])), json.loads(json.dumps(steps[:at]))))
    except Exception as error:
        return {"problem": type(error).__name__ + ": " + str(error)[:200]}

json.dump(_run(), sys.stdout, allow_nan=False)
`

/** A step as a reward function reads it. */
export const stepInput = ({
  index,
  observation,
  action,
  nextObservation,
  isActionValid,
  terminated,
}: Step): JsonObject => ({
  ...{ index, observation, action, isActionValid, terminated },
  next_observation: nextObservation,
})

/**
 * Runs a reward function on all steps of trajectories, in one process of the sandbox.
 * @throws Error where the program fails as a whole: its source, its time, its output
 */
export async function runReward(
  programs: Programs,
  source: string,
  trajectories: readonly (readonly JsonObject[])[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<readonly (readonly Said[])[]> {
  const stdin = JSON.stringify({ source, trajectories })
  const program = { main: HARNESS, stdin, limits: { timeoutMs, outputBytes: 16 * 2 ** 20 } }
  const { status, stdout, stderr } = await programs.run(program, signal ? { signal } : {})
  if (status !== 'ok') throw new Error(`the program ended as ${status}: ${lastLine(stderr.text)}`)
  const rows = stdout.isTruncated ? null : listIn(stdout.text)
  const said = rows?.map((row) => (Array.isArray(row) ? row.map(saidIn) : []))
  if (said?.length !== trajectories.length || said.some((row, at) => row.length !== trajectories[at]?.length))
    throw new Error('the results of the program do not fit the steps')
  return said
}

const lastLine = (text: string): string => cut(text.trim().split('\n').at(-1) ?? '', 200)

function listIn(text: string): readonly Json[] | null {
  try {
    const value = parseJson(text)
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

function saidIn(given: Json): Said {
  const { value = null, factors = null, problem = null } = isObject(given) ? given : {}
  return {
    value: typeof value === 'number' && Number.isFinite(value) ? value : null,
    factors: isObject(factors) ? numbersIn(factors) : null,
    problem: typeof problem === 'string' ? cut(problem, 300) : null,
  }
}

const numbersIn = (fields: JsonObject): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, each]) => (typeof each === 'number' ? [[name, each]] : [])))
