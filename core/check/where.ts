/** The kernel, and the checks in it: they call the functions of a subject, and are not place in it. */
const CHECKS = new URL('.', import.meta.url)
const KERNEL = new URL('..', import.meta.url)

/** Deepest frames that are looked through for one of the subject's own. */
const MOST_FRAMES = 60

/** Where a call that is watched was made: the frames below those of the checks. */
export function callHere(): readonly string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = MOST_FRAMES
  const { stack } = new Error('here')
  Error.stackTraceLimit = stackTraceLimit
  const frames = framesOf(stack)
  return subjectFrames(frames.slice(frames.findIndex((frame) => !isIn(CHECKS, frame))))
}

/** Where an error came from, while a function of the subject ran. */
export const framesOfError = (thrown: Error): readonly string[] => subjectFrames(framesOf(thrown.stack))

/** The first frame of the subject itself or of a library, as `path:line`; null if there is none. */
export function placeOf(frames: readonly string[]): string | null {
  const place = frames.find((frame) => !isNode(frame) && !isIn(KERNEL, frame))
  return place === undefined ? null : pathOf(place)
}

/** Whether Node.js itself called. */
export const isCalledByNode = ([caller]: readonly string[]): boolean => caller === undefined || isNode(caller)

/** Frames above the checks that called the subject. */
function subjectFrames(frames: readonly string[]): readonly string[] {
  const end = frames.findIndex((frame) => isIn(CHECKS, frame))
  return end < 0 ? frames : frames.slice(0, end)
}

/** `at name (place:line:column)`, or without a name. */
const FRAME = /^\s*at (?:.*\()?(?:async )?(.+?):(\d+):\d+\)?$/

function framesOf(stack = ''): readonly string[] {
  const found = stack.split('\n').map((line) => FRAME.exec(line))
  return found.flatMap((frame) => (frame ? [`${frame[1]}:${frame[2]}`] : []))
}

const isNode = (frame: string): boolean => frame.startsWith('node:')
const isIn = ({ href, pathname }: URL, frame: string): boolean => frame.startsWith(href) || frame.startsWith(pathname)

const pathOf = (frame: string): string =>
  frame.startsWith('file://') ? decodeURI(frame.slice('file://'.length)) : frame
