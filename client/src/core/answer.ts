import { anyTag, headerOf, parseInterval, parseTags, type Interval } from './wire.ts'

/** What the client knew at the moment a request was sent. An answer is judged against this, never against a clock. */
export interface Stamp {
  /** How many invalidations this client had applied. */
  readonly sequence: number
  /** The epoch it knew, if it knew one. */
  readonly epoch?: string | undefined
  /** True if no HTTP cache may answer the request without asking the server. */
  readonly confirmed: boolean
}

/** What is remembered of an answer: enough to decide, later, whether it is outdated. */
export interface Answer {
  readonly stamp: Stamp
  /** Hash of the server's epoch. Undefined when the answer did not say; then it has neither interval nor tags that mean anything. */
  readonly epoch?: string | undefined
  /** Undefined when the answer did not say. Then only the order of requests is left to judge by. */
  readonly interval?: Interval | undefined
  /** Tag hashes; `*` when the answer did not say. */
  readonly tags: readonly string[]
  /** False when the server could not meet the token in time (`Freshness-Satisfied: false`). */
  readonly satisfied: boolean
}

/** The stamp of what this client did not ask for: a page brought it along. */
export const unasked: Stamp = { sequence: 0, confirmed: false }

/** Data of unknown origin (set by hand, hydrated): any invalidation this client ever applied outdates it. */
export const unknownAnswer: Answer = {
  stamp: { ...unasked }, // of its own: nobody brought it along
  tags: [anyTag],
  satisfied: false,
}

/** Reads an answer off a response's headers. */
export function answerFrom(headers: Headers, stamp: Stamp): Answer {
  // Positions and tag hashes of nobody knows which epoch: compared with those of another, they would pass for fresh.
  const epoch = headerOf(headers, 'Epoch') || undefined
  return {
    stamp,
    epoch,
    interval: epoch ? parseInterval(headerOf(headers, 'Position')) : undefined,
    tags: (epoch && parseTags(headerOf(headers, 'Tags'))) || [anyTag],
    satisfied: headerOf(headers, 'Satisfied') !== 'false',
  }
}

/** What parts of different epochs add up to: the known epoch is never this one. */
const mixed = '*'

/** One answer for data made of several, asked for since then: valid where all its parts are, if anywhere, and touched by a tag of any part. */
export function combine(answers: readonly Omit<Answer, 'stamp'>[], stamp: Stamp): Answer {
  const all = answers.length === 0 ? unknownAnswer : answers.reduce((a, b) => ({
    epoch: a.epoch && b.epoch && a.epoch !== b.epoch ? mixed : (a.epoch ?? b.epoch),
    interval: a.interval && b.interval && {
      loadedAt: Math.max(a.interval.loadedAt, b.interval.loadedAt),
      validAt: Math.min(a.interval.validAt, b.interval.validAt),
    },
    tags: [...new Set([...a.tags, ...b.tags])],
    satisfied: a.satisfied && b.satisfied,
  }))
  return { ...all, stamp }
}
