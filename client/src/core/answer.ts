import { anyTag, header, parseInterval, parseTags, type Interval } from './wire.ts'

/** What the client knew at the moment a request was sent. An answer is judged against this, never against a clock. */
export interface Stamp {
  /** How many invalidations this client had applied. */
  readonly sequence: number
  /** The epoch it knew, if it knew one. */
  readonly epoch?: string
  /** True if no HTTP cache may answer the request without asking the server. */
  readonly confirmed: boolean
}

/** What is remembered of an answer: enough to decide, later, whether it is outdated. */
export interface Answer {
  readonly stamp: Stamp
  /** Hash of the server's epoch. Undefined when the answer did not say; then it has neither interval nor tags that mean anything. */
  readonly epoch?: string
  /** Undefined when the answer did not say. Then only the order of requests is left to judge by. */
  readonly interval?: Interval
  /** Tag hashes; `*` when the answer did not say. */
  readonly tags: readonly string[]
  /** False when the server could not meet the token in time (`Freshness-Satisfied: false`). */
  readonly satisfied: boolean
}

/** Data of unknown origin (set by hand, hydrated): any invalidation this client ever applied outdates it. */
export const unknownAnswer: Answer = {
  stamp: { sequence: 0, confirmed: false },
  tags: [anyTag],
  satisfied: false,
}

/** Reads an answer off a response's headers. */
export function answerFrom(headers: Headers, stamp: Stamp): Answer {
  const satisfied = headers.get(header.satisfied)?.toLowerCase() !== 'false'
  const epoch = headers.get(header.epoch)
  // Positions and tag hashes of nobody knows which epoch: compared with those of another, they would pass for fresh.
  if (!epoch) return { stamp, tags: [anyTag], satisfied }
  const interval = parseInterval(headers.get(header.position))
  return { stamp, epoch, ...(interval && { interval }), tags: parseTags(headers.get(header.tags)) ?? [anyTag], satisfied }
}

/** What parts of different epochs add up to: the known epoch is never this one. */
const mixed = ''

/**
 * One answer for data made of several: valid where all its parts are, if anywhere, touched by a tag of any part, and as old as
 * the part that was requested first.
 */
export function combine(answers: readonly Answer[], begun: Stamp): Answer {
  if (answers.length === 0) return { ...unknownAnswer, stamp: begun }
  const epochs = new Set(answers.flatMap(({ epoch }) => epoch ?? []))
  const [epoch] = epochs.size > 1 ? [mixed] : epochs
  const intervals = answers.flatMap((answer) => answer.interval ?? [])
  const known = intervals.length === answers.length
  return {
    stamp: answers.reduce((oldest, { stamp }) => (stamp.sequence < oldest.sequence ? stamp : oldest), answers[0]!.stamp),
    ...(epoch !== undefined && { epoch }),
    ...(known && {
      interval: {
        loadedAt: Math.max(...intervals.map((interval) => interval.loadedAt)),
        validAt: Math.min(...intervals.map((interval) => interval.validAt)),
      },
    }),
    tags: [...new Set(answers.flatMap((answer) => answer.tags))],
    satisfied: answers.every((answer) => answer.satisfied),
  }
}
