import { parsed, type Point } from './wire.ts'

/** A server-sent event of a Freshet server: each has a place. */
export interface Frame {
  /** Empty for a heartbeat, which has a place alone. */
  readonly event: string
  /** Its id, `17.kX3aBc`: a position with its epoch. */
  readonly at: Point
  /** Its JSON; the text itself where it is none. */
  readonly data: unknown
}

/** Cuts a stream of text into frames, whatever the pieces it comes in. */
export function frameReader(emit: (frame: Frame) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const blocks = (rest + text).split(/\r?\n\r?\n/)
    rest = blocks.pop()!
    // A stream that has no shorter ones is not ours.
    if (rest.length > 1_000_000) throw new RangeError('endless frame')
    for (const block of blocks) {
      const fields = { event: '', id: '', data: '' }
      // Data may come in several lines. JSON is the same without their ends; the others come once.
      for (const [, field, value] of block.matchAll(/^(event|id|data):? ?(.*)/gm)) fields[field as keyof typeof fields] += value
      const { event, id, data } = fields
      const [, position, epoch] = /^(\d+)\.(.+)$/.exec(id) ?? []
      if (epoch) emit({ event, at: { position: Number(position), epoch }, data: parsed(data || '{}') })
    }
  }
}
