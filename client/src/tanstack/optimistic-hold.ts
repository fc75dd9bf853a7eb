import type { AnyQuery } from './memory.ts'

const held = new WeakSet<AnyQuery>()

/** True while a change of this query is shown that its mutation has yet to confirm: what is read meanwhile would take it back, and come too early. */
export const isHeld = (query: AnyQuery): boolean => held.has(query)

export const hold = (query: AnyQuery): void => void held.add(query)

export const letGo = (query: AnyQuery): void => void held.delete(query)
