/** A picture that an observation is. */
export interface Picture {
  readonly type: 'image/png' | 'image/jpeg'
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly width: number
  readonly height: number
}

/** Characters of a text, and pixels of a picture, that are drawn: larger ones would stop the page. */
const [MOST_TEXT, MOST_PIXELS] = [30_000_000, 40_000_000] as const

/** The beginning of a text that may be a picture. */
const BEGINNING = /^data:image\/(png|jpeg);base64,/

/**
 * The picture that a text is: a data URL of a PNG or a JPEG, and nothing else. What it is called is not believed: its
 * bytes say what it is, and how large. Null for any other text, SVG and damaged pictures among them.
 */
export function pictureIn(text: string): Picture | null {
  if (!BEGINNING.test(text) || text.length > MOST_TEXT) return null
  const bytes = bytesIn(text.slice(text.indexOf(',') + 1))
  const size = bytes && (pngSize(bytes) ?? jpegSize(bytes))
  if (!bytes || !size || size.width * size.height > MOST_PIXELS) return null
  return { ...size, bytes }
}

function bytesIn(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  } catch {
    return null
  }
}

type Size = Omit<Picture, 'bytes'>

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]

/** The size is in the first chunk of a PNG. */
function pngSize(bytes: Uint8Array<ArrayBuffer>): Size | null {
  if (bytes.length < 24 || PNG.some((byte, at) => bytes[at] !== byte)) return null
  const view = new DataView(bytes.buffer)
  return positive({ type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) })
}

/** The size is in the frame header of a JPEG, after segments that say their length. */
function jpegSize(bytes: Uint8Array<ArrayBuffer>): Size | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null
  const view = new DataView(bytes.buffer)
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2))
    if (isFrame(bytes[at + 1] ?? 0))
      return positive({ type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) })
  return null
}

/** Markers of frame headers; the three others between them are tables. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

const positive = (size: Size): Size | null => (size.width > 0 && size.height > 0 ? size : null)
