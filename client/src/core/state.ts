import type { Answer, Stamp } from './answer.ts'
import { isTouched, mark, noMarks, type Marks } from './marks.ts'

/** All that a client remembers. Changed only by {@link next}. */
export interface FreshnessState {
  readonly generation: number
  readonly sequence: number
  /** The highest position seen in this generation: in answers, and in mutation answers. */
  readonly head: number
  readonly token?: { readonly value: string; readonly position?: number }
  readonly marks: Marks
}

/** What a mutation answer said. */
export interface Notice {
  /** The position of the mutation's last record. */
  readonly position?: number
  readonly tags: readonly string[]
  readonly token?: string
  /** When the mutation was sent; undefined when it was not sent through this client. */
  readonly sent?: Stamp
}

/** What can happen to a client. */
export type Change =
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'invalidated'; readonly notice: Notice }

/** A client that has seen nothing yet. */
export const initialState: FreshnessState = { generation: 0, sequence: 0, head: 0, marks: noMarks }

/** What the client knows now, to be kept with a request that is about to be sent. */
export function stamp({ generation, sequence, head, token }: FreshnessState, carriesToken: boolean): Stamp {
  const tokenPosition = carriesToken ? token?.position : undefined
  return { generation, sequence, head, ...(tokenPosition !== undefined && { tokenPosition }) }
}

/** True if the answer was loaded before an invalidation of one of its tags, or in an earlier generation. */
export function isOutdated(state: FreshnessState, answer: Answer): boolean {
  return answer.stamp.generation !== state.generation || isTouched(state.marks, answer)
}

/** The state after a change. Pure: the same state and change give the same result. */
export function next(state: FreshnessState, change: Change): FreshnessState {
  switch (change.type) {
    case 'answered':
      return answered(state, change.answer)
    case 'invalidated':
      return invalidated(state, change.notice)
  }
}

/**
 * Positions are comparable within one epoch only, and the token that names the epoch is opaque. So a new epoch has to
 * be recognised by a position that is lower than it can be. "Lower than the highest seen" is not enough:
 *   read A is answered at position 5 and dawdles  ->  read B is answered at 9  ->  A arrives: 5 < 9, and nothing happened.
 * But a read that *carried* a token of position 9 is answered at 9 or later, or says that it could not be. If it is
 * answered at 5 without saying so, its server counts anew.
 */
function answered(state: FreshnessState, { stamp, interval, satisfied }: Answer): FreshnessState {
  if (stamp.generation !== state.generation || !interval) return state
  const { tokenPosition } = stamp
  if (tokenPosition !== undefined && satisfied && interval.validAt < tokenPosition) return reset(state)
  return { ...state, head: Math.max(state.head, interval.validAt) }
}

/**
 * The same for a mutation: its record is appended after it was sent, so its position is higher than every position
 * seen before it was sent. (Not higher than what was seen meanwhile: two mutations' answers may overtake each other.)
 *
 * A position may be compared only if it is known to be of this generation. That is so when the mutation was sent in
 * it, through this client. Otherwise the order of requests decides alone.
 */
function invalidated(before: FreshnessState, { position, tags, token, sent }: Notice): FreshnessState {
  let state = before
  if (sent && tags.length > 0 && position !== undefined && sent.generation === state.generation && position <= sent.head) {
    state = reset(state)
  }
  const comparable = sent && (sent.generation === before.generation) ? position : undefined
  const sequence = state.sequence + 1
  return {
    ...state,
    sequence,
    head: Math.max(state.head, comparable ?? 0),
    marks: mark(state.marks, tags, sequence, comparable),
    ...(token !== undefined && { token: later(state.token, { value: token, ...(position !== undefined && { position }) }) }),
  }
}

// Answers of overtaking mutations arrive in any order; the token with the highest position covers both. Where
// positions are unknown, the one that arrived last is kept.
function later(kept: FreshnessState['token'], arrived: NonNullable<FreshnessState['token']>) {
  return kept && (kept.position ?? -1) > (arrived.position ?? Infinity) ? kept : arrived
}

// The token goes too: it belongs to the epoch that is gone, and keeping it would make every next read look like
// another reset. The sequence goes on, so that stamps stay comparable with marks.
function reset({ generation, sequence }: FreshnessState): FreshnessState {
  return { generation: generation + 1, sequence: sequence + 1, head: 0, marks: noMarks }
}
