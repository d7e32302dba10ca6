import { DAY_MS, isoDate, someDate } from '../inputs.ts'
import type { DrawOperation, Family } from '../operation.ts'

const parts = `    year, month, day = (int(part) for part in date.split("-"))
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        lengths[1] = 29
`
const LEAP: readonly (readonly [string, string])[] = [
  [' and (year % 100 != 0 or year % 400 == 0)', ''],
  ['(year % 100 != 0 or year % 400 == 0)', 'year % 100 != 0'],
]

const dayOfYear: DrawOperation = () => ({
  name: 'day_of_year',
  takes: 'other',
  gives: 'number',
  does: 'Takes a date as YYYY-MM-DD in the Gregorian calendar. Returns the number of its day in its year, 1 for the first of January.',
  source: `def day_of_year(date):
${parts}    return sum(lengths[:month - 1]) + day
`,
  mutations: [...LEAP, ['month - 1', 'month']],
  run: (date: string) => (Date.parse(date) - Date.parse(`${date.slice(0, 4)}-01-01`)) / DAY_MS + 1,
  input: someDate,
  edges: ['2024-03-01', '1900-03-01', '2000-12-31', '2023-01-01', '2023-12-31'],
})

const addDays: DrawOperation = (rng) => {
  const days = rng.int(20, 45)
  return {
    name: 'add_days',
    takes: 'other',
    gives: 'text',
    does: `Takes a date as YYYY-MM-DD in the Gregorian calendar. Returns the date ${days} days later, in the same form.`,
    source: `def add_days(date):
    year, month, day = (int(part) for part in date.split("-"))
    day += ${days}
    while True:
        lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            lengths[1] = 29
        if day <= lengths[month - 1]:
            return "%04d-%02d-%02d" % (year, month, day)
        day -= lengths[month - 1]
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
`,
    mutations: [
      [' and (year % 100 != 0 or year % 400 == 0)', ''],
      ['day <= lengths', 'day < lengths'],
      ['(year + 1, 1)', '(year, 1)'],
    ],
    run: (date: string) => isoDate(Date.parse(date) + days * DAY_MS),
    input: someDate,
    edges: ['2024-02-10', '1900-02-15', '2023-12-31', isoDate(Date.UTC(2023, 4, 31) - days * DAY_MS), '2099-12-20'],
  }
}

const weekdayName: DrawOperation = () => ({
  name: 'weekday_name',
  takes: 'other',
  gives: 'text',
  does: 'Takes a date as YYYY-MM-DD in the Gregorian calendar. Returns the English name of its day of the week, such as "Monday".',
  source: `def weekday_name(date):
    year, month, day = (int(part) for part in date.split("-"))
    names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    moved = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
    if month < 3:
        year -= 1
    return names[(year + year // 4 - year // 100 + year // 400 + moved[month - 1] + day) % 7]
`,
  mutations: [
    ['month < 3', 'month < 2'],
    [' - year // 100', ''],
    ['    if month < 3:\n        year -= 1\n', ''],
  ],
  run: (date: string) =>
    ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][new Date(date).getUTCDay()] ?? '',
  input: someDate,
  edges: ['2024-01-01', '2000-02-29', '1900-02-28', '2023-03-01', '2100-12-31'],
})

export const DATES: Family = { name: 'dates', operations: [dayOfYear, addDays, weekdayName] }
