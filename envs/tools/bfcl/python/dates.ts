import { fail } from './operations.ts'
import { repr } from './text.ts'
import { type Py, typeName } from './value.ts'

/** Milliseconds of a day and time without a time zone, as if it were UTC. */
export type Moment = number

const DATE = /^(\d{4})-(1[0-2]|0[1-9]|[1-9])-(3[01]|[12]\d|0[1-9]|[1-9]| [1-9])/
const TIME = / (2[0-3]|[01]\d|\d):([0-5]\d|\d):(6[01]|[0-5]\d|\d)/y

/** What `datetime.strptime` raises where it is a ValueError. */
export class DateProblem {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** `datetime.strptime(text, '%Y-%m-%d')`, or with ` %H:%M:%S`. @throws PythonError for a value that is not a text */
export function parseMoment(text: Py, hasTime = false): Moment | DateProblem {
  if (typeof text !== 'string') return fail(`strptime() argument 1 must be str, not ${typeName(text)}`)
  const format = hasTime ? '%Y-%m-%d %H:%M:%S' : '%Y-%m-%d'
  const date = DATE.exec(text)
  TIME.lastIndex = date?.[0].length ?? 0
  const time = hasTime && date ? TIME.exec(text) : null
  if (!date || (hasTime && !time)) return new DateProblem(`time data ${repr(text)} does not match format '${format}'`)
  const rest = text.slice(date[0].length + (time?.[0].length ?? 0))
  if (rest !== '') return new DateProblem(`unconverted data remains: ${rest}`)
  return momentOf([date[1], date[2], date[3]].map(Number), (time ?? []).slice(1).map(Number))
}

function momentOf(
  [year = 0, month = 1, day = 1]: readonly number[],
  [h = 0, m = 0, s = 0]: readonly number[],
): Moment | DateProblem {
  if (year === 0) return new DateProblem('year 0 is out of range')
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCDate() !== day) return new DateProblem('day is out of range for month')
  return date.getTime() + ((h * 60 + m) * 60 + s) * 1000
}

/** As `parseMoment`. @throws PythonError for a text that is not a date too */
export function momentFrom(text: Py, hasTime = false): Moment {
  const moment = parseMoment(text, hasTime)
  return typeof moment === 'number' ? moment : fail(moment.message)
}

/** `%Y-%m-%d %H:%M:%S` */
export const momentText = (moment: Moment): string => new Date(moment).toISOString().slice(0, 19).replace('T', ' ')
