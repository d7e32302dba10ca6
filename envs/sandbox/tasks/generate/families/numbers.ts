import { someInts, someNumber } from '../inputs.ts'
import type { DrawOperation, Family } from '../operation.ts'

const sumOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0)

const windowSums: DrawOperation = (rng) => {
  const size = rng.int(2, 4)
  return {
    name: 'window_sums',
    takes: 'ints',
    gives: 'ints',
    does: `Takes a list of whole numbers. Returns the sums of every ${size} neighbours, from left to right; an empty list if there are fewer than ${size} numbers.`,
    source: `def window_sums(values):
    return [sum(values[at:at + ${size}]) for at in range(len(values) - ${size - 1})]
`,
    mutations: [
      [`len(values) - ${size - 1}`, 'len(values)'],
      [`at + ${size}`, `at + ${size - 1}`],
    ],
    run: (values: number[]) =>
      values.flatMap((_, at) => (at + size <= values.length ? [sumOf(values.slice(at, at + size))] : [])),
    input: someInts,
    edges: [[], [5], [1, 2, 3, 4], [0, 0, 0, 0, 9]],
  }
}

const rotateLeft: DrawOperation = (rng) => {
  const by = rng.int(3, 9)
  return {
    name: 'rotate_left',
    takes: 'ints',
    gives: 'ints',
    does: `Takes a list of whole numbers. Returns a new list that is rotated to the left by ${by} places; the argument stays as it is.`,
    source: `def rotate_left(values):
    if not values:
        return []
    by = ${by} % len(values)
    return values[by:] + values[:by]
`,
    mutations: [
      ['values[by:] + values[:by]', 'values[-by:] + values[:-by]'],
      [`${by} % len(values)`, `${by}`],
      ['    if not values:\n        return []\n', ''],
    ],
    run(values: number[]) {
      const start = values.length === 0 ? 0 : by % values.length
      return [...values.slice(start), ...values.slice(0, start)]
    },
    input: someInts,
    edges: [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  }
}

const keepRecords: DrawOperation = () => ({
  name: 'keep_records',
  takes: 'ints',
  gives: 'ints',
  does: 'Takes a list of whole numbers. Returns those that are greater than all numbers before them, in their order; the first one counts.',
  source: `def keep_records(values):
    kept = []
    for each in values:
        if not kept or each > kept[-1]:
            kept.append(each)
    return kept
`,
  mutations: [
    ['each > kept[-1]', 'each >= kept[-1]'],
    ['not kept or ', 'kept and '],
  ],
  run: (values: number[]) => values.filter((each, at) => values.slice(0, at).every((other) => other < each)),
  input: someInts,
  edges: [[], [3], [3, 3, 4, 4], [-5, -7, -1], [9, 1, 2]],
})

const primeFactors: DrawOperation = () => ({
  name: 'prime_factors',
  takes: 'number',
  gives: 'ints',
  does: 'Takes a whole number. Returns its prime factors in ascending order, each as often as it divides the number; an empty list for numbers below 2.',
  source: `def prime_factors(number):
    factors = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1
    if number > 1:
        factors.append(number)
    return factors
`,
  mutations: [
    ['divisor * divisor <= number', 'divisor * divisor < number'],
    ['    if number > 1:\n        factors.append(number)\n', ''],
    ['        while number', '        if number'],
  ],
  run(number: number) {
    const factors: number[] = []
    for (let divisor = 2; divisor <= number; divisor++)
      while (number % divisor === 0) {
        factors.push(divisor)
        number /= divisor
      }
    return factors
  },
  input: someNumber,
  edges: [0, 1, 2, 9, 8, 97, 49, 360],
})

const digitRoot: DrawOperation = (rng) => {
  const base = rng.int(3, 9)
  const digitsOf = (number: number): number[] =>
    number < base ? [number] : [...digitsOf(Math.floor(number / base)), number % base]
  const root = (number: number): number => (number < base ? number : root(sumOf(digitsOf(number))))
  return {
    name: 'digit_root',
    takes: 'number',
    gives: 'number',
    does: `Takes a whole number. Returns what is left when its absolute value is replaced by the sum of its digits in base ${base}, again and again until it is less than ${base}.`,
    source: `def digit_root(number):
    number = abs(number)
    while number >= ${base}:
        total = 0
        while number:
            total += number % ${base}
            number //= ${base}
        number = total
    return number
`,
    mutations: [
      [`while number >= ${base}`, `while number > ${base}`],
      [`while number >= ${base}`, `if number >= ${base}`],
      ['abs(number)', 'max(number, 0)'],
    ],
    run: (number: number) => root(Math.abs(number)),
    input: someNumber,
    edges: [0, base, base - 1, base ** 4 - 1, -base - 1, 9999, -7],
  }
}

const collatzPeak: DrawOperation = () => ({
  name: 'collatz_peak',
  takes: 'number',
  gives: 'number',
  does: 'Takes a whole number. Returns the greatest number that is met on the way from it to 1, itself included, where an even number is halved and an odd one tripled and increased by 1. Returns 0 for numbers below 1.',
  source: `def collatz_peak(number):
    peak = 0
    while number >= 1:
        peak = max(peak, number)
        if number == 1:
            break
        number = number // 2 if number % 2 == 0 else 3 * number + 1
    return peak
`,
  mutations: [
    ['peak = 0', 'peak = 1'],
    ['3 * number + 1', '3 * number - 1 if number > 27 else 1'],
  ],
  run(number: number) {
    let peak = 0
    for (let each = number; each >= 1; each = each % 2 === 0 ? each / 2 : 3 * each + 1) {
      peak = Math.max(peak, each)
      if (each === 1) break
    }
    return peak
  },
  input: someNumber,
  edges: [0, -3, 1, 2, 3, 7, 27],
})

const longestRise: DrawOperation = () => ({
  name: 'longest_rise',
  takes: 'ints',
  gives: 'number',
  does: 'Takes a list of whole numbers. Returns the length of the longest strictly ascending selection of them, in their order but not necessarily neighbours.',
  source: `def longest_rise(values):
    best = []
    for at, each in enumerate(values):
        lengths = [best[before] for before in range(at) if values[before] < each]
        best.append(1 + max(lengths, default=0))
    return max(best, default=0)
`,
  mutations: [
    ['values[before] < each', 'values[before] <= each'],
    ['range(at)', 'range(max(at - 1, 0), at)'],
    ['max(best, default=0)', 'best[-1] if best else 0'],
  ],
  run(values: number[]) {
    const best: number[] = []
    for (const [at, each] of values.entries())
      best.push(1 + Math.max(0, ...best.slice(0, at).filter((_, before) => (values[before] ?? 0) < each)))
    return Math.max(0, ...best)
  },
  input: someInts,
  edges: [[], [4], [2, 2, 2], [1, 9, 2, 3], [5, 6, 1], [3, 1, 2]],
})

const waysToPay: DrawOperation = (rng) => {
  const coins = [rng.int(1, 2), rng.int(3, 5), rng.int(6, 11)]
  return {
    name: 'ways_to_pay',
    takes: 'other',
    gives: 'number',
    does: `Takes a whole number. Returns in how many ways it is a sum of the numbers ${coins.join(', ')}, each used any number of times and regardless of order; 1 for 0, and 0 for negative numbers.`,
    source: `def ways_to_pay(amount):
    if amount < 0:
        return 0
    ways = [1] + [0] * amount
    for coin in [${coins.join(', ')}]:
        for total in range(coin, amount + 1):
            ways[total] += ways[total - coin]
    return ways[amount]
`,
    mutations: [
      ['    if amount < 0:\n        return 0\n', '    amount = abs(amount)\n'],
      ['range(coin, amount + 1)', 'range(amount, coin - 1, -1)'],
      [`[${coins.join(', ')}]`, `[${coins.slice(0, 2).join(', ')}]`],
    ],
    run(amount: number) {
      const ways = (left: number, from: number): number =>
        left === 0
          ? 1
          : left < 0
            ? 0
            : coins.slice(from).reduce((sum, coin, at) => sum + ways(left - coin, from + at), 0)
      return ways(amount, 0)
    },
    input: (random) => random.int(12, 70),
    edges: [0, -20, 1, 2, 22, 60],
  }
}

const editSteps: DrawOperation = (rng) => {
  const word = rng.choice(['planet', 'bridge', 'lantern', 'copper'])
  return {
    name: 'edit_steps',
    takes: 'text',
    gives: 'number',
    does: `Takes a text. Returns the least number of steps that turn it into ${JSON.stringify(word)}, where a step inserts, removes or replaces one character.`,
    source: `def edit_steps(text):
    goal = "${word}"
    row = list(range(len(goal) + 1))
    for at, each in enumerate(text, 1):
        previous, row = row, [at]
        for column, other in enumerate(goal, 1):
            row.append(min(previous[column] + 1, row[-1] + 1, previous[column - 1] + (each != other)))
    return row[-1]
`,
    mutations: [
      ['previous[column] + 1, ', ''],
      ['(each != other)', '1'],
      ['[at]', '[0]'],
    ],
    run(text: string) {
      let row = Array.from({ length: word.length + 1 }, (_, at) => at)
      for (const [at, each] of [...text].entries()) {
        const next = [at + 1]
        for (const [column, other] of [...word].entries())
          next.push(
            Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1, (row[column] ?? 0) + Number(each !== other)),
          )
        row = next
      }
      return row.at(-1) ?? 0
    },
    input: (random) => random.shuffle([...word]).join('') + random.choice(['', 's', 'ed', 'xy']),
    edges: ['', word, word.slice(1), `${word}ing`, `ab${word}`, 'q'],
  }
}

export const LISTS: Family = { name: 'lists', operations: [windowSums, rotateLeft, keepRecords] }
export const NUMBERS: Family = { name: 'numbers', operations: [primeFactors, digitRoot, collatzPeak] }
export const RECURSION: Family = { name: 'recursion', operations: [longestRise, waysToPay, editSteps] }
