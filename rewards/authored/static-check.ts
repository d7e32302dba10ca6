import { readPython } from '../code/python-lines.ts'

/** Bytes of a program. */
const MOST_CHARACTERS = 100_000
/** Modules that compute and no more; a reward that needs another is a mistake, whatever the sandbox would let it do. */
const MODULES = ['collections', 'functools', 'itertools', 'json', 'math', 're', 'statistics', 'string', 'unicodedata']
/** Names by which a program reaches beyond its arguments. */
const FORBIDDEN = ['open', 'exec', 'eval', 'compile', 'input', '__import__', 'globals', 'breakpoint', 'print']

/**
 * What is wrong with the source of a reward function, before it runs: Python that defines `reward(step, history)` at its
 * top, imports only modules that compute, and names nothing that reaches beyond its arguments. Empty for none. It finds
 * mistakes; what keeps a program in is the sandbox.
 */
export function staticProblems(source: string): readonly string[] {
  if (source.length > MOST_CHARACTERS) return [`it has more than ${MOST_CHARACTERS} characters`]
  const { lines, isWellFormed } = readPython(source)
  if (!isWellFormed) return ['its texts, brackets or blocks are not closed as Python wants']
  const heads = lines.map(({ tokens }) => tokens)
  const defined = lines.some(
    ({ indent, tokens }) =>
      indent === 0 && tokens.slice(0, 4).join(' ') === 'def reward ( step' && tokens.includes('history'),
  )
  const modules = heads.flatMap((tokens) => (['import', 'from'].includes(tokens[0] ?? '') ? importedBy(tokens) : []))
  const reached = [...new Set(heads.flat())].filter((token) => FORBIDDEN.includes(token.split('.')[0] ?? ''))
  return [
    ...(defined ? [] : ['it defines no function reward(step, history)']),
    ...modules
      .filter((module) => !MODULES.includes(module))
      .map((module) => `it imports ${module}: it may import ${MODULES.join(', ')}`),
    ...reached.map((name) => `it names ${name}, which a function of its arguments does not need`),
  ]
}

/** Modules of `import a, b.c as d` and `from a.b import c`, by their first name. */
function importedBy([kind, ...tokens]: readonly string[]): readonly string[] {
  const names = kind === 'from' ? tokens.slice(0, 1) : tokens.filter((_, at) => at === 0 || tokens[at - 1] === ',')
  return names.map((name) => name.split('.')[0] ?? name)
}
