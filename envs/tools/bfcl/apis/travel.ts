import { integer, number, type ParameterSchema, text } from '../../engine/parameters.ts'
import { type Api, error, method, optional, randomFrom, withDefaults } from '../api.ts'
import { equals } from '../python/operations.ts'
import { dict, type Py, PyDict } from '../python/value.ts'
import { AIRPORTS, CITIES } from './travel-data.ts'
import {
  authenticate,
  balance,
  book,
  bookingsOf,
  cancel,
  exchange,
  extended,
  flightCosts,
  insure,
  invoice,
  registerCard,
  SUPPORT,
  setBudget,
  TRAVEL_SEED,
  tokenProblem,
  verify,
} from './travel-methods.ts'

const maybe = (schema: ParameterSchema) => optional(schema, () => null)
const token = { access_token: text('The access token.') }
const booking = { booking_id: text('Id of the booking.') }
const card = { card_id: text('Id of a registered card.') }
const route = {
  travel_from: text('Code of the airport of departure.'),
  travel_to: text('Code of the airport of arrival.'),
}
const date = { travel_date: text('Date of travel, as YYYY-MM-DD.') }
const travelClass = { travel_class: text('`economy`, `business` or `first`.') }

/** Flights, bookings, credit cards and insurance. */
export const TravelAPI: Api = {
  name: 'TravelAPI',
  description: 'A travel agency: flights, bookings, credit cards and insurance.',
  load(scenario, filler) {
    const attributes = withDefaults(scenario, {
      credit_card_list: new PyDict(),
      booking_record: new PyDict(),
      access_token: null,
      token_type: null,
      token_expires_in: null,
      token_scope: null,
      user_first_name: null,
      user_last_name: null,
      budget_limit: null,
    })
    const more = filler
      ? {
          credit_card_list: extended(attributes.credit_card_list ?? null, filler.creditCards),
          booking_record: extended(attributes.booking_record ?? null, filler.bookings),
        }
      : {}
    return { ...attributes, ...more, long_context: filler !== null, _random: randomFrom(scenario, TRAVEL_SEED) }
  },
  methods: [
    method(
      'authenticate_travel',
      'Logs a traveller in.',
      {
        client_id: text('Id of the client.'),
        client_secret: text('Secret of the client.'),
        refresh_token: text('The refresh token.'),
        grant_type: text('`read_write`, `read` or `write`.'),
        user_first_name: text('First name of the traveller.'),
        user_last_name: text('Last name of the traveller.'),
      },
      (self, _id: Py, _secret: Py, _token: Py, grant: Py, first: Py, last: Py) =>
        authenticate(self, grant, first, last),
    ),
    method('travel_get_login_status', 'Whether a traveller is logged in.', {}, (self) => {
      const left = self.get('token_expires_in')
      return dict({ status: left !== null && !equals(left, 0n) })
    }),
    method(
      'get_budget_fiscal_year',
      'Fiscal year of the budget.',
      {
        lastModifiedAfter: maybe(text('Only if modified after this date.')),
        includeRemoved: maybe(text('Whether to include removed ones.')),
      },
      () => dict({ budget_fiscal_year: '2018' }),
    ),
    method(
      'register_credit_card',
      'Registers a credit card.',
      {
        ...token,
        card_number: text('Number of the card.'),
        expiration_date: text('Month and year, as MM/YYYY.'),
        cardholder_name: text('Name of the holder.'),
        card_verification_number: integer('Verification number.'),
      },
      registerCard,
    ),
    method(
      'get_flight_cost',
      'Cost of a flight in dollars.',
      { ...route, ...date, ...travelClass },
      (self, from: Py, to: Py, day: Py, cls: Py) =>
        dict({ travel_cost_list: [...flightCosts(self, from, to, day, cls)] }),
    ),
    method('get_credit_card_balance', 'Balance of a card.', { ...token, ...card }, balance),
    method(
      'book_flight',
      'Books a flight.',
      { ...token, ...card, ...date, ...route, ...travelClass },
      (self, access: Py, id: Py, day: Py, from: Py, to: Py, cls: Py) =>
        book(self, access, { card: id, date: day, from, to, travelClass: cls }),
    ),
    method(
      'retrieve_invoice',
      'Invoice of a booking.',
      { ...token, booking_id: maybe(booking.booking_id), insurance_id: maybe(text('Id of the insurance.')) },
      (self, access: Py, id: Py) => invoice(self, access, id),
    ),
    method('get_booking_history', 'All bookings.', token, (self, access: Py) => {
      const problem = tokenProblem(self, access)
      return problem === null ? dict({ booking_history: self.get('booking_record') }) : error(problem)
    }),
    method('list_all_airports', 'Codes of all airports.', {}, () => [...AIRPORTS]),
    method('cancel_booking', 'Cancels a booking.', { ...token, ...booking }, cancel),
    method(
      'compute_exchange_rate',
      'Converts money.',
      {
        base_currency: text('Currency of the value, such as USD.'),
        target_currency: text('Currency to convert to.'),
        value: number('The amount.'),
      },
      (_, base: Py, target: Py, value: Py) => exchange(base, target, value),
    ),
    method(
      'verify_traveler_information',
      'Checks the details of the traveller.',
      {
        first_name: text('First name.'),
        last_name: text('Last name.'),
        date_of_birth: text('Date of birth, as YYYY-MM-DD.'),
        passport_number: text('Number of the passport.'),
      },
      verify,
    ),
    method(
      'set_budget_limit',
      'Sets the budget.',
      { ...token, budget_limit: number('The limit, in dollars.') },
      setBudget,
    ),
    method(
      'get_nearest_airport_by_city',
      'Code of the airport of a city.',
      { location: text('Name of the city.') },
      (_, city: Py) => dict({ nearest_airport: CITIES.get(city) ?? 'Unknown' }),
    ),
    method(
      'purchase_insurance',
      'Buys insurance for a booking.',
      {
        ...token,
        insurance_type: text('Kind of insurance.'),
        ...booking,
        insurance_cost: number('Cost of the insurance.'),
        ...card,
      },
      (self, access: Py, _type: Py, id: Py, cost: Py, cardId: Py) => insure(self, access, id, cost, cardId),
    ),
    method(
      'contact_customer_support',
      'Writes to customer support.',
      { ...booking, message: text('The message.') },
      (self, id: Py) =>
        bookingsOf(self).has(id) ? dict({ customer_support_message: SUPPORT }) : error('Booking not found'),
    ),
    method('get_all_credit_cards', 'All registered cards.', {}, (self) =>
      dict({ credit_card_list: self.get('credit_card_list') }),
    ),
  ],
}
