import { drawText, LETTERS, type ProcedureData, type Rule, scan, times, tuples } from '../rule.ts'

const search: Rule = {
  name: 'search',
  says: 'For each substring, count how often each string has it, and add this to the counts. A state is the list of counts, one a string.',
  draw: (rng, steps) => {
    const strings = times(8, () => drawText(rng, rng.int(5, 9), 'abcde'))
    return { strings, substrings: times(steps, () => drawText(rng, 2, 'abcde')) }
  },
  run: (data) =>
    scan<readonly number[], string>(
      data.texts('strings').map(() => 0),
      data.texts('substrings'),
      (counts, part) => counts.map((count, at) => count + (data.texts('strings')[at] ?? '').split(part).length - 1),
    ),
  ask: (data) =>
    `\n[Question]\nStrings: [${data.texts('strings').join(', ')}]\nSubstrings: [${data.texts('substrings').join(', ')}]\n`,
}

const encode: Rule = {
  name: 'encode',
  says: 'Write each run of equal characters as c_n, the character and its length. A state is the list of runs so far.',
  draw: (rng, steps) => {
    const first = rng.int(0, 1)
    return {
      string: times(steps, () => rng.int(1, 5))
        .map((length, at) => `${(first + at) % 2}`.repeat(length))
        .join(''),
    }
  },
  run(data) {
    const runs = data.text('string').match(/(.)\1*/g) ?? []
    const codes = runs.map((run) => `${run[0]}_${run.length}`)
    return { init: '', states: codes.map((_, at) => codes.slice(0, at + 1)) }
  },
  ask: (data) => `\n[Question]\nString:\n${data.text('string')}`,
}

/** A piece cut in two. */
const cutAt = (pieces: readonly string[], piece: number, at: number): readonly string[] => {
  const text = pieces[piece] ?? ''
  return pieces.toSpliced(piece, 1, text.slice(0, at), text.slice(at))
}

const splitByPosition: Rule = {
  name: 'split-by-position',
  says: 'Cut the string at each position, counted in the whole string. A state is the list of pieces.',
  draw: (rng, steps) => {
    const string = drawText(rng, steps + rng.int(3, 10))
    const places = Array.from({ length: string.length - 1 }, (_, at) => at + 1)
    return { string, positions: rng.shuffle(places).slice(0, steps) }
  },
  run: (data) => scan<readonly string[], number>([data.text('string')], data.numbers('positions'), cutAbsolute),
  ask: (data) => `\n[Question]\nString:\n${data.text('string')}\nPositions:\n${data.numbers('positions').join(', ')}`,
}

function cutAbsolute(pieces: readonly string[], position: number): readonly string[] {
  let left = position
  const piece = pieces.findIndex((text) => {
    if (left <= text.length) return true
    left -= text.length
    return false
  })
  return cutAt(pieces, piece, left)
}

const splitByIndex: Rule = {
  name: 'split-by-index',
  says: 'For each pair (i, j), both counted from 0, cut piece i before its character j. A state is the list of pieces.',
  draw: (rng, steps) => {
    const strings = drawText(rng, 2 * steps + rng.int(2, 6))
    let pieces: readonly string[] = [strings]
    const positions = times(steps, () => {
      const long = [...pieces.keys()].filter((at) => (pieces[at]?.length ?? 0) > 1)
      const piece = rng.choice(long)
      const at = rng.int(1, (pieces[piece]?.length ?? 2) - 1)
      pieces = cutAt(pieces, piece, at)
      return [piece, at]
    })
    return { strings, positions }
  },
  run: (data) =>
    scan<readonly string[], readonly unknown[]>([data.text('strings')], data.rows('positions'), (pieces, [piece, at]) =>
      cutAt(pieces, Number(piece), Number(at)),
    ),
  ask: (data) => `\n[Question]\nString:\n${data.text('strings')}\nIndices:\n${tuples(data.rows('positions'))}`,
}

/** Pairs from which a composition or decomposition is drawn. */
const drawPairs = (letters: readonly string[]): readonly (readonly [string, string, string])[] =>
  [0, 1, 2, 3].map((at) => [letters[3 * at] ?? '', letters[3 * at + 1] ?? '', letters[3 * at + 2] ?? ''])

const compose: Rule = {
  name: 'compose',
  says: 'Replace the rightmost neighbours A, B for which there is a rule A, B -> C by C, until there are none. A state is the list of characters after a replacement.',
  draw: (rng, steps) => {
    const letters = rng.shuffle([...LETTERS])
    const pairs = drawPairs(letters)
    const parts = [...times(steps, () => rng.choice(pairs).slice(0, 2)), ...times(3, () => [letters[20] ?? ''])]
    const rules = pairs.map(([first, second, made]) => `${first}, ${second} -> ${made}`)
    return { rules, init: rng.shuffle(parts).flat() }
  },
  run(data) {
    const made = rulesOf(data)
    const states: (readonly string[])[] = []
    for (let state = composed(data.texts('init'), made); state !== null; state = composed(state, made))
      states.push(state)
    return { init: data.texts('init'), states }
  },
  ask: (data) =>
    `\n[Question]\nRules:\n${data.texts('rules').join('\n')}\nInitial state:\n${data.texts('init').join(', ')}`,
}

const rulesOf = (data: ProcedureData): ReadonlyMap<string, string> =>
  new Map(
    data.texts('rules').map((rule): [string, string] => [rule.split(' -> ')[0] ?? '', rule.split(' -> ')[1] ?? '']),
  )

function composed(state: readonly string[], rules: ReadonlyMap<string, string>): readonly string[] | null {
  for (let at = state.length - 2; at >= 0; at--) {
    const made = rules.get(`${state[at]}, ${state[at + 1]}`)
    if (made !== undefined) return state.toSpliced(at, 2, made)
  }
  return null
}

const decompose: Rule = {
  name: 'decompose',
  says: 'Replace the leftmost character A for which there is a rule A -> BC by BC, until there are none. A state is the string after a replacement.',
  draw: (rng, steps) => {
    const letters = rng.shuffle([...LETTERS])
    const [first = '', second = ''] = letters
    const others = letters.slice(2).join('')
    const rules = { [first]: [...drawText(rng, 2, others)], [second]: [...drawText(rng, 2, others)] }
    const marked = times(steps, () => rng.choice([first, second]))
    return { rules, characters: rng.shuffle([...marked, ...drawText(rng, 5, others)]).join('') }
  },
  run(data) {
    const rules = new Map(
      data.entries('rules').map(([from, to]) => [from, Array.isArray(to) ? to.join('') : String(to)]),
    )
    const states: string[] = []
    for (let state = decomposed(data.text('characters'), rules); state !== null; state = decomposed(state, rules))
      states.push(state)
    return { init: data.text('characters'), states }
  },
  ask(data) {
    const rules = data.entries('rules').map(([from, to]) => `${from} -> ${Array.isArray(to) ? to.join('') : to}`)
    return `\n[Question]\ncharacters: ${data.text('characters')}\nrules:\n${rules.join('\n')}`
  },
}

function decomposed(state: string, rules: ReadonlyMap<string, string>): string | null {
  const at = [...state].findIndex((character) => rules.has(character))
  return at === -1 ? null : state.slice(0, at) + rules.get(state[at] ?? '') + state.slice(at + 1)
}

const rhythm: Rule = {
  name: 'rhythm',
  says: 'N times append the next number of sequence 1 and the next letter of sequence 2, each from its start again after its end. A state is what has been appended so far.',
  draw: (rng, steps) => ({
    sequence1: times(rng.int(2, 5), () => rng.int(0, 9)),
    sequence2: times(rng.int(2, 5), () => drawText(rng, 1, 'abcd')),
    N: steps,
  }),
  run(data) {
    const [numbers, letters] = [data.numbers('sequence1'), data.texts('sequence2')]
    return scan<string, number>(
      '',
      [...Array(data.number('N')).keys()],
      (state, at) => `${state}${numbers[at % numbers.length]}${letters[at % letters.length]}`,
    )
  },
  ask: (data) =>
    `\n[Question]\nSequence 1: ${data.numbers('sequence1').join(', ')}\nSequence 2: ${data.texts('sequence2').join(', ')}\nN: ${data.number('N')}`,
}

export const LIST_RULES = [search, encode, splitByPosition, splitByIndex, compose, decompose, rhythm] as const
