/** A complete small domain of tool calls for its author to change: it keeps the contract as it is. */
export const domainScaffold = (name: string): string => `// @ts-check
import { fields, generateTasks, PythonError, rowsOf, Table, text, toolsEnvironment } from 'stepgym/envs/tools/own-domain'

/**
 * A library that lends books by tool calls. Change it into your own domain: data, tools over it, and tasks.
 *
 * @typedef {{ name: string, books: string[] }} Member
 * @typedef {{ title: string, lent_to: string | null }} Book
 */

// Data. All episodes share these rows; a tool changes copies of them, which are all that an episode keeps.
const NAMES = ['Ada', 'Ben', 'Chen', 'Dara', 'Emil', 'Fay', 'Gus', 'Hana', 'Ivo', 'Jun']
const TITLES = ['Atlas', 'Bestiary', 'Cookery', 'Dunes', 'Engines', 'Ferns', 'Glaciers', 'Harbours', 'Islands', 'Jazz']
/** @type {Table<Member>} */
const MEMBERS = new Table('members')
/** @type {Table<Book>} */
const BOOKS = new Table('books')
const database = {
  tables: new Map([
    ['members', rowsOf(NAMES.map((member, at) => [\`m\${at}\`, { name: member, books: [] }]))],
    ['books', rowsOf(TITLES.map((title, at) => [\`b\${at}\`, { title, lent_to: null }]))],
  ]),
}

// Tools. The schema that agents see and the check of arguments both come from \`parameters\`. What a tool returns is
// what the agent observes; a PythonError is observed as "Error: ...".
/** @type {import('stepgym/envs/tools/own-domain').Tool[]} */
const tools = [
  {
    name: 'find_member',
    description: 'Finds the id of a member by name.',
    parameters: fields({ name: text('First name of the member.') }),
    effect: 'read',
    run(db, { name: wanted }) {
      const found = [...MEMBERS.rows(db)].find(([, member]) => member.name === wanted)
      if (!found) throw new PythonError('there is no member of that name')
      return found[0]
    },
  },
  {
    name: 'find_book',
    description: 'Finds a book by its title: its id, and who has it.',
    parameters: fields({ title: text('The whole title.') }),
    effect: 'read',
    run(db, { title }) {
      const found = [...BOOKS.rows(db)].find(([, book]) => book.title === title)
      if (!found) throw new PythonError('there is no book of that title')
      return { book_id: found[0], ...found[1] }
    },
  },
  {
    name: 'lend_book',
    description: 'Lends a book to a member. Ask the user to confirm first.',
    parameters: fields({ book_id: text('Such as b3.'), member_id: text('Such as m3.') }),
    effect: 'write',
    run(db, { book_id, member_id }) {
      const book = BOOKS.edit(db, String(book_id))
      const member = MEMBERS.edit(db, String(member_id))
      if (!book || !member) throw new PythonError('there is no such book or member')
      if (book.lent_to !== null) throw new PythonError('the book is lent')
      book.lent_to = String(member_id)
      member.books.push(String(book_id))
      return 'lent'
    },
  },
]

// Tasks. Each user says what it wants, knows some facts, which it gives when asked by one of the words, and is served by
// gold calls. Users of different splits are different people.
/** @type {import('stepgym/envs/tools/own-domain').Requester[]} */
const users = NAMES.map((member, at) => ({
  identity: () => ({ words: ['your name', 'who are you', 'name and'], says: \`I am \${member}.\` }),
  identify: { name: 'find_member', args: { name: member } },
  requests: (rng, count) =>
    rng
      .shuffle([...TITLES.keys()])
      .slice(0, count)
      .map((book) => ({
        says: 'I would like to borrow a book.',
        facts: [{ words: ['which', 'title', 'book'], says: \`It is called \${TITLES[book]}.\` }],
        subject: \`the book \${TITLES[book]}\`,
        look: { name: 'find_book', args: { title: TITLES[book] ?? '' } },
        call: { name: 'lend_book', args: { book_id: \`b\${book}\`, member_id: \`m\${at}\` } },
      })),
}))

export default toolsEnvironment({
  // name@version: raise the version whenever tools, data or tasks change.
  id: '${name}@1',
  summary: 'lend books to members of a library by tool calls',
  tools,
  open: (options) => ({
    database,
    policy: 'Find out who the user is. Lend a book only after the user has confirmed it.',
    splits: generateTasks(users, options),
    isStrict: true,
    digest: '',
  }),
})
`
