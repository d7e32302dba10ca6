import { GymError, messageOf } from '../../../core/data/errors.ts'

export const unavailable = (what: string, cause?: unknown): GymError =>
  new GymError('BUS_UNAVAILABLE', `the message bus cannot be used: ${what}`, { cause })

/** Numbers of errors in answers of JetStream. */
const NOT_FOUND = [10037, 10059]
const OTHER_SEQUENCE = [10071, 10164]
const NAME_IN_USE = 10058
const NOT_OF_ACCOUNT = 10039
const TOO_LARGE = 10054
const FULL = 10077
/** No storage, no memory, or as many streams or consumers as an account may have. */
const NO_RESOURCES = [10023, 10026, 10027, 10028, 10047]

/** Number of the error that JetStream answered with; null for any other failure. */
const codeOf = (thrown: unknown): number | null =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' ? thrown.code : null

/** Whether a message was refused because another came before it. */
export const isOtherSequence = (thrown: unknown): boolean => OTHER_SEQUENCE.includes(codeOf(thrown) ?? 0)
export const isNotFound = (thrown: unknown): boolean => NOT_FOUND.includes(codeOf(thrown) ?? 0)
export const isNameInUse = (thrown: unknown): boolean => codeOf(thrown) === NAME_IN_USE

const causeOf = (thrown: unknown): unknown => (thrown instanceof Error ? thrown.cause : undefined)
const isNamed = (thrown: unknown, name: string): boolean => thrown instanceof Error && thrown.name === name

/** The error of a refusal that no repetition changes; null for what may pass. */
export function refusalOf(thrown: unknown): GymError | null {
  if (thrown instanceof GymError) return thrown
  const of = (name: string): boolean => isNamed(thrown, name) || isNamed(causeOf(thrown), name)
  if (of('AuthorizationError') || of('UserAuthenticationExpiredError')) return unavailable(NO_ENTRY, thrown)
  if (of('PermissionViolationError')) {
    const advice = 'the user of the address needs the right to publish and subscribe to all subjects of it'
    return unavailable(`${messageOf(thrown)}: ${advice}`, thrown)
  }
  if ((codeOf(thrown) ?? codeOf(causeOf(thrown))) === NOT_OF_ACCOUNT)
    return unavailable('the account of the user has no JetStream: enable it, or use another account', thrown)
  if (codeOf(thrown) === TOO_LARGE || of('InvalidArgumentError'))
    return unavailable(`a message is too large (${messageOf(thrown)}): raise max_payload, and max_msg_size`, thrown)
  return null
}

/** What is wrong with an address whose user is refused. */
export const NO_ENTRY = 'it refuses the user or the password: write them as nats://USER:PASSWORD@HOST:PORT'

/** Why an operation is repeated, for operators. */
export function reasonToWait(thrown: unknown): string {
  const code = codeOf(thrown)
  if (code === FULL)
    return 'a feed is full: raise the max_bytes of its stream, or the storage of the broker; this waits'
  if (code !== null && NO_RESOURCES.includes(code)) return `the broker has no room (${messageOf(thrown)}); this waits`
  if (isNamed(thrown, 'TimeoutError')) return 'the broker does not answer in time: it is slow, or away; this waits'
  return `the broker cannot answer (${messageOf(thrown)}); this waits`
}
