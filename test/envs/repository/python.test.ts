import { describe, expect, it } from 'vitest'
import { mutantResults, withMutations } from '../../../envs/repository/generate/faults.ts'
import { PROJECTS } from '../../../envs/repository/projects/index.ts'
import { drawCall, drawConstants, resultsOf, sourcesOf } from '../../../envs/repository/projects/program.ts'
import { MISTAKES, mutationsOf } from '../../../envs/repository/python/mutations.ts'
import { parseModule } from '../../../envs/repository/python/parse.ts'
import { Interpreter } from '../../../envs/repository/python/run.ts'
import { Unsupported } from '../../../envs/repository/python/syntax.ts'
import { pythonText } from '../../../envs/repository/python/values.ts'
import { share } from '../../support/long.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { rngOf } from './support.ts'

/** What a function `f` without parameters gives, whose body is given; null where it is not known. */
function run(body: string): string | null {
  const source = `def f():\n${body.replace(/^/gm, '    ')}\n`
  const outcome = new Interpreter((module) => (module === 'm' ? source : undefined)).call('m', 'f', [])
  return outcome.kind === 'value' ? outcome.text : outcome.kind === 'failed' ? 'failed' : null
}

describe('the interpreter of generated repositories', () => {
  it.each([
    ['return -7 // 2', '-4'],
    ['return -7 % 3', '2'],
    ['return [1, 2, 3][-2:]', '[2, 3]'],
    ['return "abc"[5:]', '""'],
    ['return [x + y for x, y in zip([1, 2], [10, 20, 30])]', '[11, 22]'],
    ['return sorted(["b", "a", "c"], reverse=True)', '["c", "b", "a"]'],
    ['return sorted([[2, "x"], [1, "y"]], key=lambda row: row[1])', '[[2, "x"], [1, "y"]]'],
    ['a, b = 1, 2\na, b = b, a\nreturn [a, b]', '[2, 1]'],
    ['d = {"a": None}\nreturn d.get("a", 3)', 'None'],
    ['d = {}\nd.setdefault("a", []).append(1)\nreturn d', '{"a": [1]}'],
    ['n = 0\nwhile True:\n    n += 1\n    if n == 5:\n        break\nreturn n', '5'],
    ['return 1 if not [] and {"a": 1} else 2', '1'],
    ['return "-".join([str(n) for n in range(2, 5) if n != 3])', '"2-4"'],
    ['return max([1, 2], [1, 3])', '[1, 3]'],
  ])('knows what this gives: %s', (body, result) => {
    expect(run(body)).toBe(result)
  })

  it.each([
    'return 1 // 0',
    'return [1][3]',
    'return {"a": 1}["b"]',
    'return 1 + "a"',
    'return int("x")',
    'return no_such',
    'return [1] < ["a"]',
    'a, b = [1]\nreturn a',
    'return len(1)',
    'return max([])',
  ])('knows that Python raises: %s', (body) => {
    expect(run(body)).toBe('failed')
  })

  it.each([
    'while True:\n    pass',
    'return True + 1',
    'return "a" * 3',
    'return "a b".split(" ", 1)',
    'return 9007199254740991 + 2',
    'return 1 == True',
    'rows = [1]\nfor row in rows:\n    rows.append(row)\nreturn rows',
    'd = {"a": 1}\nfor key in d.keys():\n    d["b"] = 1\nreturn d',
    'return lambda x: x',
    'return sum([1], 2)',
  ])('does not guess what it has no rule for: %s', (body) => {
    expect(run(body)).toBeNull()
  })

  it('refuses to parse what it does not know', () => {
    for (const source of [
      'x = 1.5\n',
      'class A:\n    pass\n',
      'x = f"a"\n',
      'x = 1 < 2 < 3\n',
      'x = {1, 2}\n',
      'x = (\n',
    ])
      expect(() => parseModule(source)).toThrow(Unsupported)
  })
})

describe('projects', () => {
  it('have functions whose results are all known, with any constants', () => {
    for (const project of PROJECTS)
      for (let seed = 0; seed < share(5, 100); seed++) {
        const rng = rngOf(seed)
        const constants = drawConstants(project, rng)
        const calls = project.calls.map((call) => drawCall(call, rng, constants))
        const wrong = resultsOf(sourcesOf(project, constants), calls).findIndex(
          (result) => typeof result !== 'object' || result === null,
        )
        expect([project.name, wrong < 0 ? null : calls[wrong]?.name]).toEqual([project.name, null])
      }
  })

  it('can have every kind of mistake', () => {
    const kinds = PROJECTS.flatMap((project) =>
      [...sourcesOf(project, drawConstants(project, rngOf(0))).values()].flatMap((source) =>
        mutationsOf(source, parseModule(source)).map(({ kind }) => kind),
      ),
    )
    expect(new Set(kinds)).toEqual(new Set(MISTAKES))
  })
})

/** Calls functions of many programs: of each, whether the result is the expected one, `None` for a call that raises. */
const PROGRAM = `
import json, sys, types

def answers(modules, calls):
    for name, source in modules:
        package, _, leaf = name.partition(".")
        if package not in sys.modules:
            sys.modules[package] = types.ModuleType(package)
            sys.modules[package].__path__ = []
        module = types.ModuleType(name)
        sys.modules[name] = module
        exec(compile(source, name, "exec"), module.__dict__)
    given = []
    for module, name, args, expected in calls:
        try:
            result = getattr(sys.modules[module], name)(*eval("[" + args + "]"))
        except Exception:
            given.append(expected is None)
        else:
            given.append(expected is not None and repr(result) == repr(eval(expected)))
    return given

print(json.dumps([answers(*case) for case in json.load(sys.stdin)]))
`

describeWithSandbox('in CPython', ({ pool }) => {
  it('every call of every mutant gives what the interpreter says', async () => {
    const cases = PROJECTS.flatMap((project) =>
      Array.from({ length: share(1, 12) }, (_, seed) => {
        const rng = rngOf(seed, 1)
        const constants = drawConstants(project, rng)
        const sources = sourcesOf(project, constants)
        const calls = project.calls.flatMap((call) => [1, 2, 3].map(() => drawCall(call, rng, constants)))
        const mutations = [...sources].flatMap(([module, source]) =>
          mutationsOf(source, parseModule(source)).map((mutation) => ({ ...mutation, module })),
        )
        return [
          [],
          ...rng
            .shuffle(mutations)
            .slice(0, share(40, 200))
            .map((each) => [each]),
        ].flatMap((own) => {
          const results = mutantResults(sources, own, calls)
          if (results === null) return []
          const asked = calls.map(({ module, name, args }, at) => {
            const result = results[at]
            return [
              module,
              name,
              args.map(pythonText).join(', '),
              typeof result === 'object' ? (result?.value ?? null) : null,
            ]
          })
          return [{ mutations: own, input: [[...withMutations(sources, own).sources], asked] }]
        })
      }).flat(),
    )
    const stdin = JSON.stringify(cases.map(({ input }) => input))
    const { stdout, stderr, status } = await pool.run({
      main: PROGRAM,
      stdin,
      limits: { timeoutMs: 60_000, outputBytes: 10_000_000 },
    })
    expect([status, stderr.text]).toEqual(['ok', ''])
    const given = JSON.parse(stdout.text) as readonly (readonly boolean[])[]
    expect(given.length).toBe(cases.length)
    const wrong = cases.flatMap(({ mutations, input }, at) =>
      (given[at] ?? []).flatMap((isRight, call) => (isRight ? [] : [{ mutations, call: input[1]?.[call] }])),
    )
    expect(wrong).toEqual([])
  })
})
