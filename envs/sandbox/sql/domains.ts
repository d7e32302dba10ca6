/** A column of a generated table. */
export interface Column {
  readonly name: string
  /** In a question. */
  readonly words: string
  /** Texts to draw from, or the least and the greatest of whole numbers. */
  readonly values: readonly string[] | readonly [number, number]
}

/** A generated table: `id`, the column of its parent, then these. */
export interface Table {
  readonly name: string
  /** One of its rows in a question, and several. */
  readonly one: string
  readonly many: string
  /** What its rows are called: different for each row. */
  readonly label: Column
  readonly category: Column
  readonly number: Column
}

/** Three tables: each row of the second belongs to one of the first, and each of the third to one of the second. */
export interface Domain {
  readonly name: string
  readonly tables: readonly [Table, Table, Table]
}

const column = (name: string, words: string, values: Column['values']): Column => ({ name, words, values })

/** A table by its name, what one of its rows is called and several are, and its columns: label, category, number. */
const table = (
  name: string,
  [one, many]: readonly [string, string],
  [label, category, number]: readonly [Column, Column, Column],
): Table => ({ name, one, many, label, category, number })

const PEOPLE = ['Ada', 'Boris', 'Chen', 'Dora', 'Emil', 'Farah', 'Goran', 'Hana', 'Ivan', 'Jana', 'Karim', 'Lea']
const TITLES = ['North', 'River', 'Silent', 'Golden', 'Winter', 'Open', 'Second', 'Hidden', 'Long', 'Early']
const CITIES = ['Oslo', 'Lima', 'Cairo', 'Quito', 'Turin', 'Kyoto']

/** Subjects of generated databases. */
export const DOMAINS: readonly Domain[] = [
  {
    name: 'shop',
    tables: [
      table(
        'customers',
        ['customer', 'customers'],
        [column('full_name', 'name', PEOPLE), column('city', 'city', CITIES), column('credit', 'credit', [0, 900])],
      ),
      table(
        'orders',
        ['order', 'orders'],
        [
          column('code', 'code', ['ORD', 'WEB', 'TEL']),
          column('status', 'status', ['open', 'paid', 'sent', 'returned']),
          column('total', 'total', [5, 500]),
        ],
      ),
      table(
        'order_lines',
        ['order line', 'order lines'],
        [
          column('article', 'article', ['lamp', 'chair', 'desk', 'shelf', 'rug']),
          column('colour', 'colour', ['red', 'blue', 'green', 'black']),
          column('quantity', 'quantity', [1, 20]),
        ],
      ),
    ],
  },
  {
    name: 'library',
    tables: [
      table(
        'authors',
        ['author', 'authors'],
        [
          column('author_name', 'name', PEOPLE),
          column('country', 'country', ['Norway', 'Peru', 'Egypt', 'Japan']),
          column('born', 'year of birth', [1900, 1999]),
        ],
      ),
      table(
        'books',
        ['book', 'books'],
        [
          column('title', 'title', TITLES),
          column('genre', 'genre', ['novel', 'poetry', 'history', 'science']),
          column('pages', 'number of pages', [60, 900]),
        ],
      ),
      table(
        'loans',
        ['loan', 'loans'],
        [
          column('slip', 'slip', ['LN', 'RX']),
          column('branch', 'branch', CITIES),
          column('days', 'number of days', [1, 60]),
        ],
      ),
    ],
  },
  {
    name: 'school',
    tables: [
      table(
        'teachers',
        ['teacher', 'teachers'],
        [
          column('name', 'name', PEOPLE),
          column('department', 'department', ['maths', 'music', 'physics', 'art']),
          column('salary', 'salary', [2000, 6000]),
        ],
      ),
      table(
        'courses',
        ['course', 'courses'],
        [
          column('course_title', 'title', TITLES),
          column('room', 'room', ['A1', 'A2', 'B1', 'C4']),
          column('credits', 'number of credits', [1, 12]),
        ],
      ),
      table(
        'enrolments',
        ['enrolment', 'enrolments'],
        [
          column('student', 'student', PEOPLE),
          column('term', 'term', ['spring', 'summer', 'autumn']),
          column('grade', 'grade', [1, 100]),
        ],
      ),
    ],
  },
  {
    name: 'transport',
    tables: [
      table(
        'depots',
        ['depot', 'depots'],
        [
          column('depot_name', 'name', TITLES),
          column('region', 'region', ['east', 'west', 'south', 'coast']),
          column('capacity', 'capacity', [10, 200]),
        ],
      ),
      table(
        'buses',
        ['bus', 'buses'],
        [
          column('plate', 'plate', ['KX', 'RT', 'MB']),
          column('fuel', 'fuel', ['diesel', 'electric', 'hydrogen']),
          column('seats', 'number of seats', [12, 90]),
        ],
      ),
      table(
        'trips',
        ['trip', 'trips'],
        [
          column('ticket', 'ticket', ['T', 'V']),
          column('destination', 'destination', CITIES),
          column('distance', 'distance', [2, 800]),
        ],
      ),
    ],
  },
]
