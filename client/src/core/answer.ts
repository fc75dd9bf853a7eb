import { anyTag, header, parseInterval, parseTags, type Interval } from './wire.ts'

/** What the client knew at the moment a request was sent. An answer is judged against this, never against a clock. */
export interface Stamp {
  /** Counts resets: positions of two generations are not comparable (a server restart begins a new epoch). */
  readonly generation: number
  /** How many invalidations this client had applied. */
  readonly sequence: number
  /** The highest position seen so far. */
  readonly head: number
  /** The position of the token the request carried, if it carried one whose position is known. */
  readonly tokenPosition?: number
}

/** What is remembered of an answer: enough to decide, later, whether it is outdated. */
export interface Answer {
  readonly stamp: Stamp
  /** Undefined when the answer did not say. Then only the order of requests is left to judge by. */
  readonly interval?: Interval
  /** Tag hashes; `*` when the answer did not say. */
  readonly tags: readonly string[]
  /** False when the server could not meet the token in time (`Freshness-Satisfied: false`). */
  readonly satisfied: boolean
}

/** Data of unknown origin (set by hand, hydrated): any invalidation this client ever applied outdates it. */
export const unknownAnswer: Answer = {
  stamp: { generation: 0, sequence: 0, head: 0 },
  tags: [anyTag],
  satisfied: false,
}

/** Reads an answer off a response's headers. */
export function answerFrom(headers: Headers, stamp: Stamp): Answer {
  const interval = parseInterval(headers.get(header.position))
  return {
    stamp,
    ...(interval && { interval }),
    tags: parseTags(headers.get(header.tags)) ?? [anyTag],
    satisfied: headers.get(header.satisfied)?.toLowerCase() !== 'false',
  }
}

/**
 * One answer for data made of several: valid where all its parts are, touched by a tag of any part, and as old as
 * the part that was requested first.
 */
export function combine(answers: readonly Answer[], begun: Stamp): Answer {
  if (answers.length === 0) return { ...unknownAnswer, stamp: begun }
  const intervals = answers.flatMap((answer) => answer.interval ?? [])
  const known = intervals.length === answers.length
  return {
    stamp: answers.reduce((oldest, { stamp }) => (stamp.sequence < oldest.sequence ? stamp : oldest), answers[0]!.stamp),
    ...(known && {
      interval: {
        loadedAt: Math.min(...intervals.map((interval) => interval.loadedAt)),
        validAt: Math.min(...intervals.map((interval) => interval.validAt)),
      },
    }),
    tags: [...new Set(answers.flatMap((answer) => answer.tags))],
    satisfied: answers.every((answer) => answer.satisfied),
  }
}
