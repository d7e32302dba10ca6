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

const PEOPLE = ['Ada', 'Boris', 'Chen', 'Dora', 'Emil', 'Farah', 'Goran', 'Hana', 'Ivan', 'Jana', 'Karim', 'Lea']
const TITLES = ['North', 'River', 'Silent', 'Golden', 'Winter', 'Open', 'Second', 'Hidden', 'Long', 'Early']
const CITIES = ['Oslo', 'Lima', 'Cairo', 'Quito', 'Turin', 'Kyoto']

/** Subjects of generated databases. */
export const DOMAINS: readonly Domain[] = [
  {
    name: 'shop',
    tables: [
      {
        ...{ name: 'customers', one: 'customer', many: 'customers' },
        label: column('full_name', 'name', PEOPLE),
        category: column('city', 'city', CITIES),
        number: column('credit', 'credit', [0, 900]),
      },
      {
        ...{ name: 'orders', one: 'order', many: 'orders' },
        label: column('code', 'code', ['ORD', 'WEB', 'TEL']),
        category: column('status', 'status', ['open', 'paid', 'sent', 'returned']),
        number: column('total', 'total', [5, 500]),
      },
      {
        ...{ name: 'order_lines', one: 'order line', many: 'order lines' },
        label: column('article', 'article', ['lamp', 'chair', 'desk', 'shelf', 'rug']),
        category: column('colour', 'colour', ['red', 'blue', 'green', 'black']),
        number: column('quantity', 'quantity', [1, 20]),
      },
    ],
  },
  {
    name: 'library',
    tables: [
      {
        ...{ name: 'authors', one: 'author', many: 'authors' },
        label: column('author_name', 'name', PEOPLE),
        category: column('country', 'country', ['Norway', 'Peru', 'Egypt', 'Japan']),
        number: column('born', 'year of birth', [1900, 1999]),
      },
      {
        ...{ name: 'books', one: 'book', many: 'books' },
        label: column('title', 'title', TITLES),
        category: column('genre', 'genre', ['novel', 'poetry', 'history', 'science']),
        number: column('pages', 'number of pages', [60, 900]),
      },
      {
        ...{ name: 'loans', one: 'loan', many: 'loans' },
        label: column('slip', 'slip', ['LN', 'RX']),
        category: column('branch', 'branch', CITIES),
        number: column('days', 'number of days', [1, 60]),
      },
    ],
  },
  {
    name: 'school',
    tables: [
      {
        ...{ name: 'teachers', one: 'teacher', many: 'teachers' },
        label: column('name', 'name', PEOPLE),
        category: column('department', 'department', ['maths', 'music', 'physics', 'art']),
        number: column('salary', 'salary', [2000, 6000]),
      },
      {
        ...{ name: 'courses', one: 'course', many: 'courses' },
        label: column('course_title', 'title', TITLES),
        category: column('room', 'room', ['A1', 'A2', 'B1', 'C4']),
        number: column('credits', 'number of credits', [1, 12]),
      },
      {
        ...{ name: 'enrolments', one: 'enrolment', many: 'enrolments' },
        label: column('student', 'student', PEOPLE),
        category: column('term', 'term', ['spring', 'summer', 'autumn']),
        number: column('grade', 'grade', [1, 100]),
      },
    ],
  },
  {
    name: 'transport',
    tables: [
      {
        ...{ name: 'depots', one: 'depot', many: 'depots' },
        label: column('depot_name', 'name', TITLES),
        category: column('region', 'region', ['east', 'west', 'south', 'coast']),
        number: column('capacity', 'capacity', [10, 200]),
      },
      {
        ...{ name: 'buses', one: 'bus', many: 'buses' },
        label: column('plate', 'plate', ['KX', 'RT', 'MB']),
        category: column('fuel', 'fuel', ['diesel', 'electric', 'hydrogen']),
        number: column('seats', 'number of seats', [12, 90]),
      },
      {
        ...{ name: 'trips', one: 'trip', many: 'trips' },
        label: column('ticket', 'ticket', ['T', 'V']),
        category: column('destination', 'destination', CITIES),
        number: column('distance', 'distance', [2, 800]),
      },
    ],
  },
]
