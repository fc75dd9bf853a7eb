import type { OnProblem } from '../core/index.ts'

/** Inconsistency cost of a cached query. */
export type Level = 'high' | 'medium' | 'low'

/** How the browser treats a cached query. */
export interface Policy {
  /** Milliseconds for which an answer counts as fresh though nobody confirmed it. */
  readonly staleTime: number
  /** Whether a stale answer is read again when the window gets the focus. */
  readonly refetchOnWindowFocus: boolean | 'always'
}

/** high: always asked again. medium: 30 s. low: 5 min, and not on focus. A generated query says its own. */
export const policies: Readonly<Record<Level, Policy>> = {
  high: { staleTime: 0, refetchOnWindowFocus: true },
  medium: { staleTime: 30_000, refetchOnWindowFocus: true },
  low: { staleTime: 300_000, refetchOnWindowFocus: false },
}

/** What a caller would rather have. Tightening is taken; loosening is refused with a warning. */
export type Wish = { readonly [Knob in keyof Policy]?: Policy[Knob] | undefined }

/** A declared policy, tightened by the caller's wish. A wish that would loosen it is a problem, and not taken. */
export function policyFor(name: string, { staleTime, refetchOnWindowFocus }: Policy, wish: Wish, onProblem: OnProblem): Policy {
  const refused = (knob: keyof Policy, declared: unknown) => onProblem('policy',
    `Query '${name}': ${knob} ${String(wish[knob])} is looser than ${String(declared)}, which it declares, and was not taken.`)
  const looserTime = wish.staleTime !== undefined && wish.staleTime > staleTime
  const looserFocus = wish.refetchOnWindowFocus === false && refetchOnWindowFocus !== false
  if (looserTime) refused('staleTime', staleTime)
  if (looserFocus) refused('refetchOnWindowFocus', refetchOnWindowFocus)
  return {
    staleTime: looserTime ? staleTime : (wish.staleTime ?? staleTime),
    refetchOnWindowFocus: looserFocus ? refetchOnWindowFocus : (wish.refetchOnWindowFocus ?? refetchOnWindowFocus),
  }
}
