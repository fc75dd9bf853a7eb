import type { Point } from './wire.ts'

/** A server-sent event as it came. */
export interface Frame {
  /** Empty for a heartbeat, which has an id alone. */
  readonly event: string
  readonly id: string
  readonly data: string
}

/** Longest frame that is waited for. A stream that has none shorter is not ours. */
const longestFrame = 1_000_000

/** Cuts a stream of text into frames, whatever the pieces it comes in. */
export function frameReader(emit: (frame: Frame) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const blocks = (rest + text).split(/\r?\n\r?\n/)
    rest = blocks.pop()!
    if (rest.length > longestFrame) throw new RangeError('A frame of the stream does not end.')
    for (const block of blocks) {
      const fields = { event: '', id: '', data: '' }
      for (const line of block.split(/\r?\n/)) {
        const [, field, value = ''] = /^(event|id|data):? ?([^]*)/.exec(line) ?? []
        if (field === 'data' && fields.data) fields.data += `\n${value}`
        else if (field) fields[field as keyof Frame] = value
      }
      if (fields.event || fields.id || fields.data) emit(fields)
    }
  }
}

/** Reads an id, `17.kX3aBc`: a position with its epoch. */
export function parsePoint(id: string): Point | undefined {
  const [, position, epoch] = /^(\d+)\.(.+)$/.exec(id) ?? []
  return epoch === undefined ? undefined : { position: Number(position), epoch }
}
