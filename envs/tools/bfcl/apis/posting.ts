import { integer, listOf, text } from '../../engine/parameters.ts'
import { type Api, asDict, error, type Instance, method, optional, withDefaults } from '../api.ts'
import { add } from '../python/arithmetic.ts'
import {
  contains,
  dictWith,
  equals,
  item,
  iterate,
  len,
  listWith,
  textWith,
  toInt,
  truthy,
} from '../python/operations.ts'
import { str } from '../python/text.ts'
import { dict, type Py, PyDict } from '../python/value.ts'

const unauthenticated = (before: string): PyDict =>
  error(`User not authenticated. Please authenticate before ${before}.`)
const noTweet = (id: Py): PyDict => error(`Tweet with ID ${str(id)} not found.`)

const isAuthenticated = (self: Instance): boolean => truthy(self.get('authenticated'))
const tweetsOf = (self: Instance): PyDict => asDict(self.get('tweets'))

/**
 * Replaces mentions that were left out: the reference has one list for all of them, so that mentioning somebody in one
 * such tweet shows in the others of the episode, and in later ones.
 */
const NO_MENTIONS: Py[] = []

function authenticate(self: Instance, name: Py, password: Py): PyDict {
  const isRight = equals(name, self.get('username')) && equals(password, self.get('password'))
  if (isRight) self.set('authenticated', true)
  return dict({ authentication_status: isRight })
}

function post(self: Instance, content: Py, tags: Py, mentions: Py): PyDict {
  if (!isAuthenticated(self)) return unauthenticated('posting')
  const id = self.get('tweet_counter')
  const isShared = mentions === NO_MENTIONS
  const list = isShared ? [...listWith(self.get('_mentions'), 'extend')] : mentions
  const tweet = dict({ id, username: self.get('username'), content, tags, mentions: list })
  asDict(self.edit('tweets')).set(id, tweet)
  const others = listWith(self.get('_sharing'), 'append').filter((other) => !equals(other, id))
  self.set('_sharing', isShared ? [...others, id] : others)
  self.set('tweet_counter', add(id, 1n, '+='))
  return tweet
}

function mention(self: Instance, id: Py, names: Py): PyDict {
  if (!tweetsOf(self).has(id)) return noTweet(id)
  const sharing = listWith(self.get('_sharing'), 'append')
  const isShared = contains(sharing, id)
  const tweets = asDict(self.edit('tweets'))
  const lists = (isShared ? sharing : [id]).map((each) =>
    listWith(item(tweets.get(each) ?? null, 'mentions'), 'extend'),
  )
  const added = iterate(names)
  for (const list of isShared ? [...lists, listWith(self.edit('_mentions'), 'extend')] : lists) list.push(...added)
  return dict({ mention_status: 'Users mentioned successfully' })
}

function retweet(self: Instance, id: Py): PyDict {
  if (!isAuthenticated(self)) return unauthenticated('retweeting')
  if (!tweetsOf(self).has(id)) return noTweet(id)
  const retweets = asDict(self.edit('retweets'))
  const name = self.get('username')
  if (!retweets.has(name)) retweets.set(name, [])
  const own = retweets.get(name) ?? null
  if (contains(own, id)) return dict({ retweet_status: 'Already retweeted' })
  listWith(own, 'append').push(id)
  return dict({ retweet_status: 'Successfully retweeted' })
}

function comment(self: Instance, id: Py, content: Py): PyDict {
  if (!isAuthenticated(self)) return unauthenticated('commenting')
  if (!tweetsOf(self).has(id)) return noTweet(id)
  const comments = asDict(self.edit('comments'))
  if (!comments.has(id)) comments.set(id, [])
  listWith(comments.get(id) ?? null, 'append').push(dict({ username: self.get('username'), content }))
  return dict({ comment_status: 'Comment added successfully' })
}

function follow(self: Instance, name: Py): PyDict {
  if (!isAuthenticated(self)) return unauthenticated('following')
  if (contains(self.get('following_list'), name)) return dict({ follow_status: false })
  listWith(self.edit('following_list'), 'append').push(name)
  return dict({ follow_status: true })
}

function unfollow(self: Instance, name: Py): PyDict {
  if (!isAuthenticated(self)) return unauthenticated('unfollowing')
  const list = listWith(self.get('following_list'), 'remove')
  if (!contains(list, name)) return dict({ unfollow_status: false })
  self.set(
    'following_list',
    list.toSpliced(
      list.findIndex((each) => equals(each, name)),
      1,
    ),
  )
  return dict({ unfollow_status: true })
}

const tweetsBy = (self: Instance, name: Py): Py[] =>
  tweetsOf(self)
    .values()
    .filter((tweet) => equals(item(tweet, 'username'), name))

function search(self: Instance, keyword: Py): Py[] {
  return tweetsOf(self)
    .values()
    .filter((tweet) => {
      const sought = lowered(keyword)
      const tags = (): readonly string[] => iterate(item(tweet, 'tags')).map(lowered)
      return lowered(item(tweet, 'content')).includes(sought) || tags().includes(sought)
    })
}

/** `value.lower()`. @throws PythonError */
const lowered = (value: Py): string => textWith(value, 'lower').toLowerCase()

function stats(self: Instance, name: Py): PyDict {
  const tweets = tweetsBy(self, name).length
  const following = equals(name, self.get('username')) ? len(self.get('following_list')) : 0
  const retweets = len(asDict(self.get('retweets')).get(name) ?? [])
  return dict({ tweet_count: BigInt(tweets), following_count: BigInt(following), retweet_count: BigInt(retweets) })
}

/** Keys of tweets are numbers, in data they are texts. */
function numbered(tweets: Py): PyDict {
  return new PyDict([...dictWith(tweets, 'items').entries()].map(([key, tweet]) => [toInt(key), tweet] as const))
}

const tweetId = { tweet_id: integer('Id of the tweet.') }
const names = (description: string) => optional(listOf(text('One of them.'), description), () => [])

/** Tweets, comments, retweets and followed users. */
export const TwitterAPI: Api = {
  name: 'TwitterAPI',
  description: 'A social network: tweets, comments, retweets and followed users.',
  load(scenario) {
    const attributes = withDefaults(scenario, {
      username: 'john',
      password: 'john123',
      authenticated: false,
      tweets: new PyDict(),
      comments: new PyDict(),
      retweets: new PyDict(),
      following_list: ['alice', 'bob'],
      tweet_counter: 0n,
    })
    return { ...attributes, tweets: numbered(attributes.tweets ?? null), _mentions: [], _sharing: [] }
  },
  methods: [
    method(
      'authenticate_twitter',
      'Logs in with name and password.',
      { username: text('Name of the user.'), password: text('Password of the user.') },
      authenticate,
    ),
    method('posting_get_login_status', 'Whether the user is logged in.', {}, (self) =>
      dict({ login_status: isAuthenticated(self) }),
    ),
    method(
      'post_tweet',
      'Posts a tweet.',
      {
        content: text('The text.'),
        tags: names('Tags, each with its #.'),
        mentions: { ...names('Users to mention, each with its @.'), value: () => NO_MENTIONS },
      },
      post,
    ),
    method('retweet', 'Retweets a tweet.', tweetId, retweet),
    method('comment', 'Comments on a tweet.', { ...tweetId, comment_content: text('The comment.') }, comment),
    method(
      'mention',
      'Mentions users in a tweet.',
      { ...tweetId, mentioned_usernames: listOf(text('A name.'), 'Users to mention.') },
      mention,
    ),
    method('follow_user', 'Follows a user.', { username_to_follow: text('Name of the user.') }, follow),
    method('list_all_following', 'Users that are followed.', {}, (self) =>
      isAuthenticated(self)
        ? dict({ following_list: self.get('following_list') })
        : unauthenticated('listing following'),
    ),
    method('unfollow_user', 'Stops following a user.', { username_to_unfollow: text('Name of the user.') }, unfollow),
    method('get_tweet', 'A tweet.', tweetId, (self, id: Py) => tweetsOf(self).get(id) ?? noTweet(id)),
    method('get_user_tweets', 'All tweets of a user.', { username: text('Name of the user.') }, (self, name: Py) =>
      tweetsBy(self, name),
    ),
    method(
      'search_tweets',
      'Tweets that contain a text, in their content or as a tag.',
      { keyword: text('The text.') },
      search,
    ),
    method('get_tweet_comments', 'Comments on a tweet.', tweetId, (self, id: Py) =>
      tweetsOf(self).has(id) ? (asDict(self.get('comments')).get(id) ?? []) : noTweet(id),
    ),
    method(
      'get_user_stats',
      'Numbers of tweets, followed users and retweets.',
      { username: text('Name of the user.') },
      stats,
    ),
  ],
}
