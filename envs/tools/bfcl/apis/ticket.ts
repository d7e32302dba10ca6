import { integer, type ObjectSchema, text } from '../../engine/parameters.ts'
import { type Api, error, type Instance, method, optional, withDefaults } from '../api.ts'
import { add } from '../python/arithmetic.ts'
import {
  assign,
  compare,
  dictWith,
  equals,
  item,
  iterate,
  join,
  listWith,
  textWith,
  truthy,
} from '../python/operations.ts'
import { str } from '../python/text.ts'
import { dict, type Py, type PyDict } from '../python/value.ts'

const noTicket = (id: Py): PyDict => error(`Ticket with ID ${str(id)} not found.`)
const isLoggedIn = (self: Instance): boolean => truthy(self.get('current_user'))

const find = (queue: Py, id: Py): Py => iterate(queue).find((ticket) => equals(item(ticket, 'id'), id)) ?? null

function create(self: Instance, title: Py, description: Py, priority: Py): Py {
  if (!isLoggedIn(self)) return error('User not authenticated. Please log in to create a ticket.')
  if (compare(priority, '<', 1n) || compare(priority, '>', 5n))
    return error('Invalid priority. Priority must be between 1 and 5.')
  const id = self.get('ticket_counter')
  const ticket = dict({ id, title, description, status: 'Open', priority, created_by: self.get('current_user') })
  listWith(self.edit('ticket_queue'), 'append').push(ticket)
  self.set('ticket_counter', add(id, 1n, '+='))
  return ticket
}

/** Changes a ticket, unless it has the status already. */
function settle(self: Instance, id: Py, status: string, change: (ticket: Py) => void): Py {
  const ticket = find(self.edit('ticket_queue'), id)
  if (!truthy(ticket)) return noTicket(id)
  const word = status.toLowerCase()
  if (equals(item(ticket, 'status'), status)) return error(`Ticket with ID ${str(id)} is already ${word}.`)
  assign(ticket, 'status', status)
  change(ticket)
  return dict({ status: `Ticket ${str(id)} has been ${word} successfully.` })
}

const FIELDS: readonly Py[] = ['title', 'description', 'status', 'priority']

function edit(self: Instance, id: Py, updates: Py): Py {
  const ticket = find(self.edit('ticket_queue'), id)
  if (!truthy(ticket)) return noTicket(id)
  const given = dictWith(updates, 'keys')
  const invalid = given.keys().filter((key) => !FIELDS.includes(key))
  if (invalid.length > 0) return error(`Invalid fields for update: ${join(', ', invalid)}`)
  for (const [key, value] of given.entries()) if (value !== null) assign(ticket, key, value)
  return dict({ status: `Ticket ${str(id)} has been updated successfully.` })
}

function login(self: Instance, name: Py, password: Py): Py {
  const isOk = truthy(name) && truthy(password)
  if (isOk) self.set('current_user', name)
  return dict({ success: isOk })
}

function logout(self: Instance): Py {
  const wasLoggedIn = isLoggedIn(self)
  if (wasLoggedIn) self.set('current_user', null)
  return dict({ success: wasLoggedIn })
}

function ownTickets(self: Instance, status: Py): Py {
  if (!isLoggedIn(self)) return [error('User not authenticated. Please log in to view tickets.')]
  const own = iterate(self.get('ticket_queue')).filter((each) =>
    equals(item(each, 'created_by'), self.get('current_user')),
  )
  if (!truthy(status)) return own
  return own.filter(
    (each) => textWith(item(each, 'status'), 'lower').toLowerCase() === textWith(status, 'lower').toLowerCase(),
  )
}

const ticketId = { ticket_id: integer('Id of the ticket.') }

const updates: ObjectSchema = {
  type: 'object',
  description: 'Fields to change, with their new values.',
  properties: {
    title: text('New title.'),
    description: text('New description.'),
    status: text('New status.'),
    priority: integer('New priority, from 1 to 5.'),
  },
  required: [],
}

/** Support tickets of a company. */
export const TicketAPI: Api = {
  name: 'TicketAPI',
  description: 'Support tickets of a company.',
  load: (scenario) => withDefaults(scenario, { ticket_queue: [], ticket_counter: 1n, current_user: null }),
  methods: [
    method(
      'create_ticket',
      'Creates a ticket.',
      {
        title: text('Title of the ticket.'),
        description: optional(text('What it is about.'), () => ''),
        priority: optional(integer('Priority, from 1 to 5, the most urgent.'), () => 1n),
      },
      create,
    ),
    method('get_ticket', 'A ticket.', ticketId, (self, id: Py) => {
      const ticket = find(self.get('ticket_queue'), id)
      return truthy(ticket) ? ticket : noTicket(id)
    }),
    method('close_ticket', 'Closes a ticket.', ticketId, (self, id: Py) => settle(self, id, 'Closed', () => undefined)),
    method(
      'resolve_ticket',
      'Resolves a ticket.',
      { ...ticketId, resolution: text('How it was resolved.') },
      (self, id: Py, resolution: Py) =>
        settle(self, id, 'Resolved', (ticket) => assign(ticket, 'resolution', resolution)),
    ),
    method('edit_ticket', 'Changes fields of a ticket.', { ...ticketId, updates }, edit),
    method(
      'ticket_login',
      'Logs a user in.',
      { username: text('Name of the user.'), password: text('Password of the user.') },
      login,
    ),
    method('ticket_get_login_status', 'Whether a user is logged in.', {}, (self) =>
      dict({ login_status: isLoggedIn(self) }),
    ),
    method('logout', 'Logs the user out.', {}, logout),
    method(
      'get_user_tickets',
      'Tickets that the user created.',
      { status: optional(text('Only those with this status.'), () => null) },
      ownTickets,
    ),
  ],
}
