import { someIntervals, someTable, someWord } from '../inputs.ts'
import { type DrawOperation, type Family, times } from '../operation.ts'

type Table = Readonly<Record<string, number>>

const topNames: DrawOperation = (rng) => {
  const count = rng.int(2, 4)
  return {
    name: 'top_names',
    takes: 'table',
    gives: 'words',
    does: `Takes a dict from names to whole numbers. Returns the list of the ${count} names with the greatest numbers, greatest first, equal ones in alphabetical order; names with a number below 0 are left out.`,
    source: `def top_names(table):
    names = [name for name in table if table[name] >= 0]
    return sorted(names, key=lambda name: (-table[name], name))[:${count}]
`,
    mutations: [
      ['table[name] >= 0', 'table[name] > 0'],
      ['(-table[name], name)', '-table[name]'],
      ['(-table[name], name)', '(table[name], name)'],
    ],
    run: (table: Table) =>
      Object.keys(table)
        .filter((name) => (table[name] ?? 0) >= 0)
        .sort((a, b) => (table[b] ?? 0) - (table[a] ?? 0) || (a < b ? -1 : 1))
        .slice(0, count),
    input: someTable,
    edges: [{}, { a: 0, b: -1 }, { z: 1, y: 1, x: 1, w: 2, v: 1 }, { only: -3 }],
  }
}

const totalByName: DrawOperation = () => ({
  name: 'total_by_name',
  takes: 'other',
  gives: 'table',
  does: 'Takes a list of pairs of a name and a whole number. Returns a dict from each name to the sum of its numbers, without the names whose sum is 0.',
  source: `def total_by_name(pairs):
    totals = {}
    for name, number in pairs:
        totals[name] = totals.get(name, 0) + number
    return {name: total for name, total in totals.items() if total != 0}
`,
  mutations: [
    ['totals.get(name, 0) + number', 'number'],
    ['total != 0', 'total > 0'],
    [' if total != 0', ''],
  ],
  run(pairs: (readonly [string, number])[]) {
    const totals = new Map<string, number>()
    for (const [name, number] of pairs) totals.set(name, (totals.get(name) ?? 0) + number)
    return Object.fromEntries([...totals].filter(([, total]) => total !== 0))
  },
  input: (rng) => times(rng.int(3, 8), () => [someWord(rng), rng.int(-4, 9)]),
  edges: [
    [],
    [
      ['a', 1],
      ['a', 2],
    ],
    [
      ['a', 1],
      ['a', -1],
    ],
    [['b', -2]],
    [
      ['a', 0],
      ['b', 3],
    ],
  ],
})

const sameNumbers: DrawOperation = () => ({
  name: 'same_numbers',
  takes: 'table',
  gives: 'other',
  does: 'Takes a dict from names to whole numbers. Returns a list of lists of names: the names of each number, in alphabetical order, for every number that two names or more have; the lists by ascending number.',
  source: `def same_numbers(table):
    names = {}
    for name in sorted(table):
        names.setdefault(table[name], []).append(name)
    return [names[number] for number in sorted(names) if len(names[number]) >= 2]
`,
  mutations: [
    ['len(names[number]) >= 2', 'len(names[number]) > 2'],
    ['in sorted(names)', 'in names'],
    ['in sorted(table)', 'in table'],
  ],
  run(table: Table) {
    const numbers = [...new Set(Object.values(table))].sort((a, b) => a - b)
    const namesOf = (number: number): string[] =>
      Object.keys(table)
        .filter((name) => table[name] === number)
        .sort()
    return numbers.map(namesOf).filter((names) => names.length >= 2)
  },
  input: someTable,
  edges: [{}, { a: 1, b: 2 }, { b: 7, a: 7 }, { a: 9, b: 9, c: 1, d: 1 }, { c: 5, a: 5, b: 5 }],
})

type Interval = readonly [number, number]

const mergeIntervals: DrawOperation = (rng) => {
  const gap = rng.int(1, 3)
  return {
    name: 'merge_intervals',
    takes: 'other',
    gives: 'matrix',
    does: `Takes a list of intervals [start, end] in any order. Returns them by ascending start, where intervals that overlap, or have a gap of at most ${gap} between the end of one and the start of the other, become one.`,
    source: `def merge_intervals(intervals):
    merged = []
    for start, end in sorted(intervals):
        if merged and start - merged[-1][1] <= ${gap}:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged
`,
    mutations: [
      [`<= ${gap}`, `< ${gap}`],
      ['max(merged[-1][1], end)', 'end'],
      ['sorted(intervals)', 'intervals'],
    ],
    run(intervals: Interval[]) {
      const merged: [number, number][] = []
      for (const [start, end] of intervals.toSorted(([a, x], [b, y]) => a - b || x - y)) {
        const last = merged.at(-1)
        if (last === undefined || start - last[1] > gap) merged.push([start, end])
        else last[1] = Math.max(last[1], end)
      }
      return merged
    },
    input: someIntervals,
    edges: [
      [],
      [
        [1, 9],
        [2, 3],
      ],
      [
        [0, 1],
        [1 + gap, 5 + gap],
      ],
      [
        [0, 1],
        [2 + gap, 9],
      ],
      [
        [8, 9],
        [0, 2],
      ],
    ],
  }
}

const coveredLength: DrawOperation = () => ({
  name: 'covered_length',
  takes: 'other',
  gives: 'number',
  does: 'Takes a list of intervals [start, end] in any order. Returns the total length that they cover; what several of them cover counts once.',
  source: `def covered_length(intervals):
    total = 0
    reached = float("-inf")
    for start, end in sorted(intervals):
        if start > reached:
            total += end - start
            reached = end
        elif end > reached:
            total += end - reached
            reached = end
    return total
`,
  mutations: [
    ['        elif end > reached:\n            total += end - reached\n            reached = end\n', ''],
    ['total += end - reached', 'total += end - start'],
    ['sorted(intervals)', 'intervals'],
  ],
  run: (intervals: Interval[]) =>
    new Set(intervals.flatMap(([start, end]) => Array.from({ length: end - start }, (_, at) => start + at))).size,
  input: someIntervals,
  edges: [
    [],
    [[2, 2]],
    [
      [0, 4],
      [2, 6],
    ],
    [
      [5, 9],
      [0, 6],
    ],
    [
      [0, 9],
      [1, 2],
      [3, 4],
    ],
  ],
})

const busiestPoint: DrawOperation = () => ({
  name: 'busiest_point',
  takes: 'other',
  gives: 'other',
  does: 'Takes a list of intervals [start, end], both ends included. Returns the smallest whole number that lies in the most of them, or None for an empty list.',
  source: `def busiest_point(intervals):
    best = None
    most = 0
    for point in sorted(start for start, end in intervals):
        count = sum(start <= point <= end for start, end in intervals)
        if count > most:
            best, most = point, count
    return best
`,
  mutations: [
    ['count > most', 'count >= most'],
    ['point <= end', 'point < end'],
    ['best = None', 'best = 0'],
  ],
  run(intervals: Interval[]) {
    const starts = intervals.map(([start]) => start).sort((a, b) => a - b)
    const countAt = (point: number): number => intervals.filter(([start, end]) => start <= point && point <= end).length
    const most = Math.max(0, ...starts.map(countAt))
    return starts.find((point) => countAt(point) === most) ?? null
  },
  input: someIntervals,
  edges: [
    [],
    [[3, 5]],
    [
      [1, 4],
      [4, 6],
    ],
    [
      [0, 2],
      [5, 7],
    ],
    [
      [0, 5],
      [1, 1],
      [3, 3],
    ],
  ],
})

export const DICTS: Family = { name: 'dicts', operations: [topNames, totalByName, sameNumbers] }
export const INTERVALS: Family = { name: 'intervals', operations: [mergeIntervals, coveredLength, busiestPoint] }
