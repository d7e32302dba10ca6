import { useEffect, useState } from 'preact/hooks'
import type { Picture } from './picture.ts'

/** A picture of an observation, at its size or as wide as there is room. */
export function PictureView({ picture, title }: { readonly picture: Picture; readonly title: string }) {
  const { type, bytes, width, height } = picture
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }))
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [bytes, type])
  return (
    <figure class="picture">
      <img src={address} width={width} height={height} alt={title} />
      <figcaption>
        {type === 'image/png' ? 'PNG' : 'JPEG'}, {width} × {height}, {Math.ceil(bytes.length / 1000)} kB
      </figcaption>
    </figure>
  )
}
