import type { Point } from './wire.ts'

/** A server-sent event as it came. */
export interface Frame {
  /** Empty for a heartbeat, which has an id alone. */
  readonly event: string
  readonly id: string
  readonly data: string
}

/** Longest line that is read on. A stream that has none shorter is not ours. */
const maximumLine = 1_000_000

/** Cuts a stream of text into frames, whatever the pieces it comes in. */
export function frameReader(emit: (frame: Frame) => void): (text: string) => void {
  let rest = ''
  let fields: Record<string, string> = {}
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    if (rest.length > maximumLine) throw new RangeError('A line of the stream does not end.')
    for (const line of lines) {
      if (/^\r?$/.test(line)) {
        const { event = '', id = '', data = '' } = fields
        if (event || id || data) emit({ event, id, data })
        fields = {}
      }
      const [, field, value] = /^([^:]+):? ?(.*?)\r?$/.exec(line) ?? []
      if (field) fields[field] = field === 'data' && fields[field] !== undefined ? `${fields[field]}\n${value}` : value!
    }
  }
}

/** Reads an id, `17.kX3aBc`: a position with its epoch. */
export function parsePoint(id: string): Point | undefined {
  const [, position, epoch] = /^(\d+)\.(.+)$/.exec(id) ?? []
  return epoch === undefined ? undefined : { position: Number(position), epoch }
}
