import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pictureIn } from '../../../viewer/app/picture.ts'
import { pngOf } from '../../support/pictures.ts'

const url = (bytes: Uint8Array, type = 'png'): string =>
  `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}`

/** The beginning of a JPEG: a segment of 16 bytes, a table, and the frame header. */
const jpeg = (width: number, height: number): Uint8Array => {
  const size = Buffer.alloc(4)
  size.writeUInt16BE(height, 0)
  size.writeUInt16BE(width, 2)
  const [app, table] = [Buffer.concat([Buffer.from([0xff, 0xe0, 0, 16]), Buffer.alloc(14)]), [0xff, 0xc4, 0, 3, 0]]
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    app,
    Buffer.from([...table, 0xff, 0xc2, 0, 11, 8]),
    size,
    Buffer.alloc(8),
  ])
}

describe('a picture of an observation', () => {
  it('is a PNG or a JPEG by its bytes, with its size', () => {
    expect(pictureIn(url(pngOf(3, 2)))).toMatchObject({ type: 'image/png', width: 3, height: 2 })
    expect(pictureIn(url(jpeg(640, 480), 'jpeg'))).toMatchObject({ type: 'image/jpeg', width: 640, height: 480 })
    expect(pictureIn(url(pngOf(3, 2), 'jpeg'))).toMatchObject({ type: 'image/png' })
  })

  it.each([
    ['a text', 'you see a sofa'],
    ['a text with a picture in it', ` ${url(pngOf(1, 1))}`],
    ['SVG', url(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'svg+xml')],
    ['SVG that is called PNG', url(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'))],
    ['HTML', `data:text/html;base64,${Buffer.from('<script>').toString('base64')}`],
    ['no base64', 'data:image/png;base64,%%%'],
    ['a picture without pixels', url(pngOf(0, 5))],
    ['a picture of more pixels than a page can draw', url(pngOf(100_000, 100_000, deflateSync('')))],
    ['a JPEG that ends before its size', url(jpeg(5, 5).subarray(0, 28), 'jpeg')],
  ])('is not %s', (_, text) => {
    expect(pictureIn(text)).toBeNull()
  })

  it('has a size for any bytes that it is found in', () => {
    const bytes = fc.uint8Array({ maxLength: 60 })
    fc.assert(
      fc.property(bytes, fc.constantFrom([0xff, 0xd8, 0xff], [0x89, 0x50, 0x4e, 0x47], []), (rest, first) => {
        const found = pictureIn(url(Buffer.from([...first, ...rest])))
        expect(found === null || (found.width > 0 && found.height > 0)).toBe(true)
      }),
    )
  })
})
