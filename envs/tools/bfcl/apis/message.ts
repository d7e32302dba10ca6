import { text } from '../../engine/parameters.ts'
import { type Api, asDict, error, type Instance, method, randomFrom, withDefaults } from '../api.ts'
import { add } from '../python/arithmetic.ts'
import {
  contains,
  dictWith,
  equals,
  item,
  iterate,
  listWith,
  noAttribute,
  textWith,
  truthy,
} from '../python/operations.ts'
import { str } from '../python/text.ts'
import { dict, type Py, PyDict, PySet } from '../python/value.ts'

const LOGGED_OUT = error('No user is currently logged in.')
const MESSAGE_SEED = 200191n

const usersOf = (self: Instance): PyDict => asDict(self.get('user_map'))
const isLoggedIn = (self: Instance): boolean => truthy(self.get('current_user'))

/** Receiver and content of a message: the first entry of a dict. */
function partsOf(message: Py): readonly [Py, Py] {
  const receiver = item(dictWith(message, 'items').keys(), 0n)
  return [receiver, item(message, receiver)]
}

function newId(self: Instance): PyDict {
  const known = self.get('generated_ids')
  const id = self.draw((random) => {
    let drawn = random.randint(10000, 99999)
    while (contains(known, drawn)) drawn = random.randint(10000, 99999)
    return drawn
  })
  const ids = self.edit('generated_ids')
  if (ids instanceof PySet) ids.add(id)
  else noAttribute(ids, 'add')
  return dict({ new_id: id })
}

function login(self: Instance, id: Py): PyDict {
  const isKnown = contains(usersOf(self).values(), id)
  if (!isKnown) return dict({ login_status: false, message: `User ID '${str(id)}' not found.` })
  self.set('current_user', id)
  return dict({ login_status: true, message: `User '${str(id)}' logged in successfully.` })
}

function send(self: Instance, receiver: Py, message: Py): PyDict {
  if (!isLoggedIn(self)) return LOGGED_OUT
  if (!contains(usersOf(self).values(), receiver)) return error(`Receiver ID '${str(receiver)}' not found.`)
  const id = newId(self)
  listWith(self.edit('inbox'), 'append').push(new PyDict([[receiver, message]]))
  self.set('message_count', add(self.get('message_count'), 1n, '+='))
  return dict({ sent_status: true, message_id: id, message: `Message sent to '${str(receiver)}' successfully.` })
}

/** Finds the latest message to the receiver, and removes the first that equals it. */
function remove(self: Instance, receiver: Py): PyDict {
  if (!isLoggedIn(self)) return LOGGED_OUT
  const inbox = iterate(self.get('inbox'))
  const latest = inbox.findLast((message) => equals(partsOf(message)[0], receiver))
  if (latest === undefined) return error(`Receiver ID ${str(receiver)} not found.`)
  const at = inbox.findIndex((message) => equals(message, latest))
  listWith(self.edit('inbox'), 'remove').splice(at, 1)
  return dict({
    deleted_status: true,
    receiver_id: partsOf(latest)[0],
    message: `Receiver ${str(receiver)}'s latest message deleted successfully.`,
  })
}

function sent(self: Instance): PyDict {
  if (!isLoggedIn(self)) return LOGGED_OUT
  const messages = new PyDict()
  for (const message of iterate(self.get('inbox'))) {
    const [receiver, content] = partsOf(message)
    const before = messages.get(receiver)
    messages.set(receiver, Array.isArray(before) ? [...before, content] : [content])
  }
  return dict({ messages })
}

function addContact(self: Instance, name: Py): PyDict {
  if (usersOf(self).has(name)) return error(`User name '${str(name)}' already exists.`)
  const count = add(self.get('user_count'), 1n, '+=')
  self.set('user_count', count)
  const id = `USR${str(count).padStart(3, '0')}`
  if (contains(usersOf(self).values(), id)) return error(`User ID '${id}' already exists.`)
  asDict(self.edit('user_map')).set(name, id)
  return dict({ added_status: true, user_id: id, message: `Contact '${str(name)}' added successfully.` })
}

function search(self: Instance, keyword: Py): PyDict {
  if (!isLoggedIn(self)) return LOGGED_OUT
  const sought = textWith(keyword, 'lower').toLowerCase()
  const results = iterate(self.get('inbox')).flatMap((message) => {
    const [receiver, content] = partsOf(message)
    const isFound = textWith(content, 'lower').toLowerCase().includes(sought)
    return isFound ? [dict({ receiver_id: receiver, message: content })] : []
  })
  return dict({ results })
}

function stats(self: Instance): PyDict {
  if (!isLoggedIn(self)) return LOGGED_OUT
  const inbox = iterate(self.get('inbox'))
  const contacts = new PySet(inbox.map((message) => partsOf(message)[0]))
  return dict({ stats: dict({ received_count: BigInt(inbox.length), total_contacts: BigInt(contacts.size) }) })
}

/** Messages between the people of a workspace. */
export const MessageAPI: Api = {
  name: 'MessageAPI',
  description: 'Messages between the people of a workspace.',
  load: (scenario) => ({
    ...withDefaults(scenario, {
      generated_ids: new PySet(),
      user_count: 4n,
      user_map: dict({ Alice: 'USR001', Bob: 'USR002', Catherine: 'USR003', Daniel: 'USR004' }),
      inbox: [
        dict({ USR002: 'My name is Alice. I want to connect.' }),
        dict({ USR003: 'Could you upload the file?' }),
        dict({ USR004: 'Could you upload the file?' }),
      ],
      message_count: 3n,
      current_user: null,
    }),
    _random: randomFrom(scenario, MESSAGE_SEED),
  }),
  methods: [
    method('list_users', 'Names of all users.', {}, (self) => dict({ user_list: usersOf(self).keys() })),
    method('get_user_id', 'Id of a user.', { user: text('Name of the user.') }, (self, user: Py) =>
      usersOf(self).has(user)
        ? dict({ user_id: usersOf(self).get(user) ?? null })
        : error(`User '${str(user)}' not found in the workspace.`),
    ),
    method('message_login', 'Logs a user in.', { user_id: text('Id of the user.') }, login),
    method('message_get_login_status', 'Whether a user is logged in.', {}, (self) =>
      dict({ login_status: isLoggedIn(self) }),
    ),
    method(
      'send_message',
      'Sends a message to a user.',
      { receiver_id: text('Id of the receiver.'), message: text('The message.') },
      send,
    ),
    method(
      'delete_message',
      'Deletes the latest message to a user.',
      { receiver_id: text('Id of the receiver.') },
      remove,
    ),
    method('view_messages_sent', 'All messages, by receiver.', {}, sent),
    method('add_contact', 'Adds a user to the workspace.', { user_name: text('Name of the user.') }, addContact),
    method('search_messages', 'Messages that contain a text.', { keyword: text('The text.') }, search),
    method('get_message_stats', 'Numbers of messages and receivers.', {}, stats),
  ],
}
