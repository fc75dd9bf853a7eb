import type { Answer, Stamp } from './answer.ts'
import { afterReset, isTouched, mark, noMarks, positionOf, type Marks } from './marks.ts'
import { anyTag } from './wire.ts'

/** All that a client remembers. Changed only by {@link next}. */
export interface FreshnessState {
  /** Counts what was applied: invalidations and resets. */
  readonly sequence: number
  /** The epoch whose positions and tag hashes are compared; undefined until the first answer names one. */
  readonly epoch?: string
  /** The epochs that were known before, oldest first. None of them is ever adopted again. */
  readonly left: readonly string[]
  /** The sequence at which the epoch was adopted in place of another one; 0 if it is the first. */
  readonly since: number
  /** True once an answer of another epoch arrived: from then on every read has stored answers confirmed. */
  readonly confirm: boolean
  readonly token?: { readonly value: string; readonly position?: number }
  readonly marks: Marks
}

/** What a mutation answer said. Without an epoch neither position nor tags can be compared, so they are not given. */
export interface Notice {
  readonly epoch?: string
  /** The position of the mutation's last record. */
  readonly position?: number
  tags: readonly string[]
  readonly token?: string
  /** When the mutation was sent; undefined when it was not sent through this client. */
  readonly sent?: Stamp
}

/** What can happen to a client. */
export type Change =
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'invalidated'; readonly notice: Notice }
  /** The stream begins. `sent` is what was known when it was asked for. */
  | { readonly type: 'met'; readonly epoch: string; readonly sent: Stamp }
  /** The stream tells of a record of the known epoch. */
  | { readonly type: 'heard'; readonly position: number; readonly tags: readonly string[] }

/** A client that has seen nothing yet. */
export const initialState: FreshnessState = { sequence: 0, left: [], since: 0, confirm: false, marks: noMarks }

/** How many epochs are remembered as left. */
export const maximumLeft = 100

/** What the client knows now, to be kept with a request that is about to be sent. */
export function stamp({ sequence, epoch }: FreshnessState, confirmed: boolean): Stamp {
  return { sequence, confirmed, ...(epoch !== undefined && { epoch }) }
}

/** True if the answer was loaded before an invalidation of one of its tags, or belongs to another epoch than the known one. */
export function isOutdated(state: FreshnessState, answer: Answer): boolean {
  if (answer.epoch !== undefined && answer.epoch !== state.epoch) return true
  // Without an interval only the order of requests is left to judge by, for resets as for invalidations.
  if (!answer.interval && answer.stamp.sequence < state.since) return true
  return isTouched(state.marks, answer)
}

/** The state after a change. Pure: the same state and change give the same result. */
export function next(state: FreshnessState, change: Change): FreshnessState {
  switch (change.type) {
    case 'answered': return meet(state, change.answer.epoch, change.answer.stamp)
    case 'invalidated': return invalidated(state, change.notice)
    case 'met': return meet(state, change.epoch, change.sent)
    case 'heard': return heard(state, change.position, change.tags)
  }
}

/**
 * Marks what a record of the stream invalidated. What is marked at its position or later is left alone: a mutation's answer
 * told of it before, or the stream did, before it was taken up again. So nothing is read twice for one record.
 */
function heard(state: FreshnessState, position: number, tags: readonly string[]): FreshnessState {
  const { marks } = state
  const news = tags.filter((tag) => positionOf(marks, tag) < position)
  if (news.length === 0) return state
  const sequence = state.sequence + 1
  return { ...state, sequence, marks: mark(marks, news, sequence, position) }
}

/**
 * An answer names an epoch. Another one than the known one may be the server's next, or one from before; epochs are
 * random, so nothing in them tells. Two conditions let it be adopted, and everything read before is outdated then:
 *
 * The request was sent when the known epoch was known already. Else:
 *   read A is sent  ->  the server restarts, read B is answered by the new log, adopted  ->  A's answer, written before
 *   the restart, arrives: adopting it would go back, and leave for good the only epoch the server still has.
 *
 * The answer cannot have lain in an HTTP cache. Else the same happens when a page is opened after a restart and one of
 * its reads is answered by the browser's cache.
 *
 * Where they are not met, the answer is outdated and its query reads again: the next request meets both.
 */
function meet(state: FreshnessState, epoch: string | undefined, sent: Stamp | undefined): FreshnessState {
  if (epoch === undefined || epoch === state.epoch) return state
  if (state.epoch === undefined) return { ...state, epoch }
  const adoptable = sent?.confirmed && sent.epoch === state.epoch && !state.left.includes(epoch)
  return adoptable ? adopt(state, state.epoch, epoch) : { ...state, confirm: true }
}

// The token goes: it belongs to the epoch that is left. The sequence goes on, so that stamps stay comparable with marks.
function adopt({ left, sequence, marks }: FreshnessState, known: string, epoch: string): FreshnessState {
  return {
    sequence: sequence + 1,
    epoch,
    left: [...left, known].slice(-maximumLeft),
    since: sequence + 1,
    confirm: true,
    marks: afterReset(marks),
  }
}

/** Marks what a mutation invalidated. Hashes of another epoch than the known one cannot be compared: any tag. */
function invalidated(before: FreshnessState, { epoch, position, tags, token, sent }: Notice): FreshnessState {
  const state = meet(before, epoch, sent)
  const comparable = isKnown(state, epoch)
  const at = comparable ? position : undefined
  const sequence = state.sequence + 1
  const taken = token !== undefined && isOfUse(state, epoch)
  return {
    ...state,
    sequence,
    marks: mark(state.marks, comparable || tags.length === 0 ? tags : [anyTag], sequence, at),
    ...(taken && { token: later(state.token, { value: token, ...(at !== undefined && { position: at }) }) }),
  }
}

/** The state without its token: the server does not know it. What it stood for is still compared by position. */
export function forgetToken({ token: _, ...state }: FreshnessState): FreshnessState {
  return state
}

/** True if positions and tag hashes of this epoch may be compared with those the client keeps. */
export function isKnown(state: FreshnessState, epoch: string | undefined): boolean {
  return epoch !== undefined && epoch === state.epoch
}

// The token of an epoch that was left is of no use. One of an epoch nobody knows may be of the next one, so it is taken
// where it replaces no other.
function isOfUse(state: FreshnessState, epoch: string | undefined): boolean {
  return epoch === undefined || epoch === state.epoch || (!state.token && !state.left.includes(epoch))
}

// Answers of overtaking mutations arrive in any order; the token with the highest position covers both. Where
// positions are unknown, the one that arrived last is kept.
function later(kept: FreshnessState['token'], arrived: NonNullable<FreshnessState['token']>) {
  return kept && (kept.position ?? -1) > (arrived.position ?? Infinity) ? kept : arrived
}
