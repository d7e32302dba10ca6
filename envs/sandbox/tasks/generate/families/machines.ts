import { someInts, someWord } from '../inputs.ts'
import { type DrawOperation, type Family, times } from '../operation.ts'

const parseSettings: DrawOperation = () => ({
  name: 'parse_settings',
  takes: 'other',
  gives: 'table',
  does: 'Takes a text such as "a = 1; b=20". Returns a dict from each name to its whole number. Parts are separated by semicolons, spaces around names and numbers do not count, and the last value of a name counts. A part without "=", without a name, or whose value is not a whole number written in digits (with a minus sign or without) is left out.',
  source: `def parse_settings(text):
    settings = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        name, value = name.strip(), value.strip()
        digits = value[1:] if value.startswith("-") else value
        if equals and name and digits.isdigit():
            settings[name] = int(value)
    return settings
`,
  mutations: [
    ['value[1:] if value.startswith("-") else value', 'value'],
    ['equals and name and ', ''],
    ['settings[name] = int(value)', 'settings.setdefault(name, int(value))'],
    ['name.strip(), ', 'name, '],
  ],
  run(text: string) {
    const settings = new Map<string, number>()
    for (const part of text.split(';')) {
      const at = part.indexOf('=')
      const [name, value] = [part.slice(0, at).trim(), part.slice(at + 1).trim()]
      if (at >= 0 && name !== '' && /^-?\d+$/.test(value)) settings.set(name, Number(value))
    }
    return Object.fromEntries(settings)
  },
  input: (rng) =>
    times(rng.int(2, 5), () => `${someWord(rng)}${rng.choice(['=', ' = '])}${rng.int(-9, 99)}`).join('; '),
  edges: ['', 'a', 'a=1;a=2', ' x = -7 ;', '=5', 'b=1.5;c=x;d=', 'a=1=2;b=3'],
})

const evaluateSum: DrawOperation = () => ({
  name: 'evaluate_sum',
  takes: 'other',
  gives: 'number',
  does: 'Takes a text of whole numbers with + and - between them, such as "12 - 3 + 4"; spaces do not count, and a sign may stand before the first number. Returns the result, 0 for an empty text.',
  source: `def evaluate_sum(text):
    total, sign, number = 0, 1, 0
    for each in text + "+":
        if each.isdigit():
            number = number * 10 + int(each)
        elif each in "+-":
            total += sign * number
            sign, number = (1 if each == "+" else -1), 0
    return total
`,
  mutations: [
    ['text + "+"', 'text'],
    ['number * 10 + int(each)', 'int(each)'],
    ['-1), 0', '-1 * sign), 0'],
  ],
  run: (text: string) =>
    [...text.replaceAll(' ', '').matchAll(/([+-]?)(\d+)/g)].reduce(
      (sum, [, sign, digits]) => sum + (sign === '-' ? -1 : 1) * Number(digits),
      0,
    ),
  input: (rng) => times(rng.int(2, 5), () => rng.int(0, 40)).join(rng.choice([' + ', ' - ', '-', '+'])),
  edges: ['', '7', '-5', '10-2-3', '1 + 2 - 30', '0'],
})

const expandRanges: DrawOperation = () => ({
  name: 'expand_ranges',
  takes: 'other',
  gives: 'ints',
  does: 'Takes a text such as "1-3,7": numbers from 0, and ranges of them with both ends included, separated by commas. Returns all numbers in ascending order, each once; an empty list for an empty text. A range whose end is below its start holds nothing.',
  source: `def expand_ranges(text):
    numbers = set()
    for part in text.split(",") if text else []:
        start, dash, end = part.partition("-")
        numbers.update(range(int(start), int(end if dash else start) + 1))
    return sorted(numbers)
`,
  mutations: [
    [' + 1))', '))'],
    ['numbers = set()', 'numbers = {0}'],
    ['return sorted(numbers)', 'return sorted(numbers, reverse=True)'],
  ],
  run(text: string) {
    const numbers = new Set<number>()
    for (const part of text === '' ? [] : text.split(',')) {
      const [start = 0, end = start] = part.split('-').map(Number)
      for (let each = start; each <= end; each++) numbers.add(each)
    }
    return [...numbers].sort((a, b) => a - b)
  },
  input: (rng) =>
    times(rng.int(2, 4), () => {
      const start = rng.int(0, 20)
      return rng.chance(0.5) ? `${start}` : `${start}-${start + rng.int(1, 4)}`
    }).join(','),
  edges: ['', '5', '3-3', '9-7', '2-4,3-6', '10,2'],
})

const robotPosition: DrawOperation = (rng) => {
  const stride = rng.int(2, 5)
  return {
    name: 'robot_position',
    takes: 'text',
    gives: 'ints',
    does: `Takes a text of commands to a robot that stands at x 0, y 0 and looks towards greater y. F moves it ${stride} forwards, B moves it 1 backwards, L and R turn it by a quarter to the left and right; other characters do nothing. Returns the list [x, y] of where it ends.`,
    source: `def robot_position(commands):
    x, y, dx, dy = 0, 0, 0, 1
    for each in commands:
        if each == "F":
            x, y = x + ${stride} * dx, y + ${stride} * dy
        elif each == "B":
            x, y = x - dx, y - dy
        elif each == "L":
            dx, dy = -dy, dx
        elif each == "R":
            dx, dy = dy, -dx
    return [x, y]
`,
    mutations: [
      ['dx, dy = -dy, dx', 'dx, dy = dy, -dx'],
      ['x, y = x - dx, y - dy', 'x, y = x + dx, y + dy'],
      [`y + ${stride} * dy`, 'y + dy'],
    ],
    run(commands: string) {
      let [x, y, dx, dy] = [0, 0, 0, 1]
      for (const each of commands) {
        if (each === 'F') [x, y] = [x + stride * dx, y + stride * dy]
        else if (each === 'B') [x, y] = [x - dx, y - dy]
        else if (each === 'L') [dx, dy] = [0 - dy, dx]
        else if (each === 'R') [dx, dy] = [dy, 0 - dx]
      }
      return [x + 0, y + 0]
    },
    input: (random) => times(random.int(5, 12), () => random.choice([...'FFBLR'])).join(''),
    edges: ['', 'F', 'B', 'LF', 'RFF', 'LLBx', 'FLFLFLFB'],
  }
}

const queueTime: DrawOperation = (rng) => {
  const counters = rng.int(2, 3)
  return {
    name: 'queue_time',
    takes: 'ints',
    gives: 'number',
    does: `Takes a list of whole numbers: the minutes that each person of a queue needs, in order. There are ${counters} counters, all free at 0; each person goes to the counter that is free first. Returns the minute when the last one is done, 0 for an empty queue. Negative minutes count as 0.`,
    source: `def queue_time(minutes):
    free = [0] * ${counters}
    for each in minutes:
        first = free.index(min(free))
        free[first] += max(each, 0)
    return max(free)
`,
    mutations: [
      ['free.index(min(free))', 'free.index(max(free))'],
      ['max(each, 0)', 'each'],
      ['max(free)', 'sum(free)'],
    ],
    run(minutes: number[]) {
      const free = times(counters, () => 0)
      for (const each of minutes) {
        const first = free.indexOf(Math.min(...free))
        free[first] = (free[first] ?? 0) + Math.max(each, 0)
      }
      return Math.max(...free)
    },
    input: someInts,
    edges: [[], [5], [5, 5, 5, 5], [-4, 3], [9, -20, 1, 1, 1, 8]],
  }
}

const growCells: DrawOperation = (rng) => {
  const steps = rng.int(2, 4)
  return {
    name: 'grow_cells',
    takes: 'other',
    gives: 'text',
    does: `Takes a text of "#" and ".". In each step every character becomes "#" if exactly one of its two neighbours was "#" before the step, and "." otherwise; beyond both ends there is ".". Returns the text after ${steps} steps.`,
    source: `def grow_cells(cells):
    for _ in range(${steps}):
        padded = "." + cells + "."
        cells = "".join("#" if (padded[at] == "#") != (padded[at + 2] == "#") else "." for at in range(len(cells)))
    return cells
`,
    mutations: [
      [`range(${steps})`, `range(${steps - 1})`],
      ['(padded[at] == "#") != (padded[at + 2] == "#")', 'padded[at] == "#" or padded[at + 2] == "#"'],
      ['padded[at + 2]', 'padded[at + 1]'],
    ],
    run(cells: string) {
      const next = (row: string): string =>
        [...row].map((_, at) => ((row[at - 1] === '#') !== (row[at + 1] === '#') ? '#' : '.')).join('')
      return times(steps, () => 0).reduce((row) => next(row), cells)
    },
    input: (random) => times(random.int(6, 14), () => random.choice(['#', '.'])).join(''),
    edges: ['', '#', '.', '....#....', '##.##', '#.#.#.#'],
  }
}

const stripComments: DrawOperation = (rng) => {
  const mark = rng.choice(['#', ';', '%'])
  return {
    name: 'strip_comments',
    takes: 'text',
    gives: 'text',
    does: `Takes a text of one line. Returns it without what follows the first ${JSON.stringify(mark)} that is not between double quotes, that character included, and without spaces at its end. A quote that is not closed goes to the end.`,
    source: `def strip_comments(line):
    quoted = False
    for at, each in enumerate(line):
        if each == '"':
            quoted = not quoted
        elif each == "${mark}" and not quoted:
            return line[:at].rstrip(" ")
    return line.rstrip(" ")
`,
    mutations: [
      [' and not quoted', ''],
      ['quoted = not quoted', 'quoted = True'],
      ['    return line.rstrip(" ")\n', '    return line\n'],
    ],
    run(line: string) {
      let isQuoted = false
      for (const [at, each] of [...line].entries()) {
        if (each === '"') isQuoted = !isQuoted
        else if (each === mark && !isQuoted) return line.slice(0, at).replace(/ +$/, '')
      }
      return line.replace(/ +$/, '')
    },
    input: (random) =>
      `${someWord(random)} "${someWord(random)}${random.choice(['', mark])}" ${mark} ${someWord(random)}`,
    edges: ['', mark, 'a  ', `"${mark}" b ${mark}c`, `"a ${mark} b`, `x "y" z${mark}`],
  }
}

const vendingMachine: DrawOperation = (rng) => {
  const price = rng.int(3, 9) * 5
  return {
    name: 'vending_machine',
    takes: 'words',
    gives: 'words',
    does: `Takes the list of events of a machine that sells drinks for ${price}: a coin as its value in digits, "buy", or "refund"; other events do nothing. Returns the list of what it gives: "drink" where "buy" finds credit of at least ${price}, which is then less by ${price}; "short" where it does not; "back N" for a refund of N above 0, after which the credit is 0.`,
    source: `def vending_machine(events):
    credit, given = 0, []
    for event in events:
        if event.isdigit():
            credit += int(event)
        elif event == "buy" and credit >= ${price}:
            credit -= ${price}
            given.append("drink")
        elif event == "buy":
            given.append("short")
        elif event == "refund" and credit > 0:
            given.append("back %d" % credit)
            credit = 0
    return given
`,
    mutations: [
      [`credit >= ${price}`, `credit > ${price}`],
      [`credit -= ${price}`, 'credit = 0'],
      [' and credit > 0', ''],
      ['            credit = 0\n', ''],
    ],
    run(events: string[]) {
      let credit = 0
      return events.flatMap((event) => {
        if (/^\d+$/.test(event)) credit += Number(event)
        else if (event === 'buy' && credit >= price) {
          credit -= price
          return ['drink']
        } else if (event === 'buy') return ['short']
        else if (event === 'refund' && credit > 0) {
          const back = `back ${credit}`
          credit = 0
          return [back]
        }
        return []
      })
    },
    input: (random) => times(random.int(4, 9), () => random.choice(['5', '10', '20', '20', 'buy', 'buy', 'refund'])),
    edges: [
      [],
      ['refund'],
      [`${price}`, 'buy', 'refund'],
      [`${2 * price}`, 'buy', 'buy', 'buy'],
      ['50', 'refund', 'refund', 'kick'],
    ],
  }
}

const bracketDepth: DrawOperation = () => ({
  name: 'bracket_depth',
  takes: 'text',
  gives: 'number',
  does: 'Takes a text. Returns how deep its brackets (), [] and {} are nested at most, 0 without brackets, or -1 if they do not match; other characters do not count.',
  source: `def bracket_depth(text):
    closing = {"(": ")", "[": "]", "{": "}"}
    expected, deepest = [], 0
    for each in text:
        if each in closing:
            expected.append(closing[each])
            deepest = max(deepest, len(expected))
        elif each in ")]}":
            if not expected or expected.pop() != each:
                return -1
    return -1 if expected else deepest
`,
  mutations: [
    ['-1 if expected else deepest', 'deepest'],
    ['max(deepest, len(expected))', 'deepest + 1'],
    ['expected.pop() != each', 'not expected.pop()'],
  ],
  run(text: string) {
    const [expected, closing]: [string[], Record<string, string>] = [[], { '(': ')', '[': ']', '{': '}' }]
    let deepest = 0
    for (const each of text) {
      const close = closing[each]
      if (close !== undefined) deepest = Math.max(deepest, expected.push(close))
      else if (')]}'.includes(each) && expected.pop() !== each) return -1
    }
    return expected.length > 0 ? -1 : deepest
  },
  input: (rng) => rng.choice(['([x]{y})', '((a)(b))', '[[[c]]', '{d}[e]']) + rng.choice(['', '()', '[{}]', ')']),
  edges: ['', 'abc', '()()', '(]', '(((', '}', '[({})]'],
})

export const PARSING: Family = { name: 'parsing', operations: [parseSettings, evaluateSum, expandRanges] }
export const SIMULATION: Family = { name: 'simulation', operations: [robotPosition, queueTime, growCells] }
export const MACHINES: Family = { name: 'machines', operations: [stripComments, vendingMachine, bracketDepth] }
