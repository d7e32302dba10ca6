import type { Rng } from '../../../../core/data/rng.ts'
import { dict, type Py, PyDict } from '../python/value.ts'
import { call, fieldOf, type Request, type Situation, type Topic, textsAt } from './request.ts'
import { FIRST_NAMES, NOUNS, SUBJECTS, THINGS, VERBS } from './words.ts'

const sentence = (rng: Rng): string =>
  `Please ${rng.choice(VERBS)} the ${rng.choice(THINGS)} for the ${rng.choice(SUBJECTS)}.`

function workspace(rng: Rng): { readonly [name: string]: Py } {
  const names = rng.shuffle(FIRST_NAMES).slice(0, 5)
  const users = names.map((name, at): readonly [string, string] => [name, `USR${String(at + 1).padStart(3, '0')}`])
  return {
    user_map: new PyDict(users),
    user_count: BigInt(users.length),
    inbox: users.slice(1, 3).map(([, id]) => new PyDict([[id, sentence(rng)]])),
    message_count: 2n,
    current_user: 'USR001',
    random_seed: BigInt(rng.int(1, 1_000_000)),
  }
}

function send(situation: Situation): Request {
  const name = situation.rng.choice(textsAt(situation.look('list_users'), 'user_list').slice(1))
  const id = String(fieldOf(situation.look('get_user_id', { user: name }), 'user_id'))
  const message = sentence(situation.rng)
  return {
    says: `Send ${name} exactly this message: ${message}`,
    calls: [call('get_user_id', { user: name }), call('send_message', { receiver_id: id, message })],
    vague: { says: `Send ${name} a message.`, detail: `Exactly this one: ${message}` },
  }
}

function addContact(situation: Situation): Request | null {
  const known = textsAt(situation.look('list_users'), 'user_list')
  const free = FIRST_NAMES.filter((name) => !known.includes(name))
  if (free.length === 0) return null
  const name = situation.rng.choice(free)
  return {
    says: `Add ${name} to the contacts of the workspace.`,
    calls: [call('add_contact', { user_name: name })],
    vague: { says: 'Add somebody to the contacts of the workspace.', detail: `The name is ${name}.` },
  }
}

const viewSent = (): Request => ({ says: 'Show me all messages that were sent.', calls: [call('view_messages_sent')] })

function searchMessages({ rng }: Situation): Request {
  const keyword = rng.choice(SUBJECTS)
  return { says: `Which messages mention "${keyword}"?`, calls: [call('search_messages', { keyword })] }
}

/** Messages of a workspace. */
export const MESSAGES: Topic = {
  api: 'MessageAPI',
  scenario: workspace,
  kinds: [send, addContact, viewSent, searchMessages],
}

function network(rng: Rng): { readonly [name: string]: Py } {
  const [name = '', ...others] = rng.shuffle(FIRST_NAMES).map((each) => each.toLowerCase())
  const tweets = others.slice(0, 3).map((username, id): readonly [string, Py] => {
    const content = sentence(rng)
    return [String(id), dict({ id: BigInt(id), username, content, tags: [`#${rng.choice(SUBJECTS)}`], mentions: [] })]
  })
  return {
    username: name,
    password: `pw-${rng.int(1000, 9999)}`,
    authenticated: true,
    tweets: new PyDict(tweets),
    tweet_counter: BigInt(tweets.length),
    following_list: others.slice(0, 2),
  }
}

function post({ rng }: Situation): Request {
  const [content, tag] = [sentence(rng), `#${rng.choice(SUBJECTS)}`]
  return {
    says: `Post exactly this with the tag ${tag} and no mentions: ${content}`,
    calls: [call('post_tweet', { content, tags: [tag], mentions: [] })],
    vague: { says: `Post something with the tag ${tag} and no mentions.`, detail: `Exactly this: ${content}` },
  }
}

function follow(situation: Situation): Request | null {
  const followed = textsAt(situation.look('list_all_following'), 'following_list')
  const free = FIRST_NAMES.map((name) => name.toLowerCase()).filter((name) => !followed.includes(name))
  if (free.length === 0) return null
  const name = situation.rng.choice(free)
  return {
    says: `Follow the user ${name}.`,
    calls: [call('follow_user', { username_to_follow: name })],
    vague: { says: 'Follow another user.', detail: `The user ${name}.` },
  }
}

function comment({ rng }: Situation): Request {
  const [id, content] = [BigInt(rng.int(0, 2)), sentence(rng)]
  return {
    says: `Comment on tweet ${id} with exactly this: ${content}`,
    calls: [call('comment', { tweet_id: id, comment_content: content })],
    vague: { says: `Comment on tweet ${id}.`, detail: `With exactly this: ${content}` },
  }
}

function showTweet({ rng }: Situation): Request {
  const id = BigInt(rng.int(0, 2))
  return { says: `Show me tweet ${id}.`, calls: [call('get_tweet', { tweet_id: id })] }
}

/** A social network. */
export const POSTING: Topic = { api: 'TwitterAPI', scenario: network, kinds: [post, follow, comment, showTweet] }

function queue(rng: Rng): { readonly [name: string]: Py } {
  const first = BigInt(rng.int(1, 500))
  const user = rng.choice(FIRST_NAMES)
  const tickets = Array.from({ length: 2 }, (_, at) =>
    dict({
      id: first + BigInt(at),
      title: `${rng.choice(SUBJECTS)} ${rng.choice(NOUNS)}`,
      description: sentence(rng),
      status: 'Open',
      priority: BigInt(rng.int(1, 5)),
      created_by: user,
    }),
  )
  return { ticket_queue: tickets, ticket_counter: first + BigInt(tickets.length), current_user: user }
}

function openTicket({ rng }: Situation): Request {
  const title = `${rng.choice(SUBJECTS)} ${rng.choice(NOUNS)}`
  const [description, priority] = [sentence(rng), BigInt(rng.int(1, 5))]
  return {
    says: `Open a ticket with the title "${title}" and priority ${priority}. Its description is exactly: ${description}`,
    calls: [call('create_ticket', { title, description, priority })],
    vague: {
      says: `Open a ticket with priority ${priority} and exactly this description: ${description}`,
      detail: `The title is "${title}".`,
    },
  }
}

/** A request about a ticket that is still open. */
const aboutTicket =
  (make: (id: bigint, rng: Rng) => Request) =>
  ({ look, rng, scenario: { ticket_counter } }: Situation): Request | null => {
    const first = Number(ticket_counter ?? 0n) - 2
    const open = [first, first + 1].filter(
      (id) => fieldOf(look('get_ticket', { ticket_id: BigInt(id) }), 'status') === 'Open',
    )
    return open.length === 0 ? null : make(BigInt(rng.choice(open)), rng)
  }

const resolve = aboutTicket((id, rng) => {
  const resolution = `Solved with the ${rng.choice(THINGS)}.`
  return {
    says: `Resolve ticket ${id} with exactly this resolution: ${resolution}`,
    calls: [call('resolve_ticket', { ticket_id: id, resolution })],
    vague: { says: `Resolve ticket ${id}.`, detail: `The resolution is exactly: ${resolution}` },
  }
})

const close = aboutTicket((id) => ({ says: `Close ticket ${id}.`, calls: [call('close_ticket', { ticket_id: id })] }))

const prioritise = aboutTicket((id, rng) => {
  const priority = BigInt(rng.int(1, 5))
  return {
    says: `Change the priority of ticket ${id} to ${priority}.`,
    calls: [call('edit_ticket', { ticket_id: id, updates: dict({ priority }) })],
    vague: { says: `Change the priority of ticket ${id}.`, detail: `To ${priority}.` },
  }
})

/** Support tickets. */
export const TICKETS: Topic = { api: 'TicketAPI', scenario: queue, kinds: [openTicket, resolve, close, prioritise] }

const NAMES = {
  mean: 'mean',
  standard_deviation: 'standard deviation',
  max_value: 'maximum',
  sum_values: 'sum',
} as const

function statistics({ rng }: Situation): Request {
  const name = rng.choice(Object.keys(NAMES) as readonly (keyof typeof NAMES)[])
  const numbers = Array.from({ length: rng.int(3, 5) }, () => rng.int(1, 99) + 0.5)
  return {
    says: `What is the ${NAMES[name]} of ${numbers.join(', ')}?`,
    calls: [call(name, { numbers })],
    vague: { says: `What is the ${NAMES[name]} of my numbers?`, detail: `They are ${numbers.join(', ')}.` },
  }
}

function rounding({ rng }: Situation): Request {
  const [number, places] = [rng.int(1000, 99_999) / 1000 + 0.0001, BigInt(rng.int(1, 2))]
  return {
    says: `Round ${number} to ${places} decimal place(s).`,
    calls: [call('round_number', { number, decimal_places: places })],
  }
}

/** Arithmetic. */
export const ARITHMETIC: Topic = { api: 'MathAPI', scenario: () => ({}), kinds: [statistics, rounding] }
