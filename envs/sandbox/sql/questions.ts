import type { Rng } from '../../../core/data/rng.ts'
import { foreignKey, text, textIn } from './database.ts'
import type { Column, Domain, Table } from './domains.ts'

/** A question in words, with the query that answers it. */
export interface Question {
  readonly text: string
  readonly sql: string
  /** Queries that a careless reader would write; their answers are other ones in most databases. */
  readonly mutants: readonly string[]
  /** Whether the order of the rows is asked for. */
  readonly isOrdered: boolean
}

type Ask = (domain: Domain, rng: Rng) => Question

const question = (words: string, sql: string, mutants: readonly string[], isOrdered = false): Question => ({
  text: words,
  sql,
  mutants,
  isOrdered,
})

/** Kinds of questions by level: one table, then groups, subqueries and a join, then outer joins, conditions on groups and two joins. */
export const KINDS: readonly (readonly Ask[])[] = [
  [countOf, listAbove, aggregateOf],
  [groupCount, joinedList, aboveAverage, highest],
  [totalsOf, groupsAbove, withoutAny, twoJoins],
]

/** A question of a level up to `level`, 1 to 3. */
export function drawQuestion(domain: Domain, level: number, rng: Rng): Question {
  return rng.choice(KINDS.slice(0, level).flat())(domain, rng)
}

/** A threshold that is neither below nor above most values. */
function middle({ values: [least, most] }: Column, rng: Rng): number {
  const span = Number(most) - Number(least)
  return Number(least) + Math.round(span * (0.3 + 0.4 * rng.float()))
}

function countOf({ tables }: Domain, rng: Rng): Question {
  const { name, many, category, number } = rng.choice(tables)
  const value = text(textIn(category, rng))
  return question(
    `How many ${many} have the ${category.words} ${value}?`,
    `SELECT COUNT(*) FROM ${name} WHERE ${category.name} = ${value}`,
    [`SELECT COUNT(*) FROM ${name}`, `SELECT SUM(${number.name}) FROM ${name} WHERE ${category.name} = ${value}`],
  )
}

function listAbove({ tables }: Domain, rng: Rng): Question {
  const { name, one, label, number } = rng.choice(tables)
  const least = middle(number, rng)
  const select = `SELECT ${label.name} FROM ${name}`
  return question(
    `List the ${label.words} of every ${one} whose ${number.words} is above ${least}, in alphabetical order.`,
    `${select} WHERE ${number.name} > ${least} ORDER BY ${label.name}`,
    [`${select} WHERE ${number.name} < ${least} ORDER BY ${label.name}`, `${select} ORDER BY ${label.name}`],
    true,
  )
}

const AGGREGATES = { average: 'AVG', highest: 'MAX', lowest: 'MIN', total: 'SUM' } as const

function aggregateOf({ tables }: Domain, rng: Rng): Question {
  const { name, many, category, number } = rng.choice(tables)
  const value = text(textIn(category, rng))
  const [words, called] = rng.choice(Object.entries(AGGREGATES))
  const other = called === 'AVG' ? 'SUM' : 'AVG'
  const where = `FROM ${name} WHERE ${category.name} = ${value}`
  return question(
    `What is the ${words} ${number.words} of the ${many} with the ${category.words} ${value}?`,
    `SELECT ${called}(${number.name}) ${where}`,
    [`SELECT ${other}(${number.name}) ${where}`, `SELECT COUNT(${number.name}) ${where}`],
  )
}

function groupCount({ tables }: Domain, rng: Rng): Question {
  const { name, many, category, number } = rng.choice(tables)
  const group = `FROM ${name} GROUP BY ${category.name}`
  return question(
    `How many ${many} are there for each ${category.words}? Give the ${category.words} and the number.`,
    `SELECT ${category.name}, COUNT(*) ${group}`,
    [`SELECT ${category.name}, SUM(${number.name}) ${group}`, `SELECT COUNT(*) ${group}`],
  )
}

/** A table and the one that its rows belong to, as `c` and `p`. */
function pair({ tables: [first, second, third] }: Domain, rng: Rng): readonly [parent: Table, child: Table] {
  return rng.chance(0.5) ? [first, second] : [second, third]
}

const joined = (parent: Table, child: Table, kind = 'JOIN'): string =>
  `FROM ${parent.name} p ${kind} ${child.name} c ON c.${foreignKey(parent)} = p.id`

function joinedList(domain: Domain, rng: Rng): Question {
  const [parent, child] = pair(domain, rng)
  const value = text(textIn(parent.category, rng))
  const select = `SELECT c.${child.label.name}`
  return question(
    `List the ${child.label.words} of every ${child.one} whose ${parent.one} has the ${parent.category.words} ${value}.`,
    `${select} ${joined(parent, child)} WHERE p.${parent.category.name} = ${value}`,
    [
      `${select} ${joined(parent, child)}`,
      `${select} FROM ${parent.name} p JOIN ${child.name} c ON c.id = p.id WHERE p.${parent.category.name} = ${value}`,
    ],
  )
}

function aboveAverage({ tables }: Domain, rng: Rng): Question {
  const { name, one, many, label, number } = rng.choice(tables)
  const where = (sign: string, called: string): string =>
    `SELECT ${label.name} FROM ${name} WHERE ${number.name} ${sign} (SELECT ${called}(${number.name}) FROM ${name})`
  return question(
    `List the ${label.words} of every ${one} whose ${number.words} is above the average of all ${many}.`,
    where('>', 'AVG'),
    [where('<', 'AVG'), where('>', 'MIN')],
  )
}

function highest({ tables }: Domain, rng: Rng): Question {
  const { name, many, label, number } = rng.choice(tables)
  const count = rng.int(2, 5)
  const select = `SELECT ${label.name}, ${number.name} FROM ${name}`
  return question(
    `Which ${count} ${many} have the highest ${number.words}? Give the ${label.words} and the ${number.words}, the highest first, and equal ones in alphabetical order of the ${label.words}.`,
    `${select} ORDER BY ${number.name} DESC, ${label.name} LIMIT ${count}`,
    [
      `${select} WHERE ${number.name} IS NOT NULL ORDER BY ${number.name}, ${label.name} LIMIT ${count}`,
      `${select} ORDER BY ${number.name} DESC, ${label.name} LIMIT ${count + 1}`,
    ],
    true,
  )
}

function totalsOf(domain: Domain, rng: Rng): Question {
  const [parent, child] = pair(domain, rng)
  const [label, number] = [`p.${parent.label.name}`, `c.${child.number.name}`]
  return question(
    `For every ${parent.one}, give the ${parent.label.words} and the total ${child.number.words} of its ${child.many}; 0 if it has none.`,
    `SELECT ${label}, COALESCE(SUM(${number}), 0) ${joined(parent, child, 'LEFT JOIN')} GROUP BY p.id`,
    [
      `SELECT ${label}, COUNT(${number}) ${joined(parent, child, 'LEFT JOIN')} GROUP BY p.id`,
      `SELECT ${label}, MAX(${number}) ${joined(parent, child)} GROUP BY p.id`,
    ],
  )
}

function groupsAbove(domain: Domain, rng: Rng): Question {
  const [parent, child] = pair(domain, rng)
  const least = rng.int(1, 3)
  const select = `SELECT p.${parent.label.name} ${joined(parent, child)} GROUP BY p.id HAVING COUNT(*)`
  return question(
    `Which ${parent.many} have more than ${least} ${child.many}? Give their ${parent.label.words}.`,
    `${select} > ${least}`,
    [`${select} <= ${least}`, `${select} > 0`],
  )
}

function withoutAny(domain: Domain, rng: Rng): Question {
  const [parent, child] = pair(domain, rng)
  const exists = `EXISTS (SELECT 1 FROM ${child.name} c WHERE c.${foreignKey(parent)} = p.id)`
  const select = `SELECT p.${parent.label.name} FROM ${parent.name} p`
  return question(
    `Which ${parent.many} have no ${child.many}? Give their ${parent.label.words}.`,
    `${select} WHERE NOT ${exists}`,
    [`${select} WHERE ${exists}`, select],
  )
}

function twoJoins({ tables: [first, second, third] }: Domain, rng: Rng): Question {
  const value = text(textIn(third.category, rng))
  const from = `${joined(first, second)} JOIN ${third.name} g ON g.${foreignKey(second)} = c.id`
  const where = `WHERE g.${third.category.name} = ${value} GROUP BY p.id`
  return question(
    `For every ${first.one} that has any, how many ${third.many} with the ${third.category.words} ${value} belong to its ${second.many}? Give the ${first.label.words} and the number.`,
    `SELECT p.${first.label.name}, COUNT(*) ${from} ${where}`,
    [
      `SELECT p.${first.label.name}, COUNT(*) ${from} GROUP BY p.id`,
      `SELECT p.${first.label.name}, SUM(g.${third.number.name}) ${from} ${where}`,
    ],
  )
}
